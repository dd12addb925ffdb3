/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The cma tracepoints, in a tracefs instance of our own, for this process
 * only: nobody else's tracing is touched. Tracing costs time, so traced
 * samples are taken in a pass of their own and their times are thrown away.
 */
#ifndef CMABENCH_RETRY_TRACE_H
#define CMABENCH_RETRY_TRACE_H

#include "bench.h"
#include "guard.h"

struct phase_times;

struct retry_trace {
	char folder[128];	/* empty: not open */
	struct guard guard;	/* removes it, however the program ends */
	bool tells_retries;	/* from 5.13 on */
	struct phase_times *times;	/* where probes add up; NULL: nowhere */
};

/* retry_trace_open - make the instance. Returns 0, or -errno and the reason. */
int retry_trace_open(struct retry_trace *trace, struct reason *why);

/* retry_trace_start - forget what was traced, trace from here on. */
int retry_trace_start(const struct retry_trace *trace);

/*
 * retry_trace_stop - stop, and fill in the sample's retries, and its errno where
 * the kernel traces it. Retries stay unknown when events were lost, or the
 * kernel has none for them.
 */
void retry_trace_stop(const struct retry_trace *trace, struct sample *sample);

/*
 * retry_trace_add - trace the events of @group and the scheduler's switches, too,
 * between each start and stop. They stay on until the end: a probe that has just
 * been put into the code makes all of that cold. Returns 0 or -errno.
 */
int retry_trace_add(const struct retry_trace *trace, const char *group);

/* retry_trace_enlarge - for many events: the buffer of each processor. */
int retry_trace_enlarge(const struct retry_trace *trace, const char *kbytes);

/* retry_trace_close - remove the instance. Harmless when it is not open. */
void retry_trace_close(struct retry_trace *trace);

#endif
