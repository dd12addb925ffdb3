# SPDX-License-Identifier: GPL-2.0
#
# A kernel's C file on stdin to the same with delays at the beginning of functions:
# awk -v delays="undo=undo_isolate_page_range test=test_pages_isolated" -f phase-delays.awk
# Status 1 when none of them is defined there.
BEGIN {
	count = split(delays, pairs, " ")
	for (i = 1; i <= count; i++) {
		split(pairs[i], pair, "=")
		delay_of[pair[2]] = delay_of[pair[2]] " " pair[1]
	}
}

# Of a definition: at the beginning of a line, and no ";" before the brace.
function begins_definition(line,	name) {
	if (line !~ /^[A-Za-z_].*\(/ || line ~ /;$/) return ""
	name = line
	sub(/\(.*/, "", name)
	sub(/.*[ *]/, "", name)
	sub(/_noprof$/, "", name)
	return name in delay_of ? name : ""
}

!included && /^#include/ { print "#include <linux/cma_delay.h>"; included = 1 }
{ print }
{ name = begins_definition($0); if (name != "") inside = name }
/;$/ && !/^\t/ { inside = "" }
/^{$/ && inside != "" {
	count = split(delay_of[inside], names, " ")
	for (i = 1; i <= count; i++)
		printf "\tint delay_%s __maybe_unused = cma_delay(\"%s\");\n", names[i], names[i]
	found += count
	inside = ""
}
END { exit !found }
