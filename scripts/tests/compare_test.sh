#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Comparisons of canned runs: verdicts, set-ups, views, and input that is not to be trusted.
set -eu
# shellcheck source=harness.sh
. "$(dirname "$0")/harness.sh"

export O="$work/build"
compare=$scripts/compare.sh

# write_boot FILE MEDIAN16 MEDIAN64 [FAILURES64 [RETRIES64]]: one boot's records, two rows.
write_boot() {
	mkdir -p "$(dirname "$1")"
	jq -cn --argjson medians "[$2, $3]" --argjson failures "${4:-0}" --argjson retries "${5:-0}" '
		def row($size): {bench: "latency", backend: "dma-heap", area: "reserved", pressure: "none",
			target_occupancy_percent: 0, size_pages: $size, align_order: null};
		{type: "run", schema: 1, program: "cmabench", page_size_bytes: 4096},
		([16, 64] | to_entries[] | . as {key: $i, value: $size}
		 | ({type: "sample"} + row($size) + {sample: 0, latency_ns: $medians[$i], release_ns: 900,
			error: null, valid: true}),
		   ({type: "summary"} + row($size) + {samples: 10, invalid: 0, failures: (if $i == 1 then $failures else 0 end),
			min_ns: $medians[$i], average_ns: $medians[$i], p50_ns: $medians[$i], migrated_pages: 0,
			retries: (if $i == 1 then $retries else 0 end)})),
		{type: "end", records: 5, status: "complete"}' >"$1"
}

# make_run RUN MODE MEDIAN16 MEDIAN64...: boots that scatter by 0, 20, 40 ... ns about the medians.
make_run() {
	run=$work/$1 mode=$2 median16=$3 median64=$4
	shift 4
	rm -rf "$run"
	mkdir -p "$run"
	boots=7
	[ "$mode" = count ] || boots=10
	seq "$boots" | jq -Rn --arg mode "$mode" '{schema: 1, mode: $mode, unit: "instructions",
		boots: [inputs | if . == "1" then "boot" else "boot-\(.)" end], bench_arguments: "", program_hash: "p",
		cannot_see: ["the time of any hardware"]}' >"$run/measurement.json"
	jq -n '{run_id: "r", target: "6.12-arm64-bench", kernel: {release: "6.12", source: "s", source_hash: "h",
		config_hash: "c"}, arch: "arm64", profile: "bench", compiler: "gcc", qemu_version: "q", accelerator: "tcg",
		boots: [{name: "bench", memory: "512M", cpus: 1, clock: "instructions", command_line: "cma=128M"}]}' >"$run/env.json"
	for boot in $(seq "$boots"); do
		folder=$run/measurements/boot-$boot
		[ "$boot" != 1 ] || folder=$run/boots/bench
		write_boot "$folder/bench.out" $((median16 + 20 * boot)) $((median64 + 20 * (boot * 3 % 11))) "$@"
	done
}

# compared NAME WANTED [VARIABLE=value...] BASE NEW: WANTED is status and the last line.
compared() {
	name=$1 wanted=$2
	shift 2
	status=0
	env "$@" >"$work/said" 2>&1 || status=$?
	expect "$name" "$wanted" "$status $(tail -n 1 "$work/said" | sed "s|$work/||g")"
}

make_run base count 100000 200000
make_run same count 100010 200020
make_run worse count 100000 202000
make_run better count 98000 200000
compared "unchanged" "0 same: 10 same, 0 better, 0 worse, 0 incomparable" "$compare" "$work/base" "$work/same"
compared "1 % slower in a row" "1 worse: 8 same, 0 better, 2 worse, 0 incomparable" "$compare" "$work/base" "$work/worse"
expect "the row is named, with change and interval" 1 \
	"$(grep -c 'worse .*dma-heap.reserved.none.64-pages  latency_median .* +1 %  *+0.91 to +1.09' "$work/said")"
compared "2 % faster in a row" "0 better: 8 same, 2 better, 0 worse, 0 incomparable" "$compare" "$work/base" "$work/better"
compared "1 % is below a minimum of 3 %" "0 same: 10 same, 0 better, 0 worse, 0 incomparable" \
	MINIMUM=3 "$compare" "$work/base" "$work/worse"
