# shellcheck shell=sh
# How the kernel is built, for every stage that calls its make. A stage reads
# stage.sh and the facts of its architecture (load_arch) first.
: "${kernel_arch:?}" "${compile_prefix?}"

# The build must not depend on who builds, where or when.
export KBUILD_BUILD_TIMESTAMP='Thu Jan  1 00:00:00 UTC 2026' KBUILD_BUILD_USER=cma-tests \
	KBUILD_BUILD_HOST=cma-tests KBUILD_BUILD_VERSION=1 LOCALVERSION=
# Python would leave __pycache__ beside a script, in the user's tree.
export PYTHONDONTWRITEBYTECODE=1

# kbuild TREE BUILD ARGUMENT...
kbuild() {
	kbuild_tree=$1 kbuild_output=$2
	shift 2
	make -C "$kbuild_tree" O="$kbuild_output" ARCH="$kernel_arch" CROSS_COMPILE="$compile_prefix" "$@"
}
