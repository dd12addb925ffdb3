#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Recorded boots to their outcome: each logs/boot/<name>/ has what must come out in
# outcome.tsv; logs/splats.table has more first lines of splats as name|kind|line.
set -eu
# shellcheck source=scripts/tests/harness.sh
. "$(dirname "$0")/harness.sh"

for boot in "$logs"/boot/*/; do
	expect "$(basename "$boot")" "$(cat "$boot/outcome.tsv")" "$("$scripts/outcome.sh" "$boot")"
done

# A splat is one where the kernel says it, and none where a test or user space does.
mkdir "$work/boot"
printf '{"event":"start"}\n{"event":"end"}\n' >"$work/boot/story.jsonl"
printf '{"exit_status":0,"timed_out":false}\n' >"$work/boot/qemu.json"
while IFS='|' read -r name kind line; do
	printf '[    0.000000] Linux version 6.12\n[    1.000000] %s\n' "$line" >"$work/boot/console.log"
	expect "splat $name" "$kind" "$("$scripts/outcome.sh" "$work/boot" | cut -f1 | head -n 1)"
	printf '[    0.000000] Linux version 6.12\n[    1.000000]     # case: %s\n%s\n[    1.000000] a: "%s"\n' \
		"$line" "$line" "$line" >"$work/boot/console.log"
	expect "mention of $name" ok "$("$scripts/outcome.sh" "$work/boot" | cut -f1 | head -n 1)"
done <"$logs/splats.table"

finish
