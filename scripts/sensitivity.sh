#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# sensitivity.sh    plant known slowdowns into a scratch kernel, see each detected
#
# Each patch of sensitivity/ makes the allocator slower in a known way; each of
# sensitivity/unrelated/ changes the kernel and must raise no alarm. A patch's
# header says in which phase ("Phase:"), for a release in which part of it: no other
# may have more of the figures that are worse. Measured as 'make ab' measures: count
# mode, LAYOUTS=3 unless said otherwise; ONLY=<glob> narrows.
# Results stay in O/sensitivity/<target>/: rows.tsv and a folder a kernel.
# Status: 0 all was as it should be, 1 a slowdown was missed, laid to a wrong phase,
# or there was a false alarm, 2 it could not be done.
scripts=$(readlink -f "$(dirname "$0")")
. "$scripts/stage.sh"
run_in_session "$@"

# What ONLY chooses from.
list_changes() {
	for patch in "$scripts"/sensitivity/*.patch; do basename "$patch" .patch; done
	for patch in "$scripts"/sensitivity/unrelated/*.patch; do echo "unrelated-$(basename "$patch" .patch)"; done
	awk '/^[^#]/ { print "unrelated-" $1 }' "$scripts/sensitivity/unrelated/options.table"
}

kernel=${KERNEL:-6.12}
arch=${ARCH:-arm64}
profile=${PROFILE:-bench}
export LAYOUTS="${LAYOUTS:-3}"
load_arch "$arch"
check_boots count tcg
list_changes | check_only "a slowdown or unrelated change of scripts/sensitivity/"
find_build
"$scripts/deps.sh" --check
lock_build
find_source "$kernel"
target=$name-$arch-$profile
work=$build/sensitivity/$target
image=$work/image
rows=$work/rows.tsv
mkdir -p "$work"
: >"$rows"

job=
trap '[ -z "$job" ] || kill "$job" 2>/dev/null || :; wait' EXIT
trap 'exit 130' HUP INT TERM

header() {
	sed -n "s/^$2: *//p" "$1" | head -n 1
}

# In the background, so that a signal ends it.
run() {
	"$@" &
	job=$!
	status=0
	wait "$job" || status=$?
	job=
	return "$status"
}

# build_kernel NAME [PATCH | OPTION]
build_kernel() {
	folder=$work/$1
	shift
	run "$scripts/patched-kernel.sh" "$source" "$build/ab/patched/$target" "$arch" "$profile" "$folder" "$@" \
		2>"$work/build.messages"
}

# measure NAME: the run $work/NAME/run
measure() {
	measured=$work/$1/run
	key=$({ cat "$work/$1/kernel.hash" "$image/initramfs.cpio" "$image/phases.so" "$scripts/measure.sh" "$scripts/boots.table"
		"$qemu" --version; echo "$LAYOUTS"; } |
		hash_of_input)
	[ "$(cat "$measured/key" 2>/dev/null)" != "$key" ] || return 0
	rm -rf "$measured"
	mkdir -p "$measured"
	BENCH_ARGUMENTS='' SCENARIO='' run "$scripts/measure.sh" count "$arch" tcg "$measured" "$work/$1/guest-kernel" "$image" \
		2>"$work/measure.messages" || return
	# The environment asks for a tree with its hash beside it.
	ln -sfn "$build/ab/patched/$target/tree" "$work/$1/tree"
	KSRC='' run_id=$1 "$scripts/environment.sh" "$measured" "$target" "$source" "$work/$1/tree" "$work/$1" \
		"$arch" "$profile" tcg bench
	echo "$key" >"$measured/key"
}

# The biggest change of a time that is worse, and where it is laid.
worst_figure() {
	jq -r '[.figures[] | select(.role == "gates" and .verdict == "worse" and .unit == "percent")] | max_by(.change)
		| if . == null then "-\t-" else "\(.change * 100 | round / 100)\t\(.explanation)" end' "$1/comparison.json"
}

smallest_figure() {
	jq -r '[.figures[] | select(.role == "gates" and .verdict == "worse" and .unit == "percent") | .change] | min
		| if . == null then "-" else . * 100 | round / 100 end' "$1/comparison.json"
}

has_phases() {
	jq -e 'any(.figures[]; .measure | startswith("phase_"))' "$1/comparison.json" >/dev/null
}

