# SPDX-License-Identifier: GPL-2.0
#
# Lines "release row measure boots middle range range_percent" to trend.tsv: a row and
# measure a line, a column a release, then the last in percent of the first. Rows that
# a release lacks have "-".
BEGIN { FS = OFS = "\t" }

!($1 in seen) { seen[$1]; release[++releases] = $1 }

{
	name = $2 OFS $3
	if (!(name in known)) {
		known[name]
		order[++count] = name
	}
	value[name, $1] = $5
}

END {
	line = "row" OFS "measure"
	for (r = 1; r <= releases; r++)
		line = line OFS release[r]
	print line, "change_percent"
	for (i = 1; i <= count; i++) {
		name = order[i]
		line = name
		for (r = 1; r <= releases; r++)
			line = line OFS (((name, release[r]) in value) ? value[name, release[r]] : "-")
		first = value[name, release[1]]
		last = value[name, release[releases]]
		change = "-"
		if (first != "" && first != "-" && last != "" && last != "-" && first > 0)
			change = sprintf("%+.1f", 100 * (last / first - 1))
		print line, change
	}
}
