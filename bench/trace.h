/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The cma tracepoints, in a tracefs instance of our own, for this process
 * only: nobody else's tracing is touched. Tracing costs time, so traced
 * samples are taken in a pass of their own and their times are thrown away.
 */
#ifndef CMABENCH_TRACE_H
#define CMABENCH_TRACE_H

#include "bench.h"

struct trace {
	char folder[128];	/* empty: not open */
};

/* trace_open - make the instance. Returns 0, or -errno and the reason. */
int trace_open(struct trace *trace, struct reason *why);

/* trace_start - forget what was traced, trace from here on. */
int trace_start(const struct trace *trace);

/*
 * trace_stop - stop, and fill in the sample's retries, and its errno where
 * the kernel traces it. Retries stay unknown when events were lost.
 */
void trace_stop(const struct trace *trace, struct sample *sample);

/* trace_close - remove the instance. Harmless when it is not open. */
void trace_close(struct trace *trace);

#endif
