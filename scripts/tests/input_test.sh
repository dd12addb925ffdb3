#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Bad input: one line that says what was expected and found, status 2, nothing made.
set -eu
# shellcheck source=harness.sh
. "$(dirname "$0")/harness.sh"

# refuse NAME WANTED-TEXT [VARIABLE=value...] VERB
refuse() {
	name=$1 wanted=$2
	shift 2
	status=0
	env -u KSRC -u KERNEL -u KERNELS -u ARCH -u PROFILE -u ACCEL -u ONLY -u OUT -u MODE -u LAYOUTS -u BOOTS -u RUNS -u SEED O="$work/build" "$@" \
		>"$work/output" 2>&1 || status=$?
	expect "$name: status" 2 "$status"
	expect "$name: one line of error" 1 "$(grep -c error: "$work/output")"
	case $(cat "$work/output") in
	*"$wanted"*) expect "$name: message" told told ;;
	*) expect "$name: message" "$wanted" "$(cat "$work/output")" ;;
	esac
	expect "$name: no result" "" "$(find "$work" -name '.partial*' -o -name report.html)"
}

run=$scripts/run.sh
mkdir -p "$work/no-kernel" "$work/old/mm" "$work/old/kernel/dma" "$work/old/scripts/kconfig"
touch "$work/old/Kconfig" "$work/old/mm/cma.c" "$work/old/kernel/dma/contiguous.c" "$work/old/scripts/kconfig/Makefile"
printf 'VERSION = 5\nPATCHLEVEL = 15\nSUBLEVEL = 7\n' >"$work/old/Makefile"

refuse "unknown ARCH" "ARCH must be one of arm64 x86_64, found 'sparc'" ARCH=sparc "$run" run
refuse "unknown KERNEL" "KERNEL must be 6.1, 6.12 or newest, found '6.13'" KERNEL=6.13 "$run" kunit
profiles=$(cd "$scripts/config" && echo profile-*.config | sed 's/profile-//g; s/\.config//g')
refuse "unknown PROFILE" "PROFILE must be one of $profiles, found 'fast'" PROFILE=fast "$run" run
refuse "unknown ACCEL" "ACCEL must be auto, tcg or kvm, found 'hax'" ACCEL=hax "$run" run
refuse "unknown verb" "unknown verb 'fly'" "$run" fly
refuse "MODE of bench" "MODE must be count, wall or once, found 'fast'" MODE=fast "$run" bench
refuse "LAYOUTS" "LAYOUTS must be a number of 1 or more, found 'few'" LAYOUTS=few "$run" bench
refuse "BOOTS" "BOOTS must be a number of 10 or more, found '3'" MODE=wall BOOTS=3 "$run" bench
refuse "RUNS is a word" "RUNS must be a number of 1 or more, up to 4294967295, found 'abc'" RUNS=abc "$run" kunit
refuse "RUNS is octal" "RUNS must be a number of 1 or more, up to 4294967295, found '010'" RUNS=010 "$run" kunit
refuse "SEED is negative" "SEED must be a number of 0 or more, up to 4294967295, found '-1'" SEED=-1 "$run" kunit
refuse "SEED is too large" "SEED must be a number of 0 or more, up to 4294967295, found '4294967296'" SEED=4294967296 "$run" kunit
refuse "SEED is huge" "SEED must be a number of 0 or more, up to 4294967295, found '99999999999999999999'" \
	SEED=99999999999999999999 "$run" kunit
refuse "ONLY names no selftest" "ONLY must name a program of selftests/, such as busy_test, found none for 'busy'" ONLY=busy "$run" selftests
refuse "ONLY names no misuse" "ONLY must name a case of scripts/destructive.table, found none for 'no such'" ONLY='no such' "$run" destructive
refuse "ONLY names no slowdown" "ONLY must name a slowdown or unrelated change of scripts/sensitivity/, found none for 'nosuch'" \
	ONLY=nosuch "$scripts/sensitivity.sh"
refuse "ONLY names no phase" "ONLY must name a phase of scripts/phase-delays.table, found none for 'nosuch'" ONLY=nosuch "$scripts/phase-delays.sh"
refuse "ONLY is one glob" "ONLY must name a slowdown or unrelated change of scripts/sensitivity/, found none for 'second-drain one-needless-retry'" \
	ONLY='second-drain one-needless-retry' "$scripts/sensitivity.sh"
refuse "KERNELS: one is no trend" "KERNELS must name two or more of 6.1, 6.12 and newest, found '6.12'" KERNELS=6.12 "$scripts/trend.sh"
refuse "KERNELS of trend" "KERNELS must name two or more of 6.1, 6.12 and newest, found '5.4'" KERNELS='6.12 5.4' "$scripts/trend.sh"
refuse "ONLY with run" "ONLY goes with" ONLY=cma "$run" run
refuse "KSRC is nowhere" "found no folder at '$work/nowhere'" KSRC="$work/nowhere" "$run" run
refuse "KSRC is no kernel" "found no Makefile in '$work/no-kernel'" KSRC="$work/no-kernel" "$run" run
refuse "KSRC is too old" "KSRC must be Linux 6.1 or later, found 5.15.7" KSRC="$work/old" "$run" run
refuse "OUT exists" "OUT must not exist yet, found '$work/no-kernel'" OUT="$work/no-kernel" "$run" run
refuse "O has blanks" "paths must have no blanks" O="$work/my build" "$run" run

# A machine without a tool: a PATH with everything but jq.
mkdir "$work/bin"
for folder in /usr/bin /bin /usr/local/bin /usr/sbin; do
	for tool in "$folder"/*; do
		[ "$(basename "$tool")" = jq ] || ln -sf "$tool" "$work/bin/" 2>/dev/null || :
	done
done
refuse "a missing tool" "missing on this machine: jq" PATH="$work/bin" "$run" run

mkdir -p "$work/small"
if unshare -m true 2>/dev/null && [ -e /usr/src/linux-source-6.12.tar.xz ]; then
	# shellcheck disable=SC2016 # for the inner shell
	refuse "no disk space" "MiB free at '$work/small/source'" O="$work/small" KERNEL=6.12 \
		unshare -m sh -c 'mount -t tmpfs -o size=16m none "$O" && exec "$0" kunit' "$run"
else
	skip "no disk space" "needs root, to mount a small disk, and the linux-source-6.12 package"
fi

mkdir -p "$work/build"
exec 8>"$work/build/lock"
flock 8
refuse "two runs at once" "another run is at work" "$run" run
exec 8>&-

finish
