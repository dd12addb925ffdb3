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
expect "a folder that is no tree: status" 2 "$(lint_status "$work/tree/reserved-memory")"
expect "16K pages: the pageblock is 32 MiB" \
	"pages of 16 KiB, pageblock order 11: base and size of an area are multiples of 0x2000000" \
	"$("$lint" --page-size 16k "$work/board.dtb" | head -n 1 || :)"
expect "a node of a tree is none: status" 2 "$(: >"$work/tree/ranges"; lint_status "$work/tree")"
expect "64K pages: the pageblock is 512 MiB" \
	"pages of 64 KiB, pageblock order 13: base and size of an area are multiples of 0x20000000" \
	"$("$lint" --page-size 64k "$work/board.dtb" | head -n 1 || :)"
expect "a pageblock order of its own" \
	"pages of 4 KiB, pageblock order 10: base and size of an area are multiples of 0x400000" \
	"$("$lint" --pageblock-order 10 "$work/board.dtb" | head -n 1 || :)"

# said_of SED-SCRIPT PATTERN [OPTION...]: the first line with PATTERN, of the board so changed
said_of() {
	sed "$1" "$board" >"$work/other.dts"
	pattern=$2
	shift 2
	"$lint" "$@" -- "$work/other.dts" 2>&1 | grep -m 1 -e "$pattern" || :
}

# What real boards have, and QEMU's has not.
no_ram='/memory@40000000 {/,/}/s/<.*>/<0 0x40000000 0 0>/'
expect "RAM that the boot loader fills in" \
	"RAM is left to the boot loader: say RAM=START+SIZE to see places and what fits" "$(said_of "$no_ram" 'boot loader')"
expect "a memory node with half an entry" \
	"memory@40000000: ignored: reg: the last 12 of its 12 bytes are no entry, which has 16; write an address of 8 and a size of 8 bytes" \
	"$(said_of '/memory@40000000 {/,/}/s/<.*>/<0 0x40000000 0x20000000>/' '^memory@')"
more='/memory@40000000 {/,/}/s/<.*>/<0 0x40000000 0 0x20000000 0>/'
expect "a whole entry before it: it is RAM" "RAM                              0x40000000..0x5fffffff, 512 MiB" \
	"$(said_of "$more" '^RAM ')"
expect "where kernels take nothing of such a node" \
	"RAM: ignored: of memory nodes of a wrong length this kernel takes nothing, 0x20000000 bytes are missing; write whole entries" \
	"$(said_of "$more" '^RAM' --behaviour whole-memory)"
expect "where the boot loader fills another node in: boots" "" \
	"$(said_of "$more; s|^\tmemory@|memory@80000000 { device_type = \"memory\"; reg = <0 0x80000000 0 0>; }; &|" '^this' \
		--behaviour whole-memory)"
expect "and there is no other" "this kernel does not boot with this tree" \
	"$(said_of "$more" '^this' --behaviour whole-memory)"
expect "a memory node in name only" "memory@40000000: ignored: no RAM without device_type = \"memory\"; add that" \
	"$(said_of '/memory@40000000 {/,/}/s/device_type.*//' '^memory@')"
expect "the same, disabled: is not meant to be RAM" "" \
	"$(said_of '/memory@40000000 {/,/}/s/device_type.*/status = "disabled";/' '^memory@')"
expect "a node without a place, RAM unknown" "sized                            somewhere, 16 MiB, CMA" "$(said_of "$no_ram" '^sized ')"
expect "that RAM, given" "RAM                              0x40000000..0x7fffffff, 1 GiB" \
	"$(said_of "$no_ram" '^RAM ' --ram 0x40000000+1G)"
# What follows needs no sized node, and no crooked one.
plain='/sized {/,/};/d; /crooked@56100000 {/,/};/d'
expect "the command line of /chosen" "reserved                         at or below 0x5c000000..0x5fffffff, 64 MiB, CMA, the global area" \
	"$(said_of "$plain; s|^\tmemory@|chosen { bootargs = \"quiet cma=64M\"; }; &|" '^reserved ')"
expect "another command line instead of it" "reserved                         at or below 0x5f000000..0x5fffffff, 16 MiB, CMA, the global area" \
	"$(said_of "$plain; s|^\tmemory@|chosen { bootargs = \"quiet cma=64M\"; }; &|" '^reserved ' --command-line quiet)"
