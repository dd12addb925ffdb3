#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# ab.sh BASE NEW    build two kernels alike, measure both, say whether NEW is worse
#
# A side is a kernel tree (a folder), a KERNEL (6.1, 6.12, newest), a patch (a
# file: the other side with it; with two patches, KERNEL or KSRC with each), or a
# run folder that was measured before. One compiler, one profile, one image of
# programs for both. A side that stands as it was is not measured again.
# What a commit makes of the configuration that is asked for is part of the commit.
# Status: 0 same or better, 1 worse, 125 could not tell: 'git bisect run' takes
# these as they are, in the tree that is bisected:
#
#	git bisect run <cma-tests>/scripts/ab.sh <run folder or tree of the good> "$PWD"
scripts=$(readlink -f "$(dirname "$0")")
. "$scripts/stage.sh"

run_in_session "$@"

# Whatever ends this early could not tell.
finished=
jobs_running=
# shellcheck disable=SC2317 # called by the trap
leave() {
	status=$?
	trap - EXIT
	[ -z "$jobs_running" ] || kill "$jobs_running" 2>/dev/null || :
	wait
	[ -n "$finished" ] || [ "$status" = 130 ] || status=125
	exit "$status"
}
trap leave EXIT
trap 'exit 130' HUP INT TERM

# shellcheck disable=SC2015
[ -n "${1-}" ] && [ -n "${2-}" ] && [ $# -eq 2 ] ||
	die "expected two sides: make ab BASE=<tree|KERNEL|patch|run> NEW=<tree|KERNEL|patch|run>"
arch=${ARCH:-arm64}
profile=${PROFILE:-bench}
mode=${MODE:-count}
accel=${ACCEL:-auto}
case $accel in auto | tcg | kvm) ;; *) die "ACCEL must be auto, tcg or kvm, found '$accel'" ;; esac
load_arch "$arch"
check_boots "$mode" "$accel"
[ "$mode" != count ] || accel=tcg
check_comparison
find_build
"$scripts/deps.sh" --check
lock_build
work=$build/ab
mkdir -p "$work"

kind_of() {
	if [ -r "$1/measurement.json" ]; then echo run
	elif [ -d "$1" ]; then echo tree
	elif [ -f "$1" ]; then echo patch
	else
		case $1 in
		6.1 | 6.12 | newest) echo kernel ;;
		*) die "a side must be a kernel tree, 6.1, 6.12, newest, a patch or a run folder, found '$1'" ;;
		esac
	fi
}

# The tree that a side is, or that its patch goes on: source and name.
find_side_source() {
	case $(kind_of "$1") in
	tree)
		export KSRC="$1"
		find_source - ;;
	kernel)
		export KSRC=
		find_source "$1" ;;
	patch)
		case $(kind_of "$2") in
		tree | kernel) find_side_source "$2" "$1" ;;
		*) find_source "${KERNEL:-6.12}" ;;
		esac ;;
	esac
}

# build_side SIDE OTHER OUTPUT: OUTPUT/guest-kernel, .config, kernel.hash, tree, source
build_side() {
	find_side_source "$1" "$2"
	note "building ${1}: Linux from ${source}"
	rm -rf "$3"
	mkdir -p "$3"
	if [ "$(kind_of "$1")" = patch ]; then
		"$scripts/patched-kernel.sh" "$source" "$work/patched/$name-$arch-$profile" "$arch" "$profile" "$3" "$(readlink -f "$1")"
		tree=$work/patched/$name-$arch-$profile/tree
	else
		tree=$build/tree/$name
		"$scripts/tree.sh" "$source" "$tree"
		"$scripts/kernel.sh" "$tree" "$build/kernel/$name-$arch-$profile" "$arch" "$profile"
		for file in guest-kernel .config kernel.hash; do cp "$build/kernel/$name-$arch-$profile/$file" "$3/$file"; done
		cp "$tree.hash" "$3/tree.hash"
		# The plugin finds the kernel's functions by it.
		cp "$build/kernel/$name-$arch-$profile/System.map" "$3/System.map" 2>/dev/null || :
	fi
	# The environment asks for a tree with its hash beside it.
	ln -s "$tree" "$3/tree"
	echo "$source" >"$3/source"
	[ "$(kind_of "$1")" != patch ] || basename "$1" >"$3/patch"
}

