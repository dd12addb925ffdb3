#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A run against the baseline of its target: when it gates, and when it only informs.
set -eu
# shellcheck source=scripts/tests/harness.sh
. "$(dirname "$0")/harness.sh"

export O="$work/build" BASELINES="$work/baselines"
baseline=$BASELINES/6.12-arm64-bench
run=$work/run

# write_side FOLDER LATENCY COMPILER: figures of seven boots that scatter by 20 ns.
write_side() {
	rm -rf "$1"
	mkdir -p "$1"
	jq -n --arg compiler "$3" '{run_id: "r", target: "6.12-arm64-bench", kernel: {release: "6.12.117", series: "6.12",
		source: "s", source_hash: "h", config_hash: "c"}, arch: "arm64", profile: "bench", compiler: $compiler,
		qemu_version: "q", accelerator: "tcg", boots: [{name: "bench", stages: ["bench"], memory: "512M", cpus: 1,
		clock: "instructions", command_line: "cma=128M"}]}' >"$1/env.json"
	seq 7 | jq -Rn '{schema: 1, mode: "count", unit: "instructions", boots: [inputs], bench_arguments: "",
		program_hash: "p", cannot_see: ["the time of any hardware"]}' >"$1/measurement.json"
	awk -v latency="$2" 'BEGIN {
		printf "row\tmeasure"
		for (boot = 1; boot <= 7; boot++) printf "\t%d", boot
		printf "\nlatency.kernel.reserved.none.64-pages\tlatency_median"
		for (boot = 1; boot <= 7; boot++) printf "\t%d", latency + 20 * boot
		print ""
	}' >"$1/figures.tsv"
}

# checked NAME WANTED: status and first line of the check.
checked() {
	status=0
	"$scripts/baseline.sh" check "$run" >"$work/said" 2>&1 || status=$?
	expect "$1" "$2" "$status $(sed -n 1p "$work/said" | sed "s|$work/||g")"
}

write_side "$run" 100000 gcc-12
checked "none is kept" "3 no baseline for 6.12-arm64-bench in results/baseline/: 'make baseline' makes one"
write_side "$baseline" 100000 gcc-12
"$scripts/baseline.sh" check "$run" >"$work/said" 2>&1 || :
expect "the same" "1 same, 0 better, 0 worse, 0 incomparable" "$(tail -n 1 "$work/said" | sed 's/^[a-z]*: //')"
write_side "$run" 101000 gcc-12
status=0
"$scripts/baseline.sh" check "$run" >"$work/said" 2>&1 || status=$?
expect "slower" "1 0 same, 0 better, 1 worse, 0 incomparable" "$status $(tail -n 1 "$work/said" | sed 's/^[a-z]*: //')"
write_side "$run" 101000 gcc-13
checked "slower with another compiler" "3 the baseline does not gate: compiler was gcc-12, is gcc-13"

write_side "$run" 100000 gcc-12
jq '.boots += ["layout-8"]' "$run/measurement.json" >"$work/layouts"
mv "$work/layouts" "$run/measurement.json"
checked "other layouts" "3 the baseline does not gate: layouts was 1 2 3 4 5 6 7, is 1 2 3 4 5 6 7 layout-8"

# What becomes of it in the verdict of a run: its boots wrote the same canned records.
export EXPECTED_SKIPS=/dev/null DENYLIST=/dev/null
write_side "$run" 100000 gcc-12
rm "$run/figures.tsv"
for boot in bench $(seq 7); do
	folder=$run/measurements/$boot
	[ "$boot" != bench ] || folder=$run/boots/bench
	mkdir -p "$folder"
	sed 's/\(_ns":[0-9]*\)/\100000/g' "$logs/bench/good.jsonl" >"$folder/bench.out"
done
printf '[    0.000000] Linux version 6.12.117\n' >"$run/boots/bench/console.log"
printf '{"exit_status":0,"timed_out":false,"elapsed_ms":9}\n' >"$run/boots/bench/qemu.json"
printf '{"event":"%s","stage":"bench","status":0,"signal":0}\n' start begin exit end >"$run/boots/bench/story.jsonl"
"$scripts/figures.sh" "$run" >"$work/figures.tsv"
mv "$work/figures.tsv" "$run/figures.tsv"

# judged NAME WANTED: status of the verdict, and what it says of the baseline.
judged() {
	status=0
	"$scripts/verdict.sh" "$run" >"$work/said" 2>&1 || status=$?
	expect "$1" "$2" "$status $(grep baseline "$work/said" | paste -sd ' ')"
}

# scale_baseline FACTOR: the run's own times, multiplied.
scale_baseline() {
	awk -v OFS='\t' -v factor="$1" 'NR > 1 && $2 ~ /_median|_average/ {
		for (i = 3; i <= NF; i++) if ($i != "-") $i = int($i * factor)
	} { print }' "$run/figures.tsv" >"$baseline/figures.tsv"
}

scale_baseline 1
judged "a verdict as the baseline's" "0 "
expect "is a row of the bench" "bench baseline pass" "$(awk '$2 == "baseline" { print $1, $2, $3 }' "$run/verdicts.tsv")"
# OUT= is where run.sh will put the run: a comparison left there would be in its way.
OUT=$work/out FORMAT=json judged "a verdict of a run with a place and a form of its own" "0 "
expect "leaves that place alone" absent "$([ -e "$work/out" ] && echo there || echo absent)"
expect "and says it as text" "same: " "$(tail -n 1 "$run/baseline.txt" | grep -o '^same: ')"
scale_baseline 0.98
judged "a verdict slower than the baseline" "1 failed: bench:baseline: slower than results/baseline: worse: 4 same, 0 better, 12 worse, 0 incomparable; see baseline.txt"
mv "$run/measurement.json" "$work/measurement.json"
judged "boots that did not repeat" "1 "
expect "are said to be no measurement" "bench measurement error" "$(awk '$2 == "measurement" { print $1, $2, $3 }' "$run/verdicts.tsv")"
mv "$work/measurement.json" "$run/measurement.json"
rm -r "$BASELINES"
judged "a verdict without a baseline" "0 note: no baseline for 6.12-arm64-bench in results/baseline/: 'make baseline' makes one"
finish
