# SPDX-License-Identifier: GPL-2.0
#
# KTAP to one line a test case: name<TAB>status<TAB>message.
#
#	awk -f ktap.awk kunit.ktap
#
# name	 suite.case[.parameter]; a name seen before gets #2, #3 ...
# status pass, fail, skip, or error: what the log says about itself does not hold
#	 (missing plan, wrong count, numbers out of order, log ends early, no case run)
#
# Levels are told by indentation, which KUnit of all versions and kselftest keep, and not
# by counting against plans: a lost line then costs one error and not the rest of the log.
#
#	KTAP version 1			depth 1, the document
#	1..2
#	    KTAP version 1		depth 2, a suite; before 6.1 only "# Subtest:"
#	    # Subtest: cma_alloc
#	    1..2
#	        KTAP version 1		depth 3, the parameters of one case; a plan
#	        # Subtest: alignment	is printed by 6.18 and later
#	        ok 1 order 0
#	    ok 1 alignment
#	    ok 2 oversize
#	ok 1 cma_alloc			names and closes depth 2
#
# A row is given its full name when its suite closes, because the name of a selftest
# program is known only then.

function open_level(indent)
{
	depth++
	versioned[depth] = 0
	indent_of[depth] = indent
	plan[depth] = -1
	count[depth] = 0
	next_number[depth] = 1
	label[depth] = ""
	first_row[depth] = rows + 1
	failed[depth] = 0
	hidden_skips[depth] = 0
}

function add_row(name, status, message)
{
	rows++
	row_name[rows] = name
	row_status[rows] = status
	row_message[rows] = message
}

# The name of an open level, as far as the log has told it.
function level_name(level)
{
	if (label[level] != "")
		return label[level]
	return "(test " next_number[level - 1] ")"
}

function progress(level)
{
	if (plan[level] < 0)
		return count[level] " reported, no plan"
	return count[level] " of " plan[level] " reported"
}

# Rows of a level that ends: put its name before theirs.
function name_rows(level, name,    row)
{
	for (row = first_row[level]; row <= rows; row++)
		row_name[row] = name "." row_name[row]
}

function check_level(level, name, status)
{
	if (count[level] == 0 && status != "skip")
		add_row(name, "error", "no test case was run: " progress(level))
	else if (plan[level] >= 0 && count[level] != plan[level])
		add_row(name, "error", "planned " plan[level] " cases, but " count[level] " were reported")
	else if (plan[level] == -1 && level <= 2 && count[level] > 0)
		add_row(name, "error", "missing plan: " count[level] " cases reported, but no \"1..N\" line")
}

# A level closes with its own result line: does that agree with what is inside?
function close_level(name, status, message, directive,    level)
{
	level = depth
	name_rows(level, name)
	if (label[level] != "" && label[level] != name)
		add_row(name, "error", "result line names \"" name "\", but the subtest is \"" label[level] "\"")
	if (status == "fail" && directive ~ /^(TIMEOUT|killed|exit=([02-9]|1[0-9]))/) {
		add_row(name, "fail", directive " (" progress(level) (running != "" ? ", while running " running : "") ")")
		failed[level]++
	} else {
		check_level(level, name, status)
		if (status == "fail" && failed[level] == 0) {
			add_row(name, "fail", message == "" ? "reported not ok, though none of its cases failed" : message)
			failed[level]++
		} else if (status != "fail" && failed[level] > 0)
			add_row(name, "error", "reported ok, but " failed[level] " of its cases failed")
		else if (status == "skip" && count[level] == 0)
			add_row(name, "skip", message == "" ? unexplained["skip"] : message)
	}
	if (hidden_skips[level] > 0)
		add_row(name, "skip", "parameters skipped: " hidden_skips[level] "; this kernel does not say which")
	failed[level - 1] += failed[level]
	running = ""
	depth--
}

# A level that something else follows before it had its result line.
function abandon_level(    name)
{
	name = level_name(depth)
	name_rows(depth, name)
	add_row(name, "error", "result line of this subtest is missing: " progress(depth))
	failed[depth - 1] += failed[depth]
	depth--
}

function leave_deeper(indent)
{
	while (depth > 1 && indent < indent_of[depth])
		abandon_level()
}

