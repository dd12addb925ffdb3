#!/bin/sh
# coverage.sh    which lines of the code under test the KUnit suites execute
#
# Builds profile coverage of KERNEL or KSRC, boots the suites on one CPU (gcov's
# counters are not atomic), takes the counters out through a port, and prints for
# each object: lines, executed, per cent. The real objects and the generated
# copies are apart, never added. The lines that nothing executed are listed in
# O/coverage/<target>/uncovered.txt.
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
"$scripts/kernel.sh" "$tree" "$kernel_build" "$arch" coverage
"$scripts/image.sh" "$tree" "$build/image/$name-$arch" "$arch"
[ -e "$kernel_build/mm/cma.gcno" ] ||
	die "expected gcov's notes in $kernel_build, found none: the kernel came from CACHE; set CACHE=/nonexistent and build again"
"$scripts/boot.sh" coverage "$work/boot" "$kernel_build/guest-kernel" "$build/image/$name-$arch" "$arch" tcg
grep -q '"event":"end"' "$work/boot/story.jsonl" ||
	die "the boot did not come to its end: $(tail -n 1 "$work/boot/console.log")"

mkdir "$work/counters" "$work/lines"
(cd "$work/counters" && cpio -id --quiet <"$work/boot/gcov.out")
find "$work/counters" -name '*.gcda' | sort | while read -r counters; do
	object=${counters#"$work/counters/sys/kernel/debug/gcov"}
	cp "${object%.gcda}.gcno" "${counters%.gcda}.gcno"
	(cd "$work/lines" && "${compile_prefix}gcov" --preserve-paths "$counters") >>"$work/gcov.log" 2>&1 ||
		die "gcov cannot read $counters; see $work/gcov.log"
done

# The sources proper: gcov reports inlined headers too.
count_lines() {
	for lines in "$work"/lines/*.c.gcov; do
		awk -F: '
			/^ *-: *0:Source:/ { source = $4; sub(/^.*\/tree\/[^\/]*\//, "", source) }
			/^ *[0-9]+\*?:/ { executed++ }
			/^ *(#####|=====):/ { missed++; print source ":" $2 + 0 ":" substr($0, index($0, $3)) >>uncovered }
			END { printf "%-44s %6d %9d %7.1f%%\n", source, executed + missed, executed,
			      100 * executed / (executed + missed) }
		' uncovered="$work/uncovered.txt" "$lines"
	done | sort
}

printf '%-44s %6s %9s %8s\n' source lines executed share
count_lines
echo "not executed: $work/uncovered.txt"
