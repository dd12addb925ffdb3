#!/bin/sh
# mutants.sh    put each bug of kunit/mutants/ into a scratch kernel, see which case finds it
#
# A mutant is a patch with a header (see kunit/mutants/README.md). Each is
# applied to a tree of its own, built incrementally, booted as its header says,
# and judged like any run. A row for each goes to results/mutants/<target>.tsv:
#
#   <mutant> <outcome> <what killed it>
#
# killed: a named case failed, or a splat that the header names appeared;
# crashed, hung: the guest did not come to its end; survived: nothing noticed;
# same-code: the object is that of the original or of another mutant;
# no-build, no-apply: the patch is stale. Only killed counts. Rows that stand are
# not made again while patch, suites and kernel are the same. ONLY=<glob> narrows.
# Status 1 when a mutant that must be killed was not.
scripts=$(readlink -f "$(dirname "$0")")
. "$scripts/stage.sh"
run_in_session "$@"

arch=${ARCH:-arm64}
profile=${PROFILE:-test}
kernel=${KERNEL:-6.12}
load_arch "$arch"
find_build
catalogue=$top/kunit/mutants
"$scripts/deps.sh" --check
lock_build
find_source "$kernel"
work=$build/mutants/$name-$arch-$profile
mkdir -p "$work"

tree=$work/tree
kernel_build=$work/kernel
image=$work/image
rows=$work/rows.tsv
codes=$work/codes.tsv
touch "$rows"
patched=

# The files that a patch touches, as paths in the tree.
list_patched() {
	sed -n 's,^+++ b/,,p' "$1"
}

header() {
	sed -n "s/^$2: *//p" "$1" | head -n 1
}

# Make the patched files as they were. They stay files of their own, now newer
# than what was built from the mutant: a link would be as old as its target.
restore() {
	for file in $patched; do
		rm -f "$tree/$file" "$tree/$file.orig" "$tree/$file.rej"
		cat "$source/$file" >"$tree/$file"
	done
	patched=
}

boot_job=
trap 'restore; [ -z "$boot_job" ] || kill "$boot_job" 2>/dev/null || :' EXIT
trap 'exit 130' HUP INT TERM

apply() {
	patched=$(list_patched "$1")
	for file in $patched; do
		[ -f "$source/$file" ] || return 1
		rm -f "$tree/$file"
		cat "$source/$file" >"$tree/$file"
	done
	patch -s -p1 -d "$tree" --no-backup-if-mismatch <"$1" >"$work/patch.log" 2>&1
}

# What the patched objects are made of, without where the lines stand.
hash_of_code() {
	for file in $patched; do
		"${compile_prefix}objcopy" -O binary -j '.text*' -j '.init.text' -j '.rodata*' -j '.data*' \
			"$kernel_build/${file%.c}.o" "$work/code" 2>/dev/null && cat "$work/code"
		"${compile_prefix}objdump" -r -j .text -j .init.text "$kernel_build/${file%.c}.o" | tail -n +4
	done | hash_of_input
	rm -f "$work/code"
}

kbuild() {
	make -s -C "$tree" O="$kernel_build" ARCH="$kernel_arch" CROSS_COMPILE="$compile_prefix" "$@"
}

# The outcome of a judged run folder: "<outcome> <what>".
judge() {
	"$scripts/verdict.sh" "$1" >/dev/null 2>&1 || :
	awk -F '\t' -v splat="$2" '
		$1 != "boot" && $3 == "fail" && !killer { killer = $1 ":" $2 }
		$1 == "boot" && $3 == "fail" { boot = $4 }
		END {
			if (killer) print "killed\t" killer
			else if (boot != "" && splat != "" && boot ~ splat) print "killed\tsplat: " splat
			else if (boot ~ /hang/) print "hung\t" boot
			else if (boot != "") print "crashed\t" boot
			else print "survived\t-"
		}' "$1/verdicts.tsv"
}

record() {
	awk -F '\t' -v name="$1" '$1 != name' "$rows" >"$rows.new"
	printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" >>"$rows.new"
	sort -o "$rows" "$rows.new"
	rm -f "$rows.new"
	printf '%-44s %-10s %s\n' "$1" "$2" "$3"
}

