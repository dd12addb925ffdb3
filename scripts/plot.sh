#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# plot.sh RUN: draw each plot/<name>.gp from RUN/bench.jsonl into RUN/plots/<name>.svg.
#
# A plot gets the variables table (the rows of bench-table.jq, also left as
# RUN/plots/configurations.tsv), maps (bench-maps.jq), curves (bench-curves.jq), phases (bench-phases.jq), samples (of bench
# latency: group, size_pages, latency_ns), output, subject (what was measured),
# clock (the label of an axis of latencies), the function amount(n) for its ticks and a_second (what rates are for). It ends
# with status 3 when there is nothing to draw, with 4 when that is no news.
#
# Bad input is an error; the plots that are there are replaced when all new ones are.
scripts=$(dirname "$0")
. "$scripts/stage.sh"

if [ $# -ne 1 ] || [ ! -d "$1" ]; then die "expected one run folder; usage: plot.sh RUN"; fi
run=$1
make_work plot
trap 'rm -rf "$work" "$run/plots.new"' EXIT
trap 'exit 130' INT TERM HUP
command -v gnuplot >/dev/null || die "expected gnuplot, found none; run 'make deps'"

# read_bench ARGUMENT...: bench.jsonl as the lines that the filter among jq's arguments makes of it.
read_bench() {
	[ -s "$run/bench.jsonl" ] || return 0
	jq -rRn -L "$scripts" "$@" "$run/bench.jsonl" 2>"$work/messages" ||
		die "$run/bench.jsonl: cannot be plotted: $(tail -n 1 "$work/messages")"
}

# It says what the clock counts.
[ -r "$run/env.json" ] || die "expected env.json in '$run', found none"
check_run_file "$run" env.json
for records in bench.jsonl phases.jsonl; do
	[ ! -s "$run/$records" ] || check_run_file "$run" "$records"
done
mkdir "$work/plots"
table=$work/plots/configurations.tsv
phases=$work/phases.tsv
read_bench -f "$scripts/bench-table.jq" >"$table"
read_bench -f "$scripts/bench-maps.jq" >"$work/maps.tsv"
read_bench -f "$scripts/bench-curves.jq" >"$work/curves.tsv"
read_bench 'include "bench-records";
	bench_records[] | select(.type == "sample" and .bench == "latency" and .valid and .error == null)
	| ["\(.backend):\(pressure_name)", .size_pages, .latency_ns] | @tsv' >"$work/samples.tsv"
: >"$phases"
if [ -s "$run/phases.jsonl" ] && [ -s "$run/bench.jsonl" ]; then
	phases=$work/plots/phases.tsv
	read_bench --slurpfile phases "$run/phases.jsonl" -f "$scripts/bench-phases.jq" >"$phases"
fi

# Text for the plots; no quotes in it, because gnuplot gets it in quotes.
describe() {
	jq -r -L "$scripts" "include \"run-figures\"; $1" "$run/env.json" 2>/dev/null | tr -d "\"'\\\\" || :
}
subject=$(describe '"Linux \(.kernel.release), \(.arch), profile \(.profile), " +
	if .accelerator == "tcg" then "QEMU TCG: not the time of any hardware" else .accelerator end')
# The same units as those of time_text.
if [ "$(describe is_counted)" = true ]; then
	clock='instructions, idle time included' units="'', 'k', 'M', 'G'"
else
	clock=latency units="' ns', ' µs', ' ms', ' s'"
fi
a_second=$(describe 'a_second(is_counted)')
amount="array unit[4] = [$units]; amount(n) = n < 999.5 ? sprintf('%.3g', n) . unit[1] : n < 999.5e3 ? sprintf('%.3g', n / 1e3) . unit[2] : \
	n < 999.5e6 ? sprintf('%.3g', n / 1e6) . unit[3] : sprintf('%.3g', n / 1e9) . unit[4]"

for plot in "$scripts"/plot/*.gp; do
	name=$(basename "$plot" .gp)
	status=0
	LC_ALL=C.UTF-8 gnuplot -e "load '$scripts/curve-looks.gp'; table='$table'; maps='$work/maps.tsv'; curves='$work/curves.tsv'; samples='$work/samples.tsv'; phases='$phases'; output='$work/$name.svg'; subject='$subject'; clock='$clock'; a_second='$a_second'; $amount" \
		"$plot" 2>"$work/messages" || status=$?
	if [ "$status" -eq 0 ] && tail -n 3 "$work/$name.svg" 2>/dev/null | grep -q '</svg>'; then
		mv "$work/$name.svg" "$work/plots/"
	elif [ "$status" -eq 4 ]; then
		continue
	elif [ "$status" -eq 3 ]; then
		note "no plot $name: no valid sample for it in $run/bench.jsonl"
	else
		die "cannot draw plot $name: $(grep -v '^ *$' "$work/messages" | tail -n 1)"
	fi
done

# Beside the old ones first: a full disk must not cost those.
rm -rf "$run/plots.new"
mv "$work/plots" "$run/plots.new" || die "cannot write to '$run'"
rm -rf "$run/plots"
mv "$run/plots.new" "$run/plots"
