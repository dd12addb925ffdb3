# SPDX-License-Identifier: GPL-2.0
#
# What became of one boot, from its serial console and from init's own story.
#
#	awk -v exit_status=N -v timed_out=0|1 -f console.awk -f splat.awk -f outcome.awk story.tsv console.log
#
# story.tsv is story.jsonl as event<TAB>stage. Prints
#
#	<kind>	<place>	<one line: what happened>
#	quote	<a line of the console>		the end of it, or from the splat on
#
# QEMU_SAID in the environment is the last line that QEMU itself printed.
#
# kind: ok, never-started, panic, oops, warning, bug, hang, guest-died, truncated.
# place: boot, kunit, init, a stage of the story, or shutdown.
#
# The first splat names the kind: with panic_on_warn the panic is what follows a warning.

# Where KUnit is: it names a suite when the suite starts, a case when the case is over.
function follow_kunit(text,    depth)
{
	match(text, /^[ \t]*/)
	depth = RLENGTH
	sub(/^[ \t]+/, "", text)
	if (text ~ /^K?TAP version/) {
		if (depth == 0) {
			kunit_open = 1
			suites_done = suites_planned = 0
		}
	} else if (text ~ /^# Subtest: /) {
		if (suite == "" || depth <= suite_depth) {
			suite = substr(text, 12)
			suite_depth = depth
			cases_planned = "?"
			cases_done = 0
			last_case = ""
		}
	} else if (text ~ /^1\.\.[0-9]+/) {
		if (suite != "" && depth == suite_depth)
			cases_planned = substr(text, 4) + 0
		else if (suite == "")
			kunit_open = (suites_planned = substr(text, 4) + 0) > 0
	} else if (text ~ /^(not )?ok [0-9]+/) {
		if (suite != "" && depth >= suite_depth) {
			if (depth == suite_depth)
				cases_done++
			sub(/^(not )?ok [0-9]+ (- )?/, "", text)
			sub(/ # .*/, "", text)
			last_case = text
		} else {
			suite = ""
			if (++suites_done >= suites_planned)
				kunit_open = 0
		}
	}
}

function kunit_place()
{
	if (suite == "")
		return "between suites, " suites_done " of " suites_planned " done"
	return "suite " suite ", " (last_case == "" ? "in its first case" : "after case " last_case) \
		" (" cases_done " of " cases_planned " cases done)"
}

# Init runs after KUnit, so a splat before it is of the kernel's start or of KUnit.
function console_place()
{
	if (suite != "" || kunit_open) {
		detail = kunit_place()
		return "kunit"
	}
	return init_seen ? "" : "boot"
}

function story_place()
{
	if (ended)
		return "shutdown"
	if (open_stage != "")
		return open_stage
	return (started || init_seen) ? "init" : "boot"
}

FILENAME == ARGV[1] {
	split($0, event, "\t")
	if (event[1] == "start")
		started = 1
	else if (event[1] == "begin") {
		open_stage = event[2]
		begun = begun (begun == "" ? "" : " or ") event[2]
	} else if (event[1] == "exit" && event[2] == open_stage)
		open_stage = ""
	else if (event[1] == "end")
		ended = 1
	next
}

{
	console_line($0)
	lines++
	line[lines] = console_stamp (console_stamp == "" ? "" : " ") console_text
	if (console_kind == "ktap")
		follow_kunit(console_text)
	if (console_kind != "kernel")
		next
	if (console_stamp != "" || console_text ~ /^(Booting Linux|Linux version)/)
		kernel_seen = 1
	if (console_text ~ /^Run .* as init process/)
		init_seen = 1
	if (splat == "" && (splat = splat_kind(console_text)) != "") {
		splat_line = lines
		splat_text = console_text
		splat_place = console_place()
	}
}

function quote(from, count,    i)
{
	for (i = from < 1 ? 1 : from; i <= lines && i < from + count; i++)
		print "quote\t" line[i]
}

function verdict(kind, place, message)
{
	if (detail != "")
		message = detail ": " message
	gsub(/[\001-\037\177]+/, " ", message)
	print kind "\t" place "\t" message
}

END {
	qemu_said = ENVIRON["QEMU_SAID"] == "" ? "" : " (" ENVIRON["QEMU_SAID"] ")"
	place = story_place()
	if (place == "boot" && kunit_open) {
		place = "kunit"
		if (splat == "")
			detail = kunit_place()
	}
	if (splat != "") {
		if (splat_place == "boot" && started)
			splat_place = ""	# the console is too quiet to tell when init began
		if (splat_place == "")	# if init went on after it, which stage it was is not known
			splat_place = ended && begun != "" ? begun : place
		verdict(splat, splat_place, splat_text)
		quote(splat_line - (line[splat_line - 1] ~ /cut here|====/), 14)
		if (lines >= splat_line + 14)
			quote(lines - 2 > splat_line + 14 ? lines - 2 : splat_line + 14, 3)
		exit
	}
	if (!kernel_seen && !started)
		verdict("never-started", "boot", "the kernel printed nothing; QEMU " \
			(timed_out ? "was stopped at its time limit" : "exit status " exit_status) qemu_said)
	else if (timed_out)
		verdict("hang", place, "no end within the time limit; last line: " line[lines])
	else if (exit_status "" != "0")
		verdict("guest-died", place, "QEMU exit status " exit_status qemu_said "; last line: " line[lines])
	else if (!ended)
		verdict("truncated", place, "the guest stopped without the end event of init; last line: " line[lines])
	else {
		verdict("ok", "-", "-")
		exit
	}
	quote(lines - 14, 15)
}
