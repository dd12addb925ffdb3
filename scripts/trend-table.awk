# SPDX-License-Identifier: GPL-2.0
#
# trend.tsv for people: style=text or markdown, in unit. The latency of each row and, where the
# records have phases, the one that changed by most the same way; rows in which nothing happens
# (no retries, no failures) are left out.
BEGIN { FS = "\t" }

NR == 1 {
	releases = NF - 3
	for (r = 1; r <= releases; r++)
		release[r] = $(r + 2)
	next
}

$2 ~ /^phase_/ && $3 != "-" && $(releases + 2) != "-" {
	difference = $(releases + 2) - $3
	way = difference < 0 ? "faster" : "slower"
	if (difference * difference > biggest[$1, way] ^ 2) {
		biggest[$1, way] = difference
		because[$1, way] = substr($2, 7) sprintf(" %+d", difference)
	}
	next
}

$2 == "latency_median" || $2 == "release_median" { keep[++count] = $0 }

function pad(text, width) { return sprintf("%-" width "s", text) }
function right(text, width) { return sprintf("%" width "s", text) }
function short(value) { return value == "-" ? "-" : value >= 1e6 ? sprintf("%.2fM", value / 1e6) : sprintf("%.1fk", value / 1e3) }

function print_cells(row, measure, change, why,	line, r) {
	if (style == "markdown") {
		line = "| " row " | " measure
		for (r = 1; r <= releases; r++)
			line = line " | " cell[r]
		print line " | " change " | " why " |"
		return
	}
	line = pad(row, 52) " " pad(measure, 15)
	for (r = 1; r <= releases; r++)
		line = line right(cell[r], 12)
	line = line right(change, 10) "  " why
	sub(/ +$/, "", line)
	print line
}

END {
	for (r = 1; r <= releases; r++)
		cell[r] = release[r]
	print_cells("row", "measure", "change", "because")
	if (style == "markdown") {
		for (r = 1; r <= releases; r++)
			cell[r] = "---:"
		print_cells("---", "---", "---:", "---")
	}
	for (i = 1; i <= count; i++) {
		split(keep[i], part, "\t")
		for (r = 1; r <= releases; r++)
			cell[r] = short(part[r + 2])
		change = part[releases + 3]
		print_cells(part[1], part[2], change == "-" ? "-" : change " %", part[2] == "latency_median" ? because[part[1], change < 0 ? "faster" : "slower"] : "")
	}
	print (style == "markdown" ? "\n" : "") unit "; change: " release[releases] " in percent of " release[1]
}
