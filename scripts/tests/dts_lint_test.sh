#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# dts-lint on what is no device tree, or only part of one: an error in one line, status 2, and
# no crash, with the address and undefined-behaviour sanitizers looking on.
set -eu
# shellcheck source=scripts/tests/harness.sh
. "$(dirname "$0")/harness.sh"

board=$(dirname "$0")/boot-table/board.dts
make -s -C "$scripts/predict" OUTPUT="$work/predict" SANITIZE=1 >"$work/predict.log" 2>&1 || :
expect "the linter builds with the sanitizers" "" "$(grep -m 3 'error' "$work/predict.log")"
lint=$work/predict/lint
dtc -q -I dts -O dtb -o "$work/board.dtb" "$board"
bytes=$(wc -c <"$work/board.dtb")

# lint_status FILE [OPTION...]: its status, and its last line in $work/said
lint_status() {
	file=$1
	shift
	status=0
	"$lint" "$@" -- "$file" >"$work/out" 2>&1 || status=$?
	tail -n 1 "$work/out" >"$work/said"
	echo "$status"
}

expect "a board with a crooked area: status" 1 "$(lint_status "$work/board.dtb")"
expect "its one finding" \
	"crooked@56100000: refused: reg: base 0x56100000 is no multiple of the pageblock, 0x200000; free are 0x400000 bytes at 0x56000000" \
	"$(cat "$work/said")"
expect "the source says the same as the blob" "$(cat "$work/out")" "$("$lint" "$board" || :)"
mkdir -p "$work/tree/reserved-memory" && printf '\000\000\000\002' >"$work/tree/#address-cells" &&
	cp "$work/tree/#address-cells" "$work/tree/#size-cells"
expect "a folder, its /reserved-memory without cells: status" 1 "$(lint_status "$work/tree")"
expect "64K pages: the pageblock is 512 MiB" \
	"pages of 64 KiB, pageblock order 13: base and size of an area are multiples of 0x20000000" \
	"$("$lint" --page-size 64k "$work/board.dtb" | head -n 1 || :)"
expect "a pageblock order of its own" \
	"pages of 4 KiB, pageblock order 10: base and size of an area are multiples of 0x400000" \
	"$("$lint" --pageblock-order 10 "$work/board.dtb" | head -n 1 || :)"

: >"$work/empty"
expect "an empty file: status" 2 "$(lint_status "$work/empty")"
expect "an empty file: what is said" \
	"cma-tests: error: expected a device tree (a .dts, a .dtb or a folder), found neither in '$work/empty'" \
	"$(cat "$work/said")"
expect "no file: status" 2 "$(lint_status "$work/absent")"
expect "a text: status" 2 "$(lint_status "$0")"
echo '/dts-v1/; / { broken' >"$work/broken.dts"
expect "a source that does not compile: status" 2 "$(lint_status "$work/broken.dts")"
head -c 17000000 /dev/zero >"$work/huge"
expect "a huge file: status" 2 "$(lint_status "$work/huge")"
expect "PAGE_SIZE=5k: status" 2 "$(lint_status "$work/board.dtb" --page-size 5k)"
expect "PAGEBLOCK_ORDER=x: status" 2 "$(lint_status "$work/board.dtb" --pageblock-order x)"

# Cells and numbers that no board has, each in a tree that is otherwise sound.
while IFS='|' read -r wanted what script; do
	sed "$script" "$board" >"$work/absurd.dts"
	cmp -s "$board" "$work/absurd.dts" && echo "not ok dts_lint: '$script' changes nothing"
	expect "$what: status" "$wanted" "$(lint_status "$work/absurd.dts")"
done <<'EOT'
2|root cells of 0|0,/#address-cells = <2>/s//#address-cells = <0>/
2|root cells of 7|0,/#address-cells = <2>/s//#address-cells = <7>/
2|root cells of 4 billion|0,/#size-cells = <2>/s//#size-cells = <0xffffffff>/
1|cells below that differ|0,/ranges;/s///
1|a size of all ones|/pool@50000000 {/,/}/s/0x800000>/0xffffffff>/
1|base and size of all ones|/carveout@54000000 {/,/}/s/<.*>/<0xffffffff 0xffffffff 0xffffffff 0xffffffff>/
1|RAM of all ones|/memory@40000000 {/,/}/s/<.*>/<0xffffffff 0xffffffff 0xffffffff 0xffffffff>/
1|no RAM|/memory@40000000 {/,/}/s/reg.*//
1|an alignment of 0|/sized {/,/}/s/size =/alignment = <0 0>; size =/
1|an alignment of all ones|/sized {/,/}/s/size =/alignment = <0xffffffff 0xffffffff>; size =/
1|an alignment that is no power of two|/sized {/,/}/s/size =/alignment = <0 0x300001>; size =/
1|a size of 2^63|/sized {/,/}/s/<0x0 0x1000000>/<0x80000000 0x0>/
1|alloc-ranges of all ones|/sized {/,/}/s/size =/alloc-ranges = <0xffffffff 0xffffffff 0xffffffff 0xffffffff>; size =/
EOT
expect "a command line of nonsense: status" 1 \
	"$(lint_status "$work/board.dtb" --command-line 'cma=99999999999999999999E@-- memmap=$ numa_cma=9:,: cma hugetlb_cma=0x cma=1@2-')"

# What ends on an error frees nothing, and need not.
export ASAN_OPTIONS=detect_leaks=0

# The corpus: the blob cut at each offset, and with each byte in turn set to 255.
# Both awks would read the same: once is enough.
case $(readlink -f "$(command -v awk)") in
*gawk)
	finish
	exit ;;
esac
cat >"$work/corpus.sh" <<'EOT'
lint=$1 blob=$2 at=$3
head -c "$at" "$blob" >"$blob.$at"
status=0
said=$("$lint" "$blob.$at" 2>&1) || status=$?
[ "$status" = 2 ] && [ "$(echo "$said" | wc -l)" = 1 ] || echo "cut at $at: status $status, $said"
{ head -c "$at" "$blob"; printf '\377'; tail -c +"$((at + 2))" "$blob"; } >"$blob.$at"
status=0
said=$("$lint" "$blob.$at" 2>&1) || status=$?
[ "$status" -le 2 ] || echo "byte $at: status $status, $said"
case $said in *Sanitizer* | *"runtime error"*) echo "byte $at: $said" ;; esac
rm -f "$blob.$at"
EOT
# Small, so that each offset can be tried: what the kinds of node have in common.
sed '/mapped@55000000 {/,/};/d; /crooked@56100000 {/,/};/d' "$board" | dtc -q -I dts -O dtb -o "$work/small.dtb"
bytes=$(wc -c <"$work/small.dtb")
expect "cut at each of $bytes offsets, each byte spoilt: an error or an answer" "" \
	"$(seq 0 $((bytes - 1)) | xargs -P "$(nproc)" -n 1 sh "$work/corpus.sh" "$lint" "$work/small.dtb" | head -n 20)"
finish
