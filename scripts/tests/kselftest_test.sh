#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The three ways to the selftests, in a kernel tree, alone and as a tarball, give the same
# programs. The tarball is run here: on a machine without CMA all passes or says what is missing.
# KTREE is a kernel tree; without it, the newest that the source stage has unpacked is taken.
# One awk will do.
set -eu
# shellcheck source=scripts/tests/harness.sh
. "$(dirname "$0")/harness.sh"

unset MAKEFLAGS MFLAGS MAKELEVEL
tree=${KTREE-}
for found in "$scripts"/../build/source/*/; do
	[ -n "${KTREE-}" ] || [ ! -e "$found/tools/testing/selftests/lib.mk" ] || tree=$(readlink -f "$found")
done
if [ -z "$tree" ]; then
	skip "the three ways" "no kernel tree: set KTREE, or run 'make source'"
	finish
	exit
fi
arch=$(uname -m | sed 's/aarch64/arm64/')
(cd "$scripts/../selftests" && ls ./*_test.c) | sed 's,^./,,; s/[.]c$//' | LC_ALL=C sort >"$work/tests"
wanted=$(paste -sd ' ' "$work/tests")
chmod 755 "$work"

# The compiler is asked what it is to make, not how fast that runs: what COMPILE=no makes
# tells its name, and of a library that it should have been linked with.
mkdir "$work/bin"
cat >"$work/bin/gcc" <<END
#!/bin/sh
[ "\${COMPILE-}" = no ] || exec "$(command -v gcc)" "\$@" -O0 -g0 -w
output=
while [ \$# -gt 0 ]; do
	case \$1 in
	-o) output=\$2; shift ;;
	"$work"/*.a) ;; # of our own objects
	-l* | *.a | *.so*) echo "\$1" >>"$work/libraries" ;;
	esac
	shift
done
[ -n "\$output" ] || exit 0
printf '#!/bin/sh\necho "ran \${0##*/}"\n' >"\$output"
chmod +x "\$output"
END
chmod +x "$work/bin/gcc"
PATH=$work/bin:$PATH

# The programs in a folder, sorted.
programs_in() {
	(cd "$1" && find . -maxdepth 1 -type f \( -name '*_test' -o -name cmabench \)) | sed 's,^./,,' | LC_ALL=C sort | paste -sd ' '
}

# quietly COMMAND...: its status, and why it failed
quietly() {
	status=0
	"$@" >"$work/log" 2>&1 || status=$?
	[ "$status" = 0 ] || echo "status $status: $(tail -n 1 "$work/log")"
}

all=$(printf '%s\ncmabench\n' "$wanted" | tr ' ' '\n' | LC_ALL=C sort | paste -sd ' ')

# ---- the tarball ----

expect "the tarball is made" "" "$(O=$work/build KSRC=$tree ARCH=$arch quietly "$scripts/tarball.sh")"
board=$work/board
mkdir "$board"
tar -xzf "$work/build/tarball/cma-selftests-$arch.tar.gz" -C "$board" || :
expect "the tarball: its programs" "$all" "$(programs_in "$board/cma")"
expect "what stands beside them" "README.md config glob.awk kernel-range.awk known_issues.awk known_issues.sh known_issues.tsv settings" "$(cd "$board/cma" && find . -type f ! -name '*_test' ! -name cmabench |
	sed 's,^./,,' | LC_ALL=C sort | paste -sd ' ')"
expect "run_kselftest.sh runs them all" "$wanted" "$("$board/run_kselftest.sh" --list | sed -n 's/^cma://p' | LC_ALL=C sort | paste -sd ' ')"
expect "all are static" "" "$(for program in "$board"/cma/*_test "$board/cma/cmabench"; do
	readelf -l "$program" 2>&1 | awk '$1 == "LOAD" { loads++ } $1 == "INTERP" { interpreted++ } END { exit !loads || interpreted }' ||
		basename "$program"
done)"

# ---- in the tree that the tarball was made in ----

selftests=$(echo "$work"/build/tarball/*/tree/tools/testing/selftests)
in_tree() {
	COMPILE=no make -C "$selftests" TARGETS=cma "$@"
}
expect "in a tree: clean" "" "$(quietly in_tree clean)"
expect "nothing is left" "" "$(programs_in "$selftests/cma")"
expect "in a tree: it builds" "" "$(quietly in_tree)"
expect "in a tree: its programs" "$all" "$(programs_in "$selftests/cma")"
expect "in a tree: its tests" "$wanted" "$(make -s -C "$selftests/cma" emit_tests COLLECTION=cma | sed -n 's/^cma://p' | LC_ALL=C sort | paste -sd ' ')"
# One for all: what is long there is kselftest's own work.
expect "in a tree: run_tests" "ok 1 selftests: cma: busy_test" \
	"$(in_tree run_tests TEST_GEN_PROGS="$selftests/cma/busy_test" 2>&1 | grep '^ok ')"

# ---- alone ----

alone() {
	COMPILE=no make -C "$scripts/../selftests" KSRC="$tree" OUTPUT="$work/alone" "$@"
}
expect "alone: it builds" "" "$(quietly alone)"
expect "alone: its programs" "$all" "$(programs_in "$work/alone")"
expect "alone: run_tests" "$wanted" "$(alone run_tests 2>&1 | sed -n 's/^ran //p' | LC_ALL=C sort | paste -sd ' ')"
expect "alone: clean" "" "$(quietly alone clean; programs_in "$work/alone")"
expect "the linker is told of no library" "" "$(sort -u "$work/libraries" 2>/dev/null)"

# ---- the tarball's programs, on this machine ----

# board_as WHO COMMAND...: run_kselftest.sh behind COMMAND. It opens its output anew, so that a
# file would lose lines, and a pipe must be its user's.
board_as() {
	who=$1
	shift
	(cd "$board" && "$@" sh -c './run_kselftest.sh 2>&1 | cat') >"$work/ktap"
	expect "$who: each program has passed" "$wanted" \
		"$(sed -n 's/^ok [0-9]* selftests: cma: \([a-z_]*\).*/\1/p' "$work/ktap" | LC_ALL=C sort | paste -sd ' ')"
	expect "$who: no case has failed" "" "$(grep -B 4 -E '^(# )?not ok ' "$work/ktap" || :)"
	expect "$who: cases were run" yes "$(grep -q '^# ok ' "$work/ktap" && echo yes)"
	expect "$who: each skip has a reason" "" "$(grep '^# ok .*# SKIP' "$work/ktap" | grep -vE '# SKIP .{8}' || :)"
}

if awk '/^CmaTotal:/ { total = $2 } END { exit !total }' /proc/meminfo; then
	skip "the programs on a machine without CMA" "this one has CMA, which may be in use"
elif [ "$(id -u)" != 0 ]; then
	board_as "uid $(id -u)"
	skip "root" "this is not root"
else
	board_as nobody setpriv --reuid 65534 --regid 65534 --clear-groups
	# unprivileged_test sees what of the project's is left in /tmp, where other tests are at work now:
	# the board's folder becomes the /tmp of its own.
	chmod 1777 "$board"
	# shellcheck disable=SC2016 # for the inner shell
	board_as root unshare --mount sh -c 'mount --bind "$PWD" /tmp && cd /tmp && exec "$@"' sh
fi

finish
