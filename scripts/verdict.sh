#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# verdict.sh RUN: judge a run folder as the boot stage leaves it. Writes
#
#	RUN/kunit.ktap	 what KUnit printed, of all boots
#	RUN/destructive.ktap the destructive cases, as destructive.awk judges them
#	RUN/baseline.txt how the benchmark stands against results/baseline/, where it was compared
#	RUN/verdicts.tsv stage, test, status, message, boot
#	RUN/verdict.json counts by stage, what became of each boot, reasons, notes
#
# Only the stages listed in env.json are demanded, but those fully. Exit status: 0 nothing
# failed, 1 something failed, 2 could not judge. The last line is the count.
scripts=$(dirname "$0")
. "$scripts/stage.sh"

skips=${EXPECTED_SKIPS:-$scripts/../results/EXPECTED-SKIPS}
denylist=${DENYLIST:-$scripts/../results/DENYLIST}
cases=${DESTRUCTIVE_TABLE:-$scripts/destructive.table}
status=2
work=

# Whatever ends this early could not judge: never mistake it for a test that failed.
leave() {
	[ -z "$work" ] || rm -rf "$work"
	exit "$status"
}
trap leave EXIT
trap 'exit 130' INT TERM HUP

[ $# -eq 1 ] || die "expected one run folder, found $# arguments; usage: verdict.sh RUN"
run=$1
jq -e '.boots | length > 0 and all(.[]; .name and .stages)' "$run/env.json" >/dev/null 2>&1 ||
	die "expected boots with name and stages in $run/env.json, found none; run the boot stage first"
for list in "$skips" "$denylist" "$cases"; do
	[ -r "$list" ] || die "expected a readable file $list, found none"
done
rm -f "$run/verdict.json" "$run/verdicts.tsv" "$run/baseline.txt" "$run/kunit.ktap" "$run/destructive.ktap"
make_work verdict

# rows STAGE <test,status,message: with stage and boot they are rows of raw.tsv.
rows() {
	awk -F '\t' -v OFS='\t' -v stage="$1" -v boot="$boot" '{ print stage, $1, $2, $3, boot }' >>"$work/raw.tsv"
}

boot_rows() {
	"$scripts/outcome.sh" "$folder" >"$work/outcome"
	# What a destructive boot must end in, its table says.
	[ "$stages" = destructive ] || awk -F '\t' -v OFS='\t' -v boot="$boot" 'NR == 1 {
		print boot, $1 == "ok" ? "pass" : "fail", $1 == "ok" ? "" : $1 " in " $2 ": " $3
	}' "$work/outcome" | rows boot
	jq -Rn --arg name "$boot" '[inputs | split("\t")] |
		{name: $name, outcome: .[0][0], place: .[0][1], message: .[0][2], quote: (.[1:] | map(.[1]))}' \
		"$work/outcome" >>"$work/boots.json"
}

kunit_rows() {
	awk -f "$scripts/console.awk" -f "$scripts/kunit-extract.awk" "$console" >"$work/ktap"
	cat "$work/ktap" >>"$work/kunit.ktap"
	awk -f "$scripts/ktap.awk" "$work/ktap" | rows kunit
}

# One case a boot; the table tells which splats it must show.
destructive_rows() {
	timed_out=$(jq 'if .timed_out then 1 else 0 end' "$folder/qemu.json" 2>/dev/null || echo 0)
	ended=0
	! grep -q '"event":"end"' "$story" || ended=1
	awk -v release="$release" -v arch="$arch" -v debug_vm="$debug_vm" -v test_case="${boot#*.}" \
		-v ended="$ended" -v timed_out="$timed_out" -f "$scripts/console.awk" -f "$scripts/splat.awk" \
		-f "$scripts/kernel-range.awk" -f "$scripts/destructive.awk" "$cases" "$console" >"$work/judged"
	grep -v '^quote	' "$work/judged" | rows destructive
	cat "$work/judged" >>"$work/destructive"
}

selftests_rows() {
	awk -f "$scripts/ktap.awk" "$selftests" | rows selftests
	slow_program_rows
}

# told NAME OTHERWISE: the number that the guest's init was told by its command line.
told() {
	value=$(sed -n "s/.* $1=\([0-9]*\).*/\1/p" "$(readable "$folder/command.txt")")
	echo "${value:-$2}"
}

