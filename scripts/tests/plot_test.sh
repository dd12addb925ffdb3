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

# Options that make many lines: each has its entry in the key, within the picture, and is told from the others.
jq -cn -f "$logs/bench/many-curves.jq" >"$run/bench.jsonl"
drawn "many of each" "0 configurations.tsv fragmentation.svg latency-by-occupancy.svg latency-by-size.svg latency-cdf.svg threads.svg"

# labels PLOT PATTERN: texts of the plot that match, and how many of them are outside of it. A letter is
# taken for 7 units; what a browser takes it for, report_browser_test.sh sees.
labels() {
	awk -v pattern="$2" '
		match($0, /viewBox="0 0 [0-9]+ [0-9]+/) { split(substr($0, RSTART, RLENGTH), box, " "); width = box[3]; height = box[4] }
		match($0, /translate\([-0-9.]+,[-0-9.]+/) { split(substr($0, RSTART + 10, RLENGTH - 10), at, ","); anchor = $0 }
		/<text>/ {
			gsub(/[ \t]*<[^>]*>/, "")
			if ($0 !~ pattern) next
			found++
			room = 7 * length($0)
			left = anchor ~ /"start"/ ? at[1] : anchor ~ /"middle"/ ? at[1] - room / 2 : at[1] - room
			if (left < 0 || left + room > width || at[2] < 0 || at[2] > height) outside++
		}
		END { print found + 0, outside + 0 }' "$run/plots/$1.svg"
}
# looks PLOT: how many different points there are in it, by form and colour; or lines, by colour and dashes.
looks() {
	awk -v q="'" '
		BEGIN { line = "none yet" }
		match($0, "gpPt[0-9]+" q " .* color=" q "[^" q "]*") { $0 = substr($0, RSTART, RLENGTH); sub(/ .* color/, ""); points += !seen[$0]++ }
		/<g id="gnuplot_plot_/ { line = "" }
		line == "" && match($0, "<path stroke=" q "[^" q "]*" q "( stroke-dasharray=" q "[^" q "]*)?") {
			line = substr($0, RSTART, RLENGTH)
			lines += !seen[line]++
		}
		END { print points ? points : lines }' "$run/plots/$1.svg"
}
expect "thirteen sizes: all labels are in the picture" "13 0" "$(labels latency-cdf '^[0-9]+ pages$')"
expect "24 pressures: all labels are in the picture" "24 0" "$(labels latency-by-size '^pressure ')"
expect "16 curves of threads: all labels are in the picture" "16 0" "$(labels threads '2 areas$')"
expect "16 curves of fragmentation: all labels are in the picture" "16 0" "$(labels fragmentation '^kernel, ')"
expect "16 curves of threads: the axis has its name" 1 "$(labels threads 'all threads$' | cut -d ' ' -f 1)"
expect "thirteen sizes, 24 pressures, 16 curves: no two look the same" "13 24 16 16" \
	"$(for plot in latency-cdf latency-by-size threads fragmentation; do looks "$plot"; done | paste -sd ' ')"

expect "thirteen sizes: neighbours differ in their dashes, too, in the key and in the panels" 6 \
	"$(grep -o "stroke-dasharray='[^']*'" "$run/plots/latency-cdf.svg" | sort -u | wc -l)"
expect "thirteen sizes: a cell has room for its median" 1054 "$(sed -n 's/.*viewBox="0 0 \([0-9]*\) .*/\1/p' "$run/plots/latency-by-occupancy.svg")"
head -n 2 "$logs/bench/good.jsonl" >"$run/bench.jsonl"
"$scripts/plot.sh" "$run"
expect "a single sample is a line" 1 "$(looks latency-cdf)"

nothing="cma-tests: no plot latency-by-size: no valid sample for it in $run/bench.jsonl"
for name in empty no-samples partial; do
	cp "$logs/bench/$name.jsonl" "$run/bench.jsonl"
	drawn "$name records: nothing to draw" "0 configurations.tsv $nothing"
done
rm "$run/bench.jsonl"
drawn "no records: nothing to draw" "0 configurations.tsv $nothing"

# Bad input is named, with the line where there are lines, and costs no plot that is there.
cp "$logs/bench/good.jsonl" "$run/bench.jsonl"
"$scripts/plot.sh" "$run"
call='{"type":"phases","call":1,"instructions":9,"attempts":1,"control":9,"retries":0}'
object="expected a JSON object with kernel and boots, found"
refuses plot.sh "phases.jsonl is cut" phases.jsonl "$call
{\"type\":\"phases\",\"ca" ":2: expected a record of bench/plugin, found '{\"type\":\"phases\",\"ca'"
refuses plot.sh "phases.jsonl is foreign" phases.jsonl "$(echo "$call" | sed 's/"instructions":9/"instructions":"many"/')" \
	":1: expected a record of bench/plugin, found '$(echo "$call" | sed 's/"instructions":9/"instructions":"many"/' | cut -c 1-57)...'"
refuses plot.sh "env.json is cut" env.json '{"kernel": {' ": $object no JSON: Unfinished JSON term at EOF at line 1, column 12"
refuses plot.sh "env.json is foreign" env.json '["a"]' ": $object [\"a\"]"
refuses plot.sh "env.json is of another schema" env.json '{"schema":2,"kernel":{},"boots":[]}' ": expected schema 1, found 2"
refuses plot.sh "records of another schema" bench.jsonl '{"type":"run","schema":2}' ":1: expected schema 1, found '2'"
refuses plot.sh "a record lacks what is drawn" bench.jsonl "$(head -n 1 "$logs/bench/good.jsonl")
{\"type\":\"sample\",\"bench\":\"latency\"}" ":2: expected a record of cmabench, found '{\"type\":\"sample\",\"bench\":\"latency\"}'"
# A gnuplot that fails on one plot, when others are drawn.
mkdir "$work/bin"
printf '#!/bin/sh\ncase $* in *threads.gp) echo no fonts >&2; exit 1 ;; esac\nexec %s "$@"\n' "$(command -v gnuplot)" >"$work/bin/gnuplot"
chmod +x "$work/bin/gnuplot"
before=$(cd "$run" && find . -type f -exec cksum {} + | sort)
sed 's/"size_pages":64/"size_pages":128/' "$logs/bench/good.jsonl" >"$run/bench.jsonl"
status=0
said=$(PATH=$work/bin:$PATH "$scripts/plot.sh" "$run" 2>&1) || status=$?
expect "gnuplot fails" "2 cma-tests: error: cannot draw plot threads: no fonts" "$status $said"
cp "$logs/bench/good.jsonl" "$run/bench.jsonl"
expect "gnuplot fails: no plot is another" "$before" "$(cd "$run" && find . -type f -exec cksum {} + | sort)"
rm "$run/env.json"
drawn "no env.json, no clock" "2 configurations.tsv latency-by-occupancy.svg latency-by-size.svg latency-cdf.svg cma-tests: error: expected env.json in '$run', found none"

finish
