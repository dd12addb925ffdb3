#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# run.sh [TOPIC...]: the harness tests, with every awk at hand. The last line is the count.
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
		echo "# $topic with $awk"
		PATH=$work/$awk:$PATH "$here/${topic}_test.sh" || :	# its "not ok" lines are counted
	done
done 2>&1 | tee "$work/results"

awk '/^not ok/ { failed++ }
	/^ok .* # SKIP/ { skipped++; next }
	/^ok / { passed++ }
	END {
		printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
		exit failed > 0 || passed == 0
	}' "$work/results"
