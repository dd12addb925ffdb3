#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# plot.sh RUN: draw each plot/<name>.gp from RUN/bench.jsonl into RUN/plots/<name>.svg.
#
# A plot gets the variables table (the rows of bench-table.jq, also left as
# RUN/plots/configurations.tsv), maps (bench-maps.jq), curves (bench-curves.jq), phases (bench-phases.jq), output, subject (what was measured),
# clock (the label of an axis of latencies), the function amount(n) for its ticks and a_second (what rates are for). It ends
# with status 3 when there is nothing to draw, with 4 when that is no news.
scripts=$(dirname "$0")
. "$scripts/stage.sh"

if [ $# -ne 1 ] || [ ! -d "$1" ]; then die "expected one run folder; usage: plot.sh RUN"; fi
run=$1
work=$(mktemp -d "${TMPDIR:-/tmp}/cma-tests-plot.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
command -v gnuplot >/dev/null || die "expected gnuplot, found none; run 'make deps'"

rm -rf "$run/plots"
mkdir -p "$run/plots" || die "cannot write to '$run'"
table=$run/plots/configurations.tsv
if [ -s "$run/bench.jsonl" ]; then
	jq -rRn -L "$scripts" -f "$scripts/bench-table.jq" "$run/bench.jsonl" >"$table"
	jq -rRn -L "$scripts" -f "$scripts/bench-maps.jq" "$run/bench.jsonl" >"$work/maps.tsv"
	jq -rRn -L "$scripts" -f "$scripts/bench-curves.jq" "$run/bench.jsonl" >"$work/curves.tsv"
else
	: >"$table"
	: >"$work/maps.tsv"
	: >"$work/curves.tsv"
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

phases=$run/plots/phases.tsv
if [ -s "$run/phases.jsonl" ] && [ -s "$run/bench.jsonl" ]; then
	jq -rRn -L "$scripts" --slurpfile phases "$run/phases.jsonl" -f "$scripts/bench-phases.jq" \
		"$run/bench.jsonl" >"$phases"
else
	phases=$work/phases.tsv
	: >"$phases"
fi

for plot in "$scripts"/plot/*.gp; do
	name=$(basename "$plot" .gp)
	status=0
	LC_ALL=C.UTF-8 gnuplot -e "table='$table'; maps='$work/maps.tsv'; curves='$work/curves.tsv'; phases='$phases'; output='$work/$name.svg'; subject='$subject'; clock='$clock'; a_second='$a_second'; $amount" \
		"$plot" 2>"$work/messages" || status=$?
	if [ "$status" -eq 0 ] && tail -n 3 "$work/$name.svg" 2>/dev/null | grep -q '</svg>'; then
		mv "$work/$name.svg" "$run/plots/"
	elif [ "$status" -eq 4 ]; then
		continue
	elif [ "$status" -eq 3 ]; then
		note "no plot $name: no valid sample for it in $run/bench.jsonl"
	else
		die "cannot draw plot $name: $(grep -v '^ *$' "$work/messages" | tail -n 1)"
	fi
done
