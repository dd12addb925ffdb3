# SPDX-License-Identifier: GPL-2.0
#
# The benches of bench.jsonl that are curves. Run with jq -rRn -L scripts. Columns:
#	1 bench		2 label of the curve
#	3 fragmentation: step			parallel: threads
#	4 largest free run, per cent of area	allocations a second
#	5 taken, per cent of the area		-
include "bench-records";

bench_records as $records
| ($records | run_record | .area.count_pages // 0) as $area_pages
| $records[]
| if .type == "fragmentation" and $area_pages > 0 and .largest_free_run_pages != null and .used_pages != null
  then ["fragmentation", "\(.backend), \(pressure_name)", .step, 100 * .largest_free_run_pages / $area_pages, 100 * .used_pages / $area_pages]
  elif .type == "parallel" and .valid
  then ["parallel", "\(.backend), \(pressure_name), \(.size_pages) pages, \(.areas) area\(if .areas > 1 then "s" else "" end)", .threads, .allocations_per_second, "-"]
  else empty end
| @tsv
