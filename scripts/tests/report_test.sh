#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Summary and report of a run: short, complete, escaped, without a network.
set -eu
# shellcheck source=scripts/tests/harness.sh
. "$(dirname "$0")/harness.sh"

run=$work/run
hostile='<script>alert("1")</script>&'\'
mkdir -p "$run/boots/kunit" "$run/plots"
jq -n --arg hostile "$hostile" '{target: "6.12-arm64-test", arch: "arm64", profile: "test", accelerator: "tcg",
	kernel: {release: $hostile, source: $hostile}, compiler: $hostile, project: $hostile,
	boots: [{name: "kunit", stages: ["kunit"], command_line: $hostile}]}' >"$run/env.json"
printf '<svg><text>%s</text></svg>\n' "$hostile" >"$run/plots/a plot.svg"
printf 'boot\t14\n' >"$run/stages.tsv"

# judge CASES: a run whose KUnit log has that many failing cases.
judge() {
	{
		printf '[    0.000000] Linux version 6.12\n[    0.100000] KTAP version 1\n[    0.100000] 1..1\n'
		printf '[    0.100000]     KTAP version 1\n[    0.100000]     # Subtest: suite\n[    0.100000]     1..%d\n' $(($1 + 1))
		printf '[    0.100000]     ok 1 %s\n' "$hostile"
		seq "$1" | awk -v hostile="$hostile" '{
			printf "[    0.100000]     # case: EXPECTATION FAILED at %s\n", hostile
			printf "[    0.100000]     not ok %d case_%d\n", $1 + 1, $1 }'
		printf '[    0.100000] %sok 1 suite\n' "$([ "$1" -eq 0 ] || echo 'not ')"
	} >"$run/boots/kunit/console.log"
	printf '{"event":"start"}\n{"event":"end"}\n' >"$run/boots/kunit/story.jsonl"
	printf '{"exit_status":0,"timed_out":false}\n' >"$run/boots/kunit/qemu.json"
	"$scripts/verdict.sh" "$run" >/dev/null || :
	"$scripts/report.sh" "$run" /final/place
}

count() {
	grep -c -e "$1" "$2" || :
}

judge 0
cp "$logs/bench/good.jsonl" "$run/bench.jsonl"
jq -rRn -L "$scripts" -f "$scripts/bench-table.jq" "$run/bench.jsonl" >"$run/plots/configurations.tsv"
judge 0
expect "passed: first word, last line" "PASS 2 passed, 0 failed, 0 skipped" \
	"$(head -n 1 "$run/summary.txt" | cut -d ' ' -f 1) $(tail -n 1 "$run/summary.txt")"
expect "passed: path of the report" 1 "$(count '^report: /final/place/report.html$' "$run/summary.txt")"
expect "passed: latency" 1 "$(count 'dma-heap, pressure none .* 3.2 µs (4.8 µs) .* 12.8 µs (19.2 µs)' "$run/summary.txt")"
expect "passed: green, not red" "1 0" \
	"$(count 'class="banner pass"' "$run/report.html") $(count 'class="banner fail"' "$run/report.html")"