function finish_document(    place, level, outer)
{
	if (depth == 0)
		return
	if (depth > 1) {
		outer = "; outside it " progress(1)
		place = level_name(2)
		for (level = 3; level <= depth; level++)
			place = place "." level_name(level)
		level = progress(depth)
		while (depth > 1) {
			name_rows(depth, level_name(depth))
			depth--
		}
		add_row(place, "error", "log ends inside this test: " level outer \
			(running != "" ? "; " running " was running" : ""))
	} else if (plan[1] == 0 && plan_skip != "")
		add_row("(log)", "skip", plan_skip)
	else
		check_level(1, "(log)", "")
	depth = 0
	running = ""
}

# Level for a version, subtest or plan line. "fresh" tells that the open level still
# waits for that line; if it does not, another subtest begins at the same indentation.
function enter_level(indent, fresh)
{
	if (depth == 0) {
		open_level(indent)
		return
	}
	leave_deeper(indent)
	if (indent > indent_of[depth])
		open_level(indent)
	else if (!fresh && depth > 1) {
		abandon_level()
		open_level(indent)
	}
}

function is_fresh(indent)
{
	return depth > 0 && indent == indent_of[depth] && count[depth] == 0
}

function version_line(indent)
{
	if (depth > 0 && indent <= indent_of[1])
		finish_document()
	documents++
	# "# Subtest:" may stand before the version line of the same subtest.
	enter_level(indent, is_fresh(indent) && depth > 1 && plan[depth] < 0 && !versioned[depth])
	versioned[depth] = 1
	note_count = 0
}

function subtest_line(indent, name)
{
	enter_level(indent, is_fresh(indent) && label[depth] == "" && plan[depth] < 0)
	if (depth > 1)
		label[depth] = name
	note_count = 0
}

