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
# units: plots that name their instructions, plots with a unit of time.
units() {
	"$scripts/plot.sh" "$run" 2>/dev/null || :
	echo "$(grep -l 'instructions, idle time included' "$run"/plots/*.svg | wc -l) $(grep -l '[0-9] \(n\|µ\|m\)\?s<' "$run"/plots/*.svg | wc -l)"
}
cp "$logs/bench/good.jsonl" "$run/bench.jsonl"
echo '{"type":"parallel","bench":"parallel","backend":"kernel","pressure":"none","size_pages":16,"threads":4,"areas":2,"allocations_per_second":77,"valid":true}' >>"$run/bench.jsonl"
expect "counted: instructions, no time" "3 0" "$(units)"
expect "counted: no rate of time" "2 0" "$(grep -c 'llocations in 10⁹ instructions' "$run/plots/threads.svg") $(grep -c 'a second' "$run/plots/threads.svg")"
cp "$run/env.json" "$work/env.json"
jq '.boots[0].clock = "wall"' "$work/env.json" >"$run/env.json"
expect "by the wall's clock: time, no instructions" "0 3" "$(units)"
expect "by the wall's clock: allocations a second" 2 "$(grep -c 'llocations a second' "$run/plots/threads.svg")"
cp "$work/env.json" "$run/env.json"
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
