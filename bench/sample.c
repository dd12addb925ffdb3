// SPDX-License-Identifier: GPL-2.0
#include "bench.h"

#include <string.h>

#include "kernel_log.h"
#include "migration_counters.h"
#include "retry_trace.h"

/*
 * The timed section. Between two clock readings there is one call of the
 * backend and nothing else.
 */
static int time_alloc(const struct cell *cell, struct buffer *buffer,
		      __u64 *latency_ns)
{
	__u64 start_ns = clock_now_ns();
	int err = cell->backend->alloc(cell->backend_state, buffer);

	*latency_ns = clock_now_ns() - start_ns;
	return err;
}

static int time_release(const struct cell *cell, struct buffer *buffer,
			__u64 *release_ns)
{
	__u64 start_ns = clock_now_ns();
	int err = cell->backend->release(cell->backend_state, buffer);

	*release_ns = clock_now_ns() - start_ns;
	return err;
}

static void invalidate(struct sample *sample, const struct reason *why)
{
	/* The first reason is the cause, later ones follow from it. */
	if (sample->valid)
		sample->invalid_reason = *why;
	sample->valid = false;
}

/* Is the pressure there? Looked at last, right before the allocation. */
static void check_pressure(const struct cell *cell,
			   const struct request *request,
			   struct sample *sample)
{
	const struct pressure *pressure = cell->pressure;
	struct reason why = { "no reason given" };

	if (pressure->establish(cell->pressure_state, request, &why))
		invalidate(sample, &why);
	if (pressure->verify(cell->pressure_state, &sample->occupancy, &why))
		invalidate(sample, &why);
}

/* Did the allocation meet it? Looked at afterwards. */
static void confirm_pressure(const struct cell *cell,
			     const struct request *request,
			     struct sample *sample)
{
	struct reason why = { "no reason given" };

	if (cell->pressure->confirm &&
	    cell->pressure->confirm(cell->pressure_state, sample, request, &why))
		invalidate(sample, &why);
}

static void set_migrations(struct sample *sample,
			   const struct migration_counters *before)
{
	struct migration_counters after;

	if (migration_counters_read(&after))
		return;
	sample->has_migrations = true;
	sample->migrated_pages = after.migrated_pages - before->migrated_pages;
	sample->migrate_failed_pages =
		after.failed_pages - before->failed_pages;
}

static void set_error(struct sample *sample, int err, __u64 pages)
{
	int logged = kernel_log_allocation_error(pages);

	sample->error = logged ? logged : -err;
	sample->error_source = logged ? ERROR_FROM_LOG : ERROR_FROM_SYSCALL;
}

void sample_take(const struct cell *cell, __u64 pages,
		 const struct retry_trace *trace, struct sample *sample)
{
	struct migration_counters before;
	struct buffer buffer = { .pages = pages };
	struct request request = { pages, cell->backend->align_order };
	struct reason why;
	bool counting;
	int err;

	memset(sample, 0, sizeof(*sample));
	sample->valid = true;
	check_pressure(cell, &request, sample);
	kernel_log_skip();
	counting = !migration_counters_read(&before);
	cell->backend->prepare(cell->backend_state, &buffer);

	sample->traced = trace && !retry_trace_start(trace);
	err = time_alloc(cell, &buffer, &sample->latency_ns);

	if (counting)
		set_migrations(sample, &before);
	if (err)
		set_error(sample, err, pages);
	if (sample->traced)
		retry_trace_stop(trace, sample);
	if (err)
		return;
	if (cell->backend->needs_area)
		confirm_pressure(cell, &request, sample);
	sample->has_release = true;
	err = time_release(cell, &buffer, &sample->release_ns);
	if (err) {
		refuse(&why, err, "release of %llu pages failed: %s", pages,
		       strerror(-err));
		invalidate(sample, &why);
	}
}
