#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# known_issues.sh, which boards have beside the selftests: a failure that the released kernel
# accounts for is told apart from one that it does not.
set -eu
# shellcheck source=scripts/tests/harness.sh
. "$(dirname "$0")/harness.sh"

cp "$scripts"/../selftests/known_issues.* "$scripts/kernel-range.awk" "$scripts/glob.awk" "$work"
printf '%s\t%s\t%s\t%s\n' a_test.global.early_return 6.12 '*' "It returns early." \
	'b_test.area.*_comes_*' -6.6 arm64 "It is aligned to less." >"$work/known_issues.tsv"

# run_of PROGRAM STATUS CASE...: as kselftest prints it
run_of() {
	program=$1 status=$2
	shift 2
	echo "# selftests: cma: $program"
	for case; do echo "# $case"; done
	case $status in
	0) echo "ok 1 selftests: cma: $program" ;;
	124) echo "not ok 1 selftests: cma: $program # TIMEOUT 45 seconds" ;;
	*) echo "not ok 1 selftests: cma: $program # exit=$status" ;;
	esac
}

# judge NAME RELEASE ARCH PROGRAM-LINE PASSED KNOWN FAILED: of the run in $work/run. What is said last,
# and the status.
judge() {
	status=0
	CMA_TESTS_RELEASE=$2 CMA_TESTS_ARCH=$3 "$work/known_issues.sh" <"$work/run" >"$work/out" || status=$?
	wanted=0
	[ "$7" = 0 ] && [ $(($5 + $6)) -gt 0 ] || wanted=1
	expect "$1" "${4:+$4 / }# programs: $5 passed, $6 with known issues alone, $7 failed / $wanted" \
		"$({ grep -E '^(not )?ok ' "$work/out" | tail -n 1; tail -n 1 "$work/out"; echo "$status"; } | paste -sd / | sed 's,/, / ,g')"
}

early="not ok 1 global.early_return" other="not ok 2 global.other" good="ok 3 global.good" comes="not ok 1 area.1G.page_comes_back"

run_of a_test 0 "$good" >"$work/run"
judge "no failure" 6.12.117 arm64 "ok 1 selftests: cma: a_test" 1 0 0

run_of a_test 1 "$early" "$good" >"$work/run"
judge "a known one alone" 6.12.117-rpi x86_64 "ok 1 selftests: cma: a_test # XFAIL known issues alone" 0 1 0
expect "its case says why" "#   known issue: It returns early." "$(grep -A 1 "^# $early" "$work/out" | tail -n 1)"
expect "nothing else is changed" "$(grep -v '^not ok' "$work/run")" "$(grep -vE '^ok|known issue' "$work/out")"
judge "on a kernel that is not named" 6.13 x86_64 "not ok 1 selftests: cma: a_test # exit=1" 0 0 1

run_of a_test 1 "$early" "$other" >"$work/run"
judge "another beside it" 6.12.117 arm64 "not ok 1 selftests: cma: a_test # exit=1" 0 0 1
run_of a_test 124 "$early" >"$work/run"
judge "the time limit beside it" 6.12.117 arm64 "not ok 1 selftests: cma: a_test # TIMEOUT 45 seconds" 0 0 1
run_of a_test 139 >"$work/run"
judge "a signal" 6.12.117 arm64 "not ok 1 selftests: cma: a_test # exit=139" 0 0 1

run_of b_test 1 "$comes" >"$work/run"
judge "wildcards and an architecture" 6.1.192 arm64 "ok 1 selftests: cma: b_test # XFAIL known issues alone" 0 1 0
judge "another architecture" 6.1.192 x86_64 "not ok 1 selftests: cma: b_test # exit=1" 0 0 1
run_of c_test 1 "$early" >"$work/run"
judge "the same case of another program" 6.12.117 arm64 "not ok 1 selftests: cma: c_test # exit=1" 0 0 1
{ run_of a_test 1 "$early"; run_of b_test 1 "$other"; } >"$work/run"
judge "two programs" 6.12.117 arm64 "not ok 1 selftests: cma: b_test # exit=1" 0 1 1
: >"$work/run"
judge "nothing was run" 6.12.117 arm64 "" 0 0 0

finish
