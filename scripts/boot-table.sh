#!/bin/sh
# boot-table.sh    boot the rows of dts-fixtures/boot.table, compare each three ways
#
# KERNEL (or KSRC) and ARCH as for run.sh; ONLY is a glob of rows. A row is what
# is expected, predict/facts computes the same from the tree, the command line
# and the configuration, and the guest shows what came out. The rows run in
# parallel; a run folder keeps what each one did, and boot-table.ktap.
# Status: 0 all rows agree, 1 a row differs, 2 it could not be done.
scripts=$(readlink -f "$(dirname "$0")")
. "$scripts/stage.sh"
run_in_session "$@"

kernel=${KERNEL:-6.12}
arch=${ARCH:-arm64}
profile=${PROFILE:-test}
load_arch "$arch"
find_build
fixtures=$top/dts-fixtures
. "$scripts/boot-table/stages.sh"
"$scripts/deps.sh" --check
lock_build

run=
clean_up() {
	status=$?
	trap - EXIT HUP INT TERM
	[ -z "$run" ] || rm -rf "$run"
	exit "$status"
}
trap clean_up EXIT
trap 'note "interrupted; nothing is kept of this run"; exit 130' HUP INT TERM

announce() {
	printf 'cma-tests: %s\n' "$*"
}

choose_run() {
	output=${OUT:-$top/results/$(date -u +%Y%m%d-%H%M%S)-$series-$arch-boot-table}
	[ ! -e "$output" ] || die "OUT must not exist yet, found '$output': remove it or choose another"
	case $output in *' '*) die "paths must have no blanks, found '$output'" ;; esac
	run=$(dirname "$output")/.partial-$(basename "$output")
	rm -rf "$run"
	mkdir -p "$run/rows" "$run/kernels" "$run/image" || die "cannot write to '$(dirname "$output")'"
}

# choose_variant NAME: its folder is one for all, which begins as a copy of the default
# kernel's: an option changed is a file or two compiled. A configuration that says
# "# profile <name>" changes every file: it has a folder of its own, and starts from a
# smaller profile.
choose_variant() {
	fragment=$fixtures/$1.config
	[ -f "$fragment" ] || die "boot.table names the configuration '$1', found no $fragment"
	variant_profile=$(sed -n 's/^# profile //p' "$fragment")
	folder=$build/kernel/$name-$arch-boot-table${variant_profile:+-$1}
	[ -n "$variant_profile" ] || [ -d "$folder" ] || {
		rm -rf "$folder.new"
		cp -a "$default" "$folder.new"
		mv "$folder.new" "$folder"
	}
}

# A kernel for each configuration that the rows name.
build_kernels() {
	default=$build/kernel/$name-$arch-$profile
	FRAGMENT='' "$scripts/kernel.sh" "$tree" "$default" "$arch" "$profile"
	keep_kernel default "$default"
	variants=$(awk -F '|' '$2 != "-" { print $2 }' "$run/rows.list" | sort -u)
	for variant in $variants; do
		choose_variant "$variant"
		announce "kernel of configuration $variant"
		FRAGMENT=$fragment "$scripts/kernel.sh" "$tree" "$folder" "$arch" "${variant_profile:-$profile}"
		keep_kernel "$variant" "$folder"
	done
}

# keep_kernel CONFIGURATION FOLDER
keep_kernel() {
	mkdir -p "$run/kernels/$1"
	cp "$2/guest-kernel" "$2/.config" "$run/kernels/$1"
}

report() {
	find "$run/rows" -name differences -size 0 | sed 's|.*/rows/||; s|/.*||' >"$run/passed"
	awk -v version="$version" -v arch="$arch" -v run="$run" -f "$scripts/boot-table/ktap.awk" "$run/rows.list" >"$run/boot-table.ktap"
	awk -v arch="$arch" -f "$scripts/boot-table/report.awk" "$run/passed" "$run/rows.list" "$fixtures/seeds.table" "$BOOT_TABLE" |
		tee "$run/summary.txt"
}

find_source "$kernel"
tree=$build/tree/$name
"$scripts/tree.sh" "$source" "$tree"
version=$("$scripts/kernel-version.sh" "$tree")
series=$(echo "$version" | cut -d . -f 1,2)
choose_run
choose_rows "${ONLY:-*}"
build_kernels
image=$build/image/$name-$arch
"$scripts/image.sh" "$tree" "$image" "$arch"
lay_image
build_predictor
accel=$("$scripts/accelerator.sh" "$arch" "${ACCEL:-auto}" "$run/kernels/default/guest-kernel" "$image" "$build/accelerator")
export arch accel predictor
announce "$(wc -l <"$run/rows.list") rows on $version $arch with $accel"
started=$(date +%s)
boot_controls
boot_rows
elapsed=$(($(date +%s) - started))
report
announce "$(wc -l <"$run/rows.list") rows in $((elapsed / 60)) min $((elapsed % 60)) s: $output"
[ "$(wc -l <"$run/passed")" = "$(wc -l <"$run/rows.list")" ] || failed=yes
# Kernels and images are large, and named by what made them.
rm -rf "$run/image" "$run"/kernels/*/guest-kernel
mv -T "$run" "$output"
run=
[ -z "${failed-}" ] || exit 1
