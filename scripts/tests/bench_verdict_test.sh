#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Canned records to rows: each logs/bench/<name>.jsonl has its rows in <name>.tsv.
set -eu
# shellcheck source=scripts/tests/harness.sh
. "$(dirname "$0")/harness.sh"

for records in "$logs"/bench/*.jsonl; do
	expect "$(basename "$records" .jsonl)" "$(cat "${records%.jsonl}.tsv")" \
		"$(jq -rRn -L "$scripts" -f "$scripts/bench-verdict.jq" "$records")"
done

# The engine: what it takes of the smallest latency of all backends, what it takes to record.
# engine_rows CLOCK EMPTY_NS RECORDING_NS: status of recording, status of the engine.
engine_rows() {
	{
		head -n 1 "$logs/bench/good.jsonl"
		printf '{"type":"overhead","empty_ns":%d,"recording_ns":%d}\n' "$2" "$3"
		printf '{"type":"sample","bench":"latency","backend":"%s","size_pages":1,"latency_ns":%d,"error":null,"valid":true}\n' \
			null 40 kernel 3000 dma-heap 9000
		printf '{"type":"end","records":5,"status":"complete"}\n'
	} >"$work/engine.jsonl"
	jq -rRn -L "$scripts" --arg clock "$1" -f "$scripts/bench-verdict.jq" "$work/engine.jsonl" |
		sed -n 's/^overhead[.][a-z]*	\([a-z]*\).*/\1/p' | paste -sd ' '
}
expect "engine: within its limits" "pass pass" "$(engine_rows wall 30 25)"
expect "engine: 1 % of the kernel backend's latency is the limit" "pass fail" "$(engine_rows wall 31 25)"
expect "engine: 25 ns to record by the clock" "fail pass" "$(engine_rows wall 30 26)"
expect "engine: 100 instructions where they are counted" "pass pass" "$(engine_rows instructions 30 100)"
expect "engine: an emulated machine is slower" "pass pass" "$(engine_rows emulated 30 54)"
expect "engine: 101 are too many" "fail pass" "$(engine_rows instructions 30 101)"

# One sample and what bench/plugin counted of its call.
# phases_row BACKEND LATENCY UNEXPLAINED WAITS: 90000 instructions of cma_alloc(), 9000 around it.
phases_row() {
	printf '{"type":"sample","bench":"latency","backend":"%s","pressure":"none","size_pages":1,"latency_ns":%d,"error":null,"valid":true,"call":7}\n' \
		"$1" "$2" >"$work/bench.jsonl"
	printf '{"type":"phases","call":7,"instructions":90000,"attempts":1,"control":%d,"unexplained":%d,"zero":8000,"door":1000,"waits":%d}\n' \
		$((90000 - $3)) "$3" "$4" >"$work/phases.jsonl"
	jq -rRn -L "$scripts" --slurpfile phases "$work/phases.jsonl" -f "$scripts/bench-phases.jq" "$work/bench.jsonl" >"$work/phases.tsv"
	jq -rRn -f "$scripts/bench-phases-verdict.jq" "$work/phases.tsv" | cut -f 2,3 | sed 's/ of the latency.*//'
}
tab=$(printf '\t')
expect "phases: all is counted" "pass$tab" "$(phases_row dma-heap 99000 0 0)"
expect "phases: the way to the system call" "pass$tab" "$(phases_row dma-heap 100000 0 0)"
expect "phases: they add up to the latency" 100000 "$(awk -F '\t' 'NR == 2 { for (i = 10; i <= NF; i++) sum += $i; print sum }' "$work/phases.tsv")"
expect "phases: code of no phase" "fail${tab}88.9 %" "$(phases_row dma-heap 99000 10000 0)"
expect "phases: a clock that has more without a wait" "fail${tab}82.5 %" "$(phases_row dma-heap 120000 0 0)"
expect "phases: the guest waited meanwhile" "pass$tab" "$(phases_row dma-heap 120000 0 1)"
expect "phases: more counted than the clock has" "fail${tab}87.5 %" "$(phases_row dma-heap 88000 0 0)"
expect "phases: more counted, and a wait" "fail${tab}87.5 %" "$(phases_row dma-heap 88000 0 1)"
expect "phases: the kernel's clock is inside" "pass$tab" "$(phases_row kernel 90100 0 0)"

