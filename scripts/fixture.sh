#!/bin/sh
# fixture.sh FIXTURE DTB ARCH QEMU-ARGUMENT...    merge a fixture over the machine's tree
#
# The machine's own device tree is what QEMU makes for these arguments (memory
# and CPUs are in it). FIXTURE is an overlay source; DTB is the merged blob.
# Every dtc warning is on for the fixture; what the bare machine warns of
# already is no news and is left out.
scripts=$(dirname "$0")
. "$scripts/stage.sh"

fixture=$1
dtb=$2
load_arch "$3"
shift 3
[ "$has_device_tree" = yes ] || die "fixtures need a device tree; ARCH=$kernel_arch boots without one"

# shellcheck disable=SC2086 # options in words
"$qemu" $machine,dumpdtb="$dtb.machine" $cpu_tcg "$@" >"$dtb.log" 2>&1 ||
	die "$qemu cannot write its device tree: $(tail -n 1 "$dtb.log")"
# One source of both, not fdtoverlay: that puts each new node first, and the
# kernel goes by the tree's order. A fixture names its targets by path.
{
	# The blob's own list of what is reserved stands before all nodes.
	echo '/dts-v1/;' && sed -n '/^\/memreserve\//p' "$fixture" &&
		dtc -q -I dtb -O dts "$dtb.machine" | sed 's|^/dts-v1/;$||' &&
		printf '# 1 "%s"\n' "$fixture" &&
		sed 's|^/dts-v1/;$||; s|^/plugin/;$||; s|^/memreserve/.*||' "$fixture"
} >"$dtb.source" 2>"$dtb.log" || die "cannot read $fixture: $(head -n 1 "$dtb.log")"
dtc -q -I dts -O dtb -o "$dtb" "$dtb.source" 2>"$dtb.log" ||
	die "$fixture does not compile: $(head -n 1 "$dtb.log")"

list_warnings() {
	dtc -I dtb -O dtb -o /dev/null "$1" 2>&1 | sed 's/^[^:]*: //' | sort -u
}
list_warnings "$dtb.machine" >"$dtb.known"
list_warnings "$dtb" | comm -13 "$dtb.known" - >"$dtb.warnings"
rm -f "$dtb.machine" "$dtb.source" "$dtb.known" "$dtb.log"
