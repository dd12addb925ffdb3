#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What of a mutant's boot counts as killed, and what does not.
set -eu
# shellcheck source=scripts/tests/harness.sh
. "$(dirname "$0")/harness.sh"

# outcome NAME WANTED SPLAT, verdicts from standard input: stage, case, status, message, with blanks between.
outcome() {
	sed 's/ /\t/; s/ /\t/; s/ /\t/' >"$work/verdicts.tsv"
	expect "$1" "$2" "$(awk -F '\t' -v splat="$3" -v expected=cma.wanted -f "$scripts/mutant-outcome.awk" "$work/red" "$work/verdicts.tsv" |
		tr '\t' ' ')"
}
: >"$work/red"

outcome "a case fails" "killed cma.release" "" <<'EOF'
boot kunit pass -
kunit cma.alloc pass -
kunit cma.release fail expected
EOF
outcome "the expected case goes first" "killed cma.wanted" "" <<'EOF'
kunit cma.release fail expected
kunit cma.wanted fail expected
EOF
outcome "all pass" "survived -" "" <<'EOF'
boot kunit pass -
kunit cma.alloc pass -
EOF
outcome "the kernel dies in a case" "crashed panic: Oops" "" <<'EOF'
boot kunit fail panic: Oops
kunit cma.alloc error log ends inside this test
EOF
outcome "by a splat that is expected" "killed splat: Oops" Oops <<'EOF'
boot kunit fail panic: Oops
kunit cma.alloc error log ends inside this test
EOF
outcome "it hangs" "hung hang: no output" "" <<'EOF'
boot kunit fail hang: no output
EOF
outcome "a suite that is cut short finds nothing" "crashed cma did not end" "" <<'EOF'
boot kunit pass -
kunit cma error planned 3 cases, but 1 were reported
EOF
outcome "nor does a log without results" "crashed (log) did not end" "" <<'EOF'
selftests (log) error no KTAP in the log
EOF
printf 'kunit\tcma.wanted\tfail\texpected\nboot\tkunit\tfail\toops\n' >"$work/red"
outcome "a case that is red without the mutant finds nothing" "survived -" Oops <<'EOF'
boot kunit fail Oops
kunit cma.wanted fail expected
EOF
outcome "another one does" "killed cma.release" "" <<'EOF'
kunit cma.wanted fail expected
kunit cma.release fail expected
EOF

# A case of another name finds nothing, ever. It stands behind its suite, before its parameter.
cases=$(grep -rhoE '(KUNIT_CASE[A-Z_]*\(|TEST_F[A-Z_]*\([a-z_]+, |TEST\()[a-z0-9_]+' "$scripts/../kunit" "$scripts/../selftests" |
	sed 's/.*[( ]//' | sort -u)
expect "every case that a mutant names is there" "" \
	"$(grep -H '^Killed-by: ' "$scripts"/../kunit/mutants/*.patch | sed 's|.*/||; s|:Killed-by: | |' | while read -r patch name _; do
		case $name in
		boot_table.*)
			grep -q "^${name#*.} " "$scripts/../dts-fixtures/boot.table" || echo "$patch: $name"
			continue ;;
		*_test.*)
			# A program's cases are in its own file.
			grep -q "[(, ]${name##*.}[,)]" "$scripts/../selftests/${name%%.*}.c" 2>/dev/null || echo "$patch: $name"
			continue ;;
		esac
		echo "${name#*.}" | tr . '\n' | grep -qxF "$cases" || echo "$patch: $name"
	done)"

# And the other way round: what no mutant makes fail, its README says why. Two suites are not of the kernel.
stays=$(sed -n '/Cases that no mutant/,$p' "$scripts/../kunit/mutants/README.md")
expect "every case of KUnit has a mutant, or says why it has none" "" \
	"$(grep -rhoE 'KUNIT_CASE[A-Z_]*\([a-z0-9_]+' "$scripts/../kunit" --include='*.c' \
		--exclude=left_out_kunit.c --exclude=cma_helpers_kunit.c | sed 's/.*(//' | sort -u | while read -r name; do
		grep -qE "[.]$name([.]|	|\$)" "$scripts"/../results/mutants-*.tsv || echo "$stays" | grep -qE "[.\`]$name\`" || echo "$name"
	done)"

finish
