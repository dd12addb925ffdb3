# SPDX-License-Identifier: GPL-2.0
#
# What two runs were measured on: what differs, and whether it may. In: base and new
# (env, measurement, folder), subject, a list of what differs on purpose.

def boot: .env.boots | map(select(.name == "bench")) | .[0] // {};
def setup: {
	mode: .measurement.mode,
	layouts: (.measurement.boots | join(" ")),
	arguments: .measurement.bench_arguments,
	scenario: (.measurement.scenario // ""),
	accelerator: .env.accelerator,
	arch: .env.arch, profile: .env.profile,
	config: .env.kernel.config_hash,
	compiler: .env.compiler, qemu: .env.qemu_version,
	machine: (boot | "\(.memory), \(.cpus) CPUs, clock \(.clock), fixture \(.fixture), \(.command_line)"),
	program: .measurement.program_hash,
};
def side: {folder, run_id: .env.run_id, target: .env.target, release: .env.kernel.release,
	source: .env.kernel.source, source_hash: .env.kernel.source_hash, project: .env.project, date: .env.date};
# What may be the subject; two modes never compare.
def subjects: ["config", "compiler", "qemu", "machine", "arch", "profile", "program"];

$base[0] as $base | $new[0] as $new
| ($base | setup) as $was | ($new | setup) as $is
| ($subject | gsub(","; " ") | split(" ") | map(select(. != ""))) as $named
| [$was | keys_unsorted[] | select($was[.] != $is[.]) | {what: ., base: $was[.], new: $is[.]}] as $differences
# In wall mode the number of boots may differ: the boot is the unit.
| ($differences | map(select(.what != "layouts" or $was.mode == "count"))) as $differences
| ($differences | map(select(.what as $what | $named | index($what) | not))) as $refused
| (if $base.measurement.schema != 1 or $new.measurement.schema != 1
   then "expected measurement.json of schema 1, found \($base.measurement.schema) in \($base.folder) and \($new.measurement.schema) in \($new.folder)"
   elif $refused == [] then null
   else $refused[0]
	| "the set-ups differ in \($refused | map(.what) | join(", ")): \(.what) was '\(.base)', is '\(.new)'"
	+ (if any($refused[]; .what as $what | subjects | index($what) | not) then ": measure both sides alike"
	   else ": where that is what you compare, say SUBJECT=\($named + ($refused | map(.what)) | join(","))" end)
   end) as $refusal
| { base: ($base | side), new: ($new | side), mode: $was.mode, unit: $new.measurement.unit,
    cannot_see: $new.measurement.cannot_see, boots: [($base, $new) | .measurement.boots | length],
    subject: $named, differences: $differences, refusal: $refusal,
    minimum_percent: (if $was.mode == "count" then 0.3 else 2 end) }
