#!/bin/sh
# boot.sh NAME BOOT KERNEL IMAGE ARCH ACCEL    boot row NAME of boots.table, wait for its end
#
# NAME may go on after a dot: destructive.release_twice is row destructive, with
# that case of kunit/destructive/ on the command line, fixture.no-map has that
# fixture.
# KERNEL is a bootable image, with its modules in the folder modules beside it,
# IMAGE a folder of image.sh, ACCEL tcg or kvm.
# Fills folder BOOT: command.txt (the whole QEMU command), console.log,
# story.jsonl (init's own account), phases.jsonl (bench/plugin), <stage>.out (what the stage wrote to its
# port) and qemu.json (exit status, timeout, elapsed milliseconds). What became
# of the guest is for verdict.sh to say; the status here is 0 once QEMU ended.
# GUEST_CPU names QEMU's CPU model for TCG instead of ARCH's.
# ONLY narrows the stage to what its glob names; BENCH_ARGUMENTS go to cmabench;
# CLOCK and TIMEOUT_S stand for the row's, PROFILE_ARGUMENTS come before its command line,
# GUEST_ARGUMENTS behind it: of two that contradict each other the last one holds.
# PATIENCE multiplies the row's time limit, and init's.
# SEED is the order of the KUnit suites and their cases, RUNS how often they run
# in the boot, each time with the next seed; see kunit/lib/kunit_order.c. Likewise
# of the steps of stress_test. Whatever it is asked to go on for is added to the limits.
scripts=$(dirname "$0")
. "$scripts/stage.sh"

name=$1
mkdir -p "$2"
boot=$(readlink -f "$2")
kernel=$3
image=$4
load_arch "$5"
accel=$6

row=$(boot_row "$name")
[ -n "$row" ] || die "scripts/boots.table has no boot '$name'"
read -r _ stage memory cpus clock timeout_s fixture guest_arguments <<EOF
$row
EOF

guest_arguments=${PROFILE_ARGUMENTS:+$PROFILE_ARGUMENTS }$guest_arguments

write_plan() {
	case $stage in
	selftests)
		programs=$(sed -n "s/^#programs $name //p" "$scripts/boots.table")
		echo "each selftests /selftests ${ONLY:-${programs:-*}}" ;;
	gcov) echo "run gcov /archive /sys/kernel/debug/gcov .gcda" ;;
	bench)
		arguments=${SCENARIO:+$("$scripts/scenario.sh" arguments "$SCENARIO")}
		echo "run bench /bench/cmabench --json $arguments ${BENCH_ARGUMENTS-}" ;;
	esac
}

# The tests load and unload them. What no kernel takes back is loaded at the start, from
# /modules, so that there is one state to return to.
describe_modules() {
	modules=$(dirname "$kernel")/modules
	printf 'dir %s 0755 0 0\n' /test-modules /modules
	for module in "$modules"/*.ko; do
		[ -f "$module" ] || die "boot '$name' loads the kernel's modules, found none in $modules: build with scripts/kernel.sh"
		echo "file /test-modules/$(basename "$module") $module 0644 0 0"
		case $module in
		*/heap_export_module.ko) echo "file /modules/$(basename "$module") $module 0644 0 0" ;;
		esac
	done
}

add_plan_to_image() {
	write_plan >"$boot/plan"
	printf 'file /plan %s 0644 0 0\n' "$boot/plan" >"$boot/contents"
	[ "$name" != modules ] || describe_modules >>"$boot/contents"
	{
		cat "$image/initramfs.cpio"
		"$image/gen_init_cpio" -t 0 "$boot/contents"
	} >"$boot/initramfs.cpio"
	rm -f "$boot/contents"
}

# Word by word, one a line: the QEMU command.
compose_command() {
	if [ "$accel" = kvm ]; then cpu=$cpu_kvm; else cpu=${GUEST_CPU:+-cpu $GUEST_CPU}; fi
	cpu=${cpu:-$cpu_tcg}
	[ "$clock" != instructions ] || [ "$accel" != tcg ] || cpu="$cpu -icount shift=0,sleep=off"
	words="$machine -accel $accel $cpu -smp $cpus -m $memory -rtc clock=vm,base=2026-01-01"
	words="$words -nodefaults -no-reboot -display none -serial file:$boot/console.log"
	words="$words -kernel $kernel -initrd $boot/initramfs.cpio -device $virtio_serial"
	for port in story $stage; do
		file=$boot/$port.out
		[ "$port" != story ] || file=$boot/story.jsonl
		[ "$port" != - ] || continue
		words="$words -chardev file,id=$port,path=$file -device virtserialport,chardev=$port,name=$port"
	done
	[ ! -f "$boot/machine.dtb" ] || words="$words -dtb $boot/machine.dtb"
	# The guest does not see the plugin: what it does stays the same.
	map=$(dirname "$kernel")/System.map
	if [ "$stage$clock$accel" = benchinstructionstcg ] && [ -s "$map" ] && [ -e "$image/phases.so" ]; then
		words="$words -plugin $image/phases.so,map=$map,out=$boot/phases.jsonl"
	fi
	printf '%s\n' "$qemu"
	printf '%s\n' "$words" | tr ' ' '\n'
	printf '%s\n' -append
	printf '%s\n' "console=$console panic=-1 panic_on_warn=1 $command_line $guest_arguments"
}