# Each program of each boot has as long for its default form as kselftest gives it on a
# board; where a guest is slow for its profile, so many times as long; and what was asked
# for besides: of stress_test by whoever began the run, see boot.sh, of others by the row
# of boots.table. unprivileged_test and unseen_area_test run others: in an emulated guest they
# are given the time of two.
#
# Two processors emulate three guests at a time (run.sh, boot_all): what would take 45 s
# on its own takes half as long again, as movable_kinds_test does that took 43.
slow_program_rows() {
	limit_s=$(sed -n 's/^timeout=//p' "$scripts/../selftests/settings")
	[ "$(jq -r .accelerator "$run/env.json")" != tcg ] || limit_s=$((limit_s * 3 / 2))
	patience=$(told CMA_TESTS_PATIENCE 1)
	jq -rR --argjson limit_s "$((limit_s * patience + $(told more_seconds 0)))" \
		--argjson leak_s "$((patience * $(told CMA_TESTS_LEAK_SECONDS 0)))" \
		--argjson interruption_s "$(told CMA_TESTS_INTERRUPTION_SECONDS 0)" 'fromjson? | objects
		| select(.event == "program")
		| ($limit_s + ({dma_heap_leak_test: $leak_s, interruption_test: $interruption_s, unprivileged_test: $limit_s, unseen_area_test: $limit_s}[.name] // 0)) as $limit_s
		| select(.elapsed_ms > $limit_s * 1000)
		| "(time)\tfail\t\(.name) took \(.elapsed_ms) ms, its default form has \($limit_s) s: make it shorter"' \
		"$story" | rows selftests
}

bench_rows() {
	# By the clock, a processor that QEMU emulates is a machine of its own.
	clock=$(jq -r --arg boot "$boot" '.accelerator as $accel | .boots[] | select(.name == $boot)
		| .clock // "wall" | if . == "wall" and $accel == "tcg" then "emulated" else . end' "$run/env.json")
	jq -rRn -L "$scripts" --arg clock "$clock" -f "$scripts/bench-verdict.jq" "$bench" | rows bench
	: >"$work/phases"
	[ ! -s "$phases" ] ||
		jq -rRn -L "$scripts" --slurpfile phases "$phases" -f "$scripts/bench-phases.jq" "$bench" |
		jq -rRn -f "$scripts/bench-phases-verdict.jq" >"$work/phases"
	rows bench <"$work/phases"
	# A plugin that wrote nothing, or no call that is a sample's: nothing would have been judged.
	if [ ! -s "$work/phases" ] && grep -q 'phases[.]so,' "$(readable "$folder/command.txt")" &&
		jq -eRn '[inputs | fromjson? | objects | select(.type == "sample" and .valid and .error == null and .backend != "null")] != []' \
			"$bench" >/dev/null; then
		printf '(phases)\terror\t%s\n' "expected bench/plugin to count the samples of bench.jsonl, found none of their calls in phases.jsonl: see qemu.log" |
			rows bench
	fi
}

# What cmabench does unless it is told otherwise has a minute, by the guest's own clock.
default_set_row() {
	grep -q '^run bench [^ ]* --json *$' "$(readable "$folder/plan")" || return 0
	jq -rR --argjson limit_ms $((60000 * $(told CMA_TESTS_PATIENCE 1))) 'fromjson? | objects
		| select(.event == "exit" and .stage == "bench") | .elapsed_ms // empty
		| if . <= $limit_ms then "default_set\tpass\t"
		  else "default_set\tfail\tthe default set took \(.) ms, expected at most \($limit_ms): make it smaller" end' \
		"$story" | rows bench
}

# Of a run of several boots. Worse than the baseline is a failure, where one gates; where none
# does, a note.
baseline_row() {
	[ -d "$run/measurements" ] || [ -r "$run/figures.tsv" ] || return 0
	if [ ! -r "$run/measurement.json" ] || [ ! -r "$run/figures.tsv" ]; then
		printf 'measurement\terror\tits boots did not repeat or have no figures: the error stands where they were booted\n' | rows bench
		return
	fi
	compared=0
	"$scripts/baseline.sh" check "$run" >"$run/baseline.txt" 2>&1 || compared=$?
	case $compared in
	0) printf 'baseline\tpass\t\n' ;;
	1) printf 'baseline\tfail\tslower than results/baseline: %s; see baseline.txt\n' "$(tail -n 1 "$run/baseline.txt")" ;;
	3) head -n 1 "$run/baseline.txt" >"$work/baseline.note" ;;
	*) printf 'baseline\terror\t%s\n' "$(tail -n 1 "$run/baseline.txt")" ;;
	esac | rows bench
}

# What init says of a stage that the stage does not say of itself. A boot that did not come
# to its end has said so already.
story_row() {
	jq -rRn --arg stage "$1" '[inputs | fromjson? | objects | select(.stage == $stage)]
		| (map(select(.event == "exit"))[0]) as $exit
		| if length == 0 then "the stage never began"
		  elif $exit == null then "the stage began and did not end"
		  elif $exit.timed_out == 1 or $exit.timed_out == true then "stopped at its time limit"
		  elif ($exit.signal // 0) != 0 then "killed by signal \($exit.signal)"
		  elif $exit.status != 0 then "exit status \($exit.status)" else empty end' "$story" >"$work/story"
	[ -s "$work/story" ] || return 0
	case $(head -n 1 "$work/outcome") in ok*) ;; *) return 0 ;; esac
	# A status of 1 only repeats what a failed test has said.
	if [ "$(cat "$work/story")" = "exit status 1" ] && awk -F '\t' -v stage="$1" -v boot="$boot" '
		$1 == stage && $5 == boot && ($3 == "fail" || $3 == "error") { found = 1 }
		END { exit !found }' "$work/raw.tsv"; then
		return 0
	fi
	printf '(stage)\terror\t%s\n' "$(cat "$work/story")" | rows "$1"
}

