#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# measure.sh MODE ARCH ACCEL RUN KERNEL IMAGE [RUN KERNEL IMAGE]    boot the benchmark often enough to compare it
#
# MODE=count: the clock counts instructions. Two QEMU processes boot the same
# and must write the same bytes: a difference is an error of the harness. LAYOUTS
# more boots have command lines of different length, which moves what the kernel
# puts into memory: their range is the noise of a figure.
# MODE=wall: BOOTS boots in real time, one at a time; with two sides ABAB...
#
# What cmabench is told, unless BENCH_ARGUMENTS or SCENARIO says: all ways in which
# a call becomes slow, with few samples each, since boots are what is compared.
#
# The first boot is RUN/boots/bench and is judged as ever, the others are in
# RUN/measurements/. Leaves RUN/measurement.json (what was done, and what it
# cannot see), RUN/figures.tsv (see statistics/figures.h) and RUN/noise.tsv.
scripts=$(readlink -f "$(dirname "$0")")
. "$scripts/stage.sh"

mode=$1 arch=$2 accel=$3
shift 3
load_arch "$arch"
check_boots "$mode" "$accel"
if [ -z "${BENCH_ARGUMENTS-}${SCENARIO-}" ]; then
	# An empty area, one with holes to search, pages to move, to drop, to unmap more than once, and to go round.
	# Where the clock is the wall's, no plugin counts: a traced pass tells which phase explains a row.
	[ "$mode" = count ] && passes= || passes='--bench latency,phases '
	BENCH_ARGUMENTS="$passes--pressure none,fragmented,anonymous,clean-cache,fork-shared,pinned-vmsplice --backend dma-heap,kernel --sizes 1,256,4096 --count 4"
	export BENCH_ARGUMENTS
fi

# What breaks that a run repeats byte for byte.
check_count_mode() {
	[ "$accel" = tcg ] || die "MODE=count counts the instructions of TCG, found ACCEL=$accel: use MODE=wall"
	cpus=$(boot_row bench | awk '{ print $4 }')
	[ "$cpus" = 1 ] || die "MODE=count needs one processor, found $cpus for the boot of ${SCENARIO:-bench}: use MODE=wall"
}

jobs_running='' figures=''
trap 'for job in $jobs_running; do kill "$job" 2>/dev/null || :; done; wait; [ -z "$figures" ] || rm -f "$figures"' EXIT
trap 'exit 130' HUP INT TERM

# start_boot FOLDER KERNEL IMAGE [LAYOUT-BYTES]
start_boot() {
	arguments=
	[ -z "${4-}" ] || arguments=cma_tests.layout=$(printf '%*s' "$4" '' | tr ' ' x)
	# A busy host makes a boot long, and changes no figure in count mode.
	GUEST_ARGUMENTS=$arguments CLOCK=$clock TIMEOUT_S=1800 "$scripts/boot.sh" bench "$1" "$2" "$3" "$arch" "$accel" &
	jobs_running="$jobs_running $!"
}

finish_boots() {
	for job in $jobs_running; do
		wait "$job" || die "a boot could not be carried out; see the error above"
	done
	jobs_running=
}

# A boot that did not end by itself has no figures: say that, not what is missing.
check_ends() {
	for boot in $(list_boots); do
		jq -e '.exit_status == 0' "$(folder_of "$1" "$boot")/qemu.json" >/dev/null ||
			die "boot '$boot' of $1 did not end by itself ($(cat "$(folder_of "$1" "$boot")/qemu.json")): $(tail -n 1 "$(folder_of "$1" "$boot")/console.log" | tr -d '\r')"
	done
}

# start_when_free "$@" of start_boot: as many at once as there are processors.
start_when_free() {
	# shellcheck disable=SC2086 # a list of numbers
	set -- "$(echo $jobs_running | wc -w)" "$@"
	[ "$1" -lt "$(nproc)" ] || finish_boots
	shift
	start_boot "$@"
}

# Layouts of odd lengths, so that no two share an alignment.
layout_bytes() {
	echo $(($1 * 67))
}

