#!/bin/sh
# image.sh TREE IMAGE ARCH    build the guest's user space in folder IMAGE
#
# Static programs only: init, the selftests (with TREE's kselftest headers) and
# cmabench. Leaves IMAGE/initramfs.cpio, made by the kernel's own
# gen_init_cpio, byte for byte the same for the same programs.
scripts=$(dirname "$0")
. "$scripts/stage.sh"

tree=$(readlink -f "$1")
mkdir -p "$2"
image=$(readlink -f "$2")
load_arch "$3"
top=$(readlink -f "$scripts/..")

# What the linker reads for each program it writes to maps/, where lint looks. cmabench
# goes without what debuggers want: a comment moved in bench/ is no other benchmark.
build_programs() {
	mkdir -p "$image/maps"
	for program in init archive boot_facts; do
		"${compile_prefix}gcc" -static -O2 -Wall -Wextra -Werror -Wl,-Map="$image/maps/$program" -o "$image/$program" \
			"$scripts/guest/$program.c" || return
	done
	[ -e "$image/maps/cmabench" ] || rm -f "$image/bench/cmabench"
	make -s -j"$(nproc)" -C "$top/selftests" KSRC="$tree" OUTPUT="$image/selftests" CROSS_COMPILE="$compile_prefix" tests &&
	make -s -j"$(nproc)" -C "$top/bench" OUTPUT="$image/bench" CROSS_COMPILE="$compile_prefix" \
		LDFLAGS="-s -Wl,-Map=$image/maps/cmabench" &&
	cc -O2 -o "$image/gen_init_cpio" "$tree/usr/gen_init_cpio.c" &&
	cc -O2 -Wall -Wextra -Werror -std=gnu11 -D_GNU_SOURCE -fvisibility=hidden -shared -fPIC \
		-o "$image/phases.so" "$top"/bench/plugin/*.c
}

describe() {
	echo "dir /dev 0755 0 0"
	echo "nod /dev/console 0600 0 0 c 5 1"
	for folder in proc sys tmp selftests bench; do echo "dir /$folder 0755 0 0"; done
	echo "file /init $image/init 0755 0 0"
	echo "file /archive $image/archive 0755 0 0"
	echo "file /bench/cmabench $image/bench/cmabench 0755 0 0"
	for program in "$image"/selftests/*_test; do
		echo "file /selftests/$(basename "$program") $program 0755 0 0"
	done
}

build_programs >"$image/build.log" 2>&1 ||
	die "the guest's programs do not build: $(grep -m 1 -iE 'error|No rule' "$image/build.log"); see $image/build.log"
describe >"$image/contents"
"$image/gen_init_cpio" -t 0 "$image/contents" | update_file "$image/initramfs.cpio"
[ -s "$image/initramfs.cpio" ] || die "cannot make $image/initramfs.cpio"
