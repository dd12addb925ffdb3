# SPDX-License-Identifier: GPL-2.0
# comparison.json for mail and forges.
include "compare-figures";

def row: "| " + (map(. // "" | gsub("\\|"; "\\|")) | join(" | ")) + " |";

$comparison[0]
| "**\(.verdict)**: \(counts_text)", "",
  "- base: \(.base | side_text)", "- new: \(.new | side_text)",
  (.differences[] | "- differs on purpose: \(.what)"),
  "- \(mode_text)", "- figures: \(.unit)", "- \(cannot_see_text)", "",
  (remarkable | if . == [] then empty else (headings | row), (headings | map("---") | row), (.[] | cells | row) end)
