#!/bin/sh
# coverage.sh    which lines of the code under test the KUnit suites execute
#
# Builds profile coverage of KERNEL or KSRC, boots the suites and each of
# dts-fixtures/ on one CPU (gcov's counters are not atomic), takes the counters
# out through a port, and prints for each source: lines, executed in any boot,
# per cent. The real objects and the generated copies are apart, never added. The
# lines that nothing executed are listed in O/coverage/<target>/uncovered.txt.
scripts=$(readlink -f "$(dirname "$0")")
. "$scripts/stage.sh"
run_in_session "$@"

arch=${ARCH:-arm64}
kernel=${KERNEL:-6.12}
load_arch "$arch"
find_build
"$scripts/deps.sh" --check
lock_build
find_source "$kernel"
work=$build/coverage/$name-$arch
tree=$build/tree/$name
kernel_build=$build/kernel/$name-$arch-coverage
rm -rf "$work"
mkdir -p "$work"
"$scripts/tree.sh" "$source" "$tree"
# A kernel from the cache would leave no notes beside its objects.
CACHE=/dev/null "$scripts/kernel.sh" "$tree" "$kernel_build" "$arch" coverage
"$scripts/image.sh" "$tree" "$build/image/$name-$arch" "$arch"
[ -e "$kernel_build/mm/cma.gcno" ] ||
	die "expected gcov's notes in $kernel_build, found none: see the lines of GCOV_PROFILE in kunit/overlay.map"

# The suites, then what only the start of a kernel executes: the command lines of
# boots.table, and each fixture that compiles.
list_boots() {
	awk '$2 == "gcov" && $1 != "fixture" { print $1 }' "$scripts/boots.table"
	[ "$has_device_tree" = yes ] || return 0
	grep -lx ' \* boot.*' "$top"/dts-fixtures/*.dtso | sed 's|.*/|fixture.|; s|\.dtso$||'
}

# Where a boot did not come to its end, it left no counters; a fixture may ask
# for that (a kernel that cannot start), the suites may not.
list_boots | xargs -P "$(nproc)" -I BOOT "$scripts/boot.sh" BOOT "$work/boots/BOOT" \
	"$kernel_build/guest-kernel" "$build/image/$name-$arch" "$arch" tcg ||
	die "a boot could not be carried out; see the error above"
came_to_its_end() {
	grep -q '"event":"end"' "$1/story.jsonl" 2>/dev/null
}
came_to_its_end "$work/boots/coverage" ||
	die "the boot did not come to its end: $(tail -n 1 "$work/boots/coverage/console.log")"

# Of one boot: gcov's account of each source, in a folder of its own. All counters
# at once, for gcov to add up what several objects execute of one source.
account_boot() {
	mkdir -p "$1/counters" "$1/lines"
	(cd "$1/counters" && cpio -id --quiet <"$1/gcov.out")
	find "$1/counters" -name '*.gcda' | sort | while read -r counters; do
		object=${counters#"$1/counters/sys/kernel/debug/gcov"}
		cp "${object%.gcda}.gcno" "${counters%.gcda}.gcno"
		echo "$counters"
	done >"$1/counters.list"
	# gcov looks for a source from where it stands, as the compiler named it: ../../tree/...,
	# and the generated copies in the build folder.
	[ -e "$work/boots/tree" ] || ln -s "$build/tree" "$work/boots/tree"
	for folder in "$kernel_build"/*/; do ln -s "$folder" "$1/lines"; done
	(cd "$1/lines" && xargs "${compile_prefix}gcov" --preserve-paths) <"$1/counters.list" >"$1/gcov.log" 2>&1 ||
		die "gcov cannot read the counters of $1; see $1/gcov.log"
}

boots=0
for boot in "$work"/boots/*; do
	if ! came_to_its_end "$boot" || [ ! -s "$boot/gcov.out" ]; then continue; fi
	account_boot "$boot"
	boots=$((boots + 1))
done

printf '%-44s %6s %9s %8s\n' source lines executed share
find "$work"/boots/*/lines -name '*.c.gcov' | sort | xargs cat |
	awk -v uncovered="$work/uncovered.txt" -f "$scripts/coverage.awk"
echo "$boots boots; not executed: $work/uncovered.txt"
