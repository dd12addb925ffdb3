# SPDX-License-Identifier: GPL-2.0
#
# The maps of bench.jsonl as runs of equal cells. Run with jq -rRn -L scripts. Columns:
#	1 row, from 0		2 label
#	3 first cell		4 cells		5 state, the letter of bench/area_map.h
include "bench-records";

[bench_records[] | select(.type == "map")][:24] | to_entries[] | .key as $row | .value
| (.cells | [match("(.)\\1*"; "g") | {offset, length, letter: .string[:1]}]) as $runs
| "\(.pressure)\(if .bench == "latency" then "" else " \(.bench) \(.number)" end)" as $title
| $runs[] | [$row, $title, .offset, .length, .letter] | @tsv
