#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Canned logs to rows: each logs/{kunit,selftests}/<name>.log has its rows in <name>.tsv.
set -eu
# shellcheck source=scripts/tests/harness.sh
. "$(dirname "$0")/harness.sh"

for log in "$logs"/kunit/*.log; do
	name=$(basename "$log" .log)
	awk -f "$scripts/console.awk" -f "$scripts/kunit-extract.awk" "$log" >"$work/lf.ktap"
	sed 's|$|\r|' "$log" |
		awk -f "$scripts/console.awk" -f "$scripts/kunit-extract.awk" >"$work/crlf.ktap"
	expect "kunit $name, CRLF console" "$(cat "$work/lf.ktap")" "$(cat "$work/crlf.ktap")"
	expect "kunit $name" "$(cat "${log%.log}.tsv")" "$(awk -f "$scripts/ktap.awk" "$work/lf.ktap")"
done

for log in "$logs"/selftests/*.log; do
	expect "selftests $(basename "$log" .log)" "$(cat "${log%.log}.tsv")" \
		"$(awk -f "$scripts/ktap.awk" "$log")"
done

finish
