# compare.awk    row = predictor = kernel? One line a difference, none is good
#
#   awk -f compare.awk row predictor kernel control
# The four are files of facts: what the row says (rows.awk), what was computed
# (predict/facts), what the boot showed, and what a boot of the same machine
# without any node or option showed (kernel-facts.awk), which sums are against.
BEGIN {
	FS = "\t"
	who[1] = "row"; who[2] = "predictor"; who[3] = "kernel"; who[4] = "control"
}

# Numbers up to 2^53 are exact, and no machine here has more memory.
function number(text,    value, i) {
	if (text !~ /^0x/)
		return text + 0
	value = 0
	for (i = 3; i <= length(text); i++)
		value = value * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
	return value
}

# Each file begins with its own name for it, even where it has nothing else.
FNR == 1 { source++ }

$1 == "outcome" || $1 == "pageblock" || $1 == "block" || $1 == "early" { scalar[source, $1] = $2 }
$1 == "total" { total[source, $2] = $3 }
$1 == "heap" && source < 4 { heap[source, $2] = 1; heaps[$2] = 1 }
$1 == "default" { default_name[source] = $2 }
$1 == "region" && source < 4 {
	key = ($4 == "area" || $4 == "default" ? "area " : $4 " ") $5
	# One name can stand for several places: count them.
	key = key (++times[source, key] > 1 ? " (" times[source, key] ")" : "")
	place[source, key] = $2
	size[source, key] = $3
	if (source == 1 && $2 ~ /^~/)
		guessed_bytes += number($3)
	keys[key] = 1
	if ($4 == "default") {
		default_name[source] = $5
		default_is_dead = default_is_dead || $3 == "0x0"
	}
}
$1 == "node" && source == 3 { node[$2] = 1; nodes++ }
$1 == "refused" { refused[$2] = 1 }
$1 == "ram" && source == 4 { ram_start[++rams] = number($2); ram_end[rams] = number($3) + 1 }
($1 == "ram" || $1 == "unmapped") && source == 3 && number($3) + 1 > ram_top { ram_top = number($3) + 1 }
$1 == "ram" { total[source, "ram"] += number($3) + 1 - number($2) }
$1 == "unmapped" && source == 3 { unmapped_start[++unmappeds] = number($2); unmapped_end[unmappeds] = number($3) + 1 }
$1 == "covered" && source == 3 { covered_start[++covereds] = number($2); covered_end[covereds] = number($3) + 1 }
$1 == "line" && source == 3 { lines[++line_count] = $2 }
$1 == "said" && source == 3 { said[++said_count] = $2 }
$1 == "log" { log_text[source, ++log_count[source]] = $2 }
$1 == "nolog" { nolog[++nolog_count] = $2 }

function differ(what, row, predictor, kernel) {
	printf "%s: row %s, predictor %s, kernel %s\n", what, row, predictor, kernel
}

function shown(source, key) {
	return (source, key) in place ? place[source, key] "+" size[source, key] : "none"
}

function mib(bytes) {
	return bytes % 1048576 ? sprintf("%.0f KiB", bytes / 1024) : sprintf("%.0f MiB", bytes / 1048576)
}

# Is the kernel's place what was expected? "?" is any; "~X" is X or, where the
# kernel's own early memory (its memory map above all) is in the way, below.
function place_fits(expected, found,    slack, i) {
	if (expected == "?")
		return 1
	if (expected !~ /^~/)
		return expected == found
	# 16 MiB or a pageblock, a 32nd of RAM, and what else has no exact place.
	slack = 16 * 1048576 + guessed_bytes
	if (scalar[2, "block"] + 0 > 16 * 1048576)
		slack += scalar[2, "block"]
	for (i = 1; i <= rams; i++)
		slack += (ram_end[i] - ram_start[i]) / 32
	expected = number(substr(expected, 2))
	return number(found) <= expected && number(found) >= expected - slack
}

function is_area(key) {
	return key ~ /^area /
}

# Bytes of [start, end) that are RAM and not inside the ranges of a kind.
function uncovered(start, end, kind,    i, low, high, bytes) {
	# What mem= cuts off is no RAM.
	end = end < ram_top ? end : ram_top
	for (i = 1; i <= rams; i++) {
		low = start > ram_start[i] ? start : ram_start[i]
		high = end < ram_end[i] ? end : ram_end[i]
		if (low < high)
			bytes += high - low - overlap(low, high, kind)
	}
	return bytes + 0
}