expect "mem= ends RAM" "RAM                              0x40000000..0x4fffffff, 256 MiB" \
	"$(said_of "$plain" '^RAM ' --command-line mem=256M)"
expect "a bus that does not reach the end of RAM" \
	"reserved                         at or below 0x52000000..0x52ffffff, 16 MiB, CMA, the global area" \
	"$(said_of "$plain; s|^\tmemory@|soc { #address-cells = <1>; #size-cells = <1>; dma-ranges = <0 0 0 0x53000000>; }; &|" \
		'^reserved ' --behaviour exact-dma-limit)"
expect "all RAM above 4 GiB: no border for DMA" \
	"reserved                         at or below 0x800000000..0x800ffffff, 16 MiB, CMA, the global area" \
	"$(said_of '/reserved-memory {/,/^\t};/d; s/<0x0 0x40000000 0x0 0x20000000>/<0x8 0x0 0x0 0x20000000>/' '^reserved ')"
expect "32-bit CPUs have pageblocks of 4 MiB" \
	"pages of 4 KiB, pageblock order 10: base and size of an area are multiples of 0x400000" \
	"$(said_of 's|^\tmemory@|cpus { cpu@0 { compatible = "arm,cortex-a9"; }; }; &|' '^pages ')"
expect "the blob's own list" "/memreserve/                     0x48000000..0x480fffff, 1 MiB, mapped, reserved" \
	"$(said_of 's|^/dts-v1/;|&/memreserve/ 0x48000000 0x100000;|' '^/memreserve/')"
expect "an initramfs of the boot loader's, in the way of a node" \
	"carveout@54000000: refused: no-map: part of 0x54000000..0x543fffff is reserved already (an earlier node, the kernel or its initramfs) and stays mapped; move reg elsewhere" \
	"$(said_of "s|^\tmemory@|chosen { linux,initrd-start = <0x54000000>; linux,initrd-end = <0x54100000>; }; &|" '^carveout@54000000: ')"
expect "a part of a page" \
	"mapped@55000000: rounded: reg: 0x55000000..0x550000ff is no whole number of pages of 4 KiB; 0x55000000..0x55000fff is lost" \
	"$(said_of '/mapped@55000000 {/,/}/s/0x100000>/0x100>/' '^mapped@55000000: ')"
expect "a disabled node is no failure: status" 0 \
	"$(sed "$plain; /mapped@55000000 {/,/}/s/reg/status = \"disabled\"; reg/" "$board" >"$work/other.dts"; lint_status "$work/other.dts")"
expect "alloc-ranges beyond the last address" \
	"sized: refused: alloc-ranges: 0xfffffffff0000000 bytes from 0x50000000 go beyond the last address; write less" \
	"$(said_of '/sized {/,/}/s/size =/alloc-ranges = <0 0x50000000 0xffffffff 0xf0000000>; size =/' '^sized: ')"
expect "an alignment that is no power of two: what would" \
	"sized: rounded: alignment: 0x300000 is no power of two, and only 0x100000 is sure; write 0x400000" \
	"$(said_of '/sized {/,/}/s/size =/alignment = <0 0x300000>; size =/' '^sized: ')"
expect "a pool that a driver of bounce buffers will not have" \
	"pool@50000000: refused: reusable: a restricted-dma-pool may not have it; remove it" \
	"$(said_of '/pool@50000000 {/,/}/s/shared-dma-pool/restricted-dma-pool/' '^pool@50000000: ')"
expect "what a crashed kernel left to the next" "RAM                              0x40000000..0x4fffffff, 256 MiB" \
	"$(said_of "$plain; s|^\tmemory@|chosen { linux,usable-memory-range = <0 0x40000000 0 0x10000000>; }; &|" '^RAM ')"
expect "cma= without a number" \
	"cma=: note: is 0 or no number, and so there is no global area; write cma=64M, or leave it out for the tree's or the configuration's" \
	"$(said_of "$plain" '^cma=' --command-line cma=lots)"