make_run failing count 100000 200000 2
compared "failures where there were none" "1 worse: 9 same, 0 better, 1 worse, 0 incomparable" "$compare" "$work/base" "$work/failing"
make_run retrying count 100000 204000 0 1
compared "a retry" "1 worse: 7 same, 0 better, 3 worse, 0 incomparable" "$compare" "$work/base" "$work/retrying"
expect "what explains it" 2 "$(grep -c 'latency_.*retries 0 -> 1' "$work/said")"

# make_unmeasured RUN FIELD: the larger row has no time: all its requests failed, or its samples were invalid.
make_unmeasured() {
	make_run "$1" count 100000 200000
	sed -i -e '/"summary".*"size_pages":64,/ { s/"\(average\|p50\)_ns":[0-9]*/"\1_ns":null/g; s/"'"$2"'":0/"'"$2"'":10/ }' \
		-e '/"sample".*"size_pages":64,/ s/"valid":true/"valid":false/' "$work/$1"/*/*/bench.out
}
make_unmeasured refused failures
compared "requests that fail on both sides" "0 same: 7 same, 0 better, 0 worse, 0 incomparable" "$compare" "$work/refused" "$work/refused"
make_unmeasured invalid invalid
compared "no valid sample on either side" "2 incomparable: 7 same, 0 better, 0 worse, 1 incomparable" "$compare" "$work/invalid" "$work/invalid"
expect "says so" 1 "$(grep -c 'incomparable .*none.64-pages  latency_median .*no valid sample in BASE and NEW' "$work/said")"

# The plugin's account of each call: executed instructions, and the phase they went into.
add_phases() {
	for boot in "$work/$1"/*/*/bench.out; do
		sed -i 's/"sample":0,/"sample":0,"call":7,/' "$boot"
		printf '{"type":"phases","call":7,"instructions":%d,"attempts":1,"control":50000,"drain":%d,"retries":0}\n' \
			"$((50000 + $2))" "$2" >"$(dirname "$boot")/phases.jsonl"
	done
}
make_run drains count 100000 200000
add_phases drains 40000
make_run drains-more count 104000 204000
add_phases drains-more 44000
compared "a phase that explains" "1 worse: 6 same, 0 better, 6 worse, 0 incomparable" "$compare" "$work/drains" "$work/drains-more"
expect "it is named" 6 "$(grep -c 'worse .*phase drain +4000$' "$work/said")"

# What each page costs that was in the way, and the release: both are counted by call.
# add_pages RUN PAGES MIGRATE UNMAP FREE [ISOLATE]: of one call.
add_pages() {
	for boot in "$work/$1"/*/*/bench.out; do
		sed -i "s/\"sample\":0,/\"sample\":0,\"call\":7,\"migrated_pages\":$2,/" "$boot"
		printf '{"type":"phases","call":7,"instructions":%d,"attempts":1,"dropped":0,"control":50000,"migrate":%d,"unmap":%d,"copy":0,"remap":0,"isolate":%d,"reclaim":0,"retries":0}\n{"type":"release","call":7,"instructions":%d,"bitmap":100,"free":%d}\n' \
			"$((50000 + $3 + $4 + ${6:-0}))" "$3" "$4" "${6:-0}" "$((100 + $5))" "$5" >"$(dirname "$boot")/phases.jsonl"
	done
}
make_run pages count 100000 200000
add_pages pages 256 256000 768000 500
make_run pages-fewer count 100000 200000
add_pages pages-fewer 128 128000 384000 500
# Half of the pages: less in all, the same a page, and less is no alarm.
compared "fewer pages cost the same each" "0 better: 16 same, 2 better, 0 worse, 0 incomparable" "$compare" "$work/pages" "$work/pages-fewer"
make_run pages-slower count 100000 200000
add_pages pages-slower 128 128000 387840 500
compared "1 % a page is seen among fewer pages" "1 worse: 14 same, 2 better, 2 worse, 0 incomparable" "$compare" "$work/pages" "$work/pages-slower"
expect "the phase of it is named" 2 "$(grep -c 'worse .*page_migration .*phase unmap +30, a page$' "$work/said")"
make_run pages-isolated count 100000 200000
add_pages pages-isolated 256 256000 768000 500 25600
make_run pages-isolated-more count 100000 200000
add_pages pages-isolated-more 256 256000 768000 500 25728
compared "half an instruction a page" "1 worse: 16 same, 0 better, 2 worse, 0 incomparable" "$compare" "$work/pages-isolated" "$work/pages-isolated-more"
expect "it is told" 2 "$(grep -c 'worse .*page_isolation .*phase isolate +0.5, a page$' "$work/said")"
make_run pages-few count 100000 200000
add_pages pages-few 63 63000 189000 500
compared "few pages tell no share" "0 better: 12 same, 2 better, 0 worse, 0 incomparable" "$compare" "$work/pages" "$work/pages-few"
make_run releases count 100000 200000
add_pages releases 256 256000 768000 600
compared "a slower release" "1 worse: 16 same, 0 better, 2 worse, 0 incomparable" "$compare" "$work/pages" "$work/releases"
expect "what of it is named" 2 "$(grep -c 'worse .*cma_release_executed .*release free +100$' "$work/said")"

