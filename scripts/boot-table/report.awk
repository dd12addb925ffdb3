# report.awk    what a run of the boot table ends with: the seeds, the waiting, the failed
#   awk -v arch=ARCH -f report.awk passed rows.list seeds.table boot.table
function trim(text) {
	sub(/^[ \t]+/, "", text)
	sub(/[ \t]+$/, "", text)
	return text
}

# A file of no lines, where no row passed, counts too.
FNR == 1 { while (ARGV[++file] != FILENAME) ; }

file == 1 { passed[$0] = 1; next }
file == 2 {
	split($0, row, "|")
	ran[row[1]] = 1
	total++
	if (row[1] in passed)
		good++
	else
		failed = failed " " row[1]
	next
}
/^#/ || /^[ \t]*$/ { next }
file == 3 {
	seeds[++seed_count] = $1
	where[$1] = $2
	text = $0
	sub(/^[^ ]+ +[^ ]+ +/, "", text)
	system_text[$1] = text
	next
}
{
	count = split($0, row, "|")
	name = trim(row[1])
	row_arch = trim(row[3])
	sub(/ .*/, "", row_arch)
	if (row_arch == "arm" && !(name in waits)) {
		waits[name] = 1
		waiting = waiting " " name
	}
	n = split(trim(row[2]), ids, " ")
	for (i = 1; i <= n; i++) {
		key = ids[i] SUBSEP name
		if (key in noted)
			continue
		noted[key] = 1
		if (name in passed)
			pass[ids[i]] = pass[ids[i]] " " name
		else if (name in ran)
			fail[ids[i]] = fail[ids[i]] " " name
		else if (row_arch != arch)
			other[ids[i]] = other[ids[i]] " " name "(" row_arch ")"
		else
			apart[ids[i]] = apart[ids[i]] " " name
	}
}

function list(label, names) {
	if (names != "")
		printf "          %-10s%s\n", label ":", names
}

END {
	print "\nThe systems of the seed documents:"
	for (i = 1; i <= seed_count; i++) {
		id = seeds[i]
		state = fail[id] != "" ? "not ok" : pass[id] != "" ? "ok" : "-"
		printf "  %-6s %s  %s\n", state, id, system_text[id]
		list("passed", pass[id])
		list("failed", fail[id])
		list("elsewhere", other[id] (where[id] == "-" ? "" : " " where[id]))
	}
	if (waiting != "")
		printf "\nWaiting for a target of 32-bit arm, neither run nor passed:%s\n", waiting
	if (failed != "")
		printf "\nDiffer:%s\n", failed
	printf "\n%d of %d rows agree\n", good, total
}
