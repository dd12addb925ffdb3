#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Recorded boots of kunit/destructive/ to their verdict, as they were and bent in each way that
# must be red; and the committed table: one row for each case on each kernel.
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

# judge NAME CASE ENDED TIMED_OUT WANTED: $work/console is judged; WANTED is the verdict's message, and what
# must be among the quoted lines of a failure follows after " / ".
judge() {
	ask "$work/expected" yes 6.12.117 arm64 test_case="$2" ended="$3" timed_out="$4" "$work/console" >"$work/out"
	wanted="$2	fail	${5%% / *}"
	[ -n "$5" ] || wanted="$2	pass	"
	expect "$1" "$wanted" "$(head -n 1 "$work/out")"
	case $5 in
	*' / '*) expect "$1 is quoted" 1 "$(grep -c "^quote	.*${5#* / }" "$work/out")" ;;
	esac
}

# recorded BOOT [CASE]: one of the boots, under the name of another case.
recorded() {
	sed "s/${1##*/}/${2:-$1}/g" "$logs/destructive/$1.log"
}

cat >"$work/expected" <<-'END'
	release_twice            | 6.12 | arm64 | yes | VM_BUG_ON_PAGE\(page_ref_count\(page\) == 0\) | dies | a BUG
	release_while_referenced | 6.12 | arm64 | yes | 1 pages are still in use!.*WARNING: .* free_contig_range | accepted 8 7 0 | a warning
	release_behind_the_area  | 6.12 | arm64 | yes | - | refused | nothing
END
dies=release_twice warns=release_while_referenced refuses=release_behind_the_area
clean="refused: 0 bits and 0 pages came free, 0 of others"

recorded $dies >"$work/console"
judge "expected splat" $dies 0 0 ""
recorded $warns >"$work/console"
judge "expected warning" $warns 1 0 ""
recorded $refuses >"$work/console"
judge "expected refusal" $refuses 1 0 ""

recorded $refuses $dies >"$work/console"
judge "missing splat" $dies 1 0 \
	'expected the splat "VM_BUG_ON_PAGE\(page_ref_count\(page\) == 0\)", found none; the last line is: reboot: Power down / Run /init as init process'
recorded $warns $dies >"$work/console"
judge "other splat" $dies 1 0 \
	'expected the splat "VM_BUG_ON_PAGE\(page_ref_count\(page\) == 0\)", found: WARNING: CPU: 0 PID: 1 at ../../tree/6.12/mm/page_alloc.c:6924 free_contig_range+0x150/0x170 / 1 pages are still in use!'
recorded $warns $refuses >"$work/console"
judge "splat where none is expected" $refuses 1 0 \
	'expected no splat, found: WARNING: CPU: 0 PID: 1 at ../../tree/6.12/mm/page_alloc.c:6924 free_contig_range+0x150/0x170 / 1 pages are still in use!'
recorded $warns | sed '/Run .init/i [   12.000000] BUG: Bad page state in process init  pfn:5c064' >"$work/console"
judge "second splat" $warns 1 0 \
		'expected no other splat, found: BUG: Bad page state in process init  pfn:5c064 / clk: Disabling'
recorded $refuses | sed "s/$clean/accepted: 8 bits and 8 pages came free, 8 of others/" >"$work/console"
judge "refusal that is none" $refuses 1 0 \
		"expected the report \"$clean\", found \"accepted: 8 bits and 8 pages came free, 8 of others\""
recorded $refuses | sed '/begins/q' >"$work/console"
judge "hang in the call" $refuses 0 1 \
	"expected the report \"$clean\", found none: the guest hangs; the last line is: cma_destructive: $refuses: begins"
recorded $refuses | sed '/came free/q' >"$work/console"
judge "hang after the report" $refuses 0 1 \
	"expected the guest to live on, found that it hangs; the last line is: cma_destructive: $refuses: $clean"
recorded $refuses | sed '/came free/q' >"$work/console"
judge "early end after the report" $refuses 0 0 \
	"expected the guest to live on, found that it ended early; the last line is: cma_destructive: $refuses: $clean"
recorded $dies | sed '/kernel BUG/q' >"$work/console"
judge "hang after the splat" $dies 0 1 \
	"expected that the guest dies, found that it hangs; the last line is: kernel BUG at ../../tree/6.12/include/linux/mm.h:1140!"
recorded $dies | sed '2,$d' >"$work/console"
judge "case that never began" $dies 0 0 \
	"the case never began; the last line is: $(sed 's/^[^]]*\] //' "$work/console")"
recorded $refuses unlisted >"$work/console"
judge "case that no row names" unlisted 1 0 \
	"unlisted has no row for 6.12.117, arm64, DEBUG_VM yes: add one to scripts/destructive.table"

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

# The committed table: for each kernel that we know of, a row each; what is not yet tabled
# its header says.
table=$scripts/destructive.table
sed -n 's/ *|.*//; /^[a-z_]\+$/p' "$table" | sort -u >"$work/cases"
for kernel in 6.1 6.6 6.12 6.18 7.0 7.2 7.3; do
	for arch in arm64 x86_64; do
		for debug_vm in yes no; do
			ask "$table" "$debug_vm" "$kernel" "$arch" | grep -v '^[a-z_]*$' || :
			case $kernel-$debug_vm in 7.*-no) continue ;; esac
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
