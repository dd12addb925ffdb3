#!/bin/sh
# install-tree.sh [--remove | --selftests]    put suites and selftests into the kernel tree KSRC
#
# The KUnit suites go where kunit/overlay.map says, the selftests to
# tools/testing/selftests/cma with the benchmark below them. A Makefile or
# Kconfig that the tree has keeps its lines; ours follow. What was done is kept
# in KSRC/.cma-tests: --remove (or REMOVE=1) undoes exactly that, and refuses
# to where a file was changed since. Installing again brings it up to date.
# --selftests leaves the KUnit suites out.
scripts=$(readlink -f "$(dirname "$0")")
. "$scripts/stage.sh"

top=$(readlink -f "$scripts/..")
[ -n "${KSRC-}" ] || die "expected KSRC=<kernel tree> to install into, found none: name the tree"
tree=$("$scripts/source.sh" - /nowhere)
[ -w "$tree" ] || die "cannot write to '$tree': choose a tree of yours"
record=$tree/.cma-tests
selftests=tools/testing/selftests
make_work install
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM

# ---- what shall be in the tree, as files of $work/new ----

# What the selftests' known_issues.sh reads of their cases: test, kernels, arch, evidence.
list_known_issues() {
	awk -F '\t+' -v OFS='\t' 'sub(/^selftests(@[a-z-]+)?:/, "", $1) && $1 ~ /[.]/ { print $1, $2, $3, $5 }' "$top/results/DENYLIST"
}

# Our folders, copied; build products are none of ours.
add_selftests() {
	mkdir -p "$work/new/$selftests/cma/lib" "$work/new/$selftests/cma/bench"
	for file in Makefile config settings README.md .gitignore known_issues.sh known_issues.awk; do
		cp -p "$top/selftests/$file" "$work/new/$selftests/cma"
	done
	cp -p "$scripts/kernel-range.awk" "$scripts/glob.awk" "$work/new/$selftests/cma"
	list_known_issues >"$work/new/$selftests/cma/known_issues.tsv"
	cp -p "$top"/selftests/*.c "$work/new/$selftests/cma"
	cp -p "$top"/selftests/lib/*.[ch] "$work/new/$selftests/cma/lib"
	# The program alone: not what is for the kernel, for QEMU, for the host.
	(cd "$top/bench" && find . \( -path ./plugin -o -path ./tests -o -path './kernel/*[!h]' \) -prune -o \
		\( -name '*.[ch]' -o -name Makefile \) -print | cpio -pdm --quiet "$work/new/$selftests/cma/bench")
}

# The target is listed where the alphabet puts it.
add_target() {
	awk -v line='TARGETS += cma' '
		!done && /^TARGETS \+?= / && $3 > "cma" { print line; done = 1 }
		{ print }
		END { if (!done) print line }
	' "$tree/$selftests/Makefile" >"$work/new/$selftests/Makefile"
}

add_suites() {
	awk '$1 == "line" { print $2 }' "$top/kunit/overlay.map" | while read -r file; do
		mkdir -p "$work/new/$(dirname "$file")"
	done
	"$scripts/overlay.sh" "$tree" "$top/kunit" "$work/new"
}

# ---- the record: created.txt, folders.txt, originals/, patches/ ----

list_new_files() {
	(cd "$work/new" && find . -type f | sed 's,^\./,,' | sort)
}

remember_folder() {
	[ ! -d "$tree/$1" ] || return 0
	remember_folder "$(dirname "$1")"
	mkdir "$tree/$1"
	echo "$1" >>"$record/folders.txt"
}

put_file() {
	remember_folder "$(dirname "$1")"
	if [ -e "$tree/$1" ]; then
		mkdir -p "$record/originals/$(dirname "$1")"
		cp -a "$tree/$1" "$record/originals/$1"
		# A link into another tree becomes a file of this one.
		rm -f "$tree/$1"
	else
		echo "$1" >>"$record/created.txt"
	fi
	cp -p "$work/new/$1" "$tree/$1"
	(cd "$tree" && sha256sum "$1") >>"$record/installed.sha256"
}

# ---- removal ----

remove_products() {
	while read -r folder; do
		find "$tree/$folder" -maxdepth 1 -type f \( -name '*.o' -o -name '*.d' -o -name '.*.cmd' -o -name '*.a' \
			-o -name 'modules.order' -o -name '*_test' -o -name cmabench \) -exec rm -f {} +
		rm -rf "$tree/$folder/bench-objects"
	done <"$record/folders.txt"
}

remove() {
	[ -d "$record" ] || die "expected an installation in '$tree', found no .cma-tests there: nothing to remove"
	changed=$(cd "$tree" && sha256sum --check --quiet .cma-tests/installed.sha256 2>/dev/null | sed 's/:.*//' | paste -sd ' ')
	[ -z "$changed" ] ||
		die "changed since they were installed, so not removed: $changed; put your changes elsewhere, 'make install-tree' again, then remove"
	remove_products
	while read -r file; do rm -f "$tree/$file"; done <"$record/created.txt"
	[ ! -d "$record/originals" ] ||
		(cd "$record/originals" && find . -type f -o -type l | cpio -pdmu --quiet "$tree")
	left=
	sort -r "$record/folders.txt" | while read -r folder; do rmdir "$tree/$folder" 2>/dev/null || :; done
	left=$(while read -r folder; do [ ! -d "$tree/$folder" ] || echo "$folder"; done <"$record/folders.txt" | paste -sd ' ')
	rm -rf "$record"
	[ -z "$left" ] || note "left in place, since files that are not ours are there: $left"
}

[ "${REMOVE-}" != 1 ] || set -- --remove
case ${1-} in
--remove)
	remove
	note "removed from $tree"
	exit ;;
'' | --selftests) ;;
*) die "expected --remove, --selftests or nothing, found '$1'" ;;
esac

[ ! -d "$record" ] || remove
mkdir -p "$work/new"
[ "${1-}" = --selftests ] || add_suites
add_selftests
add_target
mkdir "$record"
: >"$record/created.txt"
: >"$record/folders.txt"
list_new_files | while read -r file; do put_file "$file"; done
note "installed into $tree: $(wc -l <"$record/created.txt") files, $(find "$record/originals" ! -type d 2>/dev/null | wc -l) edited"
note "next: make -C $tree/$selftests TARGETS=cma run_tests"
