# SPDX-License-Identifier: GPL-2.0
#
# Raw results against what is expected of them.
#
#	awk -v release=6.12.117 -v arch=arm64 -v profile=test -v stages="kunit bench" \
#	    -v notes=FILE -f kernel-range.awk -f glob.awk -f expectations.awk EXPECTED-SKIPS DENYLIST raw.tsv
#
# raw.tsv	stage, test, status (pass fail skip error), message, boot
# printed	the same columns; status may be "known", and unexpected skips and passes fail
#
# Both lists have the columns test, kernels, arch, profile and a text to the end of line;
# results/EXPECTED-SKIPS explains them. A malformed row ends with status 2.

function bad_row(what)
{
	print "error: " FILENAME ":" FNR ": " what > "/dev/stderr"
	broken = 1
	exit 2
}

function read_row(list,    text)
{
	if (NF < 5)
		bad_row("expected test, kernels, arch, profile and a reason, found " NF " columns; add what is missing")
	if ($1 !~ /^[a-z]+(@[a-z-]+)?:./)
		bad_row("expected stage:suite.case or stage@boot:suite.case, found \"" $1 "\"")
	if ($2 !~ /^(\*|[0-9.,-]*[0-9][0-9.,-]*)$/)
		bad_row("expected *, 6.1, 6.1-6.11, 6.12- or -6.6 as kernels, found \"" $2 "\"")
	if (!covers_kernel($2) || arch !~ glob_regex($3) || profile !~ glob_regex($4))
		return
	text = $0
	sub(/^[^ \t]+[ \t]+[^ \t]+[ \t]+[^ \t]+[ \t]+[^ \t]+[ \t]+/, "", text)
	entries[list]++
	entry_glob[list, entries[list]] = glob_regex($1)
	entry_place[list, entries[list]] = FILENAME ":" FNR
	entry_text[list, entries[list]] = text
	entry_is_exact[list, entries[list]] = $4 == "stock"
}

# The number of the row of a list that names the test, in this boot or in any; 0 if none does.
function find_entry(list, stage, test, boot,    i)
{
	sub(/#[0-9]+$/, "", test)	# seen again in the same log
	for (i = 1; i <= entries[list]; i++)
		if (stage ":" test ~ entry_glob[list, i] || stage "@" boot ":" test ~ entry_glob[list, i]) {
			entry_used[list, i]++
			return i
		}
	return 0
}

function print_row(stage, test, status, message, boot)
{
	count[stage, status]++
	in_boot[stage, boot]
	if (status != "skip")
		executed_in[stage, boot]
	printf "%s\t%s\t%s\t%s\t%s\n", stage, test, status, message, boot
}

FILENAME != ARGV[3] {
	if ($0 !~ /^[ \t]*(#|$)/)
		read_row(FILENAME == ARGV[1] ? "skips" : "denied")
	next
}

FNR == 1 {
	FS = "\t"
	$0 = $0
}

{
	status = $3
	message = $4
	skip_entry = find_entry("skips", $1, $2, $5)
	deny_entry = find_entry("denied", $1, $2, $5)
	if (skip_entry && status != "skip")
		did_not_skip[skip_entry] = $2
	if (status == "skip" && skip_entry)
		did_skip[skip_entry]++
	else if (status == "skip") {
		status = "fail"
		message = "unexpected skip: " message " (not listed in results/EXPECTED-SKIPS)"
	} else if (deny_entry && status == "pass") {
		status = "fail"
		message = "passes unexpectedly: remove the row " entry_place["denied", deny_entry]
	} else if (deny_entry) {
		status = "known"
		message = message " [known: " entry_text["denied", deny_entry] "]"
	}
	print_row($1, $2, status, message, $5)
}

END {
	if (broken)
		exit 2
	n = split(stages, stage, " ")
	for (i = 1; i <= n; i++)
		if (count[stage[i], "pass"] + count[stage[i], "fail"] + count[stage[i], "error"] + \
		    count[stage[i], "known"] == 0)
			print_row(stage[i], "(stage)", "error", "no test case was executed, " \
				count[stage[i], "skip"] + 0 " were skipped", "-")
	# Of several boots of a stage, one that only skips is hidden by the others.
	for (pair in in_boot)
		if (!(pair in executed_in)) {
			split(pair, stage, SUBSEP)
			if (count[stage[1], "pass"] + count[stage[1], "fail"] + count[stage[1], "known"] > 0)
				print_row(stage[1], "(stage)", "error", \
					"no test case was executed in boot " stage[2], stage[2])
		}
	for (i = 1; i <= entries["skips"]; i++)
		if (entry_used["skips", i] && !did_skip[i])
			print entry_place["skips", i] ": listed as an expected skip, but it did not skip" > notes
		else if (entry_is_exact["skips", i] && (i in did_not_skip))
			print entry_place["skips", i] ": listed as an expected skip, but " did_not_skip[i] " did not skip" > notes
	close(notes)
}