function overlap(start, end, kind,    i, count, low, high, bytes) {
	count = kind == "unmapped" ? unmappeds : kind == "covered" ? covereds : 0
	for (i = 1; i <= count; i++) {
		low = kind == "unmapped" ? unmapped_start[i] : covered_start[i]
		high = kind == "unmapped" ? unmapped_end[i] : covered_end[i]
		low = low > start ? low : start
		high = high < end ? high : end
		if (low < high)
			bytes += high - low
	}
	return bytes + 0
}

# A region that is no area: what of it is RAM must be where /proc/iomem has it.
function missing_bytes(source, key,    start, end) {
	if (place[source, key] == "?" || length(place[source, key]) > 15)
		return 0
	start = number(place[source, key])
	end = start + number(size[source, key])
	# What is both mapped and unmapped is unmapped in /proc/iomem.
	return key ~ /^no-map/ ? uncovered(start, end, "unmapped") : free_bytes(start, end)
}

# RAM that is neither out of the map nor reserved.
function free_bytes(start, end) {
	return uncovered(start, end, "unmapped") + uncovered(start, end, "covered") - uncovered(start, end, "none")
}

function compare_regions(    key, source) {
	for (key in keys) {
		same = shown(1, key) == shown(2, key)
		if (is_area(key) && outcome_is_boot)
			# An area that could not be activated has no page, and newer kernels
			# do not show it.
			same = same && ((1, key) in place) && (size[1, key] == "0x0" || ((3, key) in place) &&
				place_fits(place[1, key], place[3, key]) &&
				size[1, key] == size[3, key])
		else if (same && outcome_is_boot && missing_bytes(1, key))
			same = 0
		if (!same)
			differ(key, shown(1, key), shown(2, key), is_area(key) ? shown(3, key) : \
			       ((1, key) in place) && missing_bytes(1, key) ? mib(missing_bytes(1, key)) " of it not in /proc/iomem" : "see /proc/iomem")
	}
	# Where every area is a heap, one alone looks like the global one of older kernels.
	if (every_area_is_heap && !heap[3, "default_cma_region"])
		default_name[3] = ""
	# A global area that could not be activated gives nothing, and nobody can tell that it is it.
	if (default_name[1] != default_name[2] ||
	    (outcome_is_boot && !default_is_dead && default_name[1] != default_name[3]))
		differ("global area", default_name[1] == "" ? "none" : default_name[1],
		       default_name[2] == "" ? "none" : default_name[2],
		       default_name[3] == "" ? "none" : default_name[3])
}

function compare_heaps(    name) {
	if (!outcome_is_boot)
		return
	for (name in heaps)
		if (!(heap[1, name] && heap[2, name] && heap[3, name]))
			differ("heap " name, heap[1, name] ? "yes" : "no", heap[2, name] ? "yes" : "no",
			       heap[3, name] ? "yes" : "no")
}

# A sum of the kernel's may be off by what its own notes of a node take, by the
# page tables that an unmapped region does without, and by hash tables that are
# sized by the memory outside of CMA: 1/256 of either.
function compare_total(name, kernel, slack,    row, predictor) {
	row = total[1, name] + 0
	predictor = total[2, name] + 0
	if (row == predictor && kernel <= row + slack && kernel >= row - slack)
		return
	differ(name == "cma" ? "CmaTotal" : name == "ram" ? "System RAM against control" : "MemTotal against control",
	       mib(row), mib(predictor), mib(kernel))
}

# "?" in what the predictor says stands for any run of digits.
function matches(expected, text,    parts, count, i, at) {
	count = split(expected, parts, "?")
	for (i = 1; i <= count; i++) {
		at = index(text, parts[i])
		if (!at)
			return 0
		text = substr(text, at + length(parts[i]))
	}
	return 1
}

function is_said(expected,    i) {
	for (i = 1; i <= said_count; i++)
		if (matches(expected, said[i]))
			return 1
	return 0
}