# readable FILE...: the first that can be read.
readable() {
	for file; do
		if [ -r "$file" ]; then
			echo "$file"
			return
		fi
	done
	echo /dev/null
}

: >"$work/kunit.ktap"
: >"$work/destructive"
release=$(jq -r '.kernel | [.release, .series] | map(strings | select(test("^[0-9]+[.][0-9]"))) | .[0] // ""' "$run/env.json")
arch=$(jq -r .arch "$run/env.json")
debug_vm=$(jq -r 'if .debug_vm then "yes" else "no" end' "$run/env.json")
: >"$work/notes"
jq -r '.boots[].name' "$run/env.json" >"$work/boot.names"
while read -r boot; do
	folder=$run/boots/$boot
	console=$(readable "$folder/console.log")
	story=$(readable "$folder/story.jsonl")
	selftests=$(readable "$folder/selftests.out" "$run/selftests.ktap")
	bench=$(readable "$folder/bench.out" "$run/bench.jsonl")
	stages=$(jq -r --arg boot "$boot" '.boots[] | select(.name == $boot) | .stages[]' "$run/env.json")
	phases=$(readable "$folder/phases.jsonl" "$run/phases.jsonl")
	boot_rows
	for stage in $stages; do
		case $stage in
		kunit | destructive) "${stage}_rows" ;;
		selftests | bench)
			"${stage}_rows"
			story_row "$stage"
			if [ "$stage" = bench ]; then
				default_set_row
				baseline_row
			fi
			;;
		*) die "expected the stages kunit, selftests, bench or destructive of boot $boot in $run/env.json, found $stage" ;;
		esac
	done
done <"$work/boot.names"

awk -v release="$release" -v arch="$arch" -v profile="$(jq -r .profile "$run/env.json")" \
	-v stages="$(jq -r '[.boots[].stages[]] | unique | join(" ")' "$run/env.json")" -v notes="$work/notes" \
	-f "$scripts/kernel-range.awk" -f "$scripts/glob.awk" -f "$scripts/expectations.awk" "$skips" "$denylist" "$work/raw.tsv" >"$work/verdicts.tsv"
[ ! -e "$work/baseline.note" ] || cat "$work/baseline.note" >>"$work/notes"

jq -Rn --slurpfile boots "$work/boots.json" --rawfile notes "$work/notes" '
	def bad: .status == "fail" or .status == "error";
	def counts: {passed: map(select(.status == "pass")) | length, failed: map(select(bad)) | length,
		skipped: map(select(.status == "skip" or .status == "known")) | length,
		known: map(select(.status == "known")) | length};
	[inputs | split("\t") | {stage: .[0], test: .[1], status: .[2], message: .[3], boot: .[4]}]
	| {schema: 1, overall: (if any(.[]; bad) then "fail" else "pass" end), counts: counts,
	   stages: (reduce .[] as $row ({}; .[$row.stage] += [$row]) | map_values(counts)), boots: $boots,
	   reasons: (map(select(bad)) | sort_by(.stage != "boot") | map("\(.stage):\(.test): \(.message)")),
	   notes: ($notes | split("\n") | map(select(. != "")))}' "$work/verdicts.tsv" >"$work/verdict.json"

[ ! -s "$work/destructive" ] || awk -F '\t' '
	$1 == "quote" { text = text "\n# " substr($0, 7); next }
	{ text = text "\n" ($2 == "pass" ? "ok " : "not ok ") ++count " " $1 ($3 == "" ? "" : "\n# " $3) }
	END { printf "KTAP version 1\n1..%d%s\n", count, text }' "$work/destructive" >"$run/destructive.ktap"
mv "$work/kunit.ktap" "$work/verdicts.tsv" "$run/"
mv "$work/verdict.json" "$run/"

jq -r '(.reasons[:10][] | "failed: " + .),
	(if (.reasons | length) > 10 then "failed: and \((.reasons | length) - 10) more, see verdicts.tsv" else empty end),
	(.notes[] | "note: " + .),
	(if .counts.known > 0 then "known issues: \(.counts.known) of the skipped, see results/DENYLIST" else empty end),
	(.counts | "\(.passed) passed, \(.failed) failed, \(.skipped) skipped")' "$run/verdict.json"
status=$(jq -r 'if .overall == "pass" then 0 else 1 end' "$run/verdict.json")
