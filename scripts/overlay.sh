#!/bin/sh
# overlay.sh SOURCE KUNIT TREE    carry out KUNIT/overlay.map in TREE
#
#   copy <folder of KUNIT> <folder of TREE>    its files become files of TREE;
#                                    a Makefile or Kconfig that SOURCE has there
#                                    keeps its lines, ours follow
#   line <file of TREE> <text>       appended if the file does not have the line
#   own <folder of TREE>             its links become files of TREE
#
# A file that is a link into SOURCE becomes a file of TREE before it is edited.
# A copy that says something new is new: an edit made while a kernel was built is
# older than that kernel's objects, and would not be built.
scripts=$(dirname "$0")
. "$scripts/stage.sh"

source=$1
kunit=$2
tree=$3

# An edited file of SOURCE starts from SOURCE's contents each time, with its time.
edit_begin() {
	rm -f "$tree/$1.edited"
	if [ -e "$source/$1" ]; then cp -p "$source/$1" "$tree/$1.edited"; else : >"$tree/$1.edited"; fi
	chmod u+w "$tree/$1.edited"
}

edit_end() {
	if [ ! -h "$tree/$1" ] && cmp -s "$tree/$1.edited" "$tree/$1"; then
		rm -f "$tree/$1.edited"
	else
		mv -f "$tree/$1.edited" "$tree/$1"
	fi
}

copy_file() {
	case $2 in
	*/Makefile | */Kconfig)
		edit_begin "$2"
		cat "$kunit/$1" >>"$tree/$2.edited"
		edit_end "$2"
		return ;;
	esac
	[ ! -e "$source/$2" ] || die "the kernel tree has its own $2: choose another name for kunit/$1"
	cmp -s "$kunit/$1" "$tree/$2" || cp "$kunit/$1" "$tree/$2"
}

copy_folder() {
	mkdir -p "$tree/$2"
	for path in "$kunit/$1"/* "$kunit/$1"/.kunitconfig; do
		[ ! -f "$path" ] || copy_file "$1/$(basename "$path")" "$2/$(basename "$path")"
	done
	# A file that left kunit/ leaves the tree.
	for path in "$tree/$2"/*; do
		name=$(basename "$path")
		[ -h "$path" ] || [ ! -f "$path" ] || [ -e "$kunit/$1/$name" ] || rm -f "$path"
	done
}

# A program that looks for itself finds TREE, not SOURCE.
own_folder() {
	[ -d "$source/$1" ] || return 0
	(cd "$source" && find "$1" -type f) | while read -r file; do
		[ -e "$tree/$file" ] || continue
		if [ -h "$tree/$file" ] || ! cmp -s "$source/$file" "$tree/$file"; then
			cp --remove-destination "$source/$file" "$tree/$file"
		fi
	done
}

# All lines for one file in one edit.
append_lines() {
	awk '$1 == "line" { print $2 }' "$map" | sort -u | while read -r file; do
		[ -f "$source/$file" ] || die "kunit/overlay.map edits $file, which this kernel tree does not have"
		edit_begin "$file"
		awk -v file="$file" '$1 == "line" && $2 == file' "$map" | while read -r _ _ text; do
			grep -qxF "$text" "$tree/$file.edited" || echo "$text" >>"$tree/$file.edited"
		done
		edit_end "$file"
	done
}

map=$kunit/overlay.map
awk '$1 == "copy" { print $2, $3 }' "$map" | while read -r from to; do copy_folder "$from" "$to"; done
awk '$1 == "own" { print $2 }' "$map" | while read -r folder; do own_folder "$folder"; done
append_lines
