#!/bin/sh
# shellcheck disable=SC2317 # the functions are called through check
# lint.sh    read the sources: one "ok" or "not ok" line a check, findings indented
#
# Shell: shellcheck. C: checkpatch; sparse and W=1 by kbuild for the suites, in
# the tree of KERNEL or KSRC; -Wall -Wextra -Werror for the guest's programs, clang's too. Kunitconfigs: kunit.py.
# Fixtures: dtc's warnings over the merged blobs.
# Status 1 when a check has findings, 2 when a check could not be made.
scripts=$(readlink -f "$(dirname "$0")")
. "$scripts/stage.sh"
run_in_session "$@"

kernel=${KERNEL:-6.12}
arch=${ARCH:-arm64}
profile=${PROFILE:-test}
load_arch "$arch"
. "$scripts/kbuild.sh"
find_build
cd "$top"
"$scripts/deps.sh" --check
findings=$build/lint.findings
failed=0

# list_files PATTERN...: as git has them; where this is no repository, all there are.
list_files() {
	git ls-files -- "$@" 2>/dev/null ||
		for pattern; do find . -path ./build -prune -o -type f -path "./$pattern" -print; done
}

# check <name> <command...>: the command's output is its findings, none is good.
check() {
	check_name=$1
	shift
	if "$@" >"$findings" 2>&1 && [ ! -s "$findings" ]; then
		echo "ok lint $check_name"
	else
		echo "not ok lint $check_name"
		sed 's/^/    /' "$findings" | head -n 40
		failed=1
	fi
}

check_shell() {
	list_files '*.sh' .ci/run | xargs -P "$(nproc)" -n 20 shellcheck -x -f gcc | sort
}

# compat.h is the one place that reads the kernel's version, which a patch to one kernel need not.
check_c_style() {
	list_files '*.c' '*.h' | xargs -P "$(nproc)" -n 20 "$source/scripts/checkpatch.pl" --no-tree --strict --terse --no-summary \
		--show-types --ignore LONG_LINE_STRING,MACRO_ARG_REUSE -f |
		grep -v -e '^kunit/include/compat.h:.*[A-Z]:\(LINUX_VERSION_CODE\|CONSTANT_COMPARISON\):' \
			-e '^bench/bench.h:.*:PREFER_DEFINED_ATTRIBUTE_MACRO:' | sort
}

# The suites as kbuild sees them, every warning on, in a build folder of their
# own: W=1 changes the flags of everything that is built with it.
check_kernel_c() {
	lint_build=$build/kernel/lint-$name-$arch
	mkdir -p "$lint_build"
	cmp -s "$kernel_build/.config" "$lint_build/.config" || cp "$kernel_build/.config" "$lint_build/.config"
	kbuild "$tree" "$lint_build" -s -j"$(nproc)" W=1 prepare >/dev/null 2>&1 || { echo "cannot prepare $lint_build"; return; }
	folders=$(awk '$1 == "copy" && $3 !~ /^include/ { print $3 "/" }' kunit/overlay.map)
	for folder in $folders; do
		find "$lint_build/$folder" -name '*.o' -delete 2>/dev/null || :
		# sparse does not know -iquote, by which a copy finds its folder's headers.
		above=$tree/$(dirname "$folder")
		kbuild "$tree" "$lint_build" -s -j"$(nproc)" -O W=1 C=1 \
			CHECK="$scripts/sparse-ours.sh -I$above -I$(dirname "$above")" "$folder" 2>&1 ||
			echo "kbuild failed in $folder"
	done
}

# Each .kunitconfig as the kernel's own tool reads it: of what it asks for nothing is
# dropped. To run them takes a kernel each; kunit/README.md has the command.
check_kunitconfigs() {
	mkdir -p "$build/kernel"
	awk '$1 == "copy" { print $2, $3 }' kunit/overlay.map | while read -r from to; do
		[ -e "kunit/$from/.kunitconfig" ] || continue
		"$tree/tools/testing/kunit/kunit.py" config --arch=arm64 --cross_compile=aarch64-linux-gnu- \
			--kunitconfig="$to" --build_dir="$build/kernel/lint-kunit-py" >"$build/lint.kunit-py" 2>&1 ||
			{ echo "kunit.py config --kunitconfig=$to:"; tail -n 5 "$build/lint.kunit-py"; }
	done
	rm -f "$build/lint.kunit-py"
}

