#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# install-tree.sh: what the tree has is kept, ours is added; --remove leaves it as it
# was, to the byte and the second, and refuses where work of the user's would be lost.
set -eu
# shellcheck source=harness.sh
. "$(dirname "$0")/harness.sh"

tree=$work/linux
selftests=tools/testing/selftests

# A kernel tree in small, with an mm/tests and a list of targets of its own.
make_tree() {
	for file in Kconfig mm/cma.c kernel/dma/contiguous.c scripts/kconfig/Makefile mm/tests/lazy_kunit.c mm/tests/Makefile \
		mm/tests/Kconfig $(awk '$1 == "line" { print $2 }' "$scripts/../kunit/overlay.map"); do
		mkdir -p "$tree/$(dirname "$file")"
		[ -e "$tree/$file" ] || echo "line of $file" >"$tree/$file"
	done
	printf 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 1\n' >"$tree/Makefile"
	mkdir -p "$tree/$selftests/mm"
	printf 'TARGETS += alsa\nTARGETS += core\nTARGETS += mm\n' >"$tree/$selftests/Makefile"
	find "$tree" -exec touch -d '2025-01-02 03:04:05' {} +
}

# Contents and modes of all there is; with describe also the times of files.
describe_contents() {
	(cd "$tree" && find . -printf '%p %y %m\n' | sort && find . -type f -exec sha256sum {} + | sort)
}

describe() {
	describe_contents
	(cd "$tree" && find . -type f -printf '%p %T@\n' | sort)
}

# install [--remove]: its status and what it complains of.
install() {
	status=0
	KSRC=$tree "$scripts/install-tree.sh" "$@" 2>"$work/said" || status=$?
}

make_tree
before=$(describe)
install
expect "it installs" 0 "$status"
expect "every test is there" "$(cd "$scripts/../selftests" && ls ./*_test.c lib)" "$(cd "$tree/$selftests/cma" && ls ./*_test.c lib)"
expect "with config and settings" "config settings" "$(cd "$tree/$selftests/cma" && echo config settings | xargs ls | paste -sd ' ')"
expect "and with what tells which of them need root" "$(grep -c 'needs root' "$scripts/../selftests/README.md")" \
	"$(grep -c 'needs root' "$tree/$selftests/cma/README.md")"
expect "and the known issues of selftests" "$(grep -c '^selftests[^	]*[.]' "$scripts/../results/DENYLIST")" \
	"$(grep -c "^[a-z_]*_test[.].*	.*	.*	..*" "$tree/$selftests/cma/known_issues.tsv")"
expect "and the benchmark, without its host's parts" "cmabench.c" "$(cd "$tree/$selftests/cma/bench" && ls cmabench.c plugin tests 2>/dev/null)"
expect "the target stands where the alphabet puts it" "alsa cma core mm" "$(awk '{ print $3 }' "$tree/$selftests/Makefile" | paste -sd ' ')"
expect "an mm/tests keeps its files" "line of mm/tests/lazy_kunit.c" "$(cat "$tree/mm/tests/lazy_kunit.c")"
expect "its Makefile keeps its lines, ours follow" "line of mm/tests/Makefile" "$(head -n 1 "$tree/mm/tests/Makefile")"
expect "ours are there" yes "$(grep -q cma_ "$tree/mm/tests/Makefile" && echo yes)"
expect "the hook is there once" 1 "$(grep -cxF 'obj-y += tests/' "$tree/mm/Makefile")"

# It removes and installs: what is edited is edited anew.
installed=$(describe_contents | grep -v '\.cma-tests')
install
expect "once more is the same" "$installed" "$(describe_contents | grep -v '\.cma-tests')"

echo "/* mine */" >>"$tree/$selftests/cma/busy_test.c"
install --remove
expect "what was changed since is not removed" 2 "$status"
expect "and named" yes "$(grep -q "$selftests/cma/busy_test.c" "$work/said" && echo yes)"
expect "it is still there" "/* mine */" "$(tail -n 1 "$tree/$selftests/cma/busy_test.c")"
cp "$scripts/../selftests/busy_test.c" "$tree/$selftests/cma/busy_test.c"

# A build's products go too.
touch "$tree/$selftests/cma/busy_test" "$tree/$selftests/cma/lib/area.o" "$tree/mm/tests/destructive/built-in.a"
install --remove
expect "it removes" 0 "$status"
expect "the tree is as it was" "$before" "$(describe)"
install --remove
expect "nothing to remove is said" 2 "$status"

install --selftests
expect "the selftests alone leave the kernel's sources" "line of mm/Makefile" "$(cat "$tree/mm/Makefile")"
install --remove
expect "and go alike" "$before" "$(describe)"

finish
