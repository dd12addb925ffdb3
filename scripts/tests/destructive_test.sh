#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Boots of kunit/destructive/ to their verdict: each logs/destructive/<name>/ is a console
# and what must come out of it; table is what was expected of them. The committed table
# itself must have one row, and no more, for each case on each kernel.
set -eu
# shellcheck source=scripts/tests/harness.sh
. "$(dirname "$0")/harness.sh"

# ask TABLE DEBUG_VM RELEASE ARCH [ASSIGNMENT...] [FILE]
ask() {
	table=$1 debug_vm=$2 release=$3 arch=$4
	shift 4
	awk -v debug_vm="$debug_vm" -v release="$release" -v arch="$arch" -f "$scripts/console.awk" \
		-f "$scripts/splat.awk" -f "$scripts/kernel-range.awk" -f "$scripts/destructive.awk" \
		"$table" "$@" 2>&1 || echo "status $?"
}

# judge BOOT CASE ENDED TIMED_OUT
judge() {
	ask "$logs/destructive/table" yes 6.12.117 arm64 test_case="$2" ended="$3" timed_out="$4" \
		"$logs/destructive/$1.log"
}

while read -r boot case_name ended timed_out; do
	expect "$boot" "$(cat "$logs/destructive/$boot.out")" "$(judge "$boot" "$case_name" "$ended" "$timed_out")"
done <<-END
	splat-as-expected         dies      1 0
	splat-is-missing          dies      1 0
	splat-is-another          dies      1 0
	splat-with-another        warns     1 0
	splat-where-none          refused   1 0
	warning-as-expected       warns     1 0
	refused-as-expected       refused   1 0
	refused-but-changed       refused   1 0
	hang-in-the-call          refused   0 1
	hang-after-a-splat        dies      0 1
	hang-after-the-report     refused   0 1
	ends-before-init          refused   0 0
	never-begins              refused   1 0
	not-in-the-table          unlisted  1 0
END

# What is listed is what this kernel has, and a kernel that no row covers is not left out.
cat >"$work/table" <<-'END'
	old  | -6.9 | *     | * | - | refused | gone since
	old  | 6.10- | *    | * | - | absent  | gone
	some | 6.12 | arm64 | yes | - | refused | nothing is said of other kernels
END
expect "cases of 6.6" "old some" "$(ask "$work/table" yes 6.6.1 arm64 | paste -sd ' ')"
expect "cases of 6.12" "some" "$(ask "$work/table" yes 6.12.1 arm64 | paste -sd ' ')"
expect "no row is a failure" "some	fail	some has no row for 6.6.1, arm64, DEBUG_VM yes: add one to scripts/destructive.table" \
	"$(ask "$work/table" yes 6.6.1 arm64 test_case=some /dev/null | head -n 1)"
echo 'some | 6.12.1 | * | * | - | refused | again' >>"$work/table"
expect "two rows for one boot" "error: $work/table:4: a second row for some on 6.12.1, arm64, DEBUG_VM yes status 2" \
	"$(ask "$work/table" yes 6.12.1 arm64 | paste -sd ' ')"
echo 'some | 6.12' >"$work/table"
expect "a row cut short" "error: $work/table:1: expected case | kernels | arch | DEBUG_VM | splats | report, found \"some | 6.12\" status 2" \
	"$(ask "$work/table" yes 6.12.1 arm64 | paste -sd ' ')"

# The committed table: for each kernel that we know of, a row each.
table=$scripts/destructive.table
sed -n 's/ *|.*//; /^[a-z_]\+$/p' "$table" | sort -u >"$work/cases"
for kernel in 6.1 6.6 6.12 6.18 7.0 7.2 7.3; do
	for arch in arm64 x86_64; do
		for debug_vm in yes no; do
			ask "$table" "$debug_vm" "$kernel" "$arch" | grep -v '^[a-z_]*$' || :
			while read -r case_name; do
				ask "$table" "$debug_vm" "$kernel" "$arch" test_case="$case_name" /dev/null
			done <"$work/cases" | grep 'has no row' || :
		done
	done
done >"$work/gaps"
expect "each case has one row on each kernel" "" "$(cat "$work/gaps")"
sed -n 's/^\tMISUSE(\(.*\)),$/\1/p' "$scripts/../kunit/destructive/cma_destructive.c" | sort >"$work/misuses"
expect "the cases of the table are those of the kernel" "$(cat "$work/misuses")" "$(cat "$work/cases")"

finish
