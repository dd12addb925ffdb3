# SPDX-License-Identifier: GPL-2.0
#
# Serial console to KTAP: what KUnit printed, without the kernel messages between.
#
#	awk -f console.awk -f kunit-extract.awk console.log >kunit.ktap
#
# Nothing is kept before the first version line, except what KUnit's executor says when it
# refuses to run ("kunit: disabled"), which becomes a diagnostic.

{
	console_line($0)
	if (console_text ~ /^[ \t]*K?TAP version [0-9]+$/ && console_kind == "ktap")
		started = 1
	if (console_kind == "kernel" && console_text ~ /^kunit( executor)?: /)
		print "# " console_text
	else if (started && (console_kind == "ktap" || console_kind == "detail"))
		print console_text
}