function plan_line(indent, text)
{
	leave_deeper(indent)
	if (depth == 0 || indent > indent_of[depth])
		open_level(indent)
	if (plan[depth] >= 0)
		add_row(depth > 1 ? level_name(depth) : "(log)", "error", "second plan: " text)
	plan_skip = ""
	if (match(text, /# *SKIP */))
		plan_skip = substr(text, RSTART + RLENGTH)
	sub(/^1\.\./, "", text)
	plan[depth] = text + 0
}

# "ok 3 - name # SKIP reason" after "ok 3": sets result_name and result_directive.
function split_result(text,    at)
{
	sub(/^[ \t]+/, "", text)
	sub(/^- /, "", text)
	sub(/[ \t]+$/, "", text)
	result_directive = ""
	if (text ~ /^# /) {
		result_directive = substr(text, 3)
		text = ""
	} else if ((at = index(text, " # ")) > 0) {
		result_directive = substr(text, at + 3)
		text = substr(text, 1, at - 1)
	} else
		sub(/ #$/, "", text)
	result_name = text
}

function check_number(number, closing, name)
{
	# KUnit's debugfs runs a suite again without a header of its own.
	if (depth == 1 && closing && number == 1 && plan[1] != -1 && count[1] >= plan[1]) {
		check_level(1, "(log)", "")
		plan[1] = -2
		count[1] = 0
	} else if (number != next_number[depth])
		add_row(name, "error", "out of order: expected number " next_number[depth] ", found " number)
	next_number[depth] = number + 1
	count[depth]++
}

function result_line(indent, text,    ok, number, status, message, notes, closing)
{
	ok = (text !~ /^not /)
	sub(/^(not )?ok /, "", text)
	number = text + 0
	sub(/^[0-9]+/, "", text)
	split_result(text)
	if (result_name == "")
		result_name = running != "" ? running : "case-" number

	if (depth > 1 && indent > indent_of[depth] && is_fresh(indent_of[depth]))
		indent_of[depth] = indent	# cases indented once more than their plan
	else if (depth == 0 || indent > indent_of[depth])
		open_level(indent)
	while (depth > 1 && indent < indent_of[depth - 1])
		abandon_level()
	closing = (depth > 1 && indent < indent_of[depth])

	status = ok ? "pass" : "fail"
	message = result_directive
	if (result_directive ~ /^SKIP/) {
		status = "skip"
		sub(/^SKIP[: ]*/, "", message)
	} else if (!ok && failure_text() != "")
		message = failure_text() (result_directive == "" ? "" : "; " result_directive)

	if (closing)
		close_level(result_name, status, message, result_directive)
	else if (depth == 1 && status == "pass")
		add_row(result_name, "error", "reported ok, but no test case was run in it")
	else {
		add_row(result_name, status, message == "" ? unexplained[status] : message)
		failed[depth] += (status == "fail")
	}
	check_number(number, closing, result_name)
	running = ""
	note_count = 0
}

# Diagnostics since the last result, without what the harness prints for every test.
function note_line(text, hash)
{
	if (hash)
		sub(/^[ \t]*#[ \t]*/, "", text)
	gsub(/^[ \t]+|[ \t]+$/, "", text)
	if (hash)
		sub(/^[^ :]+:[ \t]+# /, "", text)	# KUnit on a suite that cannot start
	if (hash && text ~ /^RUN /) {
		running = text
		sub(/^RUN +/, "", running)
		sub(/ *\.\.\.$/, "", running)
		return
	}
	if (hash && text ~ /pass:[0-9]+ fail:[0-9]+.* skip:[0-9]+/) {
		compare_skips(text)
		return
	}
	if (text == "" || (hash && text ~ /^(OK|FAIL|SKIP) |^(Starting|PASSED:|FAILED:) ?|^(module|is_init|[^ ]*speed): /))
		return
	if (note_count < 200) {
		note[++note_count] = text
		note_hash[note_count] = hash
	}
}

# 6.1 prints a skipped parameter as plain "ok"; only the totals below it betray the skip:
#	# alignment: pass:2 fail:0 skip:1 total:3
function compare_skips(text,    row, seen)
{
	if (depth < 3)
		return
	for (row = first_row[depth]; row <= rows; row++)
		seen += (row_status[row] == "skip")
	sub(/.* skip:/, "", text)
	if (text + 0 > seen)
		hidden_skips[depth] = text - seen
}

function failure_text(    i, start, more, text, at)
{
	for (i = 1; i <= note_count; i++)
		if (note[i] ~ /(EXPECTATION|ASSERTION) FAILED at /) {
			if (!start)
				start = i
			else
				more++
		}
	if (start) {
		text = note[start]
		sub(/.* FAILED at /, "", text)
		for (i = start + 1; i <= note_count && !note_hash[i]; i++)
			text = text (i == start + 1 ? ": " : (text ~ /,( but)?$/ ? " " : "; ")) note[i]
		return text (more ? " (and " more " more)" : "")
	}
	for (i = 1; i <= note_count && !start; i++)
		if (note[i] ~ /[Ee]xpected/)
			start = i
	for (i = start ? start : 1; i <= note_count; i++)
		if (note[i] !~ /: Test (terminated by|failed)/)
			text = text (text == "" ? "" : "; ") note[i]
	return text
}

function clean(text)
{
	gsub(/[\001-\037\177]+/, " ", text)
	if (length(text) > 600)
		text = substr(text, 1, 597) "..."
	return text
}

BEGIN {
	unexplained["skip"] = "no reason given"
	unexplained["fail"] = "reported not ok, without a reason"
}

{
	sub(/\r$/, "")
	match($0, /^[ \t]*/)
	indent = RLENGTH
	text = substr($0, indent + 1)
	if (text ~ /^K?TAP version [0-9]+$/)
		version_line(indent)
	else if (text ~ /^# Subtest: /)
		subtest_line(indent, substr(text, 12))
	else if (text ~ /^1\.\.[0-9]+([ \t]|$)/)
		plan_line(indent, text)
	else if (text ~ /^(not )?ok [0-9]+([ \t]|$)/)
		result_line(indent, text)
	else if (text ~ /^Bail out!/)
		add_row("(bail out)", "error", text)
	else
		note_line(text, text ~ /^#/)
}

END {
	if (depth == 0)
		add_row("(log)", "error", "no KTAP in the log" (note_count ? ": " note[note_count] : ""))
	finish_document()
	for (row = 1; row <= rows; row++) {
		name = clean(row_name[row])
		if (row_status[row] != "error" && seen[name]++)
			name = name "#" seen[name]
		print name "\t" row_status[row] "\t" clean(row_message[row])
	}
}
