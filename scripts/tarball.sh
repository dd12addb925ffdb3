#!/bin/sh
# tarball.sh    make build/tarball/cma-selftests-ARCH.tar.gz for a board or a distribution's kernel
#
# What kselftest's own gen_tar gives for TARGETS=cma, in the tree of KERNEL or
# KSRC with the selftests installed: static programs, their config and settings,
# run_kselftest.sh. Prints where it is. On the board, as root:
#
#   tar xzf cma-selftests-arm64.tar.gz && ./run_kselftest.sh
scripts=$(readlink -f "$(dirname "$0")")
. "$scripts/stage.sh"
run_in_session "$@"

arch=${ARCH:-arm64}
load_arch "$arch"
find_build
"$scripts/deps.sh" --check
find_source "${KERNEL:-6.12}"
work=$build/tarball/$name-$arch
selftests=$work/tree/tools/testing/selftests
tarball=$build/tarball/cma-selftests-$arch.tar.gz

# As much of the kernel tree as kselftest's Makefiles read, as links, in which
# the same installation is made that a user makes in his.
rm -rf "$work/tree" "$work/install"
for part in Makefile Kconfig mm/cma.c kernel/dma/contiguous.c scripts tools/scripts tools/testing/selftests; do
	mkdir -p "$(dirname "$work/tree/$part")"
	[ ! -e "$source/$part" ] || cp -as "$source/$part" "$work/tree/$part"
done
# A tree that has them installed gets them anew all the same.
rm -rf "$selftests/cma"
grep -vx 'TARGETS += cma' "$source/tools/testing/selftests/Makefile" >"$work/Makefile"
mv "$work/Makefile" "$selftests/Makefile"
KSRC=$work/tree "$scripts/install-tree.sh" --selftests 2>"$work/build.log" || die "$(tail -n 1 "$work/build.log")"

# kselftest installs run_kselftest.sh for its owner alone; who may run the tests may run it.
export TAR_OPTIONS='--mode=u+w,a+rX'
make -C "$selftests" TARGETS=cma ARCH="$kernel_arch" CROSS_COMPILE="$compile_prefix" LDFLAGS=-static USERLDFLAGS=-static \
	KSFT_INSTALL_PATH="$work/install" INSTALL_PATH="$work/install" FORMAT=.gz -j"$(nproc)" gen_tar >"$work/build.log" 2>&1 ||
	die "kselftest cannot make the tarball: $(grep -m 1 -iE 'error|No rule' "$work/build.log"); see $work/build.log"
found=$(find "$work/install" -name 'kselftest.tar.gz')
[ -n "$found" ] || die "kselftest made no tarball; see $work/build.log"
mv "$found" "$tarball"
rm -rf "$work/install/kselftest-packages"
echo "$tarball"
