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
# executed for: the guest idled, where it waited at all; else it is the way to the system call,
# which is short: see uncounted.
def counted_phases: .backend as $backend
	| .phases | with_entries(select(.key | IN("type", "call", "instructions", "attempts", "waits", "dropped", "line") | not))
	| if $backend == "kernel" then . + {zero: 0, door: 0} else . end;
def beyond_counts: .latency_ns - ([counted_phases[]] | add);
def spent_phases: counted_phases as $spent
	| (beyond_counts | if . > 0 then . else 0 end) as $rest
	| if (.phases.waits // 0) > 0 then $spent + {idle: (($spent.idle // 0) + $rest)}
	  else $spent + {door: (($spent.door // 0) + $rest)} end;

# What the clock and the counts differ by without a wait that would explain it. Counts beyond the
# clock are of something else, whether the guest waited or not.
def uncounted: (.phases.waits // 0) as $waits
	| beyond_counts | if . < 0 then -. elif $waits > 0 then 0 else . end;

# Records of bench.jsonl to the good samples whose call $phases (the lines of phases.jsonl) has, with
# {phases, spent, uncounted}.
def samples_with_phases($phases): ($phases | map(select(.type == "phases")) | INDEX(.call)) as $calls
	| map(select(.type == "sample" and .valid and .error == null and .call != null)
	      | . + {phases: $calls[.call | tostring]} | select(.phases != null) | . + {spent: spent_phases, uncounted: uncounted});
