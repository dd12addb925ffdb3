#!/bin/sh
# dts-lint.sh    what a kernel makes of the reserved memory of a board
#
# FILE is a .dts, a .dtb or a folder such as /proc/device-tree; PAGE_SIZE,
# PAGEBLOCK_ORDER and CMDLINE (otherwise the tree's own) are the board's. RAM=START+SIZE
# stands for memory that the boot loader fills in, several with blanks; CONFIG is the
# kernel's .config; ARCH=arm64 or arm where the CPUs do not tell; INCLUDE is folders of
# what a .dts includes, beside its own and its kernel tree's. KERNEL (newest, or a number
# from 6.1 on) chooses the behaviours. Status as of predict/lint: 0, 1 or 2.
scripts=$(readlink -f "$(dirname "$0")")
. "$scripts/stage.sh"

[ -n "${FILE-}" ] || die "expected FILE=board.dts, board.dtb or /proc/device-tree, found nothing"
[ -e "$FILE" ] || die "FILE must be a device tree, found nothing at '$FILE'"
find_build
command -v cc >/dev/null || die "expected a C compiler 'cc', found none: install gcc and libc6-dev"
printf '#include <libfdt.h>\n' | cc -E -x c - >/dev/null 2>&1 || die "expected libfdt.h, found none: run 'make deps', or install libfdt-dev"
make -s -C "$scripts/predict" OUTPUT="$build/predict" >"$build/predict.log" 2>&1 ||
	die "the predictor does not build: $(grep -m 1 error "$build/predict.log"); see $build/predict.log"

list_behaviours() {
	awk -v release="$1" -f "$scripts/kernel-range.awk" -f "$scripts/boot-table/behaviours.awk" \
		"$scripts/../dts-fixtures/behaviours.table"
}

kernel=${KERNEL:-6.12}
[ "$kernel" != newest ] || kernel=999.0
case $kernel in *[!0-9.]* | *.*.*.*) die "KERNEL must be a number such as 6.12 or newest, found '$kernel'" ;; esac
echo "$kernel" | awk -F. '{ exit !($1 > 6 || ($1 == 6 && $2 >= 1)) }' ||
	die "KERNEL must be 6.1 or later, found '$kernel': what older ones do was not looked at"
set --
[ -z "${CONFIG-}" ] || set -- --config "$CONFIG"
[ -z "${PAGE_SIZE-}" ] || set -- "$@" --page-size "$PAGE_SIZE"
[ -z "${CMDLINE+given}" ] || set -- "$@" --command-line "$CMDLINE"
[ -z "${PAGEBLOCK_ORDER-}" ] || set -- "$@" --pageblock-order "$PAGEBLOCK_ORDER"
[ -z "${ARCH-}" ] || set -- "$@" --arch "$ARCH"
for folder in ${INCLUDE-}; do
	[ -d "$folder" ] || die "INCLUDE must be folders, found none at '$folder'"
	set -- "$@" --include "$folder"
done
for range in ${RAM-}; do set -- "$@" --ram "$range"; done
for behaviour in $(list_behaviours "$kernel"); do set -- "$@" --behaviour "$behaviour"; done
status=0
"$build/predict/lint" "$@" -- "$FILE" || status=$?
[ "$status" -le 2 ] || die "the linter ended with status $status on '$FILE': report it with that file"
exit "$status"
