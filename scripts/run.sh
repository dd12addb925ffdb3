#!/bin/sh
# run.sh VERB    carry a verb of the Makefile through its stages
#
# Verbs: source, kernel, image build that far; kunit, selftests, bench,
# destructive boot one stage, on each machine that it has; drivers boots the two
# that use reserved memory; run boots them all, thorough also the machines that
# lack much; report makes the latest run's report anew.
# bench boots as often as MODE asks for (see measure.sh).
# A run is put together in results/.partial-<run-id> and gets its name when it is
# whole: what is under results/<run-id> is never half a result.
# Status: 0 everything ran and passed, 1 a test failed, 2 it could not be done.
scripts=$(readlink -f "$(dirname "$0")")
. "$scripts/stage.sh"
run_in_session "$@"

verb=$1
kernel=${KERNEL:-6.12}
arch=${ARCH:-arm64}
accel=${ACCEL:-auto}
profile=${PROFILE:-test}
find_build
results=$top/results

# What a profile's boots have besides those of boots.table: arguments, time, memory.
profile_says() {
	sed -n "s/^# $1//p" "$scripts/config/profile-$profile.config" 2>/dev/null || :
}
PROFILE_ARGUMENTS=$(profile_says 'boots with ')
PATIENCE=$(profile_says 'takes ' | cut -d ' ' -f 1)
MORE_MEMORY_MIB=$(profile_says 'needs ' | cut -d ' ' -f 1)
export PROFILE_ARGUMENTS PATIENCE MORE_MEMORY_MIB

# Instructions can be counted under TCG only. A scenario makes its one published
# measurement, unless a MODE is asked for.
mode=${MODE:-count}
[ "$accel" != kvm ] || mode=${MODE:-wall}
[ -z "${SCENARIO-}" ] || mode=${MODE:-once}
measured=0

started=$(date +%s)
stage_name=start

# What the user sees: "[ 1:07] kernel     6.12.117 arm64 test"
announce() {
	stage_name=$1
	shift
	elapsed=$(($(date +%s) - started))
	printf '[%2d:%02d] %-10s %s\n' $((elapsed / 60)) $((elapsed % 60)) "$stage_name" "$*"
	stage_started=$elapsed
}

# The time since announce, for summary.txt.
finish_stage() {
	printf '%s\t%s\n' "$stage_name" $(($(date +%s) - started - stage_started)) >>"$build/stages.tsv"
}

partial=
jobs_running=
clean_up() {
	status=$?
	trap - EXIT HUP INT TERM
	for job in $jobs_running; do kill "$job" 2>/dev/null || :; done
	wait
	[ -z "$partial" ] || rm -rf "$partial"
	exit "$status"
}
trap clean_up EXIT
trap 'echo; note "interrupted while at $stage_name; nothing is kept of this run"; exit 130' HUP INT TERM

unpack_source() {
	announce source "KERNEL=$kernel${KSRC:+, given by KSRC=$KSRC}"
	find_source "$kernel"
	tree=$build/tree/$name
	finish_stage
}

lay_tree() {
	announce tree "${source#"$top"/}"
	"$scripts/tree.sh" "$source" "$tree"
	version=$("$scripts/kernel-version.sh" "$tree")
	series=$(echo "$version" | cut -d . -f 1,2)
	target=$series-$arch-$profile
	finish_stage
}

build_kernel() {
	kernel_build=$build/kernel/$name-$arch-$profile
	announce kernel "$version $arch, profile $profile"
	"$scripts/kernel.sh" "$tree" "$kernel_build" "$arch" "$profile"
	finish_stage
}

build_image() {
	image=$build/image/$name-$arch
	announce image "init, selftests, cmabench"
	"$scripts/image.sh" "$tree" "$image" "$arch"
	finish_stage
}

choose_output() {
	run_id=$(date -u +%Y%m%d-%H%M%S)-$target
	if [ -n "${OUT-}" ]; then
		[ ! -e "$OUT" ] || die "OUT must not exist yet, found '$OUT': remove it or choose another"
		output=$(readlink -m "$OUT")
		case $output in *' '*) die "paths must have no blanks, found OUT='$output'" ;; esac
	else
		output=$results/$run_id
	fi
	partial=$(dirname "$output")/.partial-$(basename "$output")
	rm -rf "$partial"
	mkdir -p "$partial/boots" || die "cannot write to '$(dirname "$output")'"
}