# The seconds that stress_test was asked for, by the command line: at most four steps
# take a second, a run in its short form half a minute.
stress_seconds() {
	seconds=0 runs=0 steps=0
	for word in $guest_arguments; do
		value=${word#*=}
		case $word in
		CMA_TESTS_STRESS_SECONDS=*) check_number CMA_TESTS_STRESS_SECONDS "$value" 0 999999 && seconds=$value ;;
		CMA_TESTS_STRESS_RUNS=*) check_number CMA_TESTS_STRESS_RUNS "$value" 1 9999 && runs=$value ;;
		CMA_TESTS_STRESS_STEPS=*) check_number CMA_TESTS_STRESS_STEPS "$value" 0 && steps=$value ;;
		esac
	done
	once=$((seconds + steps / 4))
	if [ "$runs" = 0 ]; then echo "$once"; else echo $((runs * (once + 30))); fi
}

case $boot in *' '*) die "the path of a run must have no blanks, found '$boot'" ;; esac
[ "$stage" != kunit ] || [ -z "${ONLY-}" ] || guest_arguments="$guest_arguments kunit.filter_glob=$ONLY"
if [ "$stage" = kunit ] && [ -n "${SEED-}${RUNS-}" ]; then
	guest_arguments="$guest_arguments kunit_order.seed=${SEED:-$(date +%s)} kunit_order.runs=${RUNS:-1}"
	timeout_s=$((timeout_s * ${RUNS:-1}))
fi
[ "$stage" != destructive ] || guest_arguments="$guest_arguments cma_destructive.case=${name#*.}"
case $name in fixture.*) fixture=${name#*.} ;; esac
if [ "$stage" = selftests ] && [ -n "${SEED-}${RUNS-}" ]; then
	guest_arguments="$guest_arguments CMA_TESTS_SEED=${SEED:-$(date +%s)} CMA_TESTS_STRESS_RUNS=${RUNS:-1}"
fi
guest_arguments=$guest_arguments${GUEST_ARGUMENTS:+ $GUEST_ARGUMENTS}
more_s=$(stress_seconds)
[ "$more_s" = 0 ] || guest_arguments="$guest_arguments more_seconds=$more_s"
[ "${PATIENCE:-1}" = 1 ] || guest_arguments="$guest_arguments CMA_TESTS_PATIENCE=$PATIENCE"
clock=${CLOCK:-$clock}
timeout_s=${TIMEOUT_S:-$((timeout_s * ${PATIENCE:-1} + more_s))}
# -icount counts TCG's instructions: with KVM there is nothing to count.
[ "$accel" = tcg ] || clock=wall
add_plan_to_image
if [ "$fixture" != - ] && [ "$has_device_tree" = yes ]; then
	[ -f "$scripts/../dts-fixtures/$fixture.dtso" ] ||
		die "boot $name wants dts-fixtures/$fixture.dtso, found none"
	"$scripts/fixture.sh" "$scripts/../dts-fixtures/$fixture.dtso" "$boot/machine.dtb" "$kernel_arch" \
		-smp "$cpus" -m "$memory" -nodefaults -device "$virtio_serial"
fi
compose_command >"$boot/command.txt"
: >"$boot/console.log"

set --
while IFS= read -r word; do set -- "$@" "$word"; done <"$boot/command.txt"
started_ms=$(date +%s%3N)
# In the background, so that a signal ends QEMU at once and nothing stays.
timeout --kill-after=5 "$timeout_s" "$@" >"$boot/qemu.log" 2>&1 </dev/null &
qemu_pid=$!
trap 'kill "$qemu_pid" 2>/dev/null; wait "$qemu_pid"; exit 130' HUP INT TERM
status=0
wait "$qemu_pid" || status=$?
trap - HUP INT TERM
timed_out=false
[ "$status" != 124 ] || timed_out=true
printf '{"exit_status":%d,"timed_out":%s,"elapsed_ms":%d,"clock":"%s"}\n' \
	"$status" "$timed_out" "$(($(date +%s%3N) - started_ms))" "$clock" >"$boot/qemu.json"
rm -f "$boot/initramfs.cpio"
