#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# phase-delays.sh    delay each phase of an allocation, see the delay in that phase
#
# Builds one scratch kernel with a delay at the beginning of the functions of
# phase-delays.table, which the command line chooses (cma_delay=), and boots it once for
# each row and once without a delay. bench/plugin must lay what the latency grew by to the
# phase of the row. No patch is kept: the delays are put into the source by function name, so
# that this goes with any kernel. ONLY=<glob> narrows to some phases.
# Results stay in O/phase-delays/<target>/rows.tsv. Status: 0 every delay showed where it
# should, 1 one did not, 2 it could not be done.
scripts=$(readlink -f "$(dirname "$0")")
. "$scripts/stage.sh"
run_in_session "$@"

kernel=${KERNEL:-6.12}
arch=${ARCH:-arm64}
profile=${PROFILE:-bench}
load_arch "$arch"
awk '/^[^#]/ { print $1 }' "$scripts/phase-delays.table" | check_only "a phase of scripts/phase-delays.table"
find_build
"$scripts/deps.sh" --check
lock_build
find_source "$kernel"
target=$name-$arch-$profile
work=$build/phase-delays/$target
rows=$work/rows.tsv
mkdir -p "$work"
grep -v '^#' "$scripts/phase-delays.table" >"$work/table"

# What page_isolation.c ends with: of cma.c the KUnit suites make a copy, which takes no new code.
delay_code() {
	cat <<-'EOF'

	#include <linux/delay.h>
	#include <linux/init.h>
	#include <linux/kernel.h>
	#include <linux/string.h>

	static char cma_delay_phase[16];
	static unsigned int cma_delay_turns;

	static int __init cma_delay_setup(char *text)
	{
		strscpy(cma_delay_phase, strsep(&text, ":"), sizeof(cma_delay_phase));
		return !text || !kstrtouint(text, 10, &cma_delay_turns);
	}
	__setup("cma_delay=", cma_delay_setup);

	int cma_delay(const char *phase)
	{
		static char zeroes[4096];
		unsigned int i;

		if (strcmp(phase, cma_delay_phase))
			return 0;
		if (!strcmp(phase, "idle"))
			usleep_range(cma_delay_turns, cma_delay_turns);
		else if (!strcmp(phase, "zero"))
			for (i = 0; i < cma_delay_turns; i++) {
				memset(zeroes, 0, sizeof(zeroes));
				barrier_data(zeroes);
			}
		else
			for (i = 0; i < cma_delay_turns; i++)
				barrier();
		return 0;
	}
	EOF
}

# A patch of all files of the table, made from the source as it is.
write_patch() {
	rm -rf "$work/a" "$work/b"
	mkdir -p "$work/b/include/linux"
	echo 'int cma_delay(const char *phase);' >"$work/b/include/linux/cma_delay.h"
	awk '$4 != "-" { print $4 }' "$work/table" | sort -u | while read -r file; do
		mkdir -p "$work/a/$(dirname "$file")" "$work/b/$(dirname "$file")"
		cp "$source/$file" "$work/a/$file"
		delays=$(awk -v file="$file" '$4 == file { n = split($5, names, ","); for (i = 1; i <= n; i++) print $2 "=" names[i] }' "$work/table" | paste -sd ' ')
		awk -v delays="$delays" -f "$scripts/phase-delays.awk" <"$work/a/$file" >"$work/b/$file" ||
			die "expected a definition of one of '$delays' in $file, found none: mend scripts/phase-delays.table for this kernel"
	done || exit
	delay_code >>"$work/b/mm/page_isolation.c"
	(cd "$work" && diff -ruN a b) >"$work/delays.patch" || [ $? = 1 ]
}

# measure DELAY[:TURNS] BACKEND PRESSURE PAGES: the phases of that row, in the file it names on stdout
measure() {
	boot=$work/boots/${1%:*}-$2-$3-$4
	if [ ! -s "$boot/phases.tsv" ]; then
		GUEST_ARGUMENTS="cma_delay=$1" TIMEOUT_S=1800 \
			BENCH_ARGUMENTS="--bench latency --backend $2 --pressure $3 --sizes $4 --align 0 --count 3 --traced 0 --calibrate 0" \
			"$scripts/boot.sh" bench "$boot" "$work/guest-kernel" "$image" "$arch" tcg
		[ -s "$boot/phases.jsonl" ] || die "the boot with cma_delay=$1 has no phases; see $boot/console.log"
		jq -rRn -L "$scripts" --slurpfile phases "$boot/phases.jsonl" -f "$scripts/bench-phases.jq" \
			"$boot/bench.out" >"$boot/phases.tsv"
	fi
	echo "$boot/phases.tsv"
}

# compare PHASE LEAST BEFORE AFTER: a row of rows.tsv
compare() {
	awk -F '\t' -v phase="$1" -v least="$2" '
		FNR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
		NR == FNR { latency = $column["latency_ns"]; before = $column[phase]; next }
		{ grown = $column["latency_ns"] - latency; here = $column[phase] - before }
		END {
			share = grown > 0 ? 100 * here / grown : 0
			outcome = grown > latency / 10 && share >= least && share <= 110 ? "shows" : "missed"
			printf "%s\t%s\t%d\t%d\t%.1f\t%d\n", phase, outcome, grown, here, share, least
		}' "$3" "$4" | tee -a "$rows" |
		awk -F '\t' '{ printf "%-10s %-7s %12d more, %12d of them in the phase: %5.1f %%, expected %d %%\n", $1, $2, $3, $4, $5, $6 }'
}

write_patch
note "a kernel with delays: $target"
"$scripts/patched-kernel.sh" "$source" "$build/ab/patched/$target" "$arch" "$profile" "$work" "$work/delays.patch" \
	2>"$work/build.messages" || die "the kernel does not build: $(tail -n 1 "$work/build.messages")"
image=$work/image
"$scripts/image.sh" "$build/ab/patched/$target/tree" "$image" "$arch"
rm -rf "$work/boots"
: >"$rows"
while read -r phase delay turns _ _ backend pressure pages least; do
	# shellcheck disable=SC2254 # ONLY is a glob
	case $phase in ${ONLY:-*}) ;; *) continue ;; esac
	before=$(measure none "$backend" "$pressure" "$pages" </dev/null)
	after=$(measure "$delay:$turns" "$backend" "$pressure" "$pages" </dev/null)
	compare "$phase" "$least" "$before" "$after"
done <"$work/table"

awk -F '\t' '
	{ all++; shown += $2 == "shows" }
	END { printf "%d of %d delays show in their phase\n", shown, all; exit shown < all || all == 0 }' "$rows"
