# SPDX-License-Identifier: GPL-2.0
# comparison.json for a terminal.
include "compare-figures";

def pad($width): . + (" " * ([$width - length, 0] | max));
def table: . as $rows
	| [range($rows[0] | length) as $i | $rows | map(.[$i] | length) | max] as $widths
	| $rows[] | [range(length) as $i | .[$i] | pad($widths[$i])] | join("  ") | sub(" +$"; "");

$comparison[0]
| "base: \(.base | side_text)", "new:  \(.new | side_text)",
  (.differences[] | "differs on purpose: \(.what)"),
  mode_text, "figures: \(.unit)", cannot_see_text, "",
  (remarkable | if . == [] then empty else ([headings] + map(cells | map(. // "")) | table), "" end),
  "\(.verdict): \(counts_text)"
