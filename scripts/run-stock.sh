#!/bin/sh
# run-stock.sh    the selftests' tarball on Debian's own, unmodified arm64 kernels
#
# One with 4K pages and one with 16K pages, of KERNEL (default 6.12): no
# dma-heap and no CMA debugfs in them, so much skips; what may skip is listed
# in results/EXPECTED-SKIPS with profile stock, and must skip. Leaves a run
# folder with its report for each, as 'make run' does: OUT/<flavour> where OUT is
# given. Status 0: all passed or skipped as listed.
scripts=$(readlink -f "$(dirname "$0")")
. "$scripts/stage.sh"
run_in_session "$@"

kernel=${KERNEL:-6.12}
[ -z "${OUT-}" ] || [ ! -e "$OUT" ] || die "OUT must not exist yet, found '$OUT': remove it or choose another"
load_arch arm64
find_build
lock_build
export ARCH=arm64
tarball=$("$scripts/tarball.sh")
failed=0
booted=0
run=
trap '[ -z "$run" ] || rm -rf "$run"' EXIT
trap 'exit 130' HUP INT TERM

# The guest: init, the kernel's drivers, and the tarball as it is.
make_image() {
	image=$build/stock/image-$flavour
	rm -rf "$image"
	mkdir -p "$image/tarball"
	tar -xzf "$tarball" -C "$image/tarball"
	"${compile_prefix}gcc" -static -O2 -o "$image/init" "$scripts/guest/init.c"
	cc -O2 -o "$image/gen_init_cpio" "$build/source/linux-source-$kernel"*/usr/gen_init_cpio.c 2>/dev/null ||
		cc -O2 -o "$image/gen_init_cpio" "$(find "$build"/source/*/usr/gen_init_cpio.c | head -n 1)"
	{
		echo "dir /dev 0755 0 0"
		echo "nod /dev/console 0600 0 0 c 5 1"
		for folder in proc sys tmp modules selftests bench; do echo "dir /$folder 0755 0 0"; done
		echo "file /init $image/init 0755 0 0"
		for file in "$stock"/modules/*.ko; do echo "file /modules/$(basename "$file") $file 0644 0 0"; done
		for file in "$image"/tarball/cma/*_test; do
			echo "file /selftests/$(basename "$file") $file 0755 0 0"
		done
		echo "file /bench/cmabench $image/tarball/cma/cmabench 0755 0 0"
	} >"$image/contents"
	"$image/gen_init_cpio" -t 0 "$image/contents" >"$image/initramfs.cpio"
}

describe() {
	jq -n --arg release "$(cat "$stock/release")" --arg package "$(basename "$stock")" --arg flavour "$flavour" \
		--arg hash "$(hash_of_input <"$stock/guest-kernel")" --arg config "$(grep -v '^#' "$stock/config" | hash_of_input)" \
		--arg project "$(git -C "$scripts" describe --always --dirty --tags 2>/dev/null || echo unknown)" \
		--arg qemu "$("$qemu" --version | head -n 1)" --arg date "$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
		--arg command_line "$(tail -n 1 "$run/boots/stock/command.txt")" --arg run_id "$(basename "$output")" '
		{ schema: 1, run_id: $run_id, date: $date, target: ("stock-" + $package),
		  kernel: { series: ($release | split(".")[:2] | join(".")), release: $release, source: $package,
		            source_hash: $hash, config_hash: $config, hash: $hash },
		  arch: "arm64", profile: "stock", accelerator: "tcg", qemu_version: $qemu,
		  compiler: null, host: null, project: $project,
		  boots: [{ name: "stock", command_line: $command_line, memory: "3G", cpus: 2, clock: "wall",
		            fixture: null, stages: ["selftests"] }] }' >"$run/env.json"
}

choose_output() {
	output=$top/results/$(date -u +%Y%m%d-%H%M%S)-stock-$(cat "$stock/release")
	[ -z "${OUT-}" ] || output=$(readlink -m "$OUT/$flavour")
	run=$(dirname "$output")/.partial-$(basename "$output")
	rm -rf "$run"
	mkdir -p "$run/boots" || die "cannot write to '$(dirname "$output")'"
}

# The skips are exactly the list: a row that names stock and did not skip counts.
judge() {
	verdict=0
	"$scripts/verdict.sh" "$run" || verdict=$?
	[ "$verdict" -le 1 ] || die "the verdict could not be found; see the error above"
	idle=$(jq -r '.notes[]' "$run/verdict.json" | sed -n 's/^.*EXPECTED-SKIPS:\([0-9]*\):.*/\1/p' | while read -r line; do
		sed -n "${line}p" "$scripts/../results/EXPECTED-SKIPS" | awk '$4 == "stock" { print $1 }'
	done | paste -sd ' ')
	if [ -n "$idle" ]; then
		note "expected to skip on stock kernels, but did not: $idle; mend results/EXPECTED-SKIPS"
		verdict=1
	fi
	[ "$verdict" = 0 ] || failed=1
}

for flavour in arm64 arm64-16k; do
	status=0
	stock=$("$scripts/stock-kernel.sh" "$kernel" "$flavour" "$build") || status=$?
	# 16K pages came with 6.12: a kernel that is not there is not tested.
	[ "$status" != 3 ] || continue
	[ "$status" = 0 ] || exit "$status"
	choose_output
	note "booting $(basename "$stock")"
	make_image
	GUEST_CPU=neoverse-n1 "$scripts/boot.sh" stock "$run/boots/stock" "$stock/guest-kernel" "$image" arm64 tcg
	describe
	judge
	booted=$((booted + 1))
	cp "$run/boots/stock/selftests.out" "$run/selftests.ktap"
	"$scripts/report.sh" "$run" "$output"
	mv -T "$run" "$output"
	run=
	echo "$output"
done
[ "$booted" -gt 0 ] || die "expected a kernel of Debian's, KERNEL=$kernel, found none: nothing was tested"
exit "$failed"
