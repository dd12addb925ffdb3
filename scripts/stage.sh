# shellcheck shell=sh
# What every stage shares: how it speaks, how it fails, where it stands.
# A stage sets scripts to its own folder, then reads this file.
set -eu
: "${scripts:?}"
[ "${V-}" != 1 ] || set -x

# Sorted globs and byte-wise comparisons, whatever the user's locale.
export LC_ALL=C

# Unusable input or a machine that cannot do the work: one line, status 2.
die() {
	printf 'cma-tests: error: %s\n' "$*" >&2
	exit 2
}

# make_work NAME: $work, a temporary folder; whoever asks for it removes it.
make_work() {
	# shellcheck disable=SC2034
	work=$(mktemp -d "${TMPDIR:-/tmp}/cma-tests-$1.XXXXXX" 2>/dev/null) ||
		die "cannot make a folder in '${TMPDIR:-/tmp}': set TMPDIR to one that can be written to"
}

# check_run_file RUN NAME: the file of a run is what its readers take it for, see run-input.jq.
check_run_file() {
	fault=$(jq -rRn --arg name "$2" -f "$scripts/run-input.jq" "$1/$2")
	[ -z "$fault" ] || die "$1/$2$fault"
}

note() {
	printf 'cma-tests: %s\n' "$*" >&2
}

# The facts about one architecture: what builds for it and what boots it.
load_arch() {
	[ -f "$scripts/arch/$1.sh" ] || die "ARCH must be one of $(known_archs), found '$1'"
	# shellcheck source=arch/arm64.sh
	. "$scripts/arch/$1.sh"
}

known_archs() {
	for file in "$scripts"/arch/*.sh; do basename "$file" .sh; done | paste -sd ' '
}

# check_number NAME VALUE LEAST [MOST]: of the variable NAME. No octal ones, no kernel's overflow.
check_number() {
	case $2 in
	'' | *[!0-9]* | 0?* | ???????????*) ;;
	*) [ "$2" -lt "$3" ] || [ "$2" -gt "${4:-9999999999}" ] || return 0 ;;
	esac
	die "$1 must be a number of $3 or more${4:+, up to $4}, found '$2'"
}

# check_boots MODE ACCEL: set layouts and boots, how often the benchmark is booted.
# shellcheck disable=SC2034 # for the stage that asks
check_boots() {
	layouts=${LAYOUTS:-5}
	boots=${BOOTS:-10}
	case $1 in
	count) check_number LAYOUTS "$layouts" 1 ;;
	wall) check_number BOOTS "$boots" 10 ;;
	*) die "MODE must be count or wall, found '$1'" ;;
	esac
	[ "$1-$2" != count-kvm ] || die "MODE=count counts the instructions of TCG, found ACCEL=kvm: use MODE=wall"
}

# check_comparison: is what the user says of a comparison to be understood, before hours go into it?
check_comparison() {
	case ${FORMAT:-text} in text | markdown | json | ktap) ;; *) die "FORMAT must be text, markdown, json or ktap, found '$FORMAT'" ;; esac
	for word in $(echo "${SUBJECT-}" | tr , ' '); do
		case $word in config | compiler | qemu | machine | arch | profile | program | kernel) ;;
		*) die "SUBJECT must name config, compiler, qemu, machine, arch, profile or program, found '$word'" ;; esac
	done
	case ${MINIMUM:-0} in
	*[!0-9.]* | *.*.* | .*) die "MINIMUM must be percent, found '$MINIMUM'" ;;
	esac
	[ -z "${OUT-}" ] || [ ! -e "$OUT" ] || die "OUT must not exist yet, found '$OUT': remove it or choose another"
}

# check_only WHAT [several]: is one of the names of standard input meant by the glob ONLY,
# or by one of several, of which '!' is before those that are left out?
check_only() {
	set -f
	[ "${2-}" = several ] || IFS=
	while read -r candidate; do
		for glob in ${ONLY:-*}; do
			[ "${2-}" != several ] || glob=${glob#!}
			# shellcheck disable=SC2254 # a glob
			case $candidate in $glob) return 0 ;; esac
		done
	done
	die "ONLY must name $1, found none for '$ONLY'"
}

hash_of_input() {
	sha256sum | cut -c 1-16
}

# Write standard input to $1, but keep the file and its time when it says the same.
update_file() {
	cat >"$1.new"
	if cmp -s "$1.new" "$1"; then rm -f "$1.new"; else mv -f "$1.new" "$1"; fi
}

# require_space FOLDER MIB WHAT
require_space() {
	free_mib=$(df -Pm "$1" | awk 'NR == 2 { print $4 }')
	[ "$free_mib" -ge "$2" ] ||
		die "$3 needs $2 MiB, found $free_mib MiB free at '$1': free some, or set O= to a larger disk"
}

# Set top, the checkout, and build, the folder O= that everything is built in.
find_build() {
	top=$(readlink -f "$scripts/..")
	mkdir -p "${O:-$top/build}" || die "cannot make the build folder O='${O-}'"
	build=$(readlink -f "${O:-$top/build}")
	case $top$build in *' '*) die "paths must have no blanks, found '$top' and O='$build'" ;; esac
}

lock_build() {
	exec 9>"$build/lock"
	flock -n 9 || die "another run is at work with O=$build: wait for it, or set another O="
}

# find_source KERNEL: set source, the tree of KSRC or else of KERNEL, and name,
# what its folders below build are called.
# shellcheck disable=SC2034 # for the stage that asks
find_source() {
	source=$("$scripts/source.sh" "$1" "$build")
	name=$1
	[ -z "${KSRC-}" ] || name=ksrc-$(echo "$source" | hash_of_input)
}

# run_in_session "$@": start this script anew in a session of its own, wait for
# it, and end all of the session when a signal comes: a shell hears of a signal
# only when its child is done, and a kernel build is a large family.
run_in_session() {
	[ -z "${CMA_TESTS_SESSION-}" ] || return 0
	CMA_TESTS_SESSION=1 setsid "$0" "$@" </dev/null &
	session=$!
	trap 'kill -s TERM -- "-$session" 2>/dev/null; wait "$session"; exit 130' HUP INT TERM
	status=0
	wait "$session" || status=$?
	exit "$status"
}

# boot_row NAME: its row of boots.table, of what stands before the first dot of
# NAME; the benchmark's may be a scenario's. MORE_MEMORY_MIB is for what a kernel's
# own tools take.
boot_row() {
	if [ "$1" = bench ] && [ -n "${SCENARIO-}" ]; then
		echo "bench bench $("$scripts/scenario.sh" boot "$SCENARIO")"
	else
		awk -v name="${1%%.*}" -v arch="${kernel_arch-}" -v more_mib="${MORE_MEMORY_MIB:-0}" '
			$1 == "#memory" && $2 == name && $3 == arch { memory = $4 }
			$1 == name && memory { $3 = memory }
			$1 == name && more_mib { $3 = $3 * ($3 ~ /G$/ ? 1024 : 1) + more_mib "M" }
			$1 == name
		' "$scripts/boots.table"
	fi
}
