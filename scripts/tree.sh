#!/bin/sh
# tree.sh SOURCE TREE    lay the KUnit suites over a kernel tree of our own
#
# TREE becomes a tree of real folders with symbolic links to SOURCE's files, so
# that a build in it sees each edit in SOURCE, and SOURCE never changes. Build
# products in SOURCE (.config, objects, generated headers) are left out. What
# kunit/overlay.map names is copied in or appended, to files that are ours.
# Writes TREE.hash, a name for the contents: of SOURCE as it is now and of the
# suites. TREE is laid anew only when SOURCE's list of files has changed.
scripts=$(dirname "$0")
. "$scripts/stage.sh"

source=$(readlink -f "$1")
tree=$2
kunit=$scripts/../kunit
mkdir -p "$(dirname "$tree")"

# SOURCE's own files: what its .gitignore files leave, bar the top level, where
# Debian's tree ignores everything and only the products are named here.
list_source_files() {
	git init -q "$tree.index"
	git --git-dir="$tree.index/.git" --work-tree="$source" -C "$source" ls-files -z --others \
		--exclude-per-directory=.gitignore --exclude='!/*' --exclude='/.*' \
		--exclude='/vmlinux*' --exclude=/System.map --exclude=/Module.symvers \
		--exclude='/modules.*' --exclude='/*.o' --exclude='/*.a'
	rm -rf "$tree.index"
}

lay_links() {
	rm -rf "$tree" "$tree.laying"
	mkdir -p "$tree.laying"
	# --parents repeats the absolute path below the folder: move it away after.
	(cd / && sed -z "s|^|$source/|" "$tree.files.new" |
		xargs -0 cp -a --symbolic-link --parents --target-directory="$tree.laying")
	for file in Makefile Kconfig mm/cma.c; do
		[ -e "$tree.laying$source/$file" ] || die "'$source' ignores its own $file: mend its .gitignore"
	done
	mv "$tree.laying$source" "$tree"
	rm -rf "$tree.laying"
}

tree=$(readlink -f "$(dirname "$tree")")/$(basename "$tree")
list_source_files >"$tree.files.new"
if ! cmp -s "$tree.files.new" "$tree.files" || [ ! -d "$tree" ]; then
	rm -f "$tree.files"
	lay_links
fi
mv "$tree.files.new" "$tree.files"
"$scripts/overlay.sh" "$source" "$kunit" "$tree"

# Contents by size and time for the source (80,000 files), whole for the suites.
{
	(cd "$source" && xargs -0 stat -c '%n %s %Y' -- <"$tree.files")
	(cd "$kunit" && find . -type f ! -path './mutants/*' ! -name '*.md' -print0 | sort -z | xargs -0 sha256sum)
	(cd "$kunit/../bench/kernel" && find . -type f -print0 | sort -z | xargs -0 sha256sum)
} | hash_of_input >"$tree.hash"
