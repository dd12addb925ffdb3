#!/bin/sh
# mutants.sh    put each bug of kunit/mutants/ into a scratch kernel, see which case finds it
#
# A mutant is a patch with a header (see kunit/mutants/README.md). Each that
# applies to KERNEL or KSRC is put into a tree of its own, built incrementally,
# booted as its header says and judged like any run. Its row, in
# O/mutants/<target>/rows.tsv:
#
#   mutant, outcome, what killed it, key, code
#
# killed: a named case failed, a row of the boot table differs, or a splat that the
# header names appeared;
# crashed, hung: the guest did not come to its end; survived: nothing noticed;
# same-code: the objects are the original's or another mutant's;
# no-build, no-apply: the patch is stale. Only killed counts.
# A row stands while patch, suites and kernel are the same: an interrupted run
# goes on where it was. ONLY='<glob> ...' narrows. Status 1 when one was not killed.
scripts=$(readlink -f "$(dirname "$0")")
. "$scripts/stage.sh"
run_in_session "$@"

kernel=${KERNEL:-6.12}
arch=${ARCH:-arm64}
profile=${PROFILE:-test}
load_arch "$arch"
. "$scripts/kbuild.sh"
find_build
. "$scripts/boot-table/stages.sh"
catalogue=$top/kunit/mutants
"$scripts/deps.sh" --check
lock_build
find_source "$kernel"
work=$build/mutants/$name-$arch-$profile
tree=$work/tree
kernel_build=$work/kernel
image=$work/image
rows=$work/rows.tsv
journal=$work/patched
. "$scripts/patched-files.sh"
mkdir -p "$work"
touch "$rows"

header() {
	sed -n "s/^$2: *//p" "$catalogue/$1.patch" | head -n 1
}

boot_job=
trap 'restore_files; [ -z "$boot_job" ] || kill "$boot_job" 2>/dev/null || :' EXIT
trap 'exit 130' HUP INT TERM

# The object of a source, and those of the suites that include a copy of it: what
# this configuration leaves out of the one, another's copy may have. Suites stand in
# the folder of the source, or in the one above.
list_objects() {
	echo "$kernel_build/${1%.c}.o"
	find "$kernel_build/$(dirname "$1")/tests" "$kernel_build/$(dirname "$(dirname "$1")")/tests" -name '*_copy.c' -exec dirname {} + 2>/dev/null | sort -u |
		while read -r folder; do find "$folder" -name '*_kunit.o' | sort; done
}

# What the objects of sources are made of, without where their lines stand.
hash_of_code() {
	for file in "$@"; do
		list_objects "$file" | while read -r object; do
			[ -e "$object" ] || continue
			"${compile_prefix}objdump" -d -r "$object" | tail -n +4
			"${compile_prefix}objdump" -s -r -j .rodata -j .rodata.str -j .rodata.str1.8 -j .data -j .init.data \
				"$object" 2>/dev/null | tail -n +4
		done
	done | hash_of_input
}

build_image_of_kernel() {
	kbuild "$tree" "$kernel_build" -s -j"$(nproc)" "$kernel_target" >"$work/build.log" 2>&1
}

# boot_kernel RUN BOOT KERNEL: boot and judge it into a run folder.
boot_kernel() {
	rm -rf "$1/boots/$2"
	"$scripts/boot.sh" "$2" "$1/boots/$2" "$3" "$image" "$arch" tcg
	"$scripts/environment.sh" "$1" mutant "$source" "$tree" "$kernel_build" "$arch" "$profile" tcg "$2"
	"$scripts/verdict.sh" "$1" >"$1/verdict.log" 2>&1 || :
}

# boot_control BOOT KEY: what of a boot is red without a mutant kills none.
boot_control() {
	control=$work/controls/$1
	[ "$(cat "$control/key" 2>/dev/null)" != "$2" ] || return 0
	rm -rf "$control"
	mkdir -p "$control/boots"
	boot_kernel "$control" "$1" "$work/original-kernel"
	awk -F '\t' '$3 == "fail" || $3 == "error"' "$control/verdicts.tsv" >"$control/red"
	[ ! -s "$control/red" ] || note "boot $1 is red without a mutant, see $control/red"
	echo "$2" >"$control/key"
}

