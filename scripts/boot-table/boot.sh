#!/bin/sh
# boot.sh RUN NAME CONFIG "MEMORY CPUS [ram=FIXTURE] [QEMU ARGUMENT...]" FIXTURE COMMAND-LINE
#
# Boot one row, or the control of one machine, to RUN/rows/NAME: console.log,
# facts.out (what boot_facts printed), kernel.facts, and machine.dtb where there
# is one. RUN has image/ (initramfs.cpio), kernels/CONFIG and the words of arch
# and accel in the environment, as boot-table.sh sets them.
scripts=$(dirname "$0")/..
. "$scripts/stage.sh"

run=$1
name=$2
config=$3
machine_words=$4
fixture=$5
arguments=$6
load_arch "${arch:?}"
row=$run/rows/$name
fixtures=$scripts/../dts-fixtures
mkdir -p "$row"

# shellcheck disable=SC2086 # words
set -- $machine_words
memory=$1
cpus=$2
shift 2
banks=
case ${1-} in ram=*) banks=${1#ram=}; shift ;; esac
[ -z "$banks" ] || [ -f "$fixtures/$banks.dtso" ] ||
	die "boot.table names the RAM '$banks', found no $fixtures/$banks.dtso"

# many-KIND-COUNT is generated: its nodes differ in nothing but their place.
print_fixture() {
	case $fixture in
	many-*)
		kind=${fixture#many-}
		awk -v kind="${kind%-*}" -v count="${kind##*-}" -f "$fixtures/many.awk" ;;
	*) cat "$fixtures/$fixture.dtso" ;;
	esac
}

write_fixture() {
	case $banks$fixture in
	many-*) print_fixture >"$row/fixture.dtso" ;;
	"$fixture") echo "$fixtures/$fixture.dtso"; return ;;
	*) { cat "$fixtures/$banks.dtso"; print_fixture; } >"$row/fixture.dtso" ;;
	esac
	echo "$row/fixture.dtso"
}

# QEMU puts memory nodes of its own into any tree that it hands over. Where the tree's
# are to count, code of six instructions hands it over: x0 is the blob's address, x1 to
# x3 are 0 (Documentation/arch/arm64/booting.rst).
load_by_hand() {
	blob=$((initramfs_address + 0x200000))
	start=$((initramfs_address + 0x3ff000))
	bytes=$(wc -c <"$run/image/initramfs.cpio")
	[ "$bytes" -lt $((0x200000)) ] || die "expected an initramfs below 2 MiB, found $bytes bytes"
	cp "$row/machine.dtb" "$row/loaded.dtb"
	fdtput -t s "$row/loaded.dtb" /chosen bootargs "$1"
	fdtput -t x "$row/loaded.dtb" /chosen linux,initrd-start "$(printf %x "$((initramfs_address))")"
	fdtput -t x "$row/loaded.dtb" /chosen linux,initrd-end "$(printf %x $((initramfs_address + bytes)))"
	printf 'loader,addr=%d,data=0x%s,data-len=8\n' \
		$((start)) 580000e4580000c0 $((start + 8)) aa1f03e2aa1f03e1 $((start + 16)) d61f0080aa1f03e3 \
		$((start + 24)) "$(printf %x "$blob")" $((start + 32)) "$(printf %x "$((kernel_address))")"
	printf 'loader,file=%s,addr=%d,force-raw=on\n' "$run/kernels/$config/guest-kernel" "$((kernel_address))" \
		"$run/image/initramfs.cpio" "$((initramfs_address))" "$row/loaded.dtb" "$blob"
	printf 'loader,addr=%d,cpu-num=0\n' "$start"
}

if [ "${accel:?}" = kvm ]; then cpu=$cpu_kvm; else cpu=$cpu_tcg; fi
if [ "$has_device_tree" = yes ]; then
	"$scripts/fixture.sh" "$(write_fixture)" "$row/machine.dtb" "$arch" \
		-smp "$cpus" -m "$memory" "$@" -nodefaults -device "$virtio_serial"
	[ -n "$banks" ] || set -- "$@" -dtb "$row/machine.dtb"
fi
: >"$row/console.log"
: >"$row/facts.out"
kernel_words="console=$console $early_console panic=-1 panic_on_warn=1 kunit.enable=0 $command_line $arguments"
if [ -n "$banks" ]; then
	load_by_hand "$kernel_words" >"$row/loaded"
	while read -r device; do set -- "$@" -device "$device"; done <"$row/loaded"
else
	set -- "$@" -kernel "$run/kernels/$config/guest-kernel" -initrd "$run/image/initramfs.cpio" \
		-append "$kernel_words"
fi
# shellcheck disable=SC2086 # options in words
set -- "$qemu" $machine -accel "$accel" $cpu -smp "$cpus" -m "$memory" "$@" \
	-nodefaults -no-reboot -display none -serial "file:$row/console.log" -device "$virtio_serial" \
	-chardev "file,id=story,path=$row/story.jsonl" -device virtserialport,chardev=story,name=story \
	-chardev "file,id=facts,path=$row/facts.out" -device virtserialport,chardev=facts,name=facts
printf '%s\n' "$@" >"$row/command.txt"
# A guest that does not come to its end is a row that says panic, or a failure.
timeout --kill-after=5 180 "$@" >"$row/qemu.log" 2>&1 </dev/null &
guest=$!
# A panic before the kernel knows how to restart the machine leaves it standing.
tail -s 0.1 -n +1 -f --pid="$guest" "$row/console.log" 2>/dev/null |
	awk -v guest="$guest" '/end Kernel panic/ { system("kill " guest) }'
wait "$guest" || :
awk -f "$scripts/boot-table/kernel-facts.awk" "$row/facts.out" "$row/console.log" >"$row/kernel.facts"