# global_area COMMAND-LINE: what of it is the global area's size
global_area() {
	said_of "$plain" '^reserved  ' --command-line "$1" | sed 's/.*, \([0-9]* MiB\), CMA.*/\1/'
}
expect "quotes around a value" "64 MiB" "$(global_area 'quiet cma="64M"')"
expect "quotes around an option" "64 MiB" "$(global_area '"cma=64M" quiet')"
expect "what looks like an option inside quotes" "16 MiB" "$(global_area 'other="a cma=64M" quiet')"
expect "a quote that nobody closes" "64 MiB" "$(global_area 'cma="64M other cma=96M')"
expect "a quote alone" "16 MiB" "$(global_area '"')"
expect "a dash in an option's name" "hugetlb0                         at or below 0x100000000..0x13fffffff, 1 GiB, CMA" \
	"$(said_of "$plain" '^hugetlb0 ' --ram 0x40000000+6G --command-line 'hugetlb-cma=1G')"
expect "an area that ends in a hole of RAM: it is not refused" \
	"pool@50000000: broken: 0x400000 bytes of 0x50000000..0x507fffff are no RAM, and the kernel gives them to whoever wants memory; end the area where RAM ends" \
	"$(said_of "$plain" '^pool@50000000: ' --ram 0x40000000+260M)"
expect "a whole section without RAM: no boot" "this kernel does not boot with this tree" \
	"$(said_of "$plain" '^this kernel' --ram 0x40000000+256M)"
crooked="$plain; /mapped@55000000 {/,/}/{s/mapped@55000000/mailbox/; s/reg = .*/no-map; size = <0 0x1800>;/}"
expect "no-map of part of a page, where the kernel uses the rest" \
	"mailbox: refused: no-map: the page at 0x5fffe000 is out of the map for the part that it has, and the kernel uses the rest and dies; make base and size whole pages of 4 KiB" \
	"$(said_of "$crooked" '^mailbox: ' --behaviour tree-order --behaviour inward-map)"
expect "no-map of part of a page, where it does not" "" "$(said_of "$crooked" '^mailbox: ' --behaviour tree-order)"
expect "a size of one cell in a tree of two: how to write it" \
	"sized: refused: size: has 4 bytes, in this tree it has 8 (#size-cells is 2); write <0x0 0x1000000>" \
	"$(said_of '/sized {/,/}/s/<0x0 0x1000000>/<0x1000000>/' '^sized: ')"
expect "memmap= where it is not known" \
	"memmap=: ignored: this architecture does not know it; write a node of /reserved-memory with no-map and reg" \
	"$(said_of "$plain" '^memmap=' --command-line "memmap=4M\$0x50000000")"
expect "through make, without CMDLINE: the command line of /chosen" "command line of /chosen: cma=64M" \
	"$(sed 's|^\tmemory@|chosen { bootargs = "cma=64M"; }; &|' "$board" >"$work/other.dts"
	make -C "$scripts/.." dts-lint O="$work/o" FILE="$work/other.dts" 2>&1 | grep '^command line' || :)"
expect "a size that fits nowhere: what would" \
	"sized: refused: size: no 0x18000000 bytes, aligned to 0x200000, are free in RAM; the largest piece, before the kernel takes its own, is 0x10000000 bytes at 0x40000000" \
	"$(said_of '/sized {/,/}/s/0x1000000>/0x18000000>/' '^sized: ')"

: >"$work/empty"
expect "an empty file: status" 2 "$(lint_status "$work/empty")"
expect "an empty file: what is said" \
	"cma-tests: error: expected a device tree (a .dts, a .dtb or a folder), found neither in '$work/empty'" \
	"$(cat "$work/said")"
expect "no file: status" 2 "$(lint_status "$work/absent")"
expect "a text: status" 2 "$(lint_status "$0")"
echo '/dts-v1/; / { broken' >"$work/broken.dts"
expect "a source that does not compile: status" 2 "$(lint_status "$work/broken.dts")"
# More than a pipe holds: dtc stops reading, and is the one to say why.
awk 'BEGIN { for (i = 0; i < 9000; i++) printf "node%d { };\n", i }' >>"$work/broken.dts"
expect "a long source that does not compile: status" 2 "$(lint_status "$work/broken.dts")"
expect "a long source that does not compile: whose message it is" "dtc's message is above" \
	"$(sed -n 's/^.*compile: //p' "$work/said")"
