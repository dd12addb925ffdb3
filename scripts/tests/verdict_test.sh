#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Run folders put together from canned logs, to exit status, rows and count.
set -eu
# shellcheck source=scripts/tests/harness.sh
. "$(dirname "$0")/harness.sh"

run=$work/run
export EXPECTED_SKIPS="$work/skips" DENYLIST="$work/denied"

# A run of three boots in which all is well.
good_run() {
	rm -rf "$run"
	: >"$work/denied"
	printf 'selftests:accounting_test.* * * * canned\n' >"$work/skips"
	for boot in kunit selftests bench; do
		mkdir -p "$run/boots/$boot"
		printf '[    0.000000] Linux version 6.12.117\n' >"$run/boots/$boot/console.log"
		printf '{"exit_status":0,"timed_out":false,"elapsed_ms":9}\n' >"$run/boots/$boot/qemu.json"
		story "$boot" 0 0
	done
	sed 's/ # SKIP.*//' "$logs/kunit/tap14.log" >>"$run/boots/kunit/console.log"
	cat >"$run/boots/selftests/selftests.out" <<-END
		KTAP version 1
		1..1
		  TAP version 13
		  1..2
		  ok 1 accounting.agrees
		  ok 2 accounting.sysfs # SKIP CONFIG_CMA_SYSFS is off
		ok 1 accounting_test
	END
	cp "$logs/bench/good.jsonl" "$run/boots/bench/bench.out"
	jq -n '{schema: 1, target: "6.12-arm64-test", arch: "arm64", profile: "test",
		kernel: {series: "6.12", release: "6.12.117-cma-tests"},
		boots: (["kunit", "selftests", "bench"] | map({name: ., stages: [.]}))}' >"$run/env.json"
}

# story BOOT STATUS SIGNAL: init's account of a boot that came to its end.
story() {
	{
		echo '{"event":"start"}'
		[ "$1" = kunit ] || printf '{"event":"begin","stage":"%s"}\n{"event":"exit","stage":"%s","status":%d,"signal":%d}\n' \
			"$1" "$1" "$2" "$3"
		echo '{"event":"end"}'
	} >"$run/boots/$1/story.jsonl"
}

# judged NAME STATUS LAST_LINE [PATTERN]: run verdict.sh; PATTERN must be among its lines.
judged() {
	status=0
	"$scripts/verdict.sh" "$run" >"$work/out" 2>&1 || status=$?
	expect "$1" "$2 $3" "$status $(tail -n 1 "$work/out")"
	[ -n "${4-}" ] || return 0
	grep -q -e "$4" "$work/out" || status=silent
	expect "$1: says $4" "$2" "$status"
}

good_run
judged "good run" 0 "11 passed, 0 failed, 1 skipped"
expect "counts by stage" '{"passed":3,"failed":0,"skipped":0,"known":0}' \
	"$(jq -c .stages.kunit "$run/verdict.json")"
expect "kunit.ktap is written" 1 "$(grep -c 'TAP version' "$run/kunit.ktap")"

good_run
: >"$work/skips"
judged "unlisted skip" 1 "11 passed, 1 failed, 0 skipped" "unexpected skip: CONFIG_CMA_SYSFS is off"

