# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Vocabulary of the harness tests. A test file sources this, calls expect once a
# check, and ends with finish. run.sh runs it with each awk at hand.

scripts=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck disable=SC2034 # for the test files
logs=$scripts/tests/logs
topic=$(basename "$0" _test.sh)
work=$(mktemp -d "${TMPDIR:-/tmp}/cma-tests-$topic.XXXXXX")
finished=no
trap leave EXIT
trap 'exit 130' INT TERM HUP
checks=0
failures=0

leave() {
	rm -rf "$work"
	[ "$finished" = yes ] || echo "not ok $topic: ended before its last check"
}

# expect NAME WANTED GOT: equal texts, or the differing lines are shown.
expect() {
	checks=$((checks + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $checks $topic: $1"
		return
	fi
	failures=$((failures + 1))
	printf '%s\n' "$2" >"$work/wanted"
	printf '%s\n' "$3" >"$work/got"
	diff -u "$work/wanted" "$work/got" | sed '1,3d; s/^/# /'
	echo "not ok $checks $topic: $1"
}

# refuses SCRIPT NAME FILE TEXT SAID: on a run as $run whose FILE has that TEXT, it says so and writes nothing.
refuses() {
	rm -rf "$work/bad"
	# shellcheck disable=SC2154 # the test file has it
	cp -r "$run" "$work/bad"
	printf '%s\n' "$4" >"$work/bad/$3"
	before=$(cd "$work/bad" && find . -type f -exec cksum {} + | sort)
	status=0
	said=$("$scripts/$1" "$work/bad" 2>&1) || status=$?
	expect "$2" "2 cma-tests: error: $work/bad/$3$5" "$status $said"
	expect "$2: no file is another" "$before" "$(cd "$work/bad" && find . -type f -exec cksum {} + | sort)"
}

skip() {
	checks=$((checks + 1))
	echo "ok $checks $topic: $1 # SKIP $2"
}

finish() {
	finished=yes
	echo "1..$checks"
	[ "$failures" -eq 0 ] || exit 1
}
