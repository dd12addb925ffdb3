#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# compare.sh BASE NEW    compare two benchmark runs, say what became better or worse
#
# BASE and NEW are run folders of 'make bench', or results/baseline/<target>. What
# they measured on must be the same; SUBJECT names what differs on purpose, a list
# out of config, compiler, qemu, machine, arch, profile, program (the kernel's
# source always may). MINIMUM is the smallest change, in percent, to speak of.
# FORMAT: text, markdown, json, ktap. With OUT=<folder> all four go there as well.
# Status: 0 same or better, 1 a row is worse, 2 they cannot be compared or a row
# cannot be told.
scripts=$(readlink -f "$(dirname "$0")")
. "$scripts/stage.sh"

# shellcheck disable=SC2015
[ -n "${1-}" ] && [ -n "${2-}" ] && [ $# -eq 2 ] || die "expected two run folders: make compare BASE=<run> NEW=<run>"
format=${FORMAT:-text}
subject=${SUBJECT-}
check_comparison
find_build
make_work compare
status=2
leave() {
	rm -rf "$work"
	exit "$status"
}
trap leave EXIT
trap 'exit 130' INT TERM HUP

# check_shape FILE FILTER WHAT: a JSON file that has what is read of it.
check_shape() {
	jq -e "$2" "$1" >/dev/null 2>"$work/fault" || {
		found=$(jq -c . "$1" 2>&1 | head -n 1 | cut -c 1-100)
		die "$1: expected $3, found ${found:-nothing}"
	}
}

# read_side NAME RUN: its figures, and what it was measured on.
read_side() {
	[ -d "$2" ] || die "expected a run folder, found none at $1='$2': 'make bench' makes one"
	for file in env.json measurement.json; do
		[ -r "$2/$file" ] || die "expected $file in $1='$2', found none: 'make bench' leaves it"
	done
	check_shape "$2/env.json" 'objects | (.kernel | objects) and (.boots | arrays)' "a JSON object with kernel and boots"
	check_shape "$2/measurement.json" 'objects | .schema and .mode and (.boots | arrays | all(.[]; test("^[a-z0-9-]+$")))' \
		"a JSON object with schema, mode and boots, a list of names"
	"$scripts/figures.sh" "$2" >"$work/$1.tsv"
	jq -n --slurpfile env "$2/env.json" --slurpfile measurement "$2/measurement.json" --arg folder "$2" \
		'{env: $env[0], measurement: $measurement[0], folder: $folder}' >"$work/$1.json"
}

# The statistics are C, for the machine at hand.
build_statistics() {
	make -s -C "$scripts/statistics" OUTPUT="$build/statistics" CC=cc >"$work/make.log" 2>&1 ||
		die "scripts/statistics does not build: $(grep -m 1 error "$work/make.log")"
}

render() {
	jq -rn -L "$scripts" --slurpfile comparison "$work/comparison.json" -f "$scripts/compare-$1.jq"
}

read_side BASE "$1"
read_side NEW "$2"
build_statistics
jq -rn -L "$scripts" --slurpfile base "$work/BASE.json" --slurpfile new "$work/NEW.json" \
	--arg subject "$subject" -f "$scripts/compare-setup.jq" >"$work/setup.json" ||
	die "cannot read the set-up of the runs"
refusal=$(jq -r '.refusal // empty' "$work/setup.json")
[ -z "$refusal" ] || die "$refusal"
mode=$(jq -r .mode "$work/setup.json")
minimum=${MINIMUM:-$(jq -r .minimum_percent "$work/setup.json")}
# figures.tsv of the run says the same as these, line by line.
(cd "$work" && "$build/statistics/comparison" "$mode" "$minimum" BASE.tsv NEW.tsv) >"$work/verdicts.tsv" 2>"$work/fault" || {
	sed "s|BASE[.]tsv|$1/figures.tsv|; s|NEW[.]tsv|$2/figures.tsv|" "$work/fault" >&2
	exit 2
}
jq -Rn --slurpfile setup "$work/setup.json" --arg minimum "$minimum" -f "$scripts/compare-verdict.jq" \
	"$work/verdicts.tsv" >"$work/comparison.json"
if [ -n "${OUT-}" ]; then
	mkdir -p "$OUT" || die "cannot write to '$OUT'"
	cp "$work/comparison.json" "$work/verdicts.tsv" "$OUT/"
	render text >"$OUT/comparison.txt"
	render markdown >"$OUT/comparison.md"
	render ktap >"$OUT/comparison.ktap"
fi
if [ "$format" = json ]; then cat "$work/comparison.json"; else render "$format"; fi
status=$(jq '{same: 0, better: 0, worse: 1, incomparable: 2}[.verdict]' "$work/comparison.json")
