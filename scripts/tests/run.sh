#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# run.sh [TOPIC...]: the harness tests, with every awk at hand; those that say "One awk will
# do", with one. The last line is the count.
set -eu

here=$(dirname "$0")
work=$(mktemp -d "${TMPDIR:-/tmp}/cma-tests-harness.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

if [ $# -eq 0 ]; then
	for topic in "$here"/*_test.sh; do
		set -- "$@" "$(basename "$topic" _test.sh)"
	done
fi
for awk in mawk gawk; do
	program=$(command -v "$awk") || continue
	mkdir "$work/$awk"
	ln -s "$program" "$work/$awk/awk"
	for topic; do
		[ "$awk" != "${first:=$awk}" ] && grep -qx '# One awk will do.' "$here/${topic}_test.sh" || echo "$awk $topic"
	done
done >"$work/list"

# Most of a topic is one process after the other: as many at once as there are processors.
# Their "not ok" lines are counted; one that fails without any could not be run.
export work here
# shellcheck disable=SC2016 # for the inner shell
xargs -P "$(nproc)" -n 2 sh -c '
	{ echo "# $2 with $1"; PATH=$work/$1:$PATH "$here/${2}_test.sh"; } >"$work/$1.$2" 2>&1 ||
		grep -q "^not ok" "$work/$1.$2" || echo "not ok $2: could not be run" >>"$work/$1.$2"' topic <"$work/list"
while read -r awk topic; do cat "$work/$awk.$topic"; done <"$work/list" | tee "$work/results"

awk '/^not ok/ { failed++ }
	/^ok .* # SKIP/ { skipped++; next }
	/^ok / { passed++ }
	END {
		printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
		exit failed > 0 || passed == 0
	}' "$work/results"
