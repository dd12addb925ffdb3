# SPDX-License-Identifier: GPL-2.0
#
# Failed allocations of bench.jsonl by cause, one row each, most frequent first:
# backend, pressure, size_pages, cause, error, count. Run with jq -rRn -L scripts.
include "bench-records";

[bench_records[] | select(.type == "sample" and .error != null)]
| group_by([.backend, pressure_name, .size_pages, .failure, .error])
| sort_by(-length)[]
| [(.[0] | .backend, pressure_name, .size_pages, .failure // "not told", .error), length] | @tsv
