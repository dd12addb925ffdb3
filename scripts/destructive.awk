# SPDX-License-Identifier: GPL-2.0
#
# What a boot of kunit/destructive/ must show, and whether it did.
#
# List the cases that this kernel must be put through, one a line:
#
#	awk -v release=R -v arch=A -v debug_vm=yes|no -f console.awk -f splat.awk -f kernel-range.awk \
#	    -f destructive.awk destructive.table
#
# Judge one of them, by its console:
#
#	awk ... -v test_case=NAME -v ended=0|1 -v timed_out=0|1 -f ... destructive.table console.log
#
# prints <case> <pass|fail> <message>, then "quote <line>" for the lines that a failure is about.
# ended: init told the end of the guest. destructive.table says what its columns mean.

function bad_row(what)
{
	print "error: " FILENAME ":" FNR ": " what > "/dev/stderr"
	broken = 1
	exit 2
}

function read_row(    name)
{
	if (split($0, column, /[ \t]*[|][ \t]*/) < 6)
		bad_row("expected case | kernels | arch | DEBUG_VM | splats | report, found \"" $0 "\"")
	if (column[2] !~ /^(\*|[0-9.,-]*[0-9][0-9.,-]*)$/ || column[4] !~ /^(yes|no|\*)$/)
		bad_row("expected kernels as in results/EXPECTED-SKIPS and DEBUG_VM yes, no or *, found \"" $0 "\"")
	name = column[1]
	if (!(name in known_as)) {
		known_as[name] = ++cases
		case_name[cases] = name
	}
	if (!covers_kernel(column[2]) || (column[3] != "*" && column[3] != arch) ||
	    (column[4] != "*" && column[4] != debug_vm))
		return
	if (name in report)
		bad_row("a second row for " name " on " release ", " arch ", DEBUG_VM " debug_vm)
	splats[name] = column[5]
	report[name] = column[6]
}

# The report in the words of cma_destructive.c.
function report_text(columns,    figure, n)
{
	n = split(columns, figure, " ")
	if (n == 1 && columns == "refused")
		return "refused: 0 bits and 0 pages came free, 0 of others"
	return figure[1] ": " figure[2] " bits and " figure[3] " pages came free, " figure[4] " of others"
}

function read_console(    kind, mark)
{
	console_line($0)
	if (console_kind != "kernel")
		return
	last_line = console_text
	mark = "cma_destructive: " test_case ": "
	if (index(console_text, mark) == 1) {
		said = substr(console_text, length(mark) + 1)
		if (said == "begins") {
			begun = 1
			above = ""
		} else
			found_report = said
		return
	}
	# What a BUG or an oops sets off is no splat of its own.
	kind = fatal ? "" : splat_kind(console_text)
	if (kind == "oops" || kind == "panic" || kind == "bug" && console_text ~ /^kernel BUG at /)
		fatal = 1
	# A warning's own words stand above the line that tells it is one.
	above = above (above == "" ? "" : "\n") console_text
	if (kind == "")
		return
	found_splat[++found] = above
	splat_line[found] = console_text
	above = ""
}

FILENAME == ARGV[1] {
	if ($0 !~ /^[ \t]*(#|$)/)
		read_row()
	next
}

{ read_console() }

function fail(message, quoted,    n, i, line)
{
	if (failed++)
		return
	gsub(/[\001-\037\177]+/, " ", message)
	print test_case "\tfail\t" message
	n = split(quoted, line, "\n")
	for (i = n > 14 ? n - 13 : 1; i <= n; i++)
		print "quote\t" line[i]
}

# "8 x BUG ; WARNING" to nine expressions.
function list_wanted(text,    part, parts, n, i, times)
{
	parts = text == "-" ? 0 : split(text, part, / ; /)
	for (i = 1; i <= parts; i++) {
		times = 1
		if (match(part[i], /^[0-9]+ x /)) {
			times = part[i] + 0
			part[i] = substr(part[i], RLENGTH + 1)
		}
		while (times-- > 0)
			wanted[++n] = part[i]
	}
	return n + 0
}

function judge(    n, i)
{
	if (!(test_case in report))
		fail(test_case " has no row for " release ", " arch ", DEBUG_VM " debug_vm ": add one to scripts/destructive.table")
	if (!begun)
		fail("the case never began; the last line is: " last_line, found ? found_splat[1] : above)
	n = list_wanted(splats[test_case])
	for (i = 1; i <= n || i <= found; i++) {
		if (i > found)
			fail("expected the splat \"" wanted[i] "\", found none; the last line is: " last_line, above)
		else if (i > n)
			fail("expected " (n ? "no other splat" : "no splat") ", found: " splat_line[i], found_splat[i])
		else if (found_splat[i] !~ wanted[i])
			fail("expected the splat \"" wanted[i] "\", found: " splat_line[i], found_splat[i])
	}
	if (report[test_case] == "dies") {
		if (found_report != "")
			fail("expected that the call does not come back, found: " found_report)
		if (timed_out)
			fail("expected that the guest dies, found that it hangs; the last line is: " last_line, above)
	} else {
		if (found_report == "")
			fail("expected the report \"" report_text(report[test_case]) "\", found none" \
				(timed_out ? ": the guest hangs" : "") "; the last line is: " last_line, above)
		if (found_report != report_text(report[test_case]))
			fail("expected the report \"" report_text(report[test_case]) "\", found \"" found_report "\"")
		if (!ended)
			fail("expected the guest to live on, found that it " (timed_out ? "hangs" : "ended early") \
				"; the last line is: " last_line, above)
	}
	if (!failed)
		print test_case "\tpass\t"
}

END {
	if (broken)
		exit 2
	if (test_case != "")
		judge()
	else
		for (i = 1; i <= cases; i++)
			if (!(case_name[i] in report) || report[case_name[i]] != "absent")
				print case_name[i]
}