# record MUTANT OUTCOME WHAT KEY CODE
record() {
	awk -F '\t' -v name="$1" '$1 != name' "$rows" >"$rows.new"
	printf '%s\t%s\t%s\t%s\t%s\n' "$@" >>"$rows.new"
	sort -o "$rows" "$rows.new"
	rm -f "$rows.new"
	printf '%-44s %-10s %s\n' "$1" "$2" "$3"
}

# What hangs is mostly told long before the timeout of an ordinary boot; all selftests
# take two minutes on a busy machine.
export TIMEOUT_S=240

# boot_and_judge MUTANT BOOT, in the background; leaves the outcome in a file.
# The suite that the header names goes first: mostly that is all it takes. What
# it does not kill, all suites together may.
boot_and_judge() {
	run=$work/runs/$1
	expected=$(header "$1" Killed-by)
	for only in "${expected%%.*}" ''; do
		ONLY=$only boot_kernel "$run" "$2" "$run/kernel"
		awk -F '\t' -v splat="$(header "$1" Splat)" -v expected="$expected" -f "$scripts/mutant-outcome.awk" \
			"$work/controls/$2/red" "$run/verdicts.tsv" >"$run/outcome"
		! grep -q '^killed' "$run/outcome" || break
	done
	rm -f "$run/kernel"
}

# boot_row ROW RUN KERNEL: a boot table of one row. Status 1: it differs.
boot_row() {
	run=$2
	mkdir -p "$run/rows" "$run/image" "$run/kernels/default"
	cp "$3" "$run/kernels/default/guest-kernel"
	cp "$kernel_build/.config" "$run/kernels/default"
	choose_rows "$1"
	lay_image
	boot_controls
	boot_rows >"$run/rows.log"
	[ ! -s "$run/rows/$1/differences" ]
}