check_guest_c() {
	"$scripts/image.sh" "$tree" "$image" "$arch" 2>&1
}

# Kernels are built with LLVM=1 too, and then so are the selftests. A distribution's clang is
# big for one check: it is asked where there is one.
clang_finds() {
	where=$1
	shift
	# shellcheck disable=SC2086 # one word an option
	list_files "$@" | grep -v '^bench/\(kernel\|plugin\|tests\)/' | xargs -P "$(nproc)" -n 20 \
		clang -fsyntax-only -fno-caret-diagnostics -std=gnu11 -D_GNU_SOURCE= -Wall -Wextra $where 2>&1 || :
}

check_clang() {
	command -v clang >/dev/null || { note "no clang here: not asked"; return 0; }
	# Each has a kernel_log.h of its own.
	clang_finds "-Iselftests/lib -isystem $source/tools/testing/selftests" 'selftests/*.c'
	clang_finds "-Ibench -Iselftests/lib" 'bench/*.c'
}

# What the linker read for each program: objects of ours, and what the compiler adds to libc.
check_libc_only() {
	for program in "$image/init" "$image/archive" "$image/boot_facts" "$image"/selftests/*_test "$image/bench/cmabench"; do
		map=$image/selftests/maps/$(basename "$program")
		[ -e "$map" ] || map=$image/maps/$(basename "$program")
		awk -v program="$(basename "$program")" -v ours="$image/" '
			$1 != "LOAD" || /^LOAD linker stubs$/ { next }
			{ files++; file = $2; sub(/.*\//, "", file) }
			file ~ /^(lib(c|gcc|gcc_eh)[.]a|crt[1a-zA-Z]+[.]o|cc[A-Za-z0-9]+[.]o)$/ || index($2, ours) == 1 { next }
			{ print program " is linked with " $2 ", allowed are objects of ours, libc.a and libgcc.a" }
			END { if (!files) print program ": its map names no file" }
		' "$map" || echo "$program: no map of what it is linked from"
	done
}

# Each fixture says itself what dtc must make of it.
check_fixtures() {
	for fixture in dts-fixtures/*.dtso; do
		"$scripts/fixture-header.sh" "$fixture" "$build/lint.dtb" 2>&1
	done
}

check_boot_table() {
	awk -v behaviours="$(awk '!/^#/ && NF { print $1 }' dts-fixtures/behaviours.table | paste -sd ' ')" \
		-v check=1 -f scripts/boot-table/rows.awk dts-fixtures/boot.table | grep '^boot.table:' || :
}

# What belongs to one machine must be derived, never written down.
check_machine_names() {
	# shellcheck disable=SC2016 # the field is APT's
	hosts=$(apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | sed -nE 's#^https?://([^/]+).*#\1#p' | sort -u)
	{
		# A checkout right below the root, as /src, is a word like any other.
		case $top in /*/*) echo "$top" ;; esac
		echo "$hosts"
	} | grep . | git grep -nIF -f - -- . || :
}

lock_build
find_source "$kernel"
tree=$build/tree/$name
kernel_build=$build/kernel/$name-$arch-$profile
image=$build/image/$name-$arch
"$scripts/tree.sh" "$source" "$tree"
check shellcheck check_shell
check checkpatch check_c_style
check warnings-in-guest-programs check_guest_c
check clang-in-guest-programs check_clang
check libc-only check_libc_only
check fixtures check_fixtures
check boot-table check_boot_table
check machine-names check_machine_names
check kunitconfigs check_kunitconfigs
"$scripts/kernel.sh" "$tree" "$kernel_build" "$arch" "$profile" >&2
check sparse-and-W=1 check_kernel_c
rm -f "$findings"
exit "$failed"
