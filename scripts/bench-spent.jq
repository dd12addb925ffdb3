# SPDX-License-Identifier: GPL-2.0
#
# Where the time of an allocation went, for all that tell it.

# The phases of bench/phases.h inside cma_alloc(), in the order of their work. What no phase
# explains, and what is around them, each reader puts where it tells it.
def phase_names: ["control", "isolate", "drain", "reclaim", "migrate", "unmap", "copy", "remap", "test", "take", "undo", "retries"];

# A sample of bench.jsonl and its call of phases.jsonl to where the whole latency went.
# Input: {backend, latency_ns, phases}.
#
# The kernel backend's clock is inside, right around cma_alloc(); all others' is around the
# system call, with its zeroing and its door. What the clock has beyond that, nothing was
# executed for: the guest idled, where it waited at all; else it is the way to the system call.
def spent_phases: .phases as $phases
	| ($phases | with_entries(select(.key | IN("type", "call", "instructions", "attempts", "waits", "dropped", "line") | not))) as $spent
	| (if .backend == "kernel" then $spent + {zero: 0, door: 0} else $spent end) as $spent
	| (.latency_ns - ([$spent[]] | add) | if . > 0 then . else 0 end) as $rest
	| if ($phases.waits // 0) > 0 then $spent + {idle: (($spent.idle // 0) + $rest)}
	  else $spent + {door: (($spent.door // 0) + $rest)} end;

# Records of bench.jsonl to the good samples whose call $phases (the lines of phases.jsonl) has, with
# {phases, spent}.
def samples_with_phases($phases): ($phases | map(select(.type == "phases")) | INDEX(.call)) as $calls
	| map(select(.type == "sample" and .valid and .error == null and .call != null)
	      | . + {phases: $calls[.call | tostring]} | select(.phases != null) | . + {spent: spent_phases});
