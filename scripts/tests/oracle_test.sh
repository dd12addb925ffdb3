#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# ktap.awk beside the kernel's own kunit.py, on our canned logs and on those of the kernel:
# the same cases with the same results where the log is sound, and never a greener verdict.
# KTREE is a kernel tree; without it, the newest that the source stage has unpacked is taken.
set -eu
# shellcheck source=scripts/tests/harness.sh
. "$(dirname "$0")/harness.sh"

# kunit.py's view of a log: the sorted cases in $work/theirs, status 1 if it failed it.
theirs() {
	status=0
	python3 "$tree/tools/testing/kunit/kunit.py" parse --json="$work/json" "$1" >/dev/null 2>&1 || status=$?
	jq -r 'def rows($path): (.test_cases[] | [$path + .name, (.status | ascii_downcase)] | @tsv),
			(.sub_groups[] | rows($path + .name + "."));
		rows("")' "$work/json" | sort >"$work/theirs"
	return "$status"
}

# Our view: the sorted cases in $work/ours, without the rows that only we have.
ours() {
	awk -f "$scripts/ktap.awk" "$1" >"$work/rows"
	grep -v -e "this kernel does not say which" -e "though none of its cases failed" "$work/rows" | cut -f1,2 | sort >"$work/ours" || :
}

compare() {
	failed=no
	theirs "$1" || failed=yes
	ours "$2"
	if grep -q '	error	' "$work/rows" || grep -q '#2	' "$work/rows"; then
		greener=no
		[ "$failed" = no ] || grep -q -e '	error	' -e '	fail	' "$work/rows" || greener=yes
		expect "$3: not greener than kunit.py" no "$greener"
	else
		expect "$3: as kunit.py" "$(cat "$work/theirs")" "$(cat "$work/ours")"
	fi
}

tree=${KTREE-}
for found in "$scripts"/../build/source/*/; do
	[ -n "${KTREE-}" ] || [ ! -e "$found/tools/testing/kunit/kunit.py" ] || tree=$found
done
if [ -z "$tree" ] || ! command -v python3 >/dev/null; then
	skip "kunit.py as an oracle" "no kernel tree or no python3: set KTREE, or run 'make source'"
	finish
	exit
fi
for log in "$logs"/kunit/*.log "$tree"/tools/testing/kunit/test_data/*.log; do
	awk -f "$scripts/console.awk" -f "$scripts/kunit-extract.awk" "$log" >"$work/ktap"
	case $log in
	"$logs"/*) input=$work/ktap ;;
	*) input=$log ;;
	esac
	compare "$input" "$work/ktap" "$(basename "$tree") $(basename "$log" .log)"
done

finish
