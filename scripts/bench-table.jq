# SPDX-License-Identifier: GPL-2.0
#
# bench.jsonl to a table, one row a configuration. Run with jq -rRn -L scripts. Columns:
#
#	1 bench		2 backend	3 area		4 pressure	5 align_order
#	6 size_pages	7 size_bytes	8 samples	9 invalid	10 failures
#	11 min_ns	12 p50_ns	13 p90_ns	14 p99_ns	15 max_ns
#	16 average_ns	17 occupancy_pages		18 migrated_pages
#	19 retries_max
#
# Times are of valid samples. Retries are of traced ones, which have no times: tracing
# costs time itself. 17 and 18 are medians. "-": no figure.
include "bench-records";

def rank($percent): sort | .[((length * $percent + 99) / 100 | floor) - 1];	# as cmabench counts
def figure(f): if length == 0 then "-" else f end;

bench_records as $records
| ($records | run_record | .page_size_bytes // 4096) as $page_size_bytes
| $records | map(select(.type == "sample" or .type == "traced"))
| group_by(configuration)[]
| map(select(.type == "sample")) as $samples
| ($samples | map(select(.valid and .error == null))) as $valid
| ($valid | map(.latency_ns | numbers)) as $times
| [(.[0] | .bench, .backend, area_name, pressure_name, .align_order, .size_pages | text),
   .[0].size_pages * $page_size_bytes, ($samples | length),
   ($samples | map(select(.error == null and (.valid | not))) | length), ($samples | map(select(.error != null)) | length),
   ($times | figure(min), figure(rank(50)), figure(rank(90)), figure(rank(99)), figure(max), figure(add / length | round)),
   ($valid | map(.occupancy_pages | numbers) | figure(rank(50))),
   ($valid | map(.migrated_pages | numbers) | figure(rank(50))),
   (map(.retries | numbers) | figure(max))]
| @tsv