# attribute COMPARISON PHASE: PHASE, with its share of the figures that are worse, if no
# other has more of them; else what is wrong.
attribute() {
	if ! has_phases "$1"; then
		echo "unknown: the records have no phases"
		return
	fi
	jq -r --arg phase "$2" '[.figures[] | select(.role == "gates" and .verdict == "worse")
			| .explanation // "" | (capture("^(phase|release) (?<name>[a-z]+) ").name // "none")]
		| group_by(.) | sort_by([-length, .[0] != $phase])
		| if . == [] then "none: expected \($phase)"
		  elif .[0][0] == $phase then "\($phase), \(.[0] | length) of \(map(length) | add)"
		  else "wrong: \(map("\(.[0]) \(length)") | join(", ")), expected \($phase)" end' "$1/comparison.json"
}

# record NAME KIND OUTCOME WORSE-FIGURES BIGGEST SMALLEST PHASE
record() {
	printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$@" | tee -a "$rows" |
		awk -F '\t' '{ printf "%-34s %-10s %-12s %4s figures worse, %8s %% to %8s %%  %s\n", $1, $2, $3, $4, $6, $5, $7 }'
}

# try NAME KIND PHASE [PATCH | OPTION]: build, measure, compare, record
try() {
	name=$1 kind=$2 phase=$3
	shift 3
	if ! build_kernel "$name" "$@"; then
		record "$name" "$kind" no-build 0 - - "$(tail -n 1 "$work/build.messages")"
		return
	fi
	if ! measure original || ! measure "$name"; then
		record "$name" "$kind" no-boot 0 - - "$(tail -n 1 "$work/measure.messages")"
		return
	fi
	comparison=$work/$name/comparison
	rm -rf "$comparison"
	status=0
	SUBJECT=config OUT="$comparison" "$scripts/compare.sh" "$work/original/run" "$measured" >"$work/$name/comparison.said" 2>&1 || status=$?
	if [ ! -e "$comparison/comparison.json" ]; then
		record "$name" "$kind" no-figures 0 - - "$(tail -n 1 "$work/$name/comparison.said")"
		return
	fi
	case $kind-$status in
	slower-1) outcome=detected ;;
	slower-*) outcome=missed ;;
	unrelated-0) outcome=quiet ;;
	unrelated-1) outcome=alarm ;;
	unrelated-*) outcome=incomparable ;;
	esac
	# shellcheck disable=SC2046 # two words, split at the tab
	IFS='	' read -r biggest _ <<-EOF
	$(worst_figure "$comparison")
	EOF
	if [ "$kind" = slower ]; then laid=$(attribute "$comparison" "$phase"); else laid=-; fi
	record "$name" "$kind" "$outcome" "$(jq .counts.worse "$comparison/comparison.json")" "$biggest" \
		"$(smallest_figure "$comparison")" "$laid"
}

wanted() {
	# shellcheck disable=SC2254 # ONLY is a glob
	case $1 in ${ONLY:-*}) return 0 ;; esac
	return 1
}

note "the kernel as it is: $target"
build_kernel original || die "the kernel does not build: $(tail -n 1 "$work/build.messages")"
"$scripts/image.sh" "$build/ab/patched/$target/tree" "$image" "$arch"
for patch in "$scripts"/sensitivity/*.patch; do
	name=$(basename "$patch" .patch)
	! wanted "$name" || try "$name" slower "$(header "$patch" Phase)" "$patch"
done
for patch in "$scripts"/sensitivity/unrelated/*.patch; do
	name=unrelated-$(basename "$patch" .patch)
	! wanted "$name" || try "$name" unrelated - "$patch"
done
grep -v '^#' "$scripts/sensitivity/unrelated/options.table" | while read -r name option; do
	! wanted "unrelated-$name" || try "unrelated-$name" unrelated - "$option" </dev/null
done

awk -F '\t' '
	$2 == "slower" { planted++; detected += $3 == "detected"; wrong += $7 ~ /^wrong/; unknown += $7 ~ /^unknown/ }
	$2 == "slower" && $3 == "detected" && $6 != "-" && (least == "" || $6 + 0 < least) { least = $6 + 0; name = $1 }
	$2 == "unrelated" { unrelated++; quiet += $3 == "quiet" }
	END {
		printf "%d of %d slowdowns detected, %d laid to a wrong phase, %d to none known\n", detected, planted, wrong, unknown
		printf "%d of %d unrelated changes raised no alarm\n", quiet, unrelated
		if (least != "") printf "smallest slowdown detected: %s %%, %s\n", least, name
		exit detected < planted || wrong || unknown || quiet < unrelated || planted + unrelated == 0
	}' "$rows"
