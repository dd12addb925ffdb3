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

finish
