#!/bin/sh
# source.sh KERNEL BUILD    find the kernel source tree for KERNEL, print its path
#
# KERNEL is the series of a linux-source package of this Debian (6.1, 6.12) or
# "newest": the newest linux-source package of Debian unstable, fetched through
# the machine's own mirror with lists and cache below BUILD, so that the
# machine's APT configuration stays as it is. With KSRC=<tree> in the
# environment that tree is checked and printed instead.
#
# Unpacks to BUILD/source/<package>_<version>, once. Source: Debian's archive.
scripts=$(dirname "$0")
. "$scripts/stage.sh"
. "$scripts/apt-elsewhere.sh"

kernel=$1
store=$2/source

check_user_tree() {
	tree=$(readlink -f "$1" 2>/dev/null) || tree=
	[ -d "$tree" ] ||
		die "KSRC must be a kernel source tree, found no folder at '$1'"
	for part in Makefile Kconfig mm/cma.c kernel/dma/contiguous.c scripts/kconfig/Makefile; do
		[ -f "$tree/$part" ] || die "KSRC must be a kernel source tree, found no $part in '$tree'"
	done
	version=$("$scripts/kernel-version.sh" "$tree")
	echo "$version" | awk -F. '{ exit !($1 > 6 || ($1 == 6 && $2 >= 1)) }' ||
		die "KSRC must be Linux 6.1 or later, found $version in '$tree'"
	echo "$tree"
}

# Unpack tarball $1 into $store/$2, whole or not at all.
unpack() {
	[ ! -d "$store/$2" ] || return 0
	require_space "$store" 4096 "a kernel tree and its build"
	rm -rf "$store/unpacking"
	mkdir "$store/unpacking"
	tar -xf "$1" -C "$store/unpacking" --strip-components=1 ||
		die "cannot unpack '$1': reinstall its package"
	mv "$store/unpacking" "$store/$2"
}

debian_source() {
	package=linux-source-$kernel
	tarball=/usr/src/$package.tar.xz
	[ -e "$tarball" ] || die "expected $tarball, found none: run 'make deps', or give a tree with KSRC="
	version=$(dpkg-query -W -f '${Version}' "$package" 2>/dev/null) || version=unpackaged
	unpack "$tarball" "${package}_$version"
	echo "$store/${package}_$version"
}

newest_source() {
	# Ask the mirror once a day; between, the tree at hand is the newest.
	if [ -n "$(find "$store/newest" -mtime -1 2>/dev/null)" ] && [ -d "$store/$(cat "$store/newest")" ]; then
		echo "$store/$(cat "$store/newest")"
		return
	fi
	cannot="cannot have Debian's newest kernel source"
	hint="give a tree with KSRC="
	folder=$(mktemp -d "$store/apt.XXXXXX")
	# shellcheck disable=SC2064 # the name as it is now
	trap "rm -rf '$folder'" EXIT
	trap 'exit 2' HUP INT TERM
	apt_open "$folder" "$(dpkg --print-architecture)" unstable || die "$cannot; $hint"
	package=$(apt_elsewhere apt-cache search --names-only '^linux-source-[0-9.]+$' |
		awk '{ print $1 }' | sort -V | tail -n 1)
	[ -n "$package" ] || die "$cannot: unstable has no linux-source package; $hint"
	(cd "$apt" && apt_elsewhere apt-get download "$package" >"$apt/log" 2>&1) ||
		die "$cannot: $(tail -n 1 "$apt/log"); $hint"
	dpkg-deb -x "$apt"/"$package"_*.deb "$apt/package"
	version=$(dpkg-deb -f "$apt"/"$package"_*.deb Version)
	unpack "$apt/package/usr/src/$package.tar.xz" "${package}_$version"
	echo "${package}_$version" >"$store/newest"
	echo "$store/${package}_$version"
}

if [ -n "${KSRC-}" ]; then
	check_user_tree "$KSRC"
	exit
fi
mkdir -p "$store"
case $kernel in
newest) newest_source ;;
6.1 | 6.12) debian_source ;;
*) die "KERNEL must be 6.1, 6.12 or newest, found '$kernel'; give any other kernel as a tree with KSRC=" ;;
esac