make_run wall-base wall 100000 200000
make_run wall-same wall 100010 200010
make_run wall-worse wall 105000 200000
compared "wall: unchanged" "0 same: 10 same, 0 better, 0 worse, 0 incomparable" "$compare" "$work/wall-base" "$work/wall-same"
compared "wall: 5 % slower" "1 worse: 8 same, 0 better, 2 worse, 0 incomparable" "$compare" "$work/wall-base" "$work/wall-worse"
# By the wall's clock the traced pass explains, whose last boot here lost events.
add_traced() {
	for boot in "$work/$1"/*/*/bench.out; do
		jq -cn --argjson drain "$2" --argjson known "$(case $boot in */boot-10/*) echo false ;; *) echo true ;; esac)" '
			{type: "traced_phases", bench: "phases", backend: "dma-heap", area: "reserved", pressure: "none",
			 target_occupancy_percent: 0, size_pages: 16, align_order: null, samples: 4, valid: $known}
			+ ({total_ns: (300000 + $drain), control_ns: 90000, drain_ns: $drain, retries_ns: 0, probes_ns: 7000}
			   | map_values(if $known then . else null end))' >"$work/traced"
		sed -i -e "/\"end\"/ { s/\"records\":5/\"records\":6/; e cat $work/traced" -e '}' "$boot"
	done
}
add_traced wall-base 40000
add_traced wall-worse 46000
compared "wall: a traced pass beside" "1 worse: 8 same, 0 better, 2 worse, 0 incomparable" "$compare" "$work/wall-base" "$work/wall-worse"
expect "names the phase" 2 "$(grep -c 'worse .*phase drain +6000$' "$work/said")"
compared "two modes" "2 cma-tests: error: the set-ups differ in mode, layouts: mode was 'count', is 'wall': measure both sides alike" \
	"$compare" "$work/base" "$work/wall-base"

# shellcheck disable=SC2094 # another file is written
alter() {
	jq "$2" "$1" >"$1.new"
	mv "$1.new" "$1"
}
make_run other count 100000 200000
alter "$work/other/env.json" '.compiler = "clang" | .kernel.config_hash = "d"'
compared "another compiler and config" "2 cma-tests: error: the set-ups differ in config, compiler: config was 'c', is 'd': where that is what you compare, say SUBJECT=config,compiler" \
	"$compare" "$work/base" "$work/other"
compared "another compiler and config, on purpose" "0 same: 10 same, 0 better, 0 worse, 0 incomparable" \
	SUBJECT=config,compiler "$compare" "$work/base" "$work/other"
compared "an unknown subject" "2 cma-tests: error: SUBJECT must name config, compiler, qemu, machine, arch, profile or program, found 'weather'" \
	SUBJECT=weather "$compare" "$work/base" "$work/other"

# Views of one comparison.
status=0
OUT=$work/views "$compare" "$work/base" "$work/worse" >/dev/null || status=$?
expect "views are written" "1 comparison.json comparison.ktap comparison.md comparison.txt verdicts.tsv" "$status $(cd "$work/views" && echo *)"
expect "json" '"worse" 10 2' "$(jq -c '.verdict, (.figures | map(select(.role == "gates")) | length), .counts.worse' "$work/views/comparison.json" | paste -sd ' ')"
expect "ktap" "1..2,not ok 2 latency.dma-heap.reserved.none.64-pages,ok 1 latency.dma-heap.reserved.none.16-pages" \
	"$(grep -v '^[#K]' "$work/views/comparison.ktap" | sort | paste -sd ,)"