list_boots() {
	echo boot
	if [ "$mode" = count ]; then
		echo again
		for layout in $(seq "$layouts"); do echo "layout-$(layout_bytes "$layout")"; done
	else
		for boot in $(seq 2 "$boots"); do echo "boot-$boot"; done
	fi
}

folder_of() {
	if [ "$2" = boot ]; then echo "$1/boots/bench"; else echo "$1/measurements/$2"; fi
}

# boot_one NAME RUN KERNEL IMAGE
boot_one() {
	layout=${1#layout-}
	[ "$layout" != "$1" ] || layout=
	start_when_free "$(folder_of "$2" "$1")" "$3" "$4" "$layout"
	[ "$mode" = count ] || finish_boots
}

boot_sides() {
	for boot in $(list_boots); do
		boot_one "$boot" "$1" "$2" "$3"
		[ $# -lt 6 ] || boot_one "$boot" "$4" "$5" "$6"
	done
	finish_boots
}

# What the boots.table and the options of other stages made of the machine.
check_counted() {
	tr '\n' ' ' <"$1/boots/bench/command.txt" | grep -q -e ' -icount shift=0,sleep=off .*-smp 1 ' ||
		die "MODE=count needs '-icount shift=0,sleep=off -smp 1', found another machine in $1/boots/bench/command.txt"
}

# check_repeats RUN: the same machine twice, the same bytes, or the harness is at fault. What
# bench/plugin counted is compared as well: the explanations come from there.
check_repeats() {
	for stream in bench.out phases.jsonl; do
		[ ! -e "$1/boots/bench/$stream" ] || same_stream "$1/boots/bench/$stream" "$1/measurements/again/$stream"
	done
}

same_stream() {
	first=$1
	second=$2
	cmp -s "$first" "$second" && return
	# Where one ends early, cmp names the line after its last.
	line=$(cmp "$first" "$second" 2>&1 | sed 's/.*line //')
	for records in "$first" "$second"; do
		printf '    %s:%s: %s\n' "$records" "$line" "$(sed -n "${line}p" "$records" | cut -c 1-300)" >&2
	done
	die "MODE=count: two boots of the same kernel must write the same records, found them different from line $line: the harness is at fault, not the kernel"
}

describe() {
	list_boots | jq -Rn --arg mode "$mode" --arg clock "$clock" --arg bench_arguments "${BENCH_ARGUMENTS-}" \
		--arg scenario "${SCENARIO-}" \
		--arg program "$(hash_of_input <"$2/bench/cmabench")" \
		--argjson records "$(wc -l <"$1/boots/bench/bench.out")" --argjson bytes "$(wc -c <"$1/boots/bench/bench.out")" '
		{ schema: 1, mode: $mode, boots: [inputs], bench_arguments: $bench_arguments, scenario: $scenario, program_hash: $program }
		+ if $mode == "count" then
			{ unit: "instructions, idle time included at one a nanosecond",
			  repeated: { identical: true, records: $records, bytes: $bytes },
			  cannot_see: ["cache and TLB misses", "memory bandwidth", "lock contention",
				       "drains of other processors", "the time of any hardware"] }
		  else
			{ unit: (if $clock == "wall" then "nanoseconds" else $clock end),
			  cannot_see: ["changes below the noise of this machine, see noise.tsv"] }
		  end' >"$1/measurement.json"
}

# finish_side RUN IMAGE. A run that is not as it must be is not described: nothing compares it.
finish_side() {
	check_ends "$1"
	if [ "$mode" = count ]; then
		check_counted "$1"
		check_repeats "$1"
	fi
	describe "$1" "$2"
	figures=$1/figures.tsv.new
	"$scripts/figures.sh" "$1" >"$figures"
	mv "$figures" "$1/figures.tsv"
	awk -f "$scripts/noise.awk" "$1/figures.tsv" >"$1/noise.tsv"
}

clock=instructions
if [ "$mode" = count ]; then check_count_mode; else clock=wall; fi
boot_sides "$@"
while [ $# -ge 3 ]; do
	finish_side "$1" "$3"
	shift 3
done
