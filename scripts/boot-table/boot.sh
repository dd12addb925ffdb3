#!/bin/sh
# boot.sh RUN NAME CONFIG "MEMORY CPUS [QEMU ARGUMENT...]" FIXTURE COMMAND-LINE
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

# many-KIND-COUNT is generated: its nodes differ in nothing but their place.
write_fixture() {
	case $fixture in
	many-*)
		kind=${fixture#many-}
		awk -v kind="${kind%-*}" -v count="${kind##*-}" -f "$fixtures/many.awk" >"$row/fixture.dtso"
		echo "$row/fixture.dtso" ;;
	*) echo "$fixtures/$fixture.dtso" ;;
	esac
}

if [ "${accel:?}" = kvm ]; then cpu=$cpu_kvm; else cpu=$cpu_tcg; fi
if [ "$has_device_tree" = yes ]; then
	"$scripts/fixture.sh" "$(write_fixture)" "$row/machine.dtb" "$arch" \
		-smp "$cpus" -m "$memory" "$@" -nodefaults -device "$virtio_serial"
	set -- "$@" -dtb "$row/machine.dtb"
fi
: >"$row/console.log"
: >"$row/facts.out"
# shellcheck disable=SC2086 # options in words
set -- "$qemu" $machine -accel "$accel" $cpu -smp "$cpus" -m "$memory" "$@" \
	-nodefaults -no-reboot -display none -serial "file:$row/console.log" \
	-kernel "$run/kernels/$config/guest-kernel" -initrd "$run/image/initramfs.cpio" -device "$virtio_serial" \
	-chardev "file,id=story,path=$row/story.jsonl" -device virtserialport,chardev=story,name=story \
	-chardev "file,id=facts,path=$row/facts.out" -device virtserialport,chardev=facts,name=facts \
	-append "console=$console $early_console panic=-1 panic_on_warn=1 kunit.enable=0 $command_line $arguments"
printf '%s\n' "$@" >"$row/command.txt"
# A guest that does not come to its end is a row that says panic, or a failure.
timeout --kill-after=5 180 "$@" >"$row/qemu.log" 2>&1 </dev/null &
guest=$!
# A panic before the kernel knows how to restart the machine leaves it standing.
tail -s 0.1 -n +1 -f --pid="$guest" "$row/console.log" 2>/dev/null |
	awk -v guest="$guest" '/end Kernel panic/ { system("kill " guest) }'
wait "$guest" || :
awk -f "$scripts/boot-table/kernel-facts.awk" "$row/facts.out" "$row/console.log" >"$row/kernel.facts"
