#!/bin/sh
# stock-kernel.sh KERNEL FLAVOUR BUILD    fetch Debian's own arm64 kernel, print its folder
#
# KERNEL is a series (6.1, 6.12) or "newest"; FLAVOUR is arm64 or arm64-16k. The
# highest version of linux-image-<KERNEL>*-<FLAVOUR> that this Debian, its
# backports, stable or unstable have comes through the machine's mirror. Leaves
# BUILD/stock/<package>/ with guest-kernel, config, release and modules/: the
# drivers of the virtio ports, in the order to load them. Asks once a day.
# Status 3: there is no such package.
scripts=$(dirname "$0")
. "$scripts/stage.sh"
. "$scripts/apt-elsewhere.sh"

kernel=$1
flavour=$2
mkdir -p "$3/stock"
store=$(readlink -f "$3/stock")
asked=$store/$kernel-$flavour


if [ -n "$(find "$asked" -mtime -1 2>/dev/null)" ] && [ -e "$store/$(cat "$asked")/guest-kernel" ]; then
	echo "$store/$(cat "$asked")"
	exit
fi
cannot="cannot have Debian's $kernel kernel for $flavour"
work=$(mktemp -d "$store/apt.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM
codename=$(debian_codename)
apt_open "$work" arm64 "$codename" "$codename-backports" stable unstable ||
	die "$cannot: see the line above, and check the machine's APT configuration"

case $kernel in
newest) series='[0-9.]+' ;;
*) series=$(echo "$kernel" | sed 's/[.]/[.]/g')'[.][0-9]+' ;;
esac
package=$(apt_elsewhere apt-cache search --names-only "^linux-image-$series(-[0-9]+|[+]deb[0-9]+([.][0-9]+)?)?-$flavour\$" |
	awk '{ print $1 }' | sort -V | tail -n 1)
if [ -z "$package" ]; then
	note "$cannot: the mirror has no such package"
	exit 3
fi
if [ ! -e "$store/$package/guest-kernel" ]; then
	require_space "$store" 1024 "a distribution's kernel"
	(cd "$work" && apt_elsewhere apt-get download "$package" >"$work/log" 2>&1) ||
		die "$cannot: $(tail -n 1 "$work/log")"
	dpkg-deb -x "$work"/"$package"_*.deb "$work/package" || die "$cannot: the package is damaged; try again"
	mkdir -p "$work/kernel/modules"
	cp "$work"/package/boot/vmlinuz-* "$work/kernel/guest-kernel"
	cp "$work"/package/boot/config-* "$work/kernel/config"
	basename "$work"/package/boot/vmlinuz-* | sed 's/^vmlinuz-//' >"$work/kernel/release"
	number=0
	for driver in virtio virtio_ring virtio_mmio virtio_console; do
		number=$((number + 1))
		found=$(find "$work/package" -name "$driver.ko*")
		case $found in
		*.xz) xz -dc "$found" >"$work/kernel/modules/$number-$driver.ko" ;;
		*.ko) cp "$found" "$work/kernel/modules/$number-$driver.ko" ;;
		esac
	done
	rm -rf "${store:?}/$package"
	mv "$work/kernel" "$store/$package"
fi
echo "$package" >"$asked"
echo "$store/$package"
