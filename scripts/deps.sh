#!/bin/sh
# deps.sh            install the Debian packages of deps.table that are missing
# deps.sh --check    name what is missing, install nothing
#
# Status 0: nothing is missing any more; 2: something is.
scripts=$(dirname "$0")
. "$scripts/stage.sh"

is_present() {
	case $1 in
	tool | check) command -v "$2" >/dev/null ;;
	header) printf '#include <%s>\n' "$2" | cc -E -x c - >/dev/null 2>&1 ;;
	file) [ -e "$2" ] ;;
	esac
}

# One line for each missing thing: "<what> <package>"
list_missing() {
	grep -v '^#' "$scripts/deps.table" | while read -r kind what package; do
		case $mode-$kind in check-check) continue ;; esac
		case $what in
		# A user's tree or the newest kernel needs no packaged source.
		/usr/src/linux-source-*)
			[ "$mode" = install ] || [ "$what" = "/usr/src/linux-source-${KERNEL:-6.12}.tar.xz" ] || continue
			[ "$mode" = install ] || [ -z "${KSRC-}" ] || continue ;;
		esac
		is_present "$kind" "$what" || echo "$what $package"
	done
}

mode=install
[ "${1-}" != --check ] || mode=check

command -v cc >/dev/null || die "expected a C compiler 'cc', found none: install gcc and libc6-dev"
missing=$(list_missing)
[ -n "$missing" ] || exit 0
packages=$(echo "$missing" | awk '{ print $2 }' | sort -u | paste -sd ' ')

if [ "$mode" = check ]; then
	die "missing on this machine: $(echo "$missing" | awk '{ print $1 }' | paste -sd ' '); run 'make deps', or install: $packages"
fi
command -v apt-get >/dev/null ||
	die "missing: $(echo "$missing" | awk '{ print $1 }' | paste -sd ' '); this is no Debian: install them your system's way"
install="apt-get install -y --no-install-recommends $packages"
if [ "$(id -u)" != 0 ]; then
	die "packages are missing and this is not root; run: sudo sh -c 'apt-get update && $install'"
fi
note "installing: $packages"
apt-get -q update >/dev/null || die "'apt-get update' failed: check the machine's APT configuration"
# shellcheck disable=SC2086 # a list of packages
DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=120 \
	install -y --no-install-recommends $packages >/dev/null ||
	die "'$install' failed: run it by hand to see why"
missing=$(list_missing)
[ -z "$missing" ] || die "still missing after the installation: $missing"
