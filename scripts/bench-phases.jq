# SPDX-License-Identifier: GPL-2.0
#
# Where the latency went: the samples of bench.jsonl joined to the calls of
# phases.jsonl (bench/plugin), averages a row. Run with
# jq -rRn -L scripts --slurpfile phases phases.jsonl. Columns:
#	1 bench	2 backend	3 pressure	4 align_order	5 size_pages	6 samples
#	7 latency_ns	8 instructions of cma_alloc
#	9 explained: of 100 per cent, those of 8 that belong to no phase and those of 7 that the
#	  clock and the counts differ by are taken off
#	10- phases in the order of names; they add up to the latency
include "bench-records";
include "bench-spent";

def names: phase_names + ["unexplained", "zero", "idle", "door"];

(["bench", "backend", "pressure", "align_order", "size_pages", "samples", "latency_ns", "instructions", "explained_percent"] + names | @tsv),
  (bench_records | samples_with_phases($phases) | group_by(configuration)[]
   | length as $n
   | (map(.phases.instructions) | add) as $instructions
   | [(.[0] | .bench, .backend, pressure_name, (.align_order // "-"), .size_pages), $n,
      (map(.latency_ns) | add / $n | round), ($instructions / $n | round),
      (100 - 100 * (map(.phases.unexplained) | add) / ($instructions + 0.000001)
	- 100 * (map(.uncounted) | add) / ((map(.latency_ns) | add) + 0.000001) | . * 10 | round / 10),
      (names[] as $name | map(.spent[$name] // 0) | add / $n | round)]
   | @tsv)