cat >>"$run/bench.jsonl" <<'END'
{"type":"throughput","bench":"throughput","backend":"kernel","pressure":"none","size_pages":16,"allocations":10,"failures":0,"elapsed_ns":1000,"pages_per_second":160000,"bytes_per_second":655360000,"success_percent":100,"occupancy_pages_before":3,"occupancy_pages_after":1,"valid":true}
{"type":"parallel","bench":"parallel","backend":"kernel","pressure":"none","size_pages":16,"threads":4,"areas":2,"failures":1,"allocations_per_second":77,"p50_ns":1500,"max_ns":2500,"retries":9,"valid":true}
{"type":"release","bench":"release","backend":"kernel","pressure":"none","size_pages":16,"order":"oldest first","releases":5,"release_min_ns":10,"release_p50_ns":20,"release_max_ns":30}
{"type":"fragmentation","bench":"fragmentation","backend":"kernel","pressure":"none","step":160,"buffers":4,"used_pages":55,"largest_free_run_pages":500,"requests":7,"failures":3,"by_failure":{"no slot":2,"busy":1}}
{"type":"snapshot","bench":"hunt","backend":"kernel","pressure":"none","size_pages":16,"sample":6,"latency_ns":9000,"trace":"first line\nthe <last> line\n"}
{"type":"busy_page","bench":"hunt","backend":"kernel","pressure":"none","size_pages":16,"pfn":357905,"times":2,"page_type":"anonymous","flags":"lru","mappings":1,"allocated_by":null}
{"type":"model","backend":"kernel","term":"retry","ns":37000.5,"size_pages":4096,"samples":9}
{"type":"traced_phases","bench":"phases","backend":"kernel","pressure":"none","size_pages":16,"valid":true,"total_ns":1000,"isolate_ns":250,"drain_ns":750}
END
judge 0
# row CELL...: how many rows of the report have these cells, in this order.
row() {
	count "$(printf '<td[^>]*>%s</td>' "$@")" "$run/report.html"
}
expect "throughput" 1 "$(row kernel none 16 160000 625 '100 %' 3 1)"
expect "several threads" 1 "$(row kernel none 16 4 2 77 '1.5 µs' '2.5 µs' 1 9)"
expect "giving back" 1 "$(row kernel none 16 'oldest first' 5 '10 ns' '20 ns' '30 ns')"
expect "fragmentation" 1 "$(row kernel none 160 4 55 500 7 3 '2 no slot, 1 busy')"
expect "the hunt" "1 1" "$(row kernel none 16 6 '9 µs' 'the &lt;last&gt; line') $(row kernel none 357905 2 anonymous lru 1 -)"
expect "the model" 1 "$(row kernel retry '37 µs' 4096 9)"
expect "traced phases" 1 "$(row kernel none 16 '1 µs' - '25 %' '75 %')"

# The same where the clock counts instructions: no unit of time anywhere.
cp "$run/env.json" "$work/env.json"
jq '.boots += [{name: "bench", stages: ["bench"], clock: "instructions"}]' "$work/env.json" >"$run/env.json"
{
	printf 'bench\tbackend\tpressure\talign_order\tsize_pages\tsamples\tlatency_ns\tinstructions\texplained_percent\tdrain\tzero\tidle\tdoor\n'
	printf 'latency\tkernel\tnone\t0\t16\t4\t9000\t5000\t99.5\t4000\t500\t2500\t1000\n'
} >"$run/plots/phases.tsv"
judge 0
expect "counted: instructions, no time" "1 1 0" "$(row kernel retry 37k 4096 9) $(count '^instructions, median (p99)' "$run/summary.txt") $(
	sed 's/<h2>Tests.*//' "$run/report.html" | count '[0-9] \(n\|µ\|m\)s<' /dev/stdin)"
expect "counted: executed and idle apart" 1 "$(row kernel none 16 4 9k 5k 'drain 4k' 1.5k 2.5k 99.5)"
expect "counted: no rate of time" "0 3" "$(count '<th[^>]*>[^<]* a second' "$run/report.html") $(
	grep -o '<th[^>]*>[^<]* in 10⁹ instructions' "$run/report.html" | wc -l)"
cp "$work/env.json" "$run/env.json"
rm "$run/plots/phases.tsv"

judge 40
expect "failed: first word, last line" "FAIL 2 passed, 40 failed, 0 skipped" \
	"$(head -n 1 "$run/summary.txt" | cut -d ' ' -f 1) $(tail -n 1 "$run/summary.txt")"
expect "failed: fewer than 25 lines" yes "$([ "$(wc -l <"$run/summary.txt")" -lt 25 ] && echo yes)"
expect "failed: the first failures and the rest" "4 1" \
	"$(count '^failed: kunit:suite.case_' "$run/summary.txt") $(count '^and 36 more failures$' "$run/summary.txt")"
