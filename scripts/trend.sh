#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# trend.sh [RUN...]    kernels side by side: a table and a plot of what became faster or slower
#
# RUN are run folders in the order to show; without any, 6.1, 6.12 and newest are
# built and measured first (count mode, profile bench).
# Leaves OUT (default results/trend/): trend.tsv, trend.txt, trend.md, and trend.svg where rows of
# pressure none were measured.
scripts=$(readlink -f "$(dirname "$0")")
. "$scripts/stage.sh"
run_in_session "$@"

top=$(readlink -f "$scripts/..")
arch=${ARCH:-arm64}
output=${OUT:-$top/results/trend}
kernels=${KERNELS:-6.1 6.12 newest}
load_arch "$arch"
for kernel in $kernels; do
	case $kernel in 6.1 | 6.12 | newest) ;; *) die "KERNELS must name two or more of 6.1, 6.12 and newest, found '$kernel'" ;; esac
done
[ $# -gt 0 ] || [ "$(echo "$kernels" | wc -w)" -ge 2 ] ||
	die "KERNELS must name two or more of 6.1, 6.12 and newest, found '$kernels'"
find_build
[ ! -e "$output" ] || [ -d "$output" ] || die "OUT must be a folder, found a file at '$output'"
command -v gnuplot >/dev/null || die "expected gnuplot, found none; run 'make deps'"
make_work trend
trap 'rm -rf "$work"; rm -f "$output"/trend.*.new' EXIT
trap 'exit 130' HUP INT TERM

# A kernel that cannot be had or built leaves a gap, said aloud, not an end.
measure_kernels() {
	for kernel in $kernels; do
		run=$build/trend/$kernel-$arch
		status=0
		rm -rf "$run.new"
		OUT="$run.new" KERNEL=$kernel KSRC='' ONLY='' MODE=count PROFILE="${PROFILE:-bench}" \
			"$scripts/run.sh" bench >"$work/$kernel.log" 2>&1 || status=$?
		if [ ! -e "$run.new/figures.tsv" ]; then
			note "no figures of $kernel, status $status: $(grep -m 1 error: "$work/$kernel.log" || tail -n 1 "$work/$kernel.log")"
			continue
		fi
		rm -rf "$run"
		mv "$run.new" "$run"
		echo "$run" >>"$work/runs"
	done
}

# lacking FILE OTHER: the lines of OTHER that FILE has not.
lacking() {
	grep -vxFf "$1" "$2" | paste -sd , | sed 's/,/, /g'
}

# Lines of two clocks, of two processors, or of two programs, whose calls differ in their fixed
# cost (see COMPARISON.md), cannot stand side by side.
check_setup() {
	setup=$(jq -r --slurpfile measurement "$run/measurement.json" \
		'"\(.arch), profile \(.profile), mode \($measurement[0].mode), cmabench \($measurement[0].bench_arguments)"' "$run/env.json")
	[ "${first_setup:=$setup}" = "$setup" ] || die "$run: expected $first_setup as in the first run, found $setup"
	jq -r --slurpfile measurement "$run/measurement.json" '"accelerator \(.accelerator)",
		($measurement[0] | "scenario \(.scenario // "" | if . == "" then "none" else . end)", "program \(.program_hash)")' \
		"$run/env.json" >"$work/setup"
	[ -e "$work/first" ] || cp "$work/setup" "$work/first"
	cmp -s "$work/first" "$work/setup" ||
		die "$run: expected $(lacking "$work/setup" "$work/first") as in the first run, found $(lacking "$work/first" "$work/setup")"
}

# A column is named by the release; a second run of it by its number, too.
read_run() {
	for file in env.json measurement.json; do
		[ -r "$run/$file" ] || die "expected $file in '$run', found none: 'make bench' leaves it"
		check_run_file "$run" "$file"
	done
	label=$(jq -er '.kernel.release | strings | split("-")[0]' "$run/env.json" 2>/dev/null) ||
		die "$run/env.json: expected the kernel's release, found none"
	check_setup
	echo "$label" >>"$work/labels"
	number=$(grep -cxF "$label" "$work/labels")
	[ "$number" = 1 ] || label="$label#$number"
	"$scripts/figures.sh" "$run" >"$work/one"
	awk -f "$scripts/noise.awk" "$work/one" | awk -v label="$label" 'NR > 1 { print label "\t" $0 }' >>"$work/figures"
}

: >"$work/runs"
mkdir -p "$build/trend"
if [ $# -gt 0 ]; then printf '%s\n' "$@" >"$work/runs"; else measure_kernels; fi
[ "$(wc -l <"$work/runs")" -ge 2 ] || die "a trend needs two runs or more, found $(wc -l <"$work/runs")"
: >"$work/figures"
: >"$work/labels"
while read -r run; do
	read_run
done <"$work/runs"
awk -f "$scripts/trend.awk" "$work/figures" >"$work/trend.tsv"
[ "$(wc -l <"$work/trend.tsv")" -gt 1 ] || die "the runs have no row in common"
case $first_setup in
*", mode count, "*) unit="instructions, idle time included" ;;
*) unit=nanoseconds ;;
esac
awk -v style=text -v unit="$unit" -f "$scripts/trend-table.awk" "$work/trend.tsv" >"$work/trend.txt"
awk -v style=markdown -v unit="$unit" -f "$scripts/trend-table.awk" "$work/trend.tsv" >"$work/trend.md"
files="trend.tsv trend.txt trend.md"
status=0
LC_ALL=C.UTF-8 gnuplot -e "load '$scripts/curve-looks.gp'; table='$work/trend.tsv'; output='$work/trend.svg'; unit='$unit'" "$scripts/trend.gp" 2>"$work/messages" ||
	status=$?
case $status in
0) files="$files trend.svg" ;;
3) note "no plot of the trend: no latency from an empty area, pressure none, in any of the runs" ;;
*) die "cannot draw the trend: status $status of gnuplot: $(grep -v '^ *$' "$work/messages" | tail -n 1)" ;;
esac
mkdir -p "$output" || die "cannot write to '$output'"
# Beside the old ones first: a full disk must not cost those.
for file in $files; do
	mv "$work/$file" "$output/$file.new" || die "cannot write to '$output'"
done
for file in $files; do mv "$output/$file.new" "$output/$file"; done
# One of an earlier trend is not of this table.
[ "$status" = 0 ] || rm -f "$output/trend.svg"
cat "$output/trend.txt"
