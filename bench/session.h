/* SPDX-License-Identifier: GPL-2.0 */
/* One run: what is measured, what was found, where it is written. */
#ifndef CMABENCH_SESSION_H
#define CMABENCH_SESSION_H

#include "bench.h"
#include "histogram.h"
#include "model.h"
#include "options.h"
#include "progress.h"
#include "records.h"
#include "retry_trace.h"

/* What remains of samples that are too many to keep. */
struct row_overflow {
	__u64 samples, invalid, failures, traced;
	__u64 by_failure[NR_FAILURES];
	__u64 occupancy_pages, migrated_pages;
	struct histogram latency_ns, release_ns, response_ns;
};

/* Up to so many samples of a row are kept and recorded one by one. */
#define MAX_KEPT_SAMPLES 100000

struct session {
	const struct options *options;
	struct target target;
	struct records records;
	FILE *table;		/* NULL: no table */
	struct retry_trace trace;
	struct progress progress;
	struct sample *samples;	/* kept_samples of them, touched */
	__u64 kept_samples;
	__u64 *values_ns;	/* room for as many */
	/* Beyond those: a row's further samples, only counted. */
	struct row_overflow overflow;
	struct sample spare;	/* where they are taken */
	struct floor floor;
	struct {
		const struct backend *backend;
		struct model model;
	} models[16];
	size_t nmodels;
	bool learned[NR_MODEL_TERMS];	/* or found that it cannot be */
	const char *skipped[16];	/* names of parts, each told once */
	size_t nskipped;
	__u64 empty_ns;		/* of bench overhead: in every latency; 0: not run */
	__u64 smallest_ns;	/* of all rows, but those of the null backend */
	__u64 rows;
	__u64 rows_without_samples;
	__u64 failures;
};

/* session_run - run everything. Returns 0; 1: a row has no sample; -1. */
int session_run(struct session *session);

/* row_is_over - has its --duration passed since @start_ns, or a signal come? */
bool row_is_over(const struct session *session, __u64 start_ns);

/*
 * row_place - where the @i-th timed sample of a row is to be taken. row_take_in,
 * when it was: the first kept_samples stay there, later ones are only counted.
 * row_kept - how many of @count stay.
 */
struct sample *row_place(struct session *session, __u64 i);
void row_take_in(struct session *session, __u64 i);
__u64 row_kept(const struct session *session, __u64 count);

/*
 * session_row - write down the timed samples of one row, then its traced
 * ones, then the summary. @count of the samples are kept ones.
 */
void session_row(struct session *session, const struct row *row,
		 __u64 count, struct sample *traced, __u64 traced_count);

/* session_request - of a bench that does not go through all of --align. */
struct request session_request(const struct session *session,
			       const struct cell *cell, __u64 pages);

/* session_skip - a part that cannot work here, told once. */
void session_skip(struct session *session, const char *kind, const char *name,
		  const struct reason *why);

/* session_row_done - one more row was measured; @valid: it has samples. */
void session_row_done(struct session *session, bool valid);

#endif
