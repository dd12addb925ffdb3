#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# run.sh [TOPIC...]: the harness tests, with every awk at hand. The last line is the count.
set -eu

here=$(dirname "$0")
results=$(mktemp "${TMPDIR:-/tmp}/cma-tests-harness.XXXXXX")
trap 'rm -f "$results"' EXIT
trap 'exit 130' INT TERM HUP

if [ $# -eq 0 ]; then
	for topic in "$here"/*_test.sh; do
		set -- "$@" "$(basename "$topic" _test.sh)"
	done
fi
for awk in mawk gawk; do
	command -v "$awk" >/dev/null || continue
	for topic; do
		echo "# $topic with $awk"
		AWK=$awk "$here/${topic}_test.sh" || :	# its "not ok" lines are counted
	done
done 2>&1 | tee "$results"

awk '/^not ok/ { failed++ }
	/^ok .* # SKIP/ { skipped++; next }
	/^ok / { passed++ }
	END {
		printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
		exit failed > 0 || passed == 0
	}' "$results"