expect "text, markdown and ktap say the unit" 3 "$(grep -l 'figures: instructions' "$work"/views/comparison.* | grep -c '[.]txt$\|[.]md$\|[.]ktap$')"
expect "markdown has a table" 4 "$(grep -c '^| ' "$work/views/comparison.md")"
compared "nothing is overwritten" "2 cma-tests: error: OUT must not exist yet, found 'views': remove it or choose another" \
	OUT="$work/views" "$compare" "$work/base" "$work/worse"

# Input that is not to be trusted: named by file and line.
records=$work/bad/measurements/boot-3/bench.out
bad() {
	make_run bad count 100000 200000
	"$3" "$records"
	compared "$1" "2 cma-tests: error: $2" "$compare" "$work/base" "$work/bad"
}
cut_line() { head -c -20 "$1" >"$1.new" && mv "$1.new" "$1"; }
cut_end() { sed -i '$d' "$1"; }
foreign() { echo '{"results": [1, 2]}' >"$1"; }
no_json() { echo 'Segmentation fault' >"$1"; }
empty() { : >"$1"; }
other_schema() { sed -i '1s/"schema":1/"schema":2/' "$1"; }
not_a_number() { sed -i '3s/"p50_ns":[0-9]*/"p50_ns":NaN/' "$1"; }
negative() { sed -i '3s/"p50_ns":[0-9]*/"p50_ns":-5/' "$1"; }
no_row() { sed -i '4,5d; s/"records":5/"records":3/' "$1"; }
twice() { sed -i '5{p}; s/"records":5/"records":6/' "$1"; }
partial() { sed -i 's/"complete"/"partial"/' "$1"; }
missing() { rm "$1"; }
file=bad/measurements/boot-3/bench.out
bad "cut within a line" "$file:6: expected a record of cmabench, found '{\"type\":\"end\",\"records\":5,\"'" cut_line
bad "cut before the end" "$file:5: expected the end record, found 'summary': the stream was cut off" cut_end
bad "foreign JSON" "$file:1: expected a record of cmabench, found '{\"results\": [1, 2]}'" foreign
bad "no JSON" "$file:1: expected a record of cmabench, found 'Segmentation fault'" no_json
bad "an empty file" "$file:0: expected records, found none: the benchmark did not run" empty
bad "another schema" "$file:1: expected schema 1, found 2" other_schema
bad "not a number" "$file:3: expected finite numbers, found NaN or infinity in '{\"type\":\"summary\",\"bench\":\"latency\",\"backend\":\"dma-heap\",...'" not_a_number
bad "a negative time" "$file:3: expected p50_ns of 0 or more, found -5" negative
bad "a row is missing in a boot" "bad: expected each boot to measure each row, found no latency.dma-heap.reserved.none.64-pages latency_median in boot-3" no_row
bad "a row twice" "$file:6: expected each row once, found latency.dma-heap.reserved.none.64-pages again" twice
bad "a partial run" "$file:6: expected a complete run, found status partial" partial
bad "no records" "expected records at $file, found none: the benchmark did not run in this boot" missing

make_run fewer count 100000 200000
for boot in "$work"/fewer/*/*/bench.out; do no_row "$boot"; done
compared "a row is missing in all boots" "2 incomparable: 5 same, 0 better, 0 worse, 5 incomparable" "$compare" "$work/base" "$work/fewer"
expect "it is named with file and line" 1 "$(grep -c "latency_median .*NEW lacks what BASE has at: $work/base/figures.tsv:9" "$work/said")"
# What describes the run, and what the plugin wrote: FILE, its text, and what is said.
untrusted() {
	make_run other count 100000 200000
	printf '%s\n' "$3" >"$work/other/$2"
	compared "$1" "2 cma-tests: error: other/$2$4" "$compare" "$work/base" "$work/other"
}
shape="expected a JSON object with schema, mode and boots, a list of names"
untrusted "env.json is cut" env.json '{' ": expected a JSON object with kernel and boots, found parse error: Unfinished JSON term at EOF at line 2, column 0"
untrusted "env.json is foreign" env.json '["a"]' ': expected a JSON object with kernel and boots, found ["a"]'
untrusted "measurement.json is foreign" measurement.json '{"boots":3}' ": $shape, found {\"boots\":3}"
untrusted "boots outside of the run" measurement.json '{"schema":1,"mode":"count","boots":["../../x"]}' \
	": $shape, found {\"schema\":1,\"mode\":\"count\",\"boots\":[\"../../x\"]}"
