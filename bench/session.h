/* SPDX-License-Identifier: GPL-2.0 */
/* One run: what is measured, what was found, where it is written. */
#ifndef CMABENCH_SESSION_H
#define CMABENCH_SESSION_H

#include "bench.h"
#include "options.h"
#include "progress.h"
#include "records.h"
#include "retry_trace.h"

struct session {
	const struct options *options;
	struct target target;
	struct records records;
	FILE *table;		/* NULL: no table */
	struct retry_trace trace;
	struct progress progress;
	struct sample *samples;	/* options->count of them, touched */
	__u64 *latencies_ns;
	const char *skipped[16];	/* names of parts, each told once */
	size_t nskipped;
	__u64 rows;
	__u64 rows_without_samples;
	__u64 failures;
};

/* session_run - run everything. Returns 0; 1: a row has no sample; -1. */
int session_run(struct session *session);

/*
 * session_row - write down the timed samples of one row, then its traced
 * ones, then the summary.
 */
void session_row(struct session *session, const struct row *row,
		 __u64 count, const struct sample *traced,
		 __u64 traced_count);

/* summarise - figures of one row; @latencies_ns is room for @count values. */
void summarise(const struct sample *samples, __u64 count,
	       const struct sample *traced, __u64 traced_count,
	       __u64 *latencies_ns, struct summary *summary);

#endif
