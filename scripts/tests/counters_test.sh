#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What cmabench makes of the counters of a kernel without CONFIG_CMA_DEBUGFS, which are
# made up here: what drivers hold is no page of another program.
# One awk will do.
set -eu
# shellcheck source=scripts/tests/harness.sh
. "$(dirname "$0")/harness.sh"

make -s -C "$scripts/../bench" OUTPUT="$work/bench" CC=cc "$work/bench/cmabench" >"$work/said" 2>&1 ||
	tail -n 5 "$work/said" | sed 's/^/# /'

# count FOLDER/FILE=PAGES...: one sample of a machine with these, and 8 of 64 MiB not free
count() {
	unshare -m sh -eu -s "$work" "$@" <<'EOF'
work=$1
shift
mount -t tmpfs areas /sys/kernel/mm
! [ -d /sys/kernel/debug/cma ] || mount -t tmpfs areas /sys/kernel/debug/cma
for file; do
	mkdir -p "/sys/kernel/mm/cma/${file%/*}"
	echo "${file#*=}" >"/sys/kernel/mm/cma/${file%=*}"
done
{
	grep -v '^Cma' /proc/meminfo
	printf 'CmaTotal: 65536 kB\nCmaFree: 57344 kB\n'
} >"$work/meminfo"
mount --bind "$work/meminfo" /proc/meminfo
"$work/bench/cmabench" --json --quiet --backend null --pressure none --sizes 1 --count 1 --traced 0 --calibrate 0 2>/dev/null |
	jq -r 'select(.type == "sample") | "\(.occupancy_pages) \(.occupancy_source) \(.valid) \(.invalid_reason // "")"'
EOF
}

if [ "$(getconf PAGE_SIZE)" != 4096 ] || ! unshare -m mount -t tmpfs areas /sys/kernel/mm 2>/dev/null; then
	skip "made up counters" "needs root, mount namespaces and pages of 4 KiB"
	finish
	exit
fi

expect "6.9: what was taken and not given back is a driver's" "0 counters true " \
	"$(count one/alloc_pages_success=3000 one/release_pages_success=952)"
expect "a page beyond it is not" "2048 counters false 2048 pages of other programs are in the area, expected at most 819; --pressure ambient measures it as it is" \
	"$(count one/alloc_pages_success=952 one/release_pages_success=952)"
expect "6.15: of another area, too" "0 counters true " \
	"$(count one/total_pages=8192 one/available_pages=8192 two/total_pages=8192 two/available_pages=6144)"
expect "6.1 does not tell them apart" "2048 not free false 2048 pages are not free, expected at most 819: drivers' buffers or pages of other programs, which this kernel does not tell apart (debugfs and root, or Linux 6.9, would); --pressure ambient measures it as it is" \
	"$(count one/alloc_pages_success=3000)"
expect "6.1, one of two areas: neither" "2048 not free" \
	"$(count one/alloc_pages_success=3000 two/alloc_pages_success=0 | cut -d ' ' -f 1-3)"

finish
