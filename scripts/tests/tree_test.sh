#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A user's tree, built in place before: what tree.sh lays has its sources, none of its
# build products, our suites and hook lines; the user's tree stays as it was, times included.
set -eu
# shellcheck source=harness.sh
. "$(dirname "$0")/harness.sh"

source=$work/linux
tree=$work/build/tree/mini

# A kernel tree in small: every file that overlay.map edits, and products of a build.
make_source() {
	for file in Makefile Kconfig mm/cma.c mm/cma.o mm/.cma.o.cmd .config vmlinux System.map \
		include/generated/autoconf.h include/config/auto.conf mm/util.c \
		$(awk '$1 == "line" { print $2 }' "$scripts/../kunit/overlay.map"); do
		mkdir -p "$source/$(dirname "$file")"
		[ -e "$source/$file" ] || echo "line of $file" >"$source/$file"
	done
	printf 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 1\n' >"$source/Makefile"
	printf '.*\n*.o\n*.cmd\n!.gitignore\n/include/config/\n/include/generated/\n/vmlinux\n' >"$source/.gitignore"
	find "$source" -exec touch -d '2025-01-02 03:04:05' {} +
}

# Contents, sizes, modes and times of all there is.
describe() {
	(cd "$1" && find . -exec stat -c '%n %s %a %Y %Z' {} + | sort && find . -type f -exec sha256sum {} + | sort)
}

make_source
before=$(describe "$source")
"$scripts/tree.sh" "$source" "$tree"
expect "the user's tree is as it was" "$before" "$(describe "$source")"
expect "sources are links" "$source/mm/util.c" "$(readlink "$tree/mm/util.c")"
expect "build products stay behind" "" "$(cd "$tree" && find . -name '*.o' -o -name .config -o -name '*.cmd' \
	-o -name auto.conf -o -name autoconf.h -o -name vmlinux -o -name System.map)"
expect "an edited file is ours" file "$([ -h "$tree/mm/Makefile" ] && echo link || echo file)"
expect "a hook line is there once" 1 "$(grep -cxF 'obj-y += tests/' "$tree/mm/Makefile")"
expect "it keeps what it had" "line of mm/Makefile" "$(head -n 1 "$tree/mm/Makefile")"

times=$(cd "$tree" && find . -type f -exec stat -c '%n %Y' {} + | sort)
"$scripts/tree.sh" "$source" "$tree"
expect "a second time changes nothing" "$times" "$(cd "$tree" && find . -type f -exec stat -c '%n %Y' {} + | sort)"

first_hash=$(cat "$tree.hash")
echo "an edit" >>"$source/mm/util.c"
"$scripts/tree.sh" "$source" "$tree"
expect "an edit of a source is a new tree" differs "$([ "$first_hash" = "$(cat "$tree.hash")" ] && echo same || echo differs)"
echo "new" >"$source/mm/new.c"
"$scripts/tree.sh" "$source" "$tree"
expect "a new source arrives" "$source/mm/new.c" "$(readlink "$tree/mm/new.c")"
rm "$source/mm/new.c"
"$scripts/tree.sh" "$source" "$tree"
expect "a removed source leaves" "" "$(ls "$tree/mm/new.c" 2>/dev/null)"

# A baseline is of a source: an edit of a suite leaves it the same, one of what is measured does not.
project=$work/project
mkdir -p "$project/scripts" "$project/bench"
cp "$scripts/tree.sh" "$scripts/overlay.sh" "$scripts/stage.sh" "$project/scripts/"
cp -r "$scripts/../kunit" "$project/kunit"
cp -r "$scripts/../bench/kernel" "$project/bench/kernel"
# changed_by FILE: what of the two names an edit of it changes.
changed_by() {
	"$project/scripts/tree.sh" "$source" "$tree"
	for name in hash source.hash; do cp "$tree.$name" "$work/$name"; done
	echo "/* an edit */" >>"$1"
	"$project/scripts/tree.sh" "$source" "$tree"
	for name in hash source.hash; do cmp -s "$tree.$name" "$work/$name" || printf '%s ' "$name"; done
}
expect "an edit of a suite" "hash " "$(changed_by "$project/kunit/mm/cma_alloc_kunit.c")"
expect "an edit of a kernel source" "hash source.hash " "$(changed_by "$source/mm/util.c")"
expect "an edit of the benchmark's door" "hash source.hash " "$(changed_by "$project/bench/kernel/$(cd "$project/bench/kernel" && printf '%s\n' *.c | head -n 1)")"

finish
