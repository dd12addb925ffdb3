#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# patched-kernel.sh SOURCE SCRATCH ARCH PROFILE OUTPUT [PATCH | NAME=VALUE]...    build SOURCE with patches
#
# In a tree and a build folder of its own below SCRATCH, which stay: the next call
# builds what differs. The first call starts from the objects of the kernel without
# patches, where that was built here. SOURCE does not change. NAME=VALUE, as in CONFIG_X=y, is
# one more line of configuration. Leaves OUTPUT/guest-kernel, kernel.hash and
# .config, and OUTPUT/tree.hash, a name for the source with its patches.
# Status 3: a patch does not apply, or what it makes does not build.
scripts=$(readlink -f "$(dirname "$0")")
. "$scripts/stage.sh"

source=$1 scratch=$2 arch=$3 profile=$4 output=$5
shift 5
load_arch "$arch"
. "$scripts/kbuild.sh"
mkdir -p "$scratch" "$output"
scratch=$(readlink -f "$scratch")
tree=$scratch/tree
kernel_build=$scratch/kernel
journal=$scratch/patched
. "$scripts/patched-files.sh"

cannot() {
	note "error: $*"
	exit 3
}

apply() {
	files=$(list_patched_files "$1")
	[ -n "$files" ] || cannot "$1: expected a patch with paths a/ and b/, found none"
	for file in $files; do
		case $file in /* | *..*) cannot "$1: expected paths within the tree, found '$file'" ;; esac
	done
	apply_patch "$1" "$scratch/patch.log" ||
		cannot "$1 does not apply to $(basename "$source"): $(tail -n 1 "$scratch/patch.log")"
}

configure() {
	cp "$kernel_build/.config" "$scratch/plain.config"
	[ -n "$options" ] || return 0
	echo "$options" | tr ' ' '\n' | grep . >>"$kernel_build/.config"
	kbuild "$tree" "$kernel_build" olddefconfig >"$scratch/configure.log" 2>&1 ||
		cannot "cannot configure $options: $(tail -n 1 "$scratch/configure.log")"
	for option in $options; do
		grep -qxF "$option" "$kernel_build/.config" || cannot "Kconfig dropped $option"
	done
}

# As a copy of what 'make kernel' built of this source, with its tree: what the patches do
# not change is not built again. kbuild keeps each command, with the tree's path in it,
# and builds anew where a command has changed.
start_from_plain() {
	find_build
	plain=$build/kernel/$(basename "$scratch")
	plain_tree=$(readlink -f "$plain/source" 2>/dev/null) || return 0
	[ ! -d "$kernel_build" ] && [ -e "$plain/vmlinux" ] && [ -e "$plain/inputs.hash" ] || return 0
	note "starting from the objects of $plain"
	rm -rf "$tree" "$kernel_build.new"
	for part in '' .files .hash; do cp -a "$plain_tree$part" "$tree$part"; done
	cp -a "$plain" "$kernel_build.new"
	# Without the name of what was built: this becomes another kernel.
	rm -rf "$kernel_build.new/inputs.hash" "$kernel_build.new/source"
	grep -rlZF --include='*.cmd' --include='*.d' --include=Makefile "$plain_tree" "$kernel_build.new" |
		xargs -0 -r sed -i "s|$plain_tree|$tree|g"
	mv "$kernel_build.new" "$kernel_build"
}

leave() {
	status=$?
	restore_files
	[ ! -e "$scratch/plain.config" ] || mv "$scratch/plain.config" "$kernel_build/.config"
	exit "$status"
}

start_from_plain
"$scripts/tree.sh" "$source" "$tree"
restore_files
[ ! -e "$scratch/plain.config" ] || mv "$scratch/plain.config" "$kernel_build/.config"
trap leave EXIT
trap 'exit 130' HUP INT TERM
# An image from the cache would leave no objects to build on.
CACHE=/dev/null "$scripts/kernel.sh" "$tree" "$kernel_build" "$arch" "$profile"
options=
for part; do
	case $part in
	CONFIG_*=*) options="$options $part" ;;
	*) apply "$part" ;;
	esac
done
configure
kbuild "$tree" "$kernel_build" -j"$(nproc)" "$kernel_target" >"$scratch/build.log" 2>&1 ||
	cannot "the patched kernel does not build: $(grep -m 1 -E 'error:|\*\*\*' "$scratch/build.log"); see $scratch/build.log"
cp "$kernel_build/$kernel_image" "$output/guest-kernel"
cp "$kernel_build/.config" "$output/.config"
# The plugin finds the kernel's functions by it.
cp "$kernel_build/System.map" "$output/System.map"
{
	cat "$tree.hash"
	for part; do [ ! -f "$part" ] || cat "$part"; done
} | hash_of_input >"$output/tree.hash"
{ cat "$output/tree.hash"; grep -v '^#' "$output/.config"; "${compile_prefix}gcc" --version | head -n 1; } |
	hash_of_input >"$output/kernel.hash"
