#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# How long a guest and its programs may take, with a timeout that only notes what it was told.
set -eu
# shellcheck source=harness.sh
. "$(dirname "$0")/harness.sh"

mkdir -p "$work/bin" "$work/image"
cat >"$work/bin/timeout" <<'END'
#!/bin/sh
echo "$2" >"$PLAYED/limit"
END
printf '#!/bin/sh\n:\n' >"$work/image/gen_init_cpio"
chmod +x "$work/bin/timeout" "$work/image/gen_init_cpio"
: >"$work/image/initramfs.cpio"
: >"$work/guest-kernel"
export PATH="$work/bin:$PATH" PLAYED="$work"

# limits VARIABLE=value...: of the row gigantic, 300 s, and what init is told.
limits() {
	rm -f "$work/limit"
	env -u SEED -u RUNS -u GUEST_ARGUMENTS -u PATIENCE -u TIMEOUT_S "$@" "$scripts/boot.sh" gigantic "$work/boot" \
		"$work/guest-kernel" "$work/image" arm64 tcg >"$work/said" 2>&1 || { sed 's/^cma-tests: //' "$work/said"; return; }
	echo "$(cat "$work/limit") $(tail -n 1 "$work/boot/command.txt" | grep -oE '(CMA_TESTS_SEED|CMA_TESTS_STRESS_RUNS|more_seconds|CMA_TESTS_PATIENCE)=[0-9]*' | paste -sd ' ')"
}

expect "as the row says" "300 " "$(limits A=)"
expect "a slow profile" "1200 CMA_TESTS_PATIENCE=4" "$(limits PATIENCE=4)"
expect "hours of stress" "7500 more_seconds=7200" "$(limits GUEST_ARGUMENTS=CMA_TESTS_STRESS_SECONDS=7200)"
expect "steps take time" "1300 more_seconds=1000" "$(limits GUEST_ARGUMENTS=CMA_TESTS_STRESS_STEPS=4000)"
expect "several runs" "900 CMA_TESTS_SEED=7 CMA_TESTS_STRESS_RUNS=20 more_seconds=600" "$(limits SEED=7 RUNS=20)"
expect "several long runs" "620 CMA_TESTS_SEED=7 CMA_TESTS_STRESS_RUNS=2 more_seconds=320" \
	"$(limits SEED=7 RUNS=2 GUEST_ARGUMENTS=CMA_TESTS_STRESS_SECONDS=130)"
expect "hours on a slow profile" "4800 more_seconds=3600 CMA_TESTS_PATIENCE=4" \
	"$(limits PATIENCE=4 GUEST_ARGUMENTS=CMA_TESTS_STRESS_SECONDS=3600)"
expect "no number" "error: CMA_TESTS_STRESS_SECONDS must be a number of 0 or more, up to 999999, found 'long'" \
	"$(limits GUEST_ARGUMENTS=CMA_TESTS_STRESS_SECONDS=long)"
finish
