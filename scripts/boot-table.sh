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
export BOOT_TABLE="${BOOT_TABLE:-$fixtures/boot.table}"
table=$BOOT_TABLE
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

# The rows that fit this kernel and ONLY, as rows.awk lists them.
choose_rows() {
	awk -v tree="$tree" -f "$scripts/kernel-range.awk" -f "$scripts/boot-table/behaviours.awk" \
		"$fixtures/behaviours.table" >"$run/behaviours"
	awk -v behaviours="$(paste -sd ' ' "$run/behaviours")" -v check=1 \
		-f "$scripts/boot-table/rows.awk" "$table" >"$run/all-rows" ||
		die "$(grep -m 1 '^boot.table:' "$run/all-rows")"
	awk -v arch="$arch" -v behaviours="$(paste -sd ' ' "$run/behaviours")" -v list=1 \
		-f "$scripts/boot-table/rows.awk" "$table" >"$run/all-rows" ||
		die "$(grep -m 1 '^boot.table:' "$run/all-rows")"
	while IFS= read -r line; do
		# shellcheck disable=SC2254 # ONLY is a glob
		case ${line%%|*} in ${ONLY:-*}) printf '%s\n' "$line" ;; esac
	done <"$run/all-rows" >"$run/rows.list"
	rm -f "$run/all-rows"
	[ -s "$run/rows.list" ] || die "no row for $version $arch is called '${ONLY:-*}': see $table"
}

# A kernel for each configuration that the rows name, all in one folder that begins
# as a copy of the default one: an option changed is a file or two compiled. A
# configuration that says "# profile <name>" changes every file: it has a folder of its
# own, and starts from a smaller profile.
build_kernels() {
	variants=$(awk -F '|' '$2 != "-" { print $2 }' "$run/rows.list" | sort -u)
	default=$build/kernel/$name-$arch-$profile
	for variant in default $variants; do
		fragment=
		variant_profile=
		folder=$build/kernel/$name-$arch-boot-table
		if [ "$variant" = default ]; then
			folder=$default
		else
			fragment=$fixtures/$variant.config
			[ -f "$fragment" ] || die "boot.table names the configuration '$variant', found no $fragment"
			variant_profile=$(sed -n 's/^# profile //p' "$fragment")
			[ -z "$variant_profile" ] || folder=$folder-$variant
		fi
		[ "$variant" = default ] || [ "${folder%-boot-table}" = "$folder" ] || seed_folder "$folder"
		FRAGMENT=$fragment "$scripts/kernel.sh" "$tree" "$folder" "$arch" "${variant_profile:-$profile}"
		mkdir -p "$run/kernels/$variant"
		cp "$folder/guest-kernel" "$folder/.config" "$run/kernels/$variant"
	done
}

seed_folder() {
	[ ! -d "$1" ] || return 0
	rm -rf "$1.new"
	cp -a "$default" "$1.new"
	mv "$1.new" "$1"
}

# Small, for speed: init, its plan and the one program.
build_image() {
	image=$build/image/$name-$arch
	"$scripts/image.sh" "$tree" "$image" "$arch"
	echo "run facts /boot_facts" >"$run/image/plan"
	{
		echo "dir /dev 0755 0 0"
		echo "nod /dev/console 0600 0 0 c 5 1"
		for folder in proc sys tmp; do echo "dir /$folder 0755 0 0"; done
		echo "file /init $image/init 0755 0 0"
		echo "file /boot_facts $image/boot_facts 0755 0 0"
		echo "file /plan $run/image/plan 0644 0 0"
	} >"$run/image/contents"
	"$image/gen_init_cpio" -t 0 "$run/image/contents" >"$run/image/initramfs.cpio"
}

build_predictor() {
	predictor=$build/predict
	make -s -C "$scripts/predict" OUTPUT="$predictor" >"$build/predict.log" 2>&1 ||
		die "the predictor does not build: $(grep -m 1 error "$build/predict.log"); see $build/predict.log"
}

# One boot a machine and configuration without any node or option: what sums are against.
boot_controls() {
	awk -F '|' '{ print ($2 == "-" ? "default" : $2) "|" $3 }' "$run/rows.list" | sort -u |
	while IFS='|' read -r config words; do
		printf '%s\0' "$run" "$(echo "control-$config-$words" | tr ' =:,' '----')" "$config" "$words" no-reserved-memory ''
	done | xargs -0 -n 6 -P "$(nproc)" "$scripts/boot-table/boot.sh" ||
		die "a control cannot be booted; see the error above"
	for control in "$run"/rows/control-*; do
		[ -s "$control/facts.out" ] ||
			die "the machine does not boot even without a node: $(tail -n 1 "$control/console.log")"
	done
}

boot_rows() {
	tr '\n' '\0' <"$run/rows.list" |
		xargs -0 -n 1 -P "$(nproc)" "$scripts/boot-table/row.sh" "$run" ||
		die "a row could not be carried out; see the error above"
}

report() {
	find "$run/rows" -name differences -size 0 | sed 's|.*/rows/||; s|/.*||' >"$run/passed"
	awk -v version="$version" -v arch="$arch" -v run="$run" -f "$scripts/boot-table/ktap.awk" "$run/rows.list" >"$run/boot-table.ktap"
	awk -v arch="$arch" -f "$scripts/boot-table/report.awk" "$run/passed" "$run/rows.list" "$fixtures/seeds.table" "$table" |
		tee "$run/summary.txt"
}

find_source "$kernel"
tree=$build/tree/$name
"$scripts/tree.sh" "$source" "$tree"
version=$("$scripts/kernel-version.sh" "$tree")
series=$(echo "$version" | cut -d . -f 1,2)
choose_run
choose_rows
build_kernels
build_image
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