untrusted "phases.jsonl is cut" boots/bench/phases.jsonl '{"type":"phases","ca' ":1: expected a record of bench/plugin, found '{\"type\":\"phases\",\"ca'"
untrusted "a call without its counts" boots/bench/phases.jsonl '{"type":"phases","call":7}' ":1: expected a record of bench/plugin, found '{\"type\":\"phases\",\"call\":7}'"

# A folder that keeps figures alone, as a baseline does.
mkdir "$work/kept"
cp "$work/base/env.json" "$work/base/measurement.json" "$work/kept/"
"$scripts/figures.sh" "$work/base" >"$work/figures.tsv"
kept() { compared "$1" "2 cma-tests: error: kept/figures.tsv:$2" "$compare" "$work/kept" "$work/base"; }
cp "$work/figures.tsv" "$work/kept/"
compared "kept figures are the run's" "0 same: 10 same, 0 better, 0 worse, 0 incomparable" "$compare" "$work/kept" "$work/base"
head -c 500 "$work/figures.tsv" >"$work/kept/figures.tsv"
kept "kept figures are cut" "7: expected a whole line of text, found 'latency.dma-heap.reserve'"
sed '3s/[0-9]*$/nan/' "$work/figures.tsv" >"$work/kept/figures.tsv"
kept "a kept figure is no number" "3: expected a figure of 0 or more, or '-', found 'nan'"
: >"$work/kept/figures.tsv"
kept "no kept figures" "0: expected figures, found 'none'"

# Runs side by side.
compared "one run is no trend" "2 cma-tests: error: a trend needs two runs or more, found 1" "$scripts/trend.sh" "$work/base"
make_run other count 100000 200000
alter "$work/other/env.json" '.arch = "x86_64"'
compared "two architectures are no trend" "2 cma-tests: error: other: expected arm64, profile bench, mode count, cmabench  as in the first run, found x86_64, profile bench, mode count, cmabench " \
	OUT="$work/trend" "$scripts/trend.sh" "$work/base" "$work/other"
compared "a file is no place for a trend" "2 cma-tests: error: OUT must be a folder, found a file at 'said'" \
	OUT="$work/said" "$scripts/trend.sh" "$work/base" "$work/worse"
status=0
OUT=$work/trend "$scripts/trend.sh" "$work/base" "$work/worse" >/dev/null 2>&1 || status=$?
expect "two runs of one release are two columns" "0 row measure 6.12 6.12#2 change_percent" \
	"$status $(head -n 1 "$work/trend/trend.tsv" | tr '\t' ' ')"
# trend_units: files of the trend that name instructions, files that name nanoseconds.
trend_units() {
	echo "$(grep -l 'instructions, idle time included' "$work"/trend/* | wc -l) $(grep -l nanoseconds "$work"/trend/* | wc -l)"
}
expect "counted runs say instructions" "3 0" "$(trend_units)"
OUT=$work/trend "$scripts/trend.sh" "$work/wall-base" "$work/wall-worse" >/dev/null 2>&1 || :
expect "runs by the wall's clock say nanoseconds" "0 3" "$(trend_units)"
printf 'row\tmeasure\tone\ttwo\tchange_percent\na\tlatency_median\t1000\t1100\t10\na\tphase_copy\t100\t300\t200\na\tphase_drain\t600\t100\t-83\n' >"$work/table.tsv"
expect "a slower row is not laid to what became faster" "copy +200" \
	"$(awk -v style=markdown -f "$scripts/trend-table.awk" "$work/table.tsv" | sed -n 's/^| a .* 10 % | \(.*\) |$/\1/p')"
compared "no run" "2 cma-tests: error: expected two run folders: make compare BASE=<run> NEW=<run>" "$compare" "$work/base" ""
compared "no such run" "2 cma-tests: error: expected a run folder, found none at NEW='nowhere': 'make bench' makes one" "$compare" "$work/base" "$work/nowhere"

make -s -C "$scripts/statistics" OUTPUT="$work/statistics" CC=cc test >"$work/ktap" || :
expect "statistics against reference values" "34 0" "$(grep -c '^ok' "$work/ktap") $(grep -c '^not ok' "$work/ktap")"

finish