good_run
sed -i '/"begin"/a {"event":"program","name":"accounting_test","elapsed_ms":45000}' "$run/boots/selftests/story.jsonl"
judged "program as long as it may take" 0 "11 passed, 0 failed, 1 skipped"
sed -i 's/45000/45001/' "$run/boots/selftests/story.jsonl"
judged "program that takes longer" 1 "11 passed, 1 failed, 1 skipped" "accounting_test took 45001 ms, its default form has 45 s"
jq '.accelerator = "tcg"' "$run/env.json" >"$work/env.json"
cp "$work/env.json" "$run/env.json"
sed -i 's/45001/67000/' "$run/boots/selftests/story.jsonl"
judged "longer where guests share the processors" 0 "11 passed, 0 failed, 1 skipped"
sed -i 's/67000/67001/' "$run/boots/selftests/story.jsonl"
judged "too long for that as well" 1 "11 passed, 1 failed, 1 skipped" "accounting_test took 67001 ms, its default form has 67 s"
good_run
program() { printf '{"event":"program","name":"%s","elapsed_ms":%d}\n' "$1" "$2"; }
program accounting_test 45001 >>"$run/boots/selftests/story.jsonl"
echo "console=ttyAMA0 CMA_TESTS_PATIENCE=2" >"$run/boots/selftests/command.txt"
judged "longer in a slow guest" 0 "11 passed, 0 failed, 1 skipped"
echo "console=ttyAMA0 more_seconds=1 kunit.enable=0" >"$run/boots/selftests/command.txt"
judged "longer as it was asked to" 0 "11 passed, 0 failed, 1 skipped"

# Likewise where a row asks for more of two programs; of the others it asks nothing.
good_run
mv "$run/boots/selftests" "$run/boots/load"
jq '.boots[1].name = "load"' "$run/env.json" >"$work/env.json"
cp "$work/env.json" "$run/env.json"
program accounting_test 45001 >>"$run/boots/load/story.jsonl"
judged "takes longer in another boot" 1 "11 passed, 1 failed, 1 skipped" "accounting_test took 45001 ms, its default form has 45 s"
echo "console=ttyAMA0 CMA_TESTS_LEAK_SECONDS=100 CMA_TESTS_INTERRUPTION_SECONDS=20 kunit.enable=0" >"$run/boots/load/command.txt"
judged "the boot asked others for more" 1 "11 passed, 1 failed, 1 skipped" "accounting_test took 45001 ms, its default form has 45 s"
sed -i '/"program"/d' "$run/boots/load/story.jsonl"
{
	program dma_heap_leak_test 145000
	program interruption_test 65000
	program unprivileged_test 90000
} >>"$run/boots/load/story.jsonl"
judged "as long as the boot asked for" 0 "11 passed, 0 failed, 1 skipped"
sed -i 's/145000/145001/' "$run/boots/load/story.jsonl"
judged "longer than the boot asked for" 1 "11 passed, 1 failed, 1 skipped" "dma_heap_leak_test took 145001 ms, its default form has 145 s"
sed -i -e 's/145001/145000/' -e 's/90000/90001/' "$run/boots/load/story.jsonl"
judged "longer than twice" 1 "11 passed, 1 failed, 1 skipped" "unprivileged_test took 90001 ms, its default form has 90 s"

good_run
sed -i 's/ok 2 - cma_alloc_order/not &/' "$run/boots/kunit/console.log"
sed -i 's/ok 1 - cma_alloc$/not &/' "$run/boots/kunit/console.log"
judged "KUnit case fails" 1 "10 passed, 1 failed, 1 skipped" "failed: kunit:cma_alloc.cma_alloc_order"
printf 'kunit:cma_alloc.cma_alloc_order 6.12 * * evidence\n' >"$work/denied"
judged "known issue" 0 "10 passed, 0 failed, 2 skipped" "known issues: 1 of the skipped"

good_run
cp -r "$logs/boot/warning-in-kunit/." "$run/boots/kunit/"
judged "KUnit panics" 1 "9 passed, 2 failed, 1 skipped" "warning in kunit: suite cma_alloc, after case"
expect "the splat is quoted" "WARNING: CPU: 1 PID: 31" \
	"$(jq -r '.boots[0].quote[1]' "$run/verdict.json" | grep -o 'WARNING: CPU: 1 PID: 31')"

good_run
: >"$run/boots/bench/console.log"
: >"$run/boots/bench/story.jsonl"
: >"$run/boots/bench/bench.out"
judged "guest never starts" 1 "6 passed, 2 failed, 1 skipped" "boot:bench: never-started in boot"

