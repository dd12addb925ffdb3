// SPDX-License-Identifier: GPL-2.0
/*
 * Latency by size and alignment: one buffer at a time, taken and given back.
 *
 *	size 1	  | alloc release | alloc release | ...	--count timed samples
 *		  | alloc release |			--traced ones
 *	size 16	  | ...
 */
#include "../area_map.h"
#include "../session.h"

/* Alignments beside the first are for backends that take them. */
static __u64 latency_count(const struct options *options)
{
	return options->nsizes * (options->count + options->traced_count);
}

/* The first samples are kept, what comes after them goes into a histogram. */
static __u64 take_timed(struct session *session, const struct row *row)
{
	struct schedule schedule = {
		.interval_ns = session->options->interval_ns,
	};
	__u64 i, start_ns = clock_now_ns();

	for (i = 0; i < session->options->count &&
	     !row_is_over(session, start_ns); i++) {
		sample_take(row->cell, &row->request, NULL, &schedule,
			    row_place(session, i));
		row_take_in(session, i);
		progress_step(&session->progress, row->cell,
			      row->request.pages);
	}
	return row_kept(session, i);
}

/* A pass of its own: with tracing on, times are not the kernel's any more. */
static __u64 take_traced(struct session *session, const struct row *row,
			 struct sample *traced)
{
	__u64 i;

	if (!session->trace.folder[0] || !row->cell->backend->needs_area)
		return 0;
	for (i = 0; i < session->options->traced_count && !interrupted(); i++) {
		sample_take(row->cell, &row->request, &session->trace, NULL,
			    &traced[i]);
		progress_step(&session->progress, row->cell,
			      row->request.pages);
	}
	return i;
}

/* One picture of each pressure, as the first backend left it. */
static void draw_area(struct session *session, const struct row *row)
{
	static const struct pressure *drawn;
	static unsigned int drawn_percent;
	const struct cell *cell = row->cell;

	if (!cell->pressure->needs_area ||
	    (cell->pressure == drawn && cell->percent == drawn_percent))
		return;
	drawn = cell->pressure;
	drawn_percent = cell->percent;
	area_map_record(&session->records, row, 0);
}

static void run_row(struct session *session, const struct row *row)
{
	struct sample *traced = session->samples + session->kept_samples;
	__u64 count = take_timed(session, row);
	__u64 traced_count = take_traced(session, row, traced);

	draw_area(session, row);

	session_row(session, row, count, traced, traced_count);
}

static int latency_run(struct session *session, const struct cell *cell)
{
	const struct options *options = session->options;
	struct row row = { .bench = "latency", .cell = cell,
			   .target = &session->target };
	size_t i, j;

	for (i = 0; i < options->nsizes && !interrupted(); i++) {
		row.request.pages = options->size_pages[i];
		row.request.align_order = cell->backend->align_order;
		if (!cell->backend->chooses_align)
			run_row(session, &row);
		for (j = 0; cell->backend->chooses_align &&
		     j < options->naligns && !interrupted(); j++) {
			row.request.align_order = options->align_order[j];
			run_row(session, &row);
		}
	}
	return session->records.failed ? -1 : 0;
}

static const struct bench latency = {
	.name = "latency",
	.help = "time to take and to give back one buffer, by size",
	.by_default = true,
	.has_model = true,
	.count = latency_count,
	.run = latency_run,
};

REGISTER_BENCH(latency)
