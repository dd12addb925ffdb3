#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# baseline.sh           measure anew what results/baseline/<target>/ keeps
# baseline.sh check RUN compare RUN with the baseline of its target
#
# A baseline is what a run folder keeps to be compared with: env.json,
# measurement.json, figures.tsv, noise.tsv. It gates only a run of the same source,
# configuration, compiler, QEMU and cmabench, measured alike: where one differs, that
# is said, and the comparison is shown for information, if there can be one.
# Status of check: 0 same or better, 1 worse, 2 cannot be compared, 3 no baseline gates.
scripts=$(readlink -f "$(dirname "$0")")
. "$scripts/stage.sh"

top=$(readlink -f "$scripts/..")
baselines=${BASELINES:-$top/results/baseline}
work=
trap '[ -z "$work" ] || rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM

make_baseline() {
	work=$(mktemp -d "$top/results/.partial-baseline.XXXXXX")
	# The one that is to be replaced has no say in it.
	MODE=count PROFILE="${PROFILE:-bench}" OUT="$work/run" BASELINES="$work/none" "$scripts/run.sh" bench ||
		die "the baseline could not be measured; results/baseline/ is as it was"
	target=$(jq -r .target "$work/run/env.json")
	mkdir -p "$baselines"
	mkdir "$work/baseline"
	for file in measurement.json figures.tsv noise.tsv; do cp "$work/run/$file" "$work/baseline/"; done
	# What would change with each making and says nothing of the set-up stays out.
	jq 'del(.date, .host) | .run_id = "baseline"' "$work/run/env.json" >"$work/baseline/env.json"
	rm -rf "${baselines:?}/$target"
	mv "$work/baseline" "$baselines/$target"
	note "results/baseline/$target is new: look at it with 'git diff', and commit it"
}

# What must be the same for the baseline to gate, as name<TAB>was<TAB>is.
list_differences() {
	jq -rn --slurpfile base "$1/env.json" --slurpfile new "$2/env.json" \
		--slurpfile base_measurement "$1/measurement.json" --slurpfile new_measurement "$2/measurement.json" '
		def key: {source: .env.kernel.source_hash, config: .env.kernel.config_hash, compiler: .env.compiler,
			  QEMU: .env.qemu_version, cmabench: .measurement.program_hash, options: .measurement.bench_arguments,
			  mode: .measurement.mode, layouts: (.measurement.boots | join(" ")), scenario: (.measurement.scenario // ""),
			  machine: (.env.boots | map(select(.name == "bench")) | .[0] | [.memory, .cpus, .clock, .fixture, .command_line] | map(tostring) | join(" "))};
		({env: $base[0], measurement: $base_measurement[0]} | key) as $was
		| ({env: $new[0], measurement: $new_measurement[0]} | key) as $is
		| $was | keys_unsorted[] | select($was[.] != $is[.]) | "\(.)\t\($was[.])\t\($is[.])"'
}

# compare SUBJECT. What the user says of the run (OUT=, FORMAT=) is not of the comparison in it.
compare() {
	OUT='' FORMAT='' MINIMUM='' SUBJECT=$1 "$scripts/compare.sh" "$baseline" "$run"
}

check_against_baseline() {
	run=$1
	for file in env.json measurement.json; do
		[ -r "$run/$file" ] || die "expected $file in '$run', found none: 'make bench' leaves it"
	done
	target=$(jq -r .target "$run/env.json")
	baseline=$baselines/$target
	[ -d "$baseline" ] || {
		echo "no baseline for $target in results/baseline/: 'make baseline' makes one"
		return 3
	}
	differences=$(list_differences "$baseline" "$run")
	if [ -z "$differences" ]; then
		compare ''
		return
	fi
	echo "$differences" | awk -F '\t' '{ printf "the baseline does not gate: %s was %s, is %s\n", $1, $2, $3 }'
	compare config,compiler,qemu,program ||
		echo "for information only: another source, configuration, tool or way to measure gives other figures"
	return 3
}

case ${1-make} in
make) make_baseline ;;
check) check_against_baseline "${2-}" ;;
*) die "expected nothing, or: check RUN" ;;
esac
