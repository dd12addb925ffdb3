#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# outcome.sh BOOT: what became of the boot recorded in folder BOOT, as outcome.awk says it.
scripts=$(dirname "$0")
. "$scripts/stage.sh"

boot=$1
story_file=$boot/story.jsonl
console=$boot/console.log
[ -r "$story_file" ] || story_file=/dev/null
[ -r "$console" ] || console=/dev/null
story=$(mktemp "${TMPDIR:-/tmp}/cma-tests-story.XXXXXX")
trap 'rm -f "$story"' EXIT
trap 'exit 130' INT TERM HUP

# A guest that dies leaves half a line behind.
jq -rR 'fromjson? | objects | [.event // "", .stage // ""] | @tsv' "$story_file" >"$story"
# shellcheck disable=SC2046 # two words
set -- $(jq -r '"\(.exit_status // "unknown") \(if .timed_out then 1 else 0 end)"' "$boot/qemu.json" 2>/dev/null || echo unknown 0)
QEMU_SAID=$(tail -n 1 "$boot/qemu.log" 2>/dev/null || :) awk -v exit_status="$1" -v timed_out="$2" \
	-f "$scripts/console.awk" -f "$scripts/splat.awk" -f "$scripts/outcome.awk" "$story" "$console"
