#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# report.sh RUN [FINAL]: write RUN/summary.txt and RUN/report.html from what verdict.sh and
# plot.sh left there. FINAL is the path by which the user will find the run.
#
# Bad input is an error; the report that is there is replaced when the new one is whole.
scripts=$(dirname "$0")
. "$scripts/stage.sh"

if [ $# -lt 1 ] || [ ! -r "$1/verdict.json" ]; then
	die "expected a run folder with a verdict; usage: report.sh RUN [FINAL], after verdict.sh RUN"
fi
run=$1
path=${2:-$1}
make_work report
trap 'rm -rf "$work" "$run/summary.txt.new" "$run/report.html.new"' EXIT
trap 'exit 130' INT TERM HUP

# The file, or an empty one in its place.
or_empty() {
	if [ -r "$1" ]; then echo "$1"; else echo /dev/null; fi
}

# check_table NAME COLUMNS [FIRST [HEADS]]: lines of so many columns, where there are any; numbers, or "-",
# from column FIRST on, below so many lines of heads.
check_table() {
	[ -s "$run/$1" ] || return 0
	fault=$(awk -F '\t' -v columns="$2" -v first="${3:-9999}" -v heads="${4:-0}" '
		NF && NF < columns { print NR ": expected " columns " columns, found " NF; exit }
		NR > heads {
			for (i = first; i <= NF; i++)
				if ($i !~ /^(-|-?[0-9][0-9.]*([eE][-+]?[0-9]+)?)$/) {
					print NR ": expected a number, or \047-\047, found \047" $i "\047"
					exit
				}
		}' "$run/$1")
	[ -z "$fault" ] || die "$run/$1:$fault"
}

for input in env.json verdict.json verdicts.tsv; do
	[ -r "$run/$input" ] || die "expected $input in '$run', found none"
done
check_run_file "$run" env.json
check_run_file "$run" verdict.json
[ ! -e "$run/measurement.json" ] || check_run_file "$run" measurement.json
[ ! -s "$run/bench.jsonl" ] || check_run_file "$run" bench.jsonl
check_table verdicts.tsv 5
check_table stages.tsv 2 2
check_table noise.tsv 6 3 1
check_table plots/configurations.tsv 19 5
check_table plots/phases.tsv 9 4 1

: >"$work/tails"
for boot in "$run"/boots/*/; do
	[ -r "$boot/console.log" ] || continue
	tail -n 30 "$boot/console.log" | tr -d '\r' | jq -Rs --arg name "$(basename "$boot")" '{($name): .}' >>"$work/tails"
done
jq -s 'add // {}' "$work/tails" >"$work/tails.json"
: >"$work/plots"
for plot in "$run"/plots/*.svg; do
	[ -r "$plot" ] || continue
	jq -Rs --arg name "$(basename "$plot" .svg)" '{name: $name, path: "plots/\($name).svg", svg: .}' "$plot" >>"$work/plots"
done
jq -s . "$work/plots" >"$work/plots.json"

echo null >"$work/measurement.json"
[ ! -r "$run/measurement.json" ] || cp "$run/measurement.json" "$work/measurement.json"
: >"$work/causes"
: >"$work/benches"
# A report without a table is better than none, but must not look whole.
for table in benches causes; do
	[ -s "$run/bench.jsonl" ] || break
	jq -rRn -L "$scripts" --slurpfile env "$run/env.json" -f "$scripts/report-$table.jq" "$run/bench.jsonl" \
		>"$work/$table" 2>"$work/messages" ||
		note "$run/bench.jsonl: the report's tables of $table are not whole: $(tail -n 1 "$work/messages")"
done
(cd "$run" && find . -type f | sed 's|^\./||' | grep -vx -e report.html -e summary.txt | sort) >"$work/files"

render() {
	jq -rn -L "$scripts" -f "$scripts/$1.jq" --arg path "$path" \
		--slurpfile env "$run/env.json" --slurpfile verdict "$run/verdict.json" \
		--slurpfile tails "$work/tails.json" --slurpfile plots "$work/plots.json" \
		--rawfile rows "$run/verdicts.tsv" --rawfile files "$work/files" \
		--rawfile table "$(or_empty "$run/plots/configurations.tsv")" --rawfile phases "$(or_empty "$run/plots/phases.tsv")" \
		--slurpfile measurement "$work/measurement.json" --rawfile noise "$(or_empty "$run/noise.tsv")" \
		--rawfile baseline "$(or_empty "$run/baseline.txt")" --rawfile causes "$work/causes" --rawfile benches "$work/benches" \
		--rawfile stages "$(or_empty "$run/stages.tsv")" >"$work/$2" 2>"$work/messages" ||
		die "cannot render $2 from '$run': $(tail -n 1 "$work/messages")"
}

render summary summary.txt
render report report.html
# Beside the old ones first: a full disk must not cost those.
for file in summary.txt report.html; do
	mv "$work/$file" "$run/$file.new" || die "cannot write to '$run'"
done
for file in summary.txt report.html; do mv "$run/$file.new" "$run/$file"; done
