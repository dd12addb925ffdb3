/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the time of an allocation goes, from a trace: probes at the beginning
 * and at the end of the functions of phases.h, and the scheduler's switches.
 *
 *	b_cma_alloc | b_start_isolate_page_range ... e_... | ... | e_cma_alloc
 *	    control |             isolate                  | ...
 *
 * Time between two lines belongs to the function that was entered last and has
 * not returned; while the program is off its processor it is idle. What
 * alloc_contig_range() spends outside of all of them is unexplained, but where a
 * phase goes on in it; what cma_heap_allocate() spends outside of cma_alloc() is
 * zeroing.
 *
 * A probe takes time of the function and of its caller, before the first line
 * is written and after the last:
 *
 *	caller |pre| b_function |...| e_function |post| caller
 *
 * What it takes of callers is measured by the function that a system call comes
 * to, which does next to nothing, and taken off them: phase_times_correct().
 */
#ifndef CMABENCH_PHASE_TIMES_H
#define CMABENCH_PHASE_TIMES_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/types.h>

#include "phases.h"

#define PHASE_TIMES_DEPTH 64
#define PHASE_TIMES_REFERENCE "getppid"

struct phase_times {
	int pid;		/* whose switches count */
	__u64 ns[NR_PHASES];	/* of all calls, without their vain attempts */
	__u64 retries_ns;
	__u64 calls;
	bool is_lost;		/* the trace is not whole: no figure is good */
	__u64 probes_ns;	/* in none of the phases */
	/* Ends of probes that took time of a phase. */
	__u64 ends[NR_PHASES], retries_ends;
	/* PHASE_TIMES_REFERENCE, from its first line to its last. */
	__u64 reference_calls, reference_ns, reference_begin_ns;
	/* Inside a call. */
	__u64 attempts, attempt_ns[NR_PHASES], attempt_ends[NR_PHASES];
	enum phase stack[PHASE_TIMES_DEPTH];
	const char *function[PHASE_TIMES_DEPTH];
	size_t depth, call_depth;
	__u64 last_ns;
	bool is_off;		/* its processor */
};

/* phase_times_line - take in one line of the trace. */
void phase_times_line(struct phase_times *times, const char *line);

/*
 * phase_times_correct - take the probes' time off: @probe_ns of the caller for
 * each function that was entered and left.
 */
void phase_times_correct(struct phase_times *times, double probe_ns);

/* phase_times_add - of one more sample, which is over. */
void phase_times_add(struct phase_times *to, const struct phase_times *from);

/* phase_times_total_ns - the sum of all phases. */
__u64 phase_times_total_ns(const struct phase_times *times);

/* phase_times_explained_percent - of cma_alloc() itself; 100 for nothing. */
unsigned int phase_times_explained_percent(const struct phase_times *times);

#endif
