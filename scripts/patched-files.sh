# shellcheck shell=sh
# patched-files.sh    sourced: put patches into a tree laid by tree.sh, take them out
#
# Wants $source and $tree, and in $journal a file that outlives this process: it
# names what is patched, before it is, so that an end at any time is put right by
# the restore_files at the next start.
: "${source:?}" "${tree:?}" "${journal:?}"

# The files of patch $1, as paths in the tree; one that it makes too.
list_patched_files() {
	sed -n 's,^+++ [ab]/\([^	]*\).*,\1,p; s,^--- [ab]/\([^	]*\).*,\1,p' "$1" | sort -u
}

# Make the patched files as they were. They stay files of their own, now newer
# than what was built from the patch: a link would be as old as its target.
restore_files() {
	[ -e "$journal" ] || return 0
	while read -r file; do
		rm -f "$tree/$file" "$tree/$file.orig" "$tree/$file.rej"
		[ ! -e "$source/$file" ] || cat "$source/$file" >"$tree/$file"
	done <"$journal"
	rm -f "$journal"
}

# Apply patch $1, with what patch(1) says in file $2. Status 1: it does not apply.
apply_patch() {
	list_patched_files "$1" >>"$journal"
	for file in $(list_patched_files "$1"); do
		[ ! -h "$tree/$file" ] || { rm -f "$tree/$file"; cat "$source/$file" >"$tree/$file"; }
	done
	patch -s -f -p1 -d "$tree" --no-backup-if-mismatch <"$1" >"$2" 2>&1
}
