# SPDX-License-Identifier: GPL-2.0
#
# What a line of a serial console is. Shared by kunit-extract.awk and outcome.awk:
#
#	awk -f console.awk -f outcome.awk ...
#
# console_line() takes the raw line apart and leaves
#	console_text	the message, without CR, terminal escapes and time stamp
#	console_stamp	the time stamp (and caller), empty when there is none
#	console_kind	"ktap"		KTAP grammar or a KUnit "#" diagnostic
#			"detail"	further lines of a failed expectation
#			"user"		written by user space, not by printk
#			"kernel"	any other kernel message
#
# A KUnit expectation is one printk of several lines, and each of them gets the time
# stamp of the whole. The text that a test adds to it is not indented, so the stamp is
# what tells it from the next kernel message:
#
#	[    1.234567]     # case: EXPECTATION FAILED at mm/tests/cma_kunit.c:30
#	[    1.234567]     Expected a == b, but
#	[    1.234567]         a == 1 (0x1)
#	[    1.234567] area reserved: the text of KUNIT_EXPECT_EQ_MSG()
#	[    1.234601] cma: some other message

function console_line(raw)
{
	gsub(/\r/, "", raw)
	gsub(/\033\[[0-9;?]*[A-Za-z]/, "", raw)
	console_stamp = ""
	# User space may leave a line unfinished: the stamp is then in the middle of the line.
	if (match(raw, /\[ *[0-9]+\.[0-9][0-9][0-9][0-9][0-9][0-9]\](\[ *[CT][0-9]+\])?/)) {
		console_stamp = substr(raw, RSTART, RLENGTH)
		console_stamped = 1
		raw = substr(raw, RSTART + RLENGTH)
		sub(/^ /, "", raw)
	}
	console_text = raw
	console_kind = console_classify(raw)
	if (console_kind != "detail")
		console_detail = (raw ~ /# .*(EXPECTATION|ASSERTION) FAILED at /) ? console_stamp " " : ""
}

function console_classify(text)
{
	if (console_stamped && console_stamp == "")
		return "user"
	if (text ~ /^[ \t]*(not )?ok [0-9]+([ \t]|$)/ || text ~ /^[ \t]*1\.\.[0-9]+/ ||
	    text ~ /^[ \t]*K?TAP version [0-9]+$/ || text ~ /^[ \t]*#/ || text ~ /^[ \t]*Bail out!/)
		return "ktap"
	if (console_detail != "" && text !~ /^(-+\[ cut here|====|Unable to handle|Kernel panic)/ &&
	    (text ~ /^(    |\t)/ || (console_stamp != "" && console_detail == console_stamp " ")))
		return "detail"
	return "kernel"
}
