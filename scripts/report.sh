#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# report.sh RUN [FINAL]: write RUN/summary.txt and RUN/report.html from what verdict.sh and
# plot.sh left there. FINAL is the path by which the user will find the run.
scripts=$(dirname "$0")
. "$scripts/stage.sh"

if [ $# -lt 1 ] || [ ! -r "$1/verdict.json" ]; then
	die "expected a run folder with a verdict; usage: report.sh RUN [FINAL], after verdict.sh RUN"
fi
run=$1
path=${2:-$1}
work=$(mktemp -d "${TMPDIR:-/tmp}/cma-tests-report.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

# The file, or an empty one in its place.
or_empty() {
	if [ -r "$1" ]; then echo "$1"; else echo /dev/null; fi
}

rm -f "$run/report.html" "$run/summary.txt"
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
if [ -r "$run/bench.jsonl" ]; then
	jq -rRn -L "$scripts" --slurpfile env "$run/env.json" -f "$scripts/report-benches.jq" "$run/bench.jsonl" >"$work/benches" || :
	jq -rRn -L "$scripts" -f "$scripts/report-causes.jq" "$run/bench.jsonl" >"$work/causes" || :
fi
(cd "$run" && find . -type f | sed 's|^\./||' | sort) >"$work/files"

render() {
	jq -rn -L "$scripts" -f "$scripts/$1.jq" --arg path "$path" \
		--slurpfile env "$run/env.json" --slurpfile verdict "$run/verdict.json" \
		--slurpfile tails "$work/tails.json" --slurpfile plots "$work/plots.json" \
		--rawfile rows "$run/verdicts.tsv" --rawfile files "$work/files" \
		--rawfile table "$(or_empty "$run/plots/configurations.tsv")" --rawfile phases "$(or_empty "$run/plots/phases.tsv")" \
		--slurpfile measurement "$work/measurement.json" --rawfile noise "$(or_empty "$run/noise.tsv")" \
		--rawfile baseline "$(or_empty "$run/baseline.txt")" --rawfile causes "$work/causes" --rawfile benches "$work/benches" \
		--rawfile stages "$(or_empty "$run/stages.tsv")" >"$work/$2" ||
		die "cannot render $2 from '$run'"
}

render summary summary.txt
render report report.html
mv "$work/summary.txt" "$work/report.html" "$run/"