expect "failed: red, not green" "0 1" \
	"$(count 'class="banner pass"' "$run/report.html") $(count 'class="banner fail"' "$run/report.html")"
expect "failed: every case is in the report" 1 "$(count '<td class="name">suite.case_40</td>' "$run/report.html")"
expect "failed: the console is quoted" 1 "$(count 'The last lines of the console' "$run/report.html")"

expect "text from outside is escaped" "0 yes" \
	"$(count '<script' "$run/report.html") $([ "$(count '&lt;script&gt;' "$run/report.html")" -gt 4 ] && echo yes)"
expect "no network" 0 "$(count '[a-z]*://' "$run/report.html")"
expect "files are linked by relative path" 1 \
	"$(grep -o '<a href="boots/kunit/console.log">' "$run/report.html" | wc -l)"
expect "names of files are encoded" 1 "$(grep -o '<li><a href="plots/a%20plot.svg">' "$run/report.html" | wc -l)"

# Bad input is named, with the line where there are lines, and the report that is there stays.
jq -n '{schema: 1, mode: "count", boots: ["boot"], unit: "instructions"}' >"$run/measurement.json"
printf 'row\tmeasure\tboots\tmiddle\trange\trange_percent\na\tlatency_median\t2\t1000\t1\t0.1\n' >"$run/noise.tsv"
judge 0
expect "measurement and noise are read" "1 1" "$(count '<h2>Measurement' "$run/report.html") $(count 'Noise: range' "$run/report.html")"
expect "the report is none of its own files" 0 "$(grep -c '<li><a href="\(report.html\|summary.txt\)' "$run/report.html")"
cut="found no JSON: Unfinished string at EOF at line 2, column 6"
for input in "env.json|a JSON object with kernel and boots" "verdict.json|a JSON object with overall, counts, stages and boots" \
	"measurement.json|a JSON object with schema, mode and boots, a list of names"; do
	refuses report.sh "${input%|*} is cut" "${input%|*}" "{\"schema\": 1,
  \"boo" ": expected ${input#*|}, $cut"
	refuses report.sh "${input%|*} is foreign" "${input%|*}" '{"results": [1, 2]}' ": expected ${input#*|}, found {\"results\":[1,2]}"
	refuses report.sh "${input%|*} is of another schema" "${input%|*}" "$(jq '.schema = 2' "$run/${input%|*}")" ": expected schema 1, found 2"
done
refuses report.sh "verdicts.tsv is cut" verdicts.tsv "$(printf 'boot\tkunit\tpass\t\tkunit\nkunit\tsui')" ":2: expected 5 columns, found 2"
refuses report.sh "noise.tsv is cut" noise.tsv "$(printf 'row\tmeasure\tboots\tmiddle\trange\trange_percent\na\tlatency_med')" ":2: expected 6 columns, found 2"
refuses report.sh "no number in noise.tsv" noise.tsv "$(sed 's/0[.]1$/much/' "$run/noise.tsv")" ":2: expected a number, or '-', found 'much'"
refuses report.sh "records of another schema" bench.jsonl '{"type":"run","schema":2}' ":1: expected schema 1, found '2'"
echo '{"type":"throughput","bench":"throughput","bytes_per_second":"many"}' >>"$run/bench.jsonl"
judge 0 2>"$work/out"
expect "a table that is not whole is told" "1 1" "$(grep -c "^cma-tests: $run/bench.jsonl: the report's tables of benches are not whole: jq" "$work/out") $(wc -l <"$work/out")"

rm "$run/report.html"
status=0
make -s -C "$scripts/.." report OUT="$run" O="$work/build" >"$work/out" 2>&1 || status=$?
expect "make report OUT=: a run that is there is reported again" "0 yes" "$status $([ -s "$run/report.html" ] && echo yes)"

rm "$run/verdict.json"
status=0
"$scripts/report.sh" "$run" >"$work/out" 2>&1 || status=$?
expect "no verdict: one line, status 2" "2 1" "$status $(wc -l <"$work/out")"

finish
