#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# selftests/config asks for every option that a program of the target names, in a skip or in
# a comment: 'make kselftest-merge' gives a kernel on which no test skips for an option.
set -eu
# shellcheck source=scripts/tests/harness.sh
. "$(dirname "$0")/harness.sh"

top=$scripts/..
config=$top/selftests/config

# Named, and not to be asked for.
sed 's/ .*//' >"$work/exceptions" <<'END'
CONFIG_ARCH_KEEP_MEMBLOCK no choice: the architecture has it or not
CONFIG_CMA_ALIGNMENT any value will do: the test reads what alignment there is
CONFIG_CMA_DEBUG prints a line for each retry: what is measured would be the console
CONFIG_HUGETLB_PAGE no choice: CONFIG_HUGETLBFS selects it
CONFIG_PAGE_OWNER takes memory, and is off without page_owner=on: for those who hunt a page
END

# What install-tree takes along: not the benchmark's parts for the kernel, for QEMU, for the host.
find "$top/selftests" "$top/bench" \( -path '*/bench/kernel' -o -path '*/bench/plugin' -o -path '*/bench/tests' \) -prune -o \
	-name '*.[ch]' -exec grep -ohE '\bCONFIG_[A-Z0-9_]+' {} + | sort -u >"$work/named"
sed -n 's/^\(CONFIG_[A-Z0-9_]*\)=.*/\1/p' "$config" | sort -u >"$work/asked"

expect "options are named" yes "$(grep -qx CONFIG_CMA_DEBUGFS "$work/named" && echo yes)"
expect "each option that is named is asked for" "" "$(comm -23 "$work/named" "$work/asked" | grep -vxFf "$work/exceptions" || :)"
expect "an exception is named, and not asked for" "$(sort "$work/exceptions")" \
	"$(comm -23 "$work/named" "$work/asked" | grep -xFf "$work/exceptions" || :)"
expect "an option a line, sorted, each once" "$(LC_ALL=C sort -u "$config")" "$(cat "$config")"

finish
