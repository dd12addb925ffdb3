#!/bin/sh
# environment.sh RUN TARGET SOURCE TREE BUILD ARCH PROFILE ACCEL BOOT...    write RUN/env.json
#
# What was run, on what: enough to judge whether two runs may be compared. RUN is
# still being put together: run_id in the environment is the name it will have.
scripts=$(dirname "$0")
. "$scripts/stage.sh"

run=$1 target=$2 source=$3 tree=$4 build=$5 arch=$6 profile=$7 accel=$8
shift 8
load_arch "$arch"

# A packaged tree is named by its package, a user's by its path and git state.
describe_source() {
	if [ -z "${KSRC-}" ]; then
		basename "$source"
	else
		echo "$source $(GIT_OPTIONAL_LOCKS=0 git -C "$source" describe --always --dirty 2>/dev/null || echo 'not in git')"
	fi
}

describe_boot() {
	boot_row "$1" | {
		read -r _ stage memory cpus _ _ fixture _
		jq -n --arg name "$1" --arg stage "$stage" --arg memory "$memory" --argjson cpus "$cpus" \
			--arg fixture "$fixture" --slurpfile qemu "$run/boots/$1/qemu.json" \
			--arg command_line "$(tail -n 1 "$run/boots/$1/command.txt")" \
			--argjson tree "$([ -f "$run/boots/$1/machine.dtb" ] && echo true || echo false)" '
			{ name: $name, command_line: $command_line, memory: $memory, cpus: $cpus,
			  clock: $qemu[0].clock, fixture: (if $tree then $fixture else null end),
			  stages: [$stage] }'
	}
}

version=$("$scripts/kernel-version.sh" "$tree")
for boot in "$@"; do describe_boot "$boot"; done | jq -s \
	--arg run_id "${run_id:-$(basename "$run")}" --arg target "$target" --arg version "$version" \
	--arg series "$(echo "$version" | cut -d . -f 1,2)" --arg source "$(describe_source)" \
	--arg source_hash "$(cat "$tree.hash")" --arg kernel_hash "$(cat "$build/kernel.hash")" \
	--arg config_hash "$(grep -v '^#' "$build/.config" | hash_of_input)" \
	--argjson debug_vm "$(grep -q '^CONFIG_DEBUG_VM=y' "$build/.config" && echo true || echo false)" \
	--arg arch "$arch" --arg profile "$profile" --arg accel "$accel" \
	--arg qemu_version "$("$qemu" --version | head -n 1)" \
	--arg compiler "$("${compile_prefix}gcc" --version | head -n 1)" \
	--arg project "$(git -C "$scripts" describe --always --dirty --tags 2>/dev/null || echo unknown)" \
	--arg host "$(uname -srm)" --arg date "$(date -u +%Y-%m-%dT%H:%M:%SZ)" '
	{ schema: 1, run_id: $run_id, date: $date, target: $target,
	  kernel: { series: $series, release: ($version + "-cma-tests"), source: $source,
	            source_hash: $source_hash, config_hash: $config_hash, hash: $kernel_hash },
	  arch: $arch, profile: $profile, debug_vm: $debug_vm, accelerator: $accel, qemu_version: $qemu_version,
	  compiler: $compiler, host: $host, project: $project, boots: . }' >"$run/env.json"