# A boot that had the plugin, and no call of a sample among what it counted.
run=$work/run
mkdir -p "$run/boots/bench"
jq -n '{schema: 1, run_id: "r", profile: "bench", arch: "arm64", kernel: {release: "6.12"}, qemu: {exit_status: 0, timed_out: false},
	boots: [{name: "bench", stages: ["bench"], clock: "instructions"}]}' >"$run/env.json"
printf '{"event":"start"}\n{"event":"begin","stage":"bench"}\n{"event":"exit","stage":"bench","status":0}\n{"event":"end"}\n' \
	>"$run/boots/bench/story.jsonl"
printf '{"exit_status":0,"timed_out":false}\n' >"$run/boots/bench/qemu.json"
printf '[    0.000000] Linux version 6.12.117\n' >"$run/boots/bench/console.log"
# plugin_row COMMAND: the row that says so.
plugin_row() {
	printf '%s\n' "$1" >"$run/boots/bench/command.txt"
	"$scripts/verdict.sh" "$run" >/dev/null || :
	grep -c '^bench	(phases)	error	expected bench/plugin to count' "$run/verdicts.tsv" || :
}
cp "$logs/bench/good.jsonl" "$run/boots/bench/bench.out"
loaded="-plugin /image/phases.so,map=/System.map,out=/phases.jsonl"
expect "plugin: it was not loaded" 0 "$(plugin_row '-m 512M')"
expect "plugin: it wrote nothing" 1 "$(plugin_row "$loaded")"
: >"$run/boots/bench/phases.jsonl"
expect "plugin: it wrote no line" 1 "$(plugin_row "$loaded")"
cp "$work/phases.jsonl" "$run/boots/bench/"
expect "plugin: no call is a sample's" 1 "$(plugin_row "$loaded")"
sed -i 's/"sample":0,/"sample":0,"call":7,/' "$run/boots/bench/bench.out"
expect "plugin: it counted a sample" 0 "$(plugin_row "$loaded")"
grep -v '"sample"' "$logs/bench/good.jsonl" >"$run/boots/bench/bench.out"
expect "plugin: there was nothing to count" 0 "$(plugin_row "$loaded")"

# Which clock a boot had: recording takes 54 ns.
# clock_rows CLOCK ACCELERATOR: the row of recording.
clock_rows() {
	engine_rows wall 30 54 >/dev/null
	cp "$work/engine.jsonl" "$run/boots/bench/bench.out"
	jq --arg clock "$1" --arg accel "$2" '.boots[0].clock = $clock | .accelerator = $accel' "$run/env.json" >"$work/env.json"
	mv "$work/env.json" "$run/env.json"
	"$scripts/verdict.sh" "$run" >/dev/null || :
	awk -F '\t' '$2 == "overhead.recording" { print $3 }' "$run/verdicts.tsv"
}
expect "clock: KVM by the wall's" fail "$(clock_rows wall kvm)"
expect "clock: QEMU by the wall's" pass "$(clock_rows wall tcg)"
expect "clock: QEMU by instructions" pass "$(clock_rows instructions tcg)"

# default_set_row MS ARGUMENTS: what becomes of it that cmabench took so long.
default_set_row() {
	printf 'run bench /bench/cmabench --json  %s\n' "$2" >"$run/boots/bench/plan"
	printf '{"event":"start"}\n{"event":"begin","stage":"bench"}\n{"event":"exit","stage":"bench","status":0,"elapsed_ms":%d}\n{"event":"end"}\n' \
		"$1" >"$run/boots/bench/story.jsonl"
	"$scripts/verdict.sh" "$run" >/dev/null || :
	awk -F '\t' '$2 == "default_set" { print $3 }' "$run/verdicts.tsv"
}
expect "default set: a minute" pass "$(default_set_row 60000 '')"
expect "default set: more" fail "$(default_set_row 60001 '')"
expect "default set: something else was asked for" '' "$(default_set_row 60001 '--count 1000')"

finish
