#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Canned records to rows: each logs/bench/<name>.jsonl has its rows in <name>.tsv.
set -eu
# shellcheck source=scripts/tests/harness.sh
. "$(dirname "$0")/harness.sh"

for records in "$logs"/bench/*.jsonl; do
	expect "$(basename "$records" .jsonl)" "$(cat "${records%.jsonl}.tsv")" \
		"$(jq -rRn -L "$scripts" -f "$scripts/bench-verdict.jq" "$records")"
done

finish
