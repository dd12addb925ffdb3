#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Known issues and their reproducers name each other: a row of results/DENYLIST has its text in
# kunit/known-issues/README.md, and a command there names cases that exist.
set -eu
# shellcheck source=scripts/tests/harness.sh
. "$(dirname "$0")/harness.sh"

text=$scripts/../kunit/known-issues/README.md
sed -n 's/^[a-z]*:\([^	]*\)	.*/\1/p' "$scripts/../results/DENYLIST" | sed 's/^[a-z_]*test[.]//; s/[.][*]$//' | while read -r row; do
	suite=${row%%.*}
	grep -qF "$row" "$text" || grep -qF "ONLY='$suite.*'" "$text" || echo "$row"
done >"$work/missing"
expect "each known issue has its text" "" "$(cat "$work/missing")"

# shellcheck disable=SC2016 # backticks of markdown
grep -o '`make [a-z]* KERNEL=[^`]*`' "$text" | tr -d "\`'" | while read -r _ verb _ only; do
	name=${only##*[.=]}
	case $verb in
	destructive) grep -q "^$name |" "$scripts/destructive.table" || echo "$only" ;;
	kunit) [ "$name" = '*' ] || grep -rqw "$name" "$scripts/../kunit" --include='*_kunit.c' || echo "$only" ;;
	selftests) [ -e "$scripts/../selftests/$name.c" ] || echo "$only" ;;
	*) echo "unknown verb $verb" ;;
	esac
done >"$work/stale"
expect "each command names a case that exists" "" "$(cat "$work/stale")"
expect "there are commands" yes "$(grep -q 'make kunit KERNEL=' "$text" && echo yes)"

finish
