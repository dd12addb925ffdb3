# SPDX-License-Identifier: GPL-2.0
#
# The table of bench-phases.jq to rows test<TAB>status<TAB>message: is where the time went
# explained? Run with jq -rRn.

[inputs | split("\t")] | .[0] as $names
| .[1:][] as $cells
| ([$names, $cells] | transpose | map({key: .[0], value: .[1]}) | from_entries)
| (.explained_percent | tonumber >= 90) as $good
| ["phases.\(.backend).\(.pressure).\(.size_pages)" + (if .align_order == "-" then "" else ".align\(.align_order)" end),
   (if $good then "pass", "" else "fail", "\(.explained_percent) % of the latency is explained, expected 90 %; phases.jsonl names the symbols of no phase, and the clock may have more than it counts" end)]
| @tsv
