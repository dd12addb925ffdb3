#!/bin/sh
# check.sh    lint, harness tests, the boot table, then a run of each target of check.targets
#
# The last line is "N passed, N failed, N skipped", over all of them; status 0
# only where nothing failed. A run that could not be carried out is a failure.
scripts=$(readlink -f "$(dirname "$0")")
. "$scripts/stage.sh"
run_in_session "$@"

find_build
counts=$build/check.counts
: >"$counts"

# Lines that begin "ok" and "not ok" to a row "passed failed skipped".
count_lines() {
	awk '/^ok .*# SKIP/ { skipped++; next } /^ok / { passed++ } /^not ok / { failed++ }
	     END { print passed + 0, failed + 0, skipped + 0 }' "$1" >>"$counts"
}

# Show a command's lines and count them; a status that its lines do not explain
# counts as one more failure.
run_and_count() {
	echo "== $1"
	shift
	status=0
	{ "$@" || echo $? >"$build/check.status"; } | tee "$build/check.lines"
	[ ! -e "$build/check.status" ] || status=$(cat "$build/check.status")
	rm -f "$build/check.status"
	count_lines "$build/check.lines"
	[ "$status" = 0 ] || grep -q '^not ok ' "$build/check.lines" || echo "0 1 0" >>"$counts"
}

# run_target KERNEL ARCH PROFILE VERB
run_target() {
	echo "== $*"
	rm -rf "$build/check/$1-$2-$3"
	mkdir -p "$build/check"
	status=0
	KERNEL=$1 ARCH=$2 PROFILE=$3 OUT="$build/check/$1-$2-$3" KSRC='' ONLY='' O="$build" \
		"$scripts/run.sh" "$4" || status=$?
	if [ "$status" -le 1 ]; then
		jq -r '"\(.counts.passed) \(.counts.failed) \(.counts.skipped)"' \
			"$build/check/$1-$2-$3/verdict.json" >>"$counts"
	else
		echo "0 1 0" >>"$counts"
	fi
}

run_and_count lint "$scripts/lint.sh"
run_and_count "harness tests" "$scripts/tests/run.sh"
rm -rf "$build/check/boot-table"
run_and_count "boot table" env KSRC='' ONLY='' O="$build" OUT="$build/check/boot-table" "$scripts/boot-table.sh"
while read -r kernel arch profile verb; do
	case $kernel in '#'*) continue ;; esac
	run_target "$kernel" "$arch" "$profile" "$verb" </dev/null
done <"$scripts/check.targets"

awk '{ passed += $1; failed += $2; skipped += $3 }
     END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped; exit failed > 0 }' "$counts"
