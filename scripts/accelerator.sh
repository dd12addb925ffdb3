#!/bin/sh
# accelerator.sh ARCH ACCEL KERNEL IMAGE SCRATCH    print the accelerator to use: tcg or kvm
#
# ACCEL=auto takes KVM only where a real boot of KERNEL comes to its end with it:
# /dev/kvm can exist and be unable to run a guest. The answer is kept in SCRATCH
# until the machine boots again.
scripts=$(dirname "$0")
. "$scripts/stage.sh"

load_arch "$1"
case $2 in
tcg) echo tcg; exit ;;
auto | kvm) ;;
*) die "ACCEL must be auto, tcg or kvm, found '$2'" ;;
esac

can_boot_with_kvm() {
	[ "$(uname -m)" = "$kvm_host" ] && [ -w /dev/kvm ] || return 1
	answer=$5/kvm-$kernel_arch-$(cat /proc/sys/kernel/random/boot_id)
	if [ ! -e "$answer" ]; then
		rm -rf "$5/probe"
		"$scripts/boot.sh" probe "$5/probe" "$3" "$4" "$1" kvm
		if grep -q '"event":"end"' "$5/probe/story.jsonl" 2>/dev/null; then echo yes; else echo no; fi >"$answer"
		rm -rf "$5/probe"
	fi
	[ "$(cat "$answer")" = yes ]
}

mkdir -p "$5"
if can_boot_with_kvm "$@"; then
	echo kvm
elif [ "$2" = kvm ]; then
	die "ACCEL=kvm: this machine cannot boot the guest with KVM; use ACCEL=auto or tcg"
else
	echo tcg
fi