# Where a side's run is kept: by all that goes into it.
run_folder() {
	echo "$work/runs/$({ cat "$1/kernel.hash" "$work/image/initramfs.cpio" "$work/image/phases.so"; "$qemu" --version
		echo "$mode ${LAYOUTS-} ${BOOTS-} ${BENCH_ARGUMENTS-} $accel"; cat "$scripts/boots.table" "$scripts/measure.sh"
		[ -z "${SCENARIO-}" ] || cat "$scripts/../bench/scenarios/$SCENARIO.scenario"; } | hash_of_input)"
}

describe_side() {
	# A tree of the user's is named by its path and state, a package by its name.
	case $(cat "$2/source") in "$build"/source/* | "$(readlink -f "$build/source")"/*) user_tree= ;; *) user_tree=$(cat "$2/source") ;; esac
	KSRC=$user_tree run_id=$(basename "$1") "$scripts/environment.sh" "$1" \
		"$("$scripts/kernel-version.sh" "$2/tree" | cut -d . -f 1,2)-$arch-$profile" \
		"$(cat "$2/source")" "$2/tree" "$2" "$arch" "$profile" "$accel" bench
	if [ -e "$2/patch" ]; then
		jq --arg patch "$(cat "$2/patch")" '.kernel.source += " with \($patch)"' "$1/env.json" >"$1/env.json.new"
		mv "$1/env.json.new" "$1/env.json"
	fi
	cp "$1/boots/bench/bench.out" "$1/bench.jsonl"
}

# measure_sides [SIDE-FOLDER]...: those whose runs do not stand yet, in one go, so
# that wall mode can take turns. Two sides that are the same kernel are one run
# where runs repeat, and two where they do not: that shows the noise.
measure_sides() {
	set_aside=
	for side; do
		run=$(run_folder "$side")
		case "$set_aside $mode" in
		*" $run.partial "*wall) run=$run-again ;;
		*" $run.partial "*)
			echo "$run" >"$side/run"
			continue ;;
		esac
		echo "$run" >"$side/run"
		[ -e "$run/figures.tsv" ] && [ "$mode" = count ] && continue
		rm -rf "$run.partial"
		set_aside="$set_aside $run.partial $side/guest-kernel $work/image $side"
	done
	[ -n "$set_aside" ] || return 0
	arguments=
	# shellcheck disable=SC2086 # paths without blanks, in fours
	set -- $set_aside
	while [ $# -ge 4 ]; do
		arguments="$arguments $1 $2 $3"
		pairs="${pairs-} $1 $4"
		shift 4
	done
	note "measuring: MODE=$mode"
	# shellcheck disable=SC2086
	"$scripts/measure.sh" "$mode" "$arch" "$accel" $arguments &
	jobs_running=$!
	wait "$jobs_running" || die "the sides could not be measured; see the error above"
	jobs_running=
	# shellcheck disable=SC2086
	set -- $pairs
	while [ $# -ge 2 ]; do
		describe_side "$1" "$2"
		rm -rf "${1%.partial}"
		mv "$1" "${1%.partial}"
		shift 2
	done
}

base_kind=$(kind_of "$1")
new_kind=$(kind_of "$2")
sides=
for position in base new; do
	if [ "$position" = base ]; then side=$1 other=$2; else side=$2 other=$1; fi
	[ "$(kind_of "$side")" != run ] || continue
	build_side "$side" "$other" "$work/$position"
	sides="$sides $work/$position"
done
if [ -n "$sides" ]; then
	"$scripts/image.sh" "$work/$([ -d "$work/new/tree" ] && echo new || echo base)/tree" "$work/image" "$arch"
fi
for side in $sides; do
	accel=$("$scripts/accelerator.sh" "$arch" "$accel" "$side/guest-kernel" "$work/image" "$build/accelerator")
done
# shellcheck disable=SC2086 # paths without blanks
measure_sides $sides
if [ "$base_kind" = run ]; then base_run=$1; else base_run=$(cat "$work/base/run"); fi
if [ "$new_kind" = run ]; then new_run=$2; else new_run=$(cat "$work/new/run"); fi
status=0
SUBJECT="config,${SUBJECT-}" "$scripts/compare.sh" "$base_run" "$new_run" || status=$?
note "runs: $base_run $new_run"
[ "$status" -le 1 ] || status=125
finished=yes
exit "$status"