# The boots of the stages: one each, bar destructive, which has one a case.
list_boots() {
	for stage in "$@"; do
		if [ "$stage" = destructive ]; then list_cases; else echo "$stage"; fi
	done
}

list_cases() {
	debug_vm=no
	! grep -q '^CONFIG_DEBUG_VM=y' "$kernel_build/.config" || debug_vm=yes
	awk -v release="$version" -v arch="$arch" -v debug_vm="$debug_vm" -f "$scripts/console.awk" \
		-f "$scripts/splat.awk" -f "$scripts/kernel-range.awk" -f "$scripts/destructive.awk" \
		"$scripts/destructive.table" >"$build/cases" || die "scripts/destructive.table cannot be read; see the error above"
	while read -r case_name; do
		# shellcheck disable=SC2254 # ONLY is a glob
		case $case_name in ${ONLY:-*}) echo "destructive.$case_name" ;; esac
	done <"$build/cases"
}

# One boot more at a time than there are processors, for guests wait too; their
# clocks do not disturb each other's verdicts, and the bench's counts instructions.
# Of a slow profile, whose limits of time are those of a guest on its own, each has the
# two processors that it emulates.
boot_all() {
	at_once=$(($(nproc) + 1))
	[ "${PATIENCE:-1}" = 1 ] || at_once=$((at_once / 2))
	announce boot "$# guests with $accel"
	printf '%s\n' "$@" | xargs -P "$at_once" -I BOOT "$scripts/boot.sh" BOOT "$partial/boots/BOOT" \
		"$kernel_build/guest-kernel" "$image" "$arch" "$accel" &
	jobs_running=$!
	wait "$jobs_running" || die "a boot could not be carried out; see the error above"
	jobs_running=
	collect_outputs "$@"
	finish_stage
}

# The benchmark alone: as many boots as it takes to know how far its figures go.
# A fault in them is told, and the first boot judged all the same.
measure_bench() {
	announce boot "bench with $accel, MODE=$mode"
	"$scripts/measure.sh" "$mode" "$arch" "$accel" "$partial" "$kernel_build/guest-kernel" "$image" &
	jobs_running=$!
	wait "$jobs_running" || measured=$?
	jobs_running=
	[ -e "$partial/boots/bench/qemu.json" ] || die "the benchmark could not be booted; see the error above"
	collect_outputs bench
	finish_stage
}

