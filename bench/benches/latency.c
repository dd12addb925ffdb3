// SPDX-License-Identifier: GPL-2.0
/*
 * Latency by size: one buffer at a time, taken and given back.
 *
 *	size 1	  | alloc release | alloc release | ...	--count timed samples
 *		  | alloc release |			--traced ones
 *	size 16	  | ...
 */
#include "../session.h"

static __u64 latency_count(const struct options *options)
{
	return options->nsizes * (options->count + options->traced_count);
}

static __u64 take_timed(struct session *session, const struct row *row)
{
	__u64 i;

	for (i = 0; i < session->options->count && !interrupted(); i++) {
		sample_take(row->cell, row->size_pages, NULL,
			    &session->samples[i]);
		progress_step(&session->progress, row->cell, row->size_pages);
	}
	return i;
}

/* A pass of its own: with tracing on, times are not the kernel's any more. */
static __u64 take_traced(struct session *session, const struct row *row,
			 struct sample *traced)
{
	__u64 i;

	if (!session->trace.folder[0] || !row->cell->backend->needs_area)
		return 0;
	for (i = 0; i < session->options->traced_count && !interrupted(); i++) {
		sample_take(row->cell, row->size_pages, &session->trace,
			    &traced[i]);
		progress_step(&session->progress, row->cell, row->size_pages);
	}
	return i;
}

static int latency_run(struct session *session, const struct cell *cell)
{
	struct row row = { .bench = "latency", .cell = cell,
			   .target = &session->target };
	struct sample *traced = session->samples + session->options->count;
	__u64 count, traced_count;
	size_t i;

	for (i = 0; i < session->options->nsizes && !interrupted(); i++) {
		row.size_pages = session->options->size_pages[i];
		count = take_timed(session, &row);
		traced_count = take_traced(session, &row, traced);
		session_row(session, &row, count, traced, traced_count);
	}
	return session->records.failed ? -1 : 0;
}

static const struct bench latency = {
	.name = "latency",
	.help = "time to take and to give back one buffer, by size",
	.by_default = true,
	.count = latency_count,
	.run = latency_run,
};

REGISTER_BENCH(latency)
