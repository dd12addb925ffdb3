# SPDX-License-Identifier: GPL-2.0
# comparison.json as KTAP: a test a row, by the worst of its figures.
include "compare-figures";

def worst: map(.verdict) | if index("worse") then "worse" elif index("incomparable") then "incomparable"
	elif index("better") then "better" else "same" end;

($comparison[0].figures | map(select(.role == "gates")) | group_by(.row)) as $rows
| "KTAP version 1", "1..\($rows | length)", "# figures: \($comparison[0].unit)",
  ($rows | to_entries[] | .key as $number | .value | worst as $verdict
   | (.[] | select(.verdict != "same") | "# \(.measure): \(.verdict), \(cells[3:] | map(select(. != null and . != "")) | join("  "))"),
     "\(if $verdict == "worse" then "not ok" else "ok" end) \($number + 1) \(.[0].row)\(if $verdict == "incomparable" then " # SKIP incomparable" else "" end)")