collect_outputs() {
	for boot in "$@"; do
		printf '==== boot %s ====\n' "$boot"
		tr -d '\r' <"$partial/boots/$boot/console.log"
	done >"$partial/console.log"
	cat "$partial"/boots/*/selftests.out >"$partial/selftests.ktap" 2>/dev/null || rm -f "$partial/selftests.ktap"
	if [ -e "$partial/boots/bench/bench.out" ]; then
		cp "$partial/boots/bench/bench.out" "$partial/bench.jsonl"
		[ ! -s "$partial/boots/bench/phases.jsonl" ] || cp "$partial/boots/bench/phases.jsonl" "$partial/phases.jsonl"
	fi
}

judge_and_report() {
	verdict=0
	announce verdict "$target"
	run_id=$(basename "$output") "$scripts/environment.sh" "$partial" "$target" "$source" "$tree" "$kernel_build" "$arch" "$profile" "$accel" "$@"
	"$scripts/verdict.sh" "$partial" || verdict=$?
	[ "$verdict" -le 1 ] || die "the verdict could not be found; see the error above"
	finish_stage
	announce report "${output#"$top"/}/report.html"
	cp "$build/stages.tsv" "$partial/stages.tsv"
	[ ! -s "$partial/bench.jsonl" ] || "$scripts/plot.sh" "$partial"
	if [ -n "${SCENARIO-}" ] && [ -s "$partial/bench.jsonl" ]; then
		"$scripts/scenario.sh" table "$SCENARIO" "$partial/bench.jsonl" >"$partial/scenario.md"
	fi
	"$scripts/report.sh" "$partial" "$output"
	mv -T "$partial" "$output"
	partial=
	[ -n "${OUT-}" ] || ln -sfn "$run_id" "$results/latest"
	finish_stage
	echo
	cat "$output/summary.txt"
	[ ! -e "$output/scenario.md" ] || cat "$output/scenario.md"
	[ "$measured" = 0 ] || exit 2
	exit "$verdict"
}

prepare() {
	case ${ONLY:+$verb} in
	destructive) awk '/^[^#]/ { print $1 }' "$scripts/destructive.table" | check_only "a case of scripts/destructive.table" ;;
	selftests) (cd "$top/selftests" && printf '%s\n' *_test.c) | sed 's/\.c$//' | check_only "a program of selftests/, such as busy_test" several ;;
	run | thorough | bench) die "ONLY goes with kunit, selftests, drivers or destructive; $verb does everything (bench: BENCH_ARGUMENTS=)" ;;
	esac
	"$scripts/deps.sh" --check
	lock_build
	rm -f "$build/stages.tsv"
}

run_boots() {
	unpack_source
	lay_tree
	build_kernel
	build_image
	if [ "$verb" = bench ] && [ "$mode" = count ]; then
		accel=tcg
	else
		accel=$("$scripts/accelerator.sh" "$arch" "$accel" "$kernel_build/guest-kernel" "$image" "$build/accelerator")
	fi
	list_boots "$@" >"$build/boots"
	[ -s "$build/boots" ] || die "ONLY='${ONLY-}' names no case of scripts/destructive.table for $version $arch"
	# shellcheck disable=SC2046 # a name a word
	set -- $(cat "$build/boots")
	choose_output
	if [ "$verb-$mode" = bench-once ] || [ "$verb" != bench ]; then boot_all "$@"; else measure_bench; fi
	judge_and_report "$@"
}

load_arch "$arch"
if [ -n "${SCENARIO-}" ]; then
	[ "$verb" = bench ] || die "SCENARIO goes with bench, found verb '$verb'"
	"$scripts/scenario.sh" boot "$SCENARIO" >/dev/null || exit
fi
case $accel in auto | tcg | kvm) ;; *) die "ACCEL must be auto, tcg or kvm, found '$accel'" ;; esac
case $mode in count | wall | once) ;; *) die "MODE must be count, wall or once, found '$mode'" ;; esac
[ "$verb" != bench ] || [ "$mode" = once ] || check_boots "$mode" "$accel"
[ -z "${SEED-}" ] || check_number SEED "$SEED" 0 4294967295
[ -z "${RUNS-}" ] || check_number RUNS "$RUNS" 1 4294967295
[ -f "$scripts/config/profile-$profile.config" ] ||
	die "PROFILE must be one of $(cd "$scripts/config" && echo profile-*.config | sed 's/profile-//g; s/\.config//g'), found '$profile'"
[ -z "${OUT-}" ] || [ ! -e "$OUT" ] || [ "$verb" = report ] || die "OUT must not exist yet, found '$OUT': remove it or choose another"
case $verb in
source) prepare; unpack_source; echo "$source" ;;
kernel) prepare; unpack_source; lay_tree; build_kernel; echo "$kernel_build/guest-kernel" ;;
image) prepare; unpack_source; lay_tree; build_image; echo "$image/initramfs.cpio" ;;
bench | destructive) prepare; run_boots "$verb" ;;
# Suites, orders and repetitions that were asked for are for the boot that has all areas.
kunit) prepare; if [ -n "${ONLY-}${SEED-}${RUNS-}" ]; then run_boots kunit; else run_boots kunit no-area small-area; fi ;;
# With ONLY the programs are chosen, so one machine is enough.
selftests) prepare; if [ -n "${ONLY-}" ]; then run_boots selftests; else run_boots selftests interruption load gigantic; fi ;;
drivers)
	[ "$has_device_tree" = yes ] || die "the drivers' devices come from a device tree; ARCH=$arch boots without one"
	prepare
	# With ONLY suites are chosen, and the modules' one program is none.
	if [ -n "${ONLY-}" ]; then run_boots drivers; else run_boots drivers modules; fi ;;
run | thorough)
	prepare
	# The longest first: that fills the processors best.
	boots="selftests bench kunit"
	[ "$verb" = run ] || boots="$boots load interruption gigantic small-area no-area"
	[ "$has_device_tree" = no ] || boots="$boots drivers modules"
	# What a kernel without DEBUG_VM, or one with KASAN, makes of misuse takes other rows.
	[ "$profile" != test ] || boots="$boots destructive"
	# shellcheck disable=SC2086 # names without blanks
	run_boots $boots ;;
report)
	run=${OUT:-$results/latest}
	[ -d "$run" ] || die "expected a run folder, found none at '$run': 'make run' makes one"
	"$scripts/plot.sh" "$run"
	"$scripts/report.sh" "$run" "$run"
	cat "$run/summary.txt" ;;
*) die "unknown verb '$verb'; 'make help' lists them" ;;
esac