# boot_and_judge MUTANT BOOT: in the background; leaves the outcome in a file.
boot_and_judge() {
	run=$work/runs/$1
	"$scripts/boot.sh" "$2" "$run/boots/$2" "$run/kernel" "$image" "$arch" tcg
	"$scripts/environment.sh" "$run" "mutant" "$source" "$tree" "$kernel_build" "$arch" "$profile" tcg "$2"
	judge "$run" "$(header "$catalogue/$1.patch" Splat)" >"$run/outcome"
	rm -f "$run/kernel"
}

# One boot runs while the next mutant is built.
start_boot() {
	booting=$1
	booting_key=$2
	boot=$(header "$catalogue/$1.patch" Boot)
	rm -rf "$work/runs/$1"
	mkdir -p "$work/runs/$1/boots"
	cp "$kernel_build/$kernel_image" "$work/runs/$1/kernel"
	boot_and_judge "$1" "${boot:-kunit}" &
	boot_job=$!
}

finish_boot() {
	[ -n "$boot_job" ] || return 0
	wait "$boot_job" || :
	boot_job=
	IFS='	' read -r outcome what <"$work/runs/$booting/outcome" || outcome=crashed what="could not be judged"
	record "$booting" "$outcome" "$what" "$booting_key"
}

applies_to_kernel() {
	range=$(header "$1" Kernels)
	version=$("$scripts/kernel-version.sh" "$tree" | cut -d . -f 1,2)
	from=${range%%-*} to=${range##*-}
	[ -n "$range" ] && [ "$range" != '*' ] || return 0
	{ [ -z "$from" ] || printf '%s\n%s\n' "$from" "$version" | sort -V -C; } &&
		{ [ -z "$to" ] || printf '%s\n%s\n' "$version" "$to" | sort -V -C; }
}

# Build a mutant; what stops it before it boots is its row.
build_mutant() {
	if ! apply "$catalogue/$1.patch"; then
		record "$1" no-apply "$(tail -n 1 "$work/patch.log")" "$2"
		return 1
	fi
	if ! kbuild -j"$(nproc)" "$kernel_target" >"$work/build.log" 2>&1; then
		record "$1" no-build "$(grep -m 1 error "$work/build.log")" "$2"
		return 1
	fi
	code=$(hash_of_code)
	twin=$(awk -F '\t' -v code="$code" -v name="$1" '$2 == code && $1 != name { print $1; exit }' "$codes")
	[ -z "$twin" ] || { record "$1" same-code "as $twin" "$2"; return 1; }
	printf '%s\t%s\n' "$1" "$code" >>"$codes"
}

# The objects as they are without a mutant: what no mutant may equal.
note_original_code() {
	for patch in "$catalogue"/*.patch; do list_patched "$patch"; done | sort -u | while read -r file; do
		[ -f "$kernel_build/${file%.c}.o" ] || continue
		patched=$file
		printf 'original %s\t%s\n' "$file" "$(hash_of_code)"
	done
}

"$scripts/tree.sh" "$source" "$tree"
"$scripts/kernel.sh" "$tree" "$kernel_build" "$arch" "$profile"
"$scripts/image.sh" "$tree" "$image" "$arch"
# A kernel from the cache left no objects to build on.
kbuild -j"$(nproc)" "$kernel_target" >"$work/build.log" 2>&1 ||
	die "the unmutated kernel does not build; see $work/build.log"
base_key=$(cat "$tree.hash" "$kernel_build/kernel.hash" | hash_of_input)
note_original_code >"$codes"

for patch in "$catalogue"/${ONLY:-*}.patch; do
	mutant=$(basename "$patch" .patch)
	[ -f "$patch" ] || die "ONLY='${ONLY-}' names no mutant of kunit/mutants/"
	applies_to_kernel "$patch" || continue
	key=$({ echo "$base_key"; cat "$patch"; } | hash_of_input)
	! grep -q "^$mutant	.*	$key\$" "$rows" || continue
	patched=
	if build_mutant "$mutant" "$key"; then
		finish_boot
		start_boot "$mutant" "$key"
	fi
	restore
done
finish_boot

awk -F '\t' '
	{ count[$2]++; total++; if ($2 != "killed") left = left "\n  " $1 ": " $2 " " $3 }
	END {
		printf "%d of %d mutants killed%s\n", count["killed"], total, left
		exit count["killed"] < total
	}' "$rows"
