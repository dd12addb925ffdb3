#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# How runs are measured, with a QEMU that only plays one: repeats, layouts, turns, statuses.
set -eu
# shellcheck source=harness.sh
. "$(dirname "$0")/harness.sh"

# The player writes records to the benchmark's port and notes whose turn it was. Medians
# come from the length of the command line; with a file "unsteady", from chance as well.
mkdir -p "$work/bin" "$work/image/bench" "$work/kernel"
cat >"$work/bin/qemu-system-aarch64" <<'END'
#!/bin/sh
for word; do
	case $word in
	file,id=bench,path=*) records=${word#*path=} ;;
	file:*) : >"${word#file:}" ;;
	esac
	last=$word
done
echo "$records" >>"$PLAYED/turns"
[ ! -e "$PLAYED/hung" ] || exit 124
latency=$((100000 + ${#last}))
[ ! -e "$PLAYED/unsteady" ] || latency=$((latency + $$))
[ ! -e "$PLAYED/slow" ] || latency=$((latency + 5000))
[ ! -e "$PLAYED/miscounted" ] || printf '{"type":"phases","call":1,"instructions":%d,"retries":0}\n' $$ >"$(dirname "$records")/phases.jsonl"
row='"bench":"latency","backend":"debugfs","area":"a","pressure":"none","target_occupancy_percent":0,"size_pages":1,"align_order":0'
cat >"$records" <<RECORDS
{"type":"run","schema":1,"program":"cmabench"}
{"type":"sample",$row,"sample":0,"latency_ns":$latency,"release_ns":900,"error":null,"valid":true}
{"type":"summary",$row,"samples":1,"invalid":0,"failures":0,"p50_ns":$latency,"average_ns":$latency,"migrated_pages":0,"retries":0}
{"type":"end","records":3,"status":"complete"}
RECORDS
END
printf '#!/bin/sh\n:\n' >"$work/image/gen_init_cpio"
chmod +x "$work/bin/qemu-system-aarch64" "$work/image/gen_init_cpio"
echo program >"$work/image/bench/cmabench"
: >"$work/image/initramfs.cpio"
: >"$work/kernel/guest-kernel"
export PATH="$work/bin:$PATH" PLAYED="$work" O="$work/build"

# measured NAME WANTED [VARIABLE=value...] MODE ACCEL: WANTED is the status and the error, if any.
measured() {
	name=$1 wanted=$2
	shift 2
	while [ $# -gt 2 ]; do
		settings="${settings-} $1"
		shift
	done
	rm -rf "$work/run" "$work/turns"
	status=0
	# shellcheck disable=SC2086 # a list of settings
	env ${settings-} "$scripts/measure.sh" "$1" arm64 "$2" "$work/run" "$work/kernel/guest-kernel" "$work/image" \
		>"$work/said" 2>&1 || status=$?
	settings=
	expect "$name" "$wanted" "$status$(grep error: "$work/said" | sed "s|$work/||g; s/^cma-tests: error:/ &/")"
}

measured "count mode" "0" LAYOUTS=2 count tcg
expect "boots of count mode" "again boot layout-134 layout-67" "$(jq -r '.boots | sort | join(" ")' "$work/run/measurement.json")"
expect "they repeat" "true 4" "$(jq -r '.repeated | "\(.identical) \(.records)"' "$work/run/measurement.json")"
expect "layouts move the figures, and that is the noise" yes \
	"$(awk '$2 == "latency_median" && $5 > 100 && $6 > 0 { print "yes" }' "$work/run/noise.tsv")"
expect "units say instructions, never time" 1 "$(jq -r .unit "$work/run/measurement.json" | grep -c '^instructions')"

touch "$work/unsteady"
measured "a run that does not repeat" "2 cma-tests: error: MODE=count: two boots of the same kernel must write the same records, found them different from line 2: the harness is at fault, not the kernel" \
	LAYOUTS=1 count tcg
expect "nothing is there to be compared" absent "$([ -e "$work/run/measurement.json" ] && echo there || echo absent)"
expect "the difference is shown" 2 "$(grep -c '^    .*bench.out:2: .*"sample"' "$work/said")"
rm "$work/unsteady"
touch "$work/miscounted"
measured "a count that does not repeat" "2 cma-tests: error: MODE=count: two boots of the same kernel must write the same records, found them different from line 1: the harness is at fault, not the kernel" \
	LAYOUTS=1 count tcg
rm "$work/miscounted"
touch "$work/hung"
status=0
LAYOUTS=1 "$scripts/measure.sh" count arm64 tcg "$work/hanging" "$work/kernel/guest-kernel" "$work/image" >"$work/said" 2>&1 || status=$?
expect "a boot that hangs" 2 "$status"
expect "a boot that hangs is named" 1 "$(grep -c "boot 'boot' of .* did not end by itself" "$work/said")"
rm "$work/hung"

measured "KVM" "2 cma-tests: error: MODE=count counts the instructions of TCG, found ACCEL=kvm: use MODE=wall" count kvm
measured "no layouts" "2 cma-tests: error: LAYOUTS must be a number of 1 or more, found '0'" LAYOUTS=0 count tcg
measured "too few boots" "2 cma-tests: error: BOOTS must be a number of 10 or more, found '3'" BOOTS=3 wall tcg
measured "no number" "2 cma-tests: error: BOOTS must be a number of 10 or more, found 'ten'" BOOTS=ten wall tcg
measured "unknown mode" "2 cma-tests: error: MODE must be count or wall, found 'fast'" fast tcg

rm -f "$work/turns"
"$scripts/measure.sh" wall arm64 tcg "$work/one" "$work/kernel/guest-kernel" "$work/image" \
	"$work/two" "$work/kernel/guest-kernel" "$work/image" >"$work/said" 2>&1
expect "wall mode takes turns" "10 onetwo" "$(sed "s|$work/||; s|/.*||" "$work/turns" | paste -sd '\0\n' | sort | uniq -c | sed 's/^ *//')"
expect "ten boots a side" "10 10" "$(jq '.boots | length' "$work/one/measurement.json" "$work/two/measurement.json" | paste -sd ' ')"

# status WANTED NAME COMMAND...: of make itself
status_of() {
	name=$1 wanted=$2
	shift 2
	status=0
	"$@" >"$work/said" 2>&1 || status=$?
	expect "$name" "$wanted" "$status"
}

make_env() {
	jq -n '{run_id: "r", target: "t", kernel: {release: "6.12", config_hash: "c"}, arch: "arm64", profile: "bench",
		compiler: "gcc", qemu_version: "q", accelerator: "tcg", boots: [{name: "bench"}]}' >"$1/env.json"
}
LAYOUTS=2 "$scripts/measure.sh" count arm64 tcg "$work/fast" "$work/kernel/guest-kernel" "$work/image"
touch "$work/slow"
LAYOUTS=2 "$scripts/measure.sh" count arm64 tcg "$work/slower" "$work/kernel/guest-kernel" "$work/image"
make_env "$work/fast"
make_env "$work/slower"
top=$scripts/..
status_of "make compare: same" 0 make -C "$top" compare BASE="$work/fast" NEW="$work/fast"
status_of "make compare: worse" 1 make -C "$top" compare BASE="$work/fast" NEW="$work/slower"
status_of "make compare: better" 0 make -C "$top" compare BASE="$work/slower" NEW="$work/fast"
status_of "make compare: no run" 2 make -C "$top" compare BASE="$work/fast" NEW="$work/nowhere"
status_of "make ab of two runs: worse" 1 make -C "$top" ab BASE="$work/fast" NEW="$work/slower"
status_of "make ab of two runs: better" 0 make -C "$top" ab BASE="$work/slower" NEW="$work/fast"
status_of "make ab: no such side" 125 make -C "$top" ab BASE="$work/fast" NEW="$work/nowhere"
expect "make ab: it says why" 1 "$(grep -c "a side must be a kernel tree, 6.1, 6.12, newest, a patch or a run folder, found" "$work/said")"
status_of "make ab: one side" 125 make -C "$top" ab BASE="$work/fast"
status_of "make ab: no minimum" 125 make -C "$top" ab BASE="$work/fast" NEW="$work/fast" MINIMUM=much
expect "make ab: it is told before anything is built" "MINIMUM must be percent, found 'much'" "$(sed -n 's/^cma-tests: error: //p' "$work/said")"
status_of "make ab: no accelerator" 125 make -C "$top" ab BASE="$work/fast" NEW="$work/fast" ACCEL=fast
cp -r "$work/fast" "$work/optioned"
jq '.kernel.config_hash = "d"' "$work/fast/env.json" >"$work/optioned/env.json"
status_of "make ab: options that a commit brings are part of it" 0 make -C "$top" ab BASE="$work/fast" NEW="$work/optioned"
status_of "make compare: options are to be named" 2 make -C "$top" compare BASE="$work/fast" NEW="$work/optioned"
# What cannot be done is no verdict: 1 and 2 are "bad" to git bisect run, a signal ends it.
status_of "make compare: nowhere to write" 2 env TMPDIR=/nonexistent make -C "$top" compare BASE="$work/fast" NEW="$work/fast"
expect "make compare: it says so" "cannot make a folder in '/nonexistent': set TMPDIR to one that can be written to" \
	"$(sed -n 's/^cma-tests: error: //p' "$work/said")"
status_of "make ab: nowhere to write" 125 env TMPDIR=/nonexistent make -C "$top" ab BASE="$work/fast" NEW="$work/fast"
status_of "make ab: no build folder" 143 make -C "$top" ab O=/proc/nonexistent BASE="$work/fast" NEW="$work/fast"
status_of "make compare: no build folder" 2 make -C "$top" compare O=/proc/nonexistent BASE="$work/fast" NEW="$work/fast"

# git bisect run finds the commit: the tree's file says how slow its "kernel" is.
git init -q "$work/linux"
git -C "$work/linux" config user.email tester@localhost
git -C "$work/linux" config user.name tester
for commit in 1 2 3 4 5 6 7 8; do
	run=$work/fast
	[ "$commit" -lt 6 ] || run=$work/slower
	[ "$commit" != 4 ] || run=$work/nowhere
	echo "$commit $run" >"$work/linux/run"
	git -C "$work/linux" add run
	git -C "$work/linux" commit -qm "commit $commit"
done
git -C "$work/linux" bisect start HEAD HEAD~7 >/dev/null 2>&1
(cd "$work/linux" && git bisect run sh -c "make -C '$top' ab BASE='$work/fast' NEW=\$(cut -d ' ' -f 2 run)") >"$work/bisect" 2>&1 || :
expect "git bisect run finds the slow commit, past one that cannot be told" "commit 6" \
	"$(git -C "$work/linux" log -1 --format=%s refs/bisect/bad)"

finish
