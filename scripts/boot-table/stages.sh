# shellcheck shell=sh
# stages.sh    the stages of a boot table, whoever made the kernels; sourced after stage.sh
#
# They fill the folder $run, which has rows/, image/ and kernels/<configuration>/ with
# guest-kernel and .config. $tree is the kernel's source, $version what it is, $image
# what image.sh built; row.sh wants arch, accel and predictor in its environment.
# shellcheck disable=SC2154 # as said

export BOOT_TABLE="${BOOT_TABLE:-$top/dts-fixtures/boot.table}"

# choose_rows GLOB: those of them that fit the kernel of $tree, as rows.awk lists them.
choose_rows() {
	awk -v tree="$tree" -f "$scripts/kernel-range.awk" -f "$scripts/boot-table/behaviours.awk" \
		"$top/dts-fixtures/behaviours.table" >"$run/behaviours"
	awk -v behaviours="$(paste -sd ' ' "$run/behaviours")" -v check=1 \
		-f "$scripts/boot-table/rows.awk" "$BOOT_TABLE" >"$run/all-rows" ||
		die "$(grep -m 1 '^boot.table:' "$run/all-rows")"
	awk -v arch="$arch" -v behaviours="$(paste -sd ' ' "$run/behaviours")" -v list=1 \
		-f "$scripts/boot-table/rows.awk" "$BOOT_TABLE" >"$run/all-rows" ||
		die "$(grep -m 1 '^boot.table:' "$run/all-rows")"
	while IFS= read -r line; do
		# shellcheck disable=SC2254 # a glob
		case ${line%%|*} in $1) printf '%s\n' "$line" ;; esac
	done <"$run/all-rows" >"$run/rows.list"
	rm -f "$run/all-rows"
	[ -s "$run/rows.list" ] || die "no row for $version $arch is called '$1': see $BOOT_TABLE"
}

# Small, for speed: init, its plan and the one program.
lay_image() {
	echo "run facts /boot_facts" >"$run/image/plan"
	{
		echo "dir /dev 0755 0 0"
		echo "nod /dev/console 0600 0 0 c 5 1"
		printf 'dir /%s 0755 0 0\n' proc sys tmp
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
