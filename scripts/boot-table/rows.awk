# rows.awk    the rows of dts-fixtures/boot.table for one kernel
#
#   awk -v arch=arm64 -v behaviours="a !b" -v only=NAME -v list=1 -f rows.awk boot.table
# With list=1: a line a row, "NAME|CONFIG|MEMORY CPUS [QEMU ARGUMENT...]|FIXTURE|COMMAND LINE".
# Without: what the row of name `only` expects, a fact a line, for compare.awk.
# Several rows may have one name, for different kernels: at most one of them fits.
# With check=1: of all rows; complaints begin with "boot.table:".
function trim(text) {
	sub(/^[ \t]+/, "", text)
	sub(/[ \t]+$/, "", text)
	return text
}

# Does this kernel have every behaviour of "a !b"?
function fits(conditions,    words, count, i) {
	count = split(conditions, words, " ")
	for (i = 1; i <= count; i++) {
		if (!(words[i] in known))
			complain("expected a behaviour of behaviours.table, found '" words[i] "'")
		if (!has[words[i]])
			return 0
	}
	return 1
}

# "[a !b] text" to text, or to nothing where the kernel does not fit.
function keep(item,    end, conditions) {
	item = trim(item)
	if (substr(item, 1, 1) != "[")
		return item
	end = index(item, "]")
	conditions = substr(item, 2, end - 2)
	return fits(conditions) ? trim(substr(item, end + 1)) : ""
}

function complain(text) {
	printf "boot.table:%d: %s\n", FNR, text
	bad = 1
}

# "32M" to bytes; mawk knows no hexadecimal numbers.
function bytes(text,    sign, number, unit, i) {
	sign = text ~ /^-/ ? -1 : 1
	sub(/^-/, "", text)
	unit = substr(text, length(text))
	number = 0
	if (text ~ /^0x[0-9a-f]+$/) {
		for (i = 3; i <= length(text); i++)
			number = number * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
		return sign * number
	}
	if (text !~ /^[0-9]+[KMG]?$/)
		complain("expected a size such as 16M or 0x3000, found '" text "'")
	number = text + 0
	return sign * number * (unit == "K" ? 1024 : unit == "M" ? 1048576 : unit == "G" ? 1073741824 : 1)
}

# The bytes of a region as the predictor writes them.
function hex(number,    text, digit) {
	if (number == 0)
		return "0x0"
	while (number > 0) {
		digit = number % 16
		text = substr("0123456789abcdef", digit + 1, 1) text
		number = (number - digit) / 16
	}
	return "0x" text
}

function print_regions(field,    items, count, i, item, words, name) {
	count = split(field, items, ";")
	outcome = "boot"
	for (i = 1; i <= count; i++) {
		item = keep(items[i])
		if (item == "" || item == "-")
			continue
		if (item == "panic") {
			outcome = "panic"
			continue
		}
		if (split(item, words, " ") != 3 || words[1] !~ /^(~?0x[0-9a-f]+|\?)\+/ ||
		    words[2] !~ /^(area|default|no-map|mapped)$/) {
			complain("expected 'BASE+SIZE area|default|no-map|mapped NAME', found '" item "'")
			continue
		}
		name = words[1]
		sub(/\+.*/, "", name)
		sub(/^[^+]*\+/, "", words[1])
		printf "region\t%s\t%s\t%s\t%s\n", name, hex(bytes(words[1])), words[2], words[3]
	}
	printf "outcome\t%s\n", outcome
}

# cma=48M ram=0 mem=-4M
function print_totals(field,    items, count, i, k, item, words, pairs, pair) {
	count = split(field, items, ";")
	for (i = 1; i <= count; i++) {
		item = keep(items[i])
		pairs = split(item, words, " ")
		for (k = 1; k <= pairs; k++) {
			if (split(words[k], pair, "=") != 2 || pair[1] !~ /^(cma|ram|mem)$/)
				complain("expected cma=, ram= or mem=, found '" words[k] "'")
			else
				printf "total\t%s\t%.0f\n", pair[1], bytes(pair[2])
		}
	}
}

# *NAME is the global area's heap: of that name or, in newer kernels, default_cma_region,
# and both where each area is a heap. NAME is another area's, where each is a heap.
function print_heaps(field,    items, count, i, item) {
	count = split(field, items, ";")
	if (outcome != "panic")
		print "heap\tsystem"
	for (i = 1; i <= count; i++) {
		item = keep(items[i])
		if (item == "" || item == "-")
			continue
		if (item ~ /^\*/) {
			printf "heap\t%s\n", has["fixed-heap-name"] ? "default_cma_region" : substr(item, 2)
			item = substr(item, 2)
		}
		if (has["area-heaps"])
			printf "heap\t%s\n", item
	}
}

function print_log(field,    items, count, i, item) {
	count = split(field, items, ";")
	for (i = 1; i <= count; i++) {
		item = keep(items[i])
		if (item == "" || item == "-")
			continue
		if (item ~ /^! /)
			printf "nolog\t%s\n", substr(item, 3)
		else
			printf "log\t%s\n", item
	}
}

BEGIN {
	FS = "|"
	count = split(behaviours, words, " ")
	for (i = 1; i <= count; i++) {
		name = words[i]
		sub(/^!/, "", name)
		has[words[i]] = known[name] = known["!" name] = 1
	}
}

/^#/ || /^[ \t]*$/ { next }

NF != 11 { complain("expected 11 fields between bars, found " NF); next }

{
	name = trim($1)
	wanted = trim($3)
	sub(/^[^ ]+ */, "", wanted)
	row_arch = trim($3)
	sub(/ .*/, "", row_arch)
}

check {
	fits(wanted)
	print_regions($8)
	print_totals($9)
	print_heaps($10)
	print_log($11)
	next
}

row_arch != arch || !fits(wanted) { next }

list {
	if (name in seen)
		complain("a second row '" name "' fits this kernel")
	seen[name] = 1
	printf "%s|%s|%s|%s|%s|%s\n", name, trim($4), trim($5), trim($6), trim($7), trim($2)
	next
}

name == only {
	print_regions($8)
	print_totals($9)
	print_heaps($10)
	print_log($11)
}

END { exit bad }