function compare_log(    i, k, found) {
	for (i = 1; i <= log_count[1]; i++) {
		found = 0
		for (k = 1; k <= log_count[2] && !found; k++)
			found = matches(log_text[1, i], log_text[2, k]) || matches(log_text[2, k], log_text[1, i])
		if (!found || !is_said(log_text[1, i]))
			differ("log '" log_text[1, i] "'", "yes", found ? "yes" : "no", is_said(log_text[1, i]) ? "yes" : "no")
	}
	for (i = 1; i <= nolog_count; i++)
		if (is_said(nolog[i]))
			differ("log '" nolog[i] "'", "no", "-", "yes")
	for (k = 1; k <= log_count[2]; k++)
		if (!is_said(log_text[2, k]))
			differ("log '" log_text[2, k] "'", "-", "yes", "no")
	for (i = 1; i <= said_count; i++) {
		found = said[i] ~ /overlaps with|^Unknown kernel command line|^WARNING: |^Kernel panic/
		for (k = 1; k <= log_count[2] && !found; k++)
			found = matches(log_text[2, k], said[i])
		for (k = 1; k <= log_count[1] && !found; k++)
			found = matches(log_text[1, k], said[i])
		if (!found)
			differ("log '" said[i] "'", "-", "no", "yes")
	}
}

# Does the kernel say of a node that it will not have it?
function complained(name,    i) {
	for (i = 1; i <= said_count; i++) {
		if (said[i] ~ /^initialized node|^(created|OVERLAP)|overlaps with|KiB\) (no)?map |ignores [0-9]+ regions|only the first/)
			continue
		if (index(said[i], "'" name "'") || index(said[i], " " name " "))
			return 1
	}
	return 0
}

# Is all in /proc/iomem that a line "0xBASE..0xEND (SIZE KiB) nomap ..." tells of?
function line_is_true(line,    start, end, at) {
	at = index(line, "..")
	start = number(substr(line, 1, at - 1))
	end = number(substr(line, at + 2, index(line, " ") - at - 2)) + 1
	return !free_bytes(start, end)
}

# Has the kernel the node's memory, by its own line, as an area, or in /proc/iomem?
function held(name,    i, key) {
	for (i = 1; i <= line_count; i++)
		if (substr(lines[i], length(lines[i]) - length(name)) == " " name)
			return line_is_true(lines[i])
	key = "area " substr(name, 1, 63)
	if ((3, key) in place)
		return number(size[3, key]) > 0
	if (line_count)
		return 0
	for (key in keys)
		if (substr(key, index(key, " ") + 1) == name && (1, key) in place && !is_area(key))
			return !missing_bytes(1, key)
	return 0
}

# What the linter refuses, the kernel must refuse or not know, and nothing else.
function compare_lint(    name, kept) {
	for (name in node) {
		# Of nodes that the table has no room for, older kernels have the memory and no name.
		if (refused[name] && held(name) && is_said("not enough space for all defined regions."))
			continue
		kept = held(name) && !complained(name)
		if (kept == !refused[name])
			continue
		printf "node %s: linter %s, kernel %s\n", name, refused[name] ? "refuses" : "keeps",
		       kept ? "keeps" : "refuses"
	}
}

END {
	if (source < 3) {
		print "expected facts of the row, the predictor and the boot, found " source + 0 " of them"
		exit
	}
	outcome_is_boot = scalar[1, "outcome"] == "boot"
	if (scalar[1, "outcome"] != scalar[2, "outcome"] || scalar[1, "outcome"] != scalar[3, "outcome"])
		differ("outcome", scalar[1, "outcome"], scalar[2, "outcome"], scalar[3, "outcome"])
	outcome_is_boot = outcome_is_boot && scalar[3, "outcome"] == "boot"
	if (outcome_is_boot && scalar[2, "pageblock"] != scalar[3, "pageblock"])
		differ("pageblock order", "-", scalar[2, "pageblock"], scalar[3, "pageblock"])
	compare_regions()
	compare_heaps()
	if (outcome_is_boot) {
		compare_total("cma", total[3, "cma"] + 0, 0)
		compare_total("ram", total[3, "ram"] - total[4, "ram"], 0)
		compare_lint()
		compare_total("mem", total[3, "mem"] - total[4, "mem"], 98304 + 1024 * nodes + (scalar[2, "early"] - total[1, "mem"]) / 256)
	}
	compare_log()
}