# Boards' sources include others, from beside them, from their kernel tree or from elsewhere.
mkdir -p "$work/linux/arch/arm64/boot/dts" "$work/linux/include/dt-bindings" "$work/elsewhere"
source=$work/linux/arch/arm64/boot/dts/board.dts
sed '1,/^\/dts-v1\/;/d' "$board" >"$work/elsewhere/board.dtsi"
echo '#define MIB(count) ((count) << 20)' >"$work/linux/include/dt-bindings/mib.h"
printf '/dts-v1/;\n#include <dt-bindings/mib.h>\n/include/ "beside.dtsi"\n#include "board.dtsi"\n' >"$source"
echo '/ { model = "included"; };' >"$work/linux/arch/arm64/boot/dts/beside.dtsi"
expect "a source whose #include is nowhere: status" 2 "$(lint_status "$source")"
expect "a source whose #include is nowhere: what to do" \
	"the preprocessor's message is above; say where what it includes is, INCLUDE='folder folder'" \
	"$(sed 's/^.*compile: //' "$work/said")"
expect "a source with #include, --include says where" "$("$lint" "$board" || :)" \
	"$("$lint" --include "$work/elsewhere" "$source" || :)"
cp "$work/elsewhere/board.dtsi" "${source%/*}"
expect "a source with #include, all in its tree" "$("$lint" "$board" || :)" "$("$lint" "$source" || :)"
expect "a source in the working folder" "$("$lint" "$board" || :)" "$(cd "${source%/*}"; "$lint" board.dts || :)"
expect "an overlay: status" 2 "$(lint_status "$scripts/../dts-fixtures/cma-by-reg.dtso")"
expect "an overlay: what to do" "merge it over the board's" "$(grep -o "merge it over the board's" "$work/said")"
head -c 17000000 /dev/zero >"$work/huge"
expect "a huge file: status" 2 "$(lint_status "$work/huge")"
echo 'CMA=y' >"$work/no.config"
sed '/^\/dts-v1\/;/d' "$board" >"$work/part.dtsi"
{ cat "$work/board.dtb"; echo more; } >"$work/longer.dtb"
expect "more behind a blob: status" 1 "$(lint_status "$work/longer.dtb")"

# What cannot be meant: status 2, and a line that says what can.
while IFS='|' read -r file options wanted; do
	# shellcheck disable=SC2086 # options in words
	expect "$file $options: status" 2 "$(lint_status "$work/$file" $options)"
	expect "$file $options: what is said" "cma-tests: error: $wanted" "$(sed "s|$work/||" "$work/said")"
done <<'EOT'
board.dtb|--page-size 5k|PAGE_SIZE must be 4k, 16k or 64k, found '5k'
board.dtb|--arch arm --page-size 64k|PAGE_SIZE must be 4k with ARCH=arm, found '64k'
board.dtb|--arch x86_64|expected ARCH=arm64 or arm for a device tree, found 'x86_64'
board.dtb|--pageblock-order x|PAGEBLOCK_ORDER must be a number from 1 to 15 with pages of 4 KiB, found 'x'
board.dtb|--pageblock-order 0|PAGEBLOCK_ORDER must be a number from 1 to 15 with pages of 4 KiB, found '0'
board.dtb|--pageblock-order -9|PAGEBLOCK_ORDER must be a number from 1 to 15 with pages of 4 KiB, found '-9'
board.dtb|--page-size 64k --pageblock-order 14|PAGEBLOCK_ORDER must be a number from 1 to 13 with pages of 64 KiB, found '14'
board.dtb|--ram 0x40000000+0|expected START+SIZE such as 0x80000000+2G, found '0x40000000+0'
part.dtsi||expected the source of a whole tree, found no '/dts-v1/;' in 'part.dtsi': give the board's .dts that includes it
EOT
expect "a .config without a line of one: status" 2 "$(lint_status "$work/board.dtb" --config "$work/no.config")"
expect "INCLUDE= that is no folder" "cma-tests: error: INCLUDE must be folders, found none at 'nowhere'" \
	"$(FILE="$board" INCLUDE=nowhere O="$work/o" "$scripts/dts-lint.sh" 2>&1 || :)"

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
