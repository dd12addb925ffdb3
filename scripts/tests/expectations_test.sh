#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Expected skips and known issues: which rows apply, and what they make of a result.
set -eu
# shellcheck source=scripts/tests/harness.sh
. "$(dirname "$0")/harness.sh"

# judge RELEASE ARCH PROFILE: the row of kunit:cma.case after the lists in $work.
judge() {
	: >"$work/notes"
	awk -v release="$1" -v arch="$2" -v profile="$3" -v stages="${stages-}" -v notes="$work/notes" \
		-f "$scripts/kernel-range.awk" -f "$scripts/glob.awk" -f "$scripts/expectations.awk" "$work/skips" "$work/denied" "$work/raw.tsv" 2>&1
}

raw() {
	printf 'kunit\t%s\t%s\t%s\tkunit\n' "$@" >"$work/raw.tsv"
}

lists() {
	printf '# comment\n\n%s\n' "$1" >"$work/skips"
	printf '%s\n' "$2" >"$work/denied"
}

# Ranges are numbers, and end where the bound has no more components.
raw cma.case skip 'no area'
while read -r range release applies; do
	lists "kunit:cma.case $range * * the reason" ''
	wanted="kunit	cma.case	skip	no area	kunit"
	[ "$applies" = yes ] ||
		wanted="kunit	cma.case	fail	unexpected skip: no area (not listed in results/EXPECTED-SKIPS)	kunit"
	expect "range $range, release $release" "$wanted" "$(judge "$release" arm64 test)"
done <<END
* 6.12.117-cma-tests yes
6.1 6.1.170-cma-tests yes
6.1 6.12.1 no
6.1 6.10.1 no
6.1-6.11 6.9.3 yes
6.1-6.11 6.11.99 yes
6.1-6.11 6.12.0 no
6.12- 6.9.9 no
6.12- 6.12.0 yes
6.12- 7.2.0-rc3 yes
6.12- 10.0 yes
-6.6 6.6.50 yes
-6.6 6.7 no
6.1,7.2- 6.12.5 no
6.1,7.2- 7.10.1 yes
6.12.5-6.12.20 6.12.9 yes
6.12.5-6.12.20 6.12.21 no
7.2 7.2-rc1 yes
END

lists 'kunit:cma.* * x86_64 * reason' ''
expect "another architecture" fail "$(judge 6.12 arm64 test | cut -f3)"
lists 'kunit:cma.* * arm* d* reason' ''
expect "another profile" fail "$(judge 6.12 arm64 test | cut -f3)"
expect "globs of architecture and profile" skip "$(judge 6.12 arm64 debug | cut -f3)"
lists 'kunit:cma * * * reason' ''
expect "a name is not a prefix" fail "$(judge 6.12 arm64 test | cut -f3)"
lists 'kunit:c?a.ca*e * * * reason' ''
expect "wildcards" skip "$(judge 6.12 arm64 test | cut -f3)"
lists 'kunit:cma.[case] * * * reason' ''
raw 'cma.[case]' skip x
expect "brackets are themselves" skip "$(judge 6.12 arm64 test | cut -f3)"
raw cma.c skip x
expect "brackets are no set" fail "$(judge 6.12 arm64 test | cut -f3)"
raw cma.cXse skip x
lists 'kunit:cma?case * * * reason' ''
expect "a dot is a dot" fail "$(judge 6.12 arm64 test | cut -f3)"

raw cma.case skip x
lists 'kunit@kunit:cma.case * * * reason' ''
expect "in the boot that the row names" skip "$(judge 6.12 arm64 test | cut -f3)"
lists 'kunit@no-area:cma.case * * * reason' ''
expect "in another boot" fail "$(judge 6.12 arm64 test | cut -f3)"

lists 'kunit:cma.case * * * reason' ''
raw 'cma.case#2' skip x
expect "a case seen again" skip "$(judge 6.12 arm64 test | cut -f3)"
raw cma.case pass ''
expect "an expected skip that passes is no failure" pass "$(judge 6.12 arm64 test | cut -f3)"
expect "but is noted" "$work/skips:3: listed as an expected skip, but it did not skip" "$(cat "$work/notes")"

lists 'kunit:cma.* * * * reason' ''
raw cma.case skip 'no area' cma.other pass ''
judge 6.12 arm64 test >/dev/null
expect "one of those that a row names is enough" "" "$(cat "$work/notes")"
lists 'kunit:cma.* * * stock reason' ''
judge 6.12 arm64 stock >/dev/null
expect "on stock kernels all must skip" \
	"$work/skips:3: listed as an expected skip, but cma.other did not skip" "$(cat "$work/notes")"

lists '' 'kunit:cma.case 6.12 * * mm/cma.c loses a bit'
raw cma.case fail 'Expected a'
expect "a known issue" "known	Expected a [known: mm/cma.c loses a bit]" "$(judge 6.12 arm64 test | cut -f3,4)"
expect "on another kernel" fail "$(judge 7.2 arm64 test | cut -f3)"
raw cma.case error 'log ends'
expect "a known error" known "$(judge 6.12 arm64 test | cut -f3)"
raw cma.case pass ''
expect "a known issue that passes" "fail	passes unexpectedly: remove the row $work/denied:1" \
	"$(judge 6.12 arm64 test | cut -f3,4)"
expect "and passes where it is not listed" pass "$(judge 7.2 arm64 test | cut -f3)"
raw cma.case skip x
expect "a known issue that skips unlisted" fail "$(judge 6.12 arm64 test | cut -f3)"

lists 'kunit:cma.case * * * reason' ''
stages='kunit bench'
expect "no case executed" "kunit	(stage)	error	no test case was executed, 1 were skipped	-
bench	(stage)	error	no test case was executed, 0 were skipped	-" "$(judge 6.12 arm64 test | sed 1d)"
stages=

for row in 'kunit:a * *' 'cma.case * * * reason' 'kunit:a six * * reason' 'kunit@:a * * * reason'; do
	lists "$row" ''
	status=0
	judge 6.12 arm64 test >"$work/out" || status=$?
	expect "malformed row \"$row\" ends with status 2" "2 1" "$status $(grep -c 'skips:3: expected' "$work/out")"
done

finish
