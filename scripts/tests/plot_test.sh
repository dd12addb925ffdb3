#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Figures and plots from canned records, also where there is little or nothing to draw.
set -eu
# shellcheck source=scripts/tests/harness.sh
. "$(dirname "$0")/harness.sh"

run=$work/run
mkdir "$run"

# table JSONL: the row of 16 pages without pressure, from the number of samples on.
table() {
	jq -rRn -L "$scripts" -f "$scripts/bench-table.jq" "$1" | awk -F '\t' '$4 == "none" && $6 == 16' | cut -f7-
}

expect "figures of 1600, 3200 and 4800 ns" \
	"65536	3	0	0	1600	3200	4800	4800	4800	3200	0	0	-" "$(table "$logs/bench/good.jsonl")"
expect "a failed sample has no latency" \
	"65536	3	0	1	3200	3200	4800	4800	4800	4000	0	0	-" "$(table "$logs/bench/troubled.jsonl")"
sed '2s/"type":"sample"/"type":"traced"/; 2s/"retries":null/"retries":7/; 2s/"latency_ns":[0-9]*,//' "$logs/bench/good.jsonl" >"$work/traced.jsonl"
expect "a traced sample has no latency, but retries" \
	"65536	2	0	0	3200	3200	4800	4800	4800	4000	0	0	7" "$(table "$work/traced.jsonl")"
expect "invalid samples give no figure" "65536	3	3	0	-	-	-	-	-	-	-	-	-" "$(table "$logs/bench/partial.jsonl")"

# drawn NAME WANTED: plot.sh on records NAME; WANTED are the files it leaves and what it says.
drawn() {
	status=0
	said=$("$scripts/plot.sh" "$run" 2>&1) || status=$?
	expect "$1" "$2" "$status $(cd "$run/plots" && echo *)${said:+ $said}"
}

jq -n '{kernel: {release: "6.12 \"quoted'\''"}, arch: "arm64", profile: "test", accelerator: "tcg",
	boots: [{name: "bench", clock: "instructions"}]}' >"$run/env.json"
for name in good troubled cut-short; do
	cp "$logs/bench/$name.jsonl" "$run/bench.jsonl"
	drawn "$name records" "0 configurations.tsv latency-by-occupancy.svg latency-by-size.svg latency-cdf.svg"
done
svg=$run/plots/latency-by-size.svg
expect "the plot says what it is" yes "$(grep -q 'not the time of any hardware' "$svg" &&
	grep -q 'pressure none' "$svg" && grep -q '16 KiB\|64 KiB' "$svg" && echo yes)"
sed '/"size_pages":64/d; s/"latency_ns":[0-9]*/"latency_ns":100000/' "$logs/bench/good.jsonl" >"$run/bench.jsonl"
drawn "one size, one latency" "0 configurations.tsv latency-by-occupancy.svg latency-by-size.svg latency-cdf.svg"

nothing="cma-tests: no plot latency-by-size: no valid sample for it in $run/bench.jsonl"
for name in empty no-samples partial; do
	cp "$logs/bench/$name.jsonl" "$run/bench.jsonl"
	drawn "$name records: nothing to draw" "0 configurations.tsv $nothing"
done
rm "$run/bench.jsonl"
drawn "no records: nothing to draw" "0 configurations.tsv $nothing"

finish