# boot_row_and_judge MUTANT, likewise: the row of the boot table that the header names,
# which must be green without the mutant. A guest that dies or hangs where the row says
# that it boots has shown no difference.
boot_row_and_judge() {
	folder=$work/runs/$1
	row=$(header "$1" Killed-by)
	row=${row#boot_table.}
	trap 'rm -rf "$folder/kernel" "$folder/kernels" "$folder/original" "$folder/judged"' EXIT
	tree=$source
	version=$series
	accel=tcg
	build_predictor
	export arch accel predictor
	if ! boot_row "$row" "$folder/original" "$work/original-kernel"; then
		printf 'survived\tthe row is red without it\n' >"$folder/outcome"
		return
	fi
	printf 'crashed\tits control does not boot\n' >"$folder/outcome"
	if boot_row "$row" "$folder" "$folder/kernel"; then
		printf 'survived\t-\n'
	elif grep -q '^outcome.panic' "$folder/rows/$row/row.facts" || grep -q '"event":"end"' "$folder/rows/$row/story.jsonl"; then
		printf 'killed\tboot_table.%s\n' "$row"
	elif grep -q 'Kernel panic' "$folder/rows/$row/console.log"; then
		printf 'crashed\t%s\n' "$(grep -m 1 'Kernel panic' "$folder/rows/$row/console.log")"
	else
		printf 'hung\t%s\n' "$(tail -n 1 "$folder/rows/$row/console.log")"
	fi >"$folder/judged"
	mv "$folder/judged" "$folder/outcome"
}

# start_boot MUTANT KEY CODE: it runs while the next mutant is built.
start_boot() {
	booting=$1 booting_key=$2 booting_code=$3
	boot=$(header "$1" Boot)
	rm -rf "$work/runs/$1"
	mkdir -p "$work/runs/$1/boots"
	cp "$kernel_build/$kernel_image" "$work/runs/$1/kernel"
	if [ "$boot" = boot-table ]; then boot_row_and_judge "$1"; else boot_and_judge "$1" "${boot:-kunit}"; fi &
	boot_job=$!
}

finish_boot() {
	[ -n "$boot_job" ] || return 0
	wait "$boot_job" || :
	boot_job=
	IFS='	' read -r outcome what <"$work/runs/$booting/outcome" || outcome=crashed what="could not be judged"
	record "$booting" "$outcome" "$what" "$booting_key" "$booting_code"
}

applies_to_kernel() {
	range=$(header "$1" Kernels)
	[ -n "$range" ] && [ "$range" != '*' ] || return 0
	from=${range%%-*} to=${range##*-}
	{ [ -z "$from" ] || printf '%s\n%s\n' "$from" "$series" | sort -V -C; } &&
		{ [ -z "$to" ] || printf '%s\n%s\n' "$series" "$to" | sort -V -C; }
}

# Build a mutant and set its code; what stops it before it boots is its row.
build_mutant() {
	if ! apply_patch "$catalogue/$1.patch" "$work/patch.log"; then
		record "$1" no-apply "$(tail -n 1 "$work/patch.log")" "$2" -
	elif ! build_image_of_kernel; then
		record "$1" no-build "$(grep -m 1 error "$work/build.log")" "$2" -
	else
		# shellcheck disable=SC2046 # paths in a kernel tree have no blanks
		code=$(hash_of_code $(list_patched_files "$catalogue/$1.patch"))
		twin=$(awk -F '\t' -v code="$code" -v name="$1" '$5 == code && $1 != name { print $1; exit }' \
			"$work/original.tsv" "$rows")
		[ -n "$twin" ] || return 0
		record "$1" same-code "as $twin" "$2" "$code"
	fi
	return 1
}

# The objects as they are without a mutant: what no mutant may equal.
note_original_code() {
	for mutant in $mutants; do list_patched_files "$catalogue/$mutant.patch"; done | sort -u | while read -r file; do
		[ ! -f "$kernel_build/${file%.c}.o" ] ||
			printf 'the original %s\t-\t-\t-\t%s\n' "$file" "$(hash_of_code "$file")"
	done
}

mutants=
"$scripts/tree.sh" "$source" "$tree"
restore_files
series=$("$scripts/kernel-version.sh" "$tree" | cut -d . -f 1,2)
set -f # the blanks part the globs, the catalogue's folder is where they match
for glob in ${ONLY:-*}; do
	set +f
	for patch in "$catalogue"/$glob.patch; do
		[ -f "$patch" ] || die "ONLY must name mutants of kunit/mutants/, found none for '$glob'"
		mutant=$(basename "$patch" .patch)
		! applies_to_kernel "$mutant" || mutants="$mutants $mutant"
	done
done
# An image from the cache would leave no objects to build on.
CACHE=/dev/null "$scripts/kernel.sh" "$tree" "$kernel_build" "$arch" "$profile"
build_image_of_kernel || die "the unmutated kernel does not build; see $work/build.log"
"$scripts/image.sh" "$tree" "$image" "$arch"
base_key=$(cat "$tree.hash" "$kernel_build/kernel.hash" | hash_of_input)
selftests_key=$(hash_of_input <"$image/initramfs.cpio")
boot_table_key=$(cat "$BOOT_TABLE" "$top"/dts-fixtures/behaviours.table "$top"/dts-fixtures/*.dtso "$scripts"/boot-table/* \
	"$scripts"/predict/*.[ch] "$image/boot_facts" | hash_of_input)
cp "$kernel_build/$kernel_image" "$work/original-kernel"
note_original_code >"$work/original.tsv"

for mutant in $mutants; do
	# KUnit's boots run no program of the image.
	boot=$(header "$mutant" Boot)
	case ${boot:-kunit} in
	kunit) key_of_boot=$base_key ;;
	boot-table) key_of_boot=$base_key-$boot_table_key ;;
	*) key_of_boot=$base_key-$selftests_key ;;
	esac
	key=$({ echo "$key_of_boot"; cat "$catalogue/$mutant.patch"; } | hash_of_input)
	! awk -F '\t' -v name="$mutant" -v key="$key" '$1 == name && $4 == key { found = 1 } END { exit !found }' \
		"$rows" || continue
	if build_mutant "$mutant" "$key"; then
		finish_boot
		[ "$boot" = boot-table ] || ONLY='' boot_control "${boot:-kunit}" "$key_of_boot"
		start_boot "$mutant" "$key" "$code"
	fi
	restore_files
done
finish_boot

echo "$mutants" | tr ' ' '\n' | awk -F '\t' '
	NR == FNR { if ($1 != "") asked[$1]; next }
	$1 in asked { count[$2]++; total++; if ($2 != "killed") left = left "\n  " $1 ": " $2 " " $3 }
	END {
		printf "%d of %d mutants killed%s\n", count["killed"], total, left
		exit count["killed"] < total
	}' - "$rows"
