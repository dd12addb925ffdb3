#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Kernels side by side: what the plot shows, what it needs, and what may not stand side by side.
set -eu
# shellcheck source=scripts/tests/harness.sh
. "$(dirname "$0")/harness.sh"

export O="$work/build" OUT="$work/trend"

# make_run RUN RELEASE PRESSURE NS...: a run that keeps figures alone, a size a figure, from 1 page on.
make_run() {
	mkdir -p "$work/$1"
	jq -n --arg release "$2" '{schema: 1, kernel: {release: $release}, arch: "arm64", profile: "bench", accelerator: "kvm", boots: []}' >"$work/$1/env.json"
	jq -n '{schema: 1, mode: "wall", boots: ["boot"], bench_arguments: "", scenario: "", program_hash: "p"}' >"$work/$1/measurement.json"
	run=$work/$1 pressure=$3 pages=1
	shift 3
	printf 'row\tmeasure\tboot\n' >"$run/figures.tsv"
	for ns; do
		printf 'latency.kernel.reserved.%s.%d-pages\tlatency_median\t%s\n' "$pressure" "$pages" "$ns" >>"$run/figures.tsv"
		pages=$((pages * 16))
	done
}

# trend NAME WANTED RUN...: WANTED are status, files and what is said.
trend() {
	name=$1 wanted=$2
	shift 2
	status=0
	(cd "$work" && "$scripts/trend.sh" "$@") >/dev/null 2>"$work/said" || status=$?
	expect "$name" "$wanted" "$status $(cd "$work/trend" && echo *) $(cat "$work/said")"
}
all="trend.md trend.svg trend.tsv trend.txt"
svg=$work/trend/trend.svg

# points: form and colour of each point of the plot, those of its key included.
points() { grep -o "gpPt[0-9]*' .*color='[^']*'" "$svg" | sed "s/'.* color/ /"; }

make_run fast 6.1 none 400 3000 9000
make_run slow 6.12 none 800000 40000000 3000000000
mkdir "$work/trend"
trend "nanoseconds and seconds" "0 $all " fast slow
expect "all of it is within the axes" "8 100 10G" "$(points | wc -l) $(grep -o '>100<\|>10G<' "$svg" | tr -d '<>' | sort -u | paste -sd ' ')"
runs=
for release in 6.1 6.2 6.3 6.4 6.5 6.6 6.7 6.8 6.9 6.10 6.11 6.12; do
	make_run "$release" "$release" none 400 3000
	runs="$runs $release"
done
# shellcheck disable=SC2086 # a run a word
trend "twelve kernels" "0 $all " $runs
expect "twelve kernels: each has a look of its own, and its name in the key" "12 12" \
	"$(points | sort -u | wc -l) $(grep -c '<text>6[.][0-9]*</text>' "$svg")"

make_run anonymous 6.1 anonymous 400 3000
make_run more 6.12 anonymous 800 6000
trend "no empty area: no plot, and the table is there" "0 trend.md trend.tsv trend.txt cma-tests: no plot of the trend: no latency from an empty area, pressure none, in any of the runs" \
	anonymous more
expect "it is this table" "latency.kernel.reserved.anonymous.1-pages latency_median 400 800 +100.0" "$(sed -n 2p "$work/trend/trend.tsv" | tr '\t' ' ')"
make_run none-measured 6.12 none - -
trend "an empty area without a figure" "0 trend.md trend.tsv trend.txt cma-tests: no plot of the trend: no latency from an empty area, pressure none, in any of the runs" \
	none-measured none-measured

# What may not stand side by side, and bad input: named, and the trend that is there stays.
trend "one that is there" "0 $all " fast slow
kept=$(cat "$work"/trend/* | cksum)
# refused NAME FILE FILTER SAID: of a second run in which jq's filter makes another of the file.
refused() {
	rm -rf "$work/other"
	cp -r "$work/slow" "$work/other"
	jq -r "$3" "$work/slow/$2" >"$work/other/$2"
	trend "$1" "2 $all cma-tests: error: other$4" fast other
	expect "$1: the trend is kept" "$kept" "$(cat "$work"/trend/* | cksum)"
}
refused "another accelerator" env.json '.accelerator = "tcg"' ": expected accelerator kvm as in the first run, found accelerator tcg"
refused "another program" measurement.json '.program_hash = "q"' ": expected program p as in the first run, found program q"
refused "a scenario" measurement.json '.scenario = "size-sweep"' ": expected scenario none as in the first run, found scenario size-sweep"
refused "scenario and program" measurement.json '.scenario = "size-sweep" | .program_hash = "q"' \
	": expected scenario none, program p as in the first run, found scenario size-sweep, program q"
refused "env.json is cut" env.json 'tojson | .[:9]' "/env.json: expected a JSON object with kernel and boots, found no JSON: Unfinished JSON term at EOF at line 1, column 9"
refused "env.json is of another schema" env.json '.schema = 2' "/env.json: expected schema 1, found 2"
refused "measurement.json is foreign" measurement.json '["a"]' \
	"/measurement.json: expected a JSON object with schema, mode and boots, a list of names, found [\"a\"]"
refused "measurement.json is of another schema" measurement.json '.schema = 2' "/measurement.json: expected schema 1, found 2"

# A gnuplot that fails otherwise.
mkdir "$work/bin"
printf '#!/bin/sh\necho no fonts >&2\nexit 1\n' >"$work/bin/gnuplot"
chmod +x "$work/bin/gnuplot"
PATH=$work/bin:$PATH
trend "gnuplot fails" "2 $all cma-tests: error: cannot draw the trend: status 1 of gnuplot: no fonts" fast fast
expect "gnuplot fails: the trend is kept" "$kept" "$(cat "$work"/trend/* | cksum)"

finish