good_run
rm -r "$run/boots/selftests"
judged "boot without a trace" 1 "9 passed, 2 failed, 0 skipped" "selftests:(log): no KTAP in the log"

good_run
story selftests 2 0
judged "stage fails, tests do not say so" 1 "11 passed, 1 failed, 1 skipped" "selftests:(stage): exit status 2"
story selftests 0 11
judged "stage killed" 1 "11 passed, 1 failed, 1 skipped" "selftests:(stage): killed by signal 11"

good_run
printf '{"event":"start"}\n{"event":"end"}\n' >"$run/boots/bench/story.jsonl"
judged "stage never begins" 1 "11 passed, 1 failed, 1 skipped" "bench:(stage): the stage never began"

printf '{"event":"start"}\n{"event":"begin","stage":"bench"}\n{"event":"end"}\n' >"$run/boots/bench/story.jsonl"
judged "stage never ends" 1 "11 passed, 1 failed, 1 skipped" "bench:(stage): the stage began and did not end"

sed -i 's|{"event":"end"}|{"event":"exit","stage":"bench","status":0,"signal":9,"timed_out":1}\n&|' "$run/boots/bench/story.jsonl"
judged "stage stopped" 1 "11 passed, 1 failed, 1 skipped" "bench:(stage): stopped at its time limit"

good_run
cp "$logs/bench/cut-short.jsonl" "$run/boots/bench/bench.out"
judged "bench records cut short" 1 "9 passed, 2 failed, 1 skipped" "no end record"

good_run
jq '.boots |= map(select(.name == "kunit"))' "$run/env.json" >"$work/env.json"
cp "$work/env.json" "$run/env.json"
judged "only what env.json lists is demanded" 0 "4 passed, 0 failed, 0 skipped"

# A boot that must end in a splat: the case passes, and the splat is no failed boot.
destructive_run() {
	good_run
	mv "$run/boots/kunit" "$run/boots/destructive.release_twice"
	cp "$logs/destructive/$1.log" "$run/boots/destructive.release_twice/console.log"
	printf '{"event":"start"}\n' >"$run/boots/destructive.release_twice/story.jsonl"
	sed -i 's/release_while_referenced/release_twice/' "$run/boots/destructive.release_twice/console.log"
	jq '.debug_vm = true | .boots = [{name: "destructive.release_twice", stages: ["destructive"]}]' \
		"$run/env.json" >"$work/env.json"
	cp "$work/env.json" "$run/env.json"
}

destructive_run release_twice
judged "tabled splat" 0 "1 passed, 0 failed, 0 skipped"
expect "destructive.ktap of a pass" "KTAP version 1 1..1 ok 1 release_twice" "$(paste -sd ' ' "$run/destructive.ktap")"

destructive_run release_while_referenced
judged "another splat than the tabled" 1 "0 passed, 1 failed, 0 skipped" \
	'destructive:release_twice: expected the splat .*, found: WARNING: CPU: 0'
expect "destructive.ktap quotes it" "not ok 1 release_twice" "$(sed -n 3p "$run/destructive.ktap")"
expect "destructive.ktap quotes the console" "# 1 pages are still in use!" \
	"$(grep 'still in use' "$run/destructive.ktap")"

good_run
jq '.boots[0].stages = ["nonsense"]' "$run/env.json" >"$work/env.json"
cp "$work/env.json" "$run/env.json"
judged "unknown stage" 2 "cma-tests: error: expected the stages kunit, selftests, bench or destructive of boot kunit in $run/env.json, found nonsense"
expect "no verdict is left" no "$([ -e "$run/verdict.json" ] && echo yes || echo no)"

good_run
echo 'kunit' >"$work/denied"
judged "malformed list" 2 "error: $work/denied:1: expected test, kernels, arch, profile and a reason, found 1 columns; add what is missing"

rm "$run/env.json"
judged "no env.json" 2 "cma-tests: error: expected boots with name and stages in $run/env.json, found none; run the boot stage first"

finish
