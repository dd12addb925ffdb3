#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# cmabench's engine with parts of known behaviour, built and run on this machine.
# One awk will do.
set -eu
# shellcheck source=scripts/tests/harness.sh
. "$(dirname "$0")/harness.sh"

status=0
make -s -C "$scripts/../bench" OUTPUT="$work/bench" CC=cc test >"$work/said" 2>&1 || status=$?

# Each of its lines is a check here; what it says of one that failed stands before it.
seen=0
while read -r line; do
	case $line in
	"ok "* | "not ok "*)
		seen=$((seen + 1))
		expect "${line#*ok * }" ok "${line%% [0-9]*}"
		;;
	"#"*) echo "$line" ;;
	esac
done <"$work/said"
[ "$seen" -gt 0 ] || tail -n 5 "$work/said" | sed 's/^/# /'
expect "it comes to its end" "1..$seen, status $((failures > 0))" "$(grep '^1\.\.[1-9]' "$work/said"), status $((status > 0))"

finish
