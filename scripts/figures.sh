#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# figures.sh RUN    print the figures of a run folder: row, measure, a column a boot
#
# From the records of its boots (RUN/boots/bench and RUN/measurements/*); a folder
# that keeps figures.tsv without records, as results/baseline/ does, gives that.
scripts=$(readlink -f "$(dirname "$0")")
. "$scripts/stage.sh"

[ -d "${1-}" ] || die "expected a run folder, found '${1-}'"
run=$1
make_work figures
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

list_records() {
	if [ -r "$run/measurement.json" ]; then
		jq -r '.boots[]' "$run/measurement.json" | while read -r boot; do
			if [ "$boot" = boot ]; then
				echo "$boot $run/boots/bench/bench.out"
			else
				echo "$boot $run/measurements/$boot/bench.out"
			fi
		done
	else
		echo "boot $run/bench.jsonl"
	fi
}

# check_phases FILE: each line is a record of bench/plugin, with all that figures are made of.
check_phases() {
	fault=$(jq -rRn '
		def count: type == "number" and (isnan | not);
		def whole: {phases: ["call", "instructions", "retries"], release: ["call", "instructions", "bitmap", "free"]} as $needed
			| type == "object" and (.type | type) == "string"
			  and ($needed[.type] == null or all((del(.type)[], .[$needed[.type][]]); count));
		[foreach inputs as $text (0; . + 1; {line: ., $text, record: ($text | fromjson? // null)})]
		| first(.[] | select(.record | whole | not)
			| "\(.line): expected a record of bench/plugin, found \u0027\(.text[:60])\u0027")' "$1")
	[ -z "$fault" ] || die "$1:$fault"
}

if [ -r "$run/figures.tsv" ] && [ ! -e "$run/bench.jsonl" ] && [ ! -d "$run/boots" ]; then
	cat "$run/figures.tsv"
	exit
fi
list_records >"$work/records"
: >"$work/figures"
while read -r boot records; do
	[ -r "$records" ] || die "expected records at $records, found none: the benchmark did not run in this boot"
	phases=$(dirname "$records")/phases.jsonl
	[ -s "$phases" ] || phases=/dev/null
	check_phases "$phases"
	jq -rRn -L "$scripts" --arg file "$records" --slurpfile phases "$phases" -f "$scripts/figures.jq" "$records" \
		>"$work/boot" 2>"$work/fault" ||
		die "$(head -n 1 "$work/fault")"
	sed "s/^/$boot	/" "$work/boot" >>"$work/figures"
done <"$work/records"
awk -f "$scripts/figures.awk" "$work/figures" >"$work/table" || die "$run: $(tail -n 1 "$work/table")"
cat "$work/table"
