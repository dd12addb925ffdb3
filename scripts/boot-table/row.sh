#!/bin/sh
# row.sh RUN "NAME|CONFIG|MACHINE|FIXTURE|COMMAND LINE|SEEDS"    boot a row and compare it three ways
#
# Leaves RUN/rows/NAME/differences, empty where row, predictor and kernel agree,
# and prints one line. The row has been chosen by rows.awk.
scripts=$(dirname "$0")/..
. "$scripts/stage.sh"

run=$1
IFS='|' read -r name config machine_words fixture arguments _ <<EOT
$2
EOT
[ "$arguments" != - ] || arguments=
[ "$config" != - ] || config=default
row=$run/rows/$name
load_arch "${arch:?}"

control_of() {
	echo "control-$config-$machine_words" | tr ' =:,' '----'
}

predict() {
	set -- "$@" --config "$run/kernels/$config/.config" --command-line "$arguments" --arch "$arch"
	while read -r behaviour; do set -- "$@" --behaviour "$behaviour"; done <"$run/behaviours"
	if [ "$has_device_tree" = yes ]; then
		# The kernel's size is in its header (Documentation/arch/arm64/booting.rst);
		# the initramfs and the blob are together below 4 MiB.
		kernel_bytes=$(od -An -tu8 -j16 -N8 "$run/kernels/$config/guest-kernel" | tr -d ' ')
		set -- "$@" --kernel "$kernel_address+$kernel_bytes" --occupied "$initramfs_address+4M" \
			--initramfs "$initramfs_address+$(wc -c <"$run/image/initramfs.cpio")" "$row/machine.dtb"
	else
		# What RAM there is, the firmware says, to us as to the kernel.
		while read -r what start end; do
			[ "$what" != ram ] || set -- "$@" --ram "$start+$((end - start + 1))"
		done <"$run/rows/$(control_of)/kernel.facts"
	fi
	"$@"
}

started_ms=$(date +%s%3N)
"$scripts/boot-table/boot.sh" "$run" "$name" "$config" "$machine_words" "$fixture" "$arguments"
awk -v arch="$arch" -v behaviours="$(paste -sd ' ' "$run/behaviours")" -v only="$name" \
	-f "$scripts/boot-table/rows.awk" "${BOOT_TABLE:?}" >"$row/row.facts"
predict "${predictor:?}/facts" >"$row/predictor.facts"
predict "$predictor/lint" --names >>"$row/predictor.facts"
awk -v every_area_is_heap="$(grep -cx area-heaps "$run/behaviours")" \
	-f "$scripts/boot-table/compare.awk" "$row/row.facts" "$row/predictor.facts" "$row/kernel.facts" \
	"$run/rows/$(control_of)/kernel.facts" >"$row/differences"
verdict=ok
[ ! -s "$row/differences" ] || verdict='not ok'
elapsed_ms=$(($(date +%s%3N) - started_ms))
{
	printf '%-6s %-44s %5d ms\n' "$verdict" "$name" "$elapsed_ms"
	sed 's/^/           /' "$row/differences"
} >"$row/result"
cat "$row/result"
