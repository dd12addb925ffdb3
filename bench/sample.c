// SPDX-License-Identifier: GPL-2.0
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#include "kernel_log.h"
#include "landing.h"
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
	if (buffer->self_timed)
		*latency_ns = buffer->latency_ns;
	return err;
}

static int time_release(const struct cell *cell, struct buffer *buffer,
			__u64 *release_ns)
{
	__u64 start_ns = clock_now_ns();
	int err = cell->backend->release(cell->backend_state, buffer);

	*release_ns = clock_now_ns() - start_ns;
	if (buffer->self_timed)
		*release_ns = buffer->latency_ns;
	return err;
}

static void invalidate(struct sample *sample, const struct reason *why)
{
	/* The first reason is the cause, later ones follow from it. */
	if (sample->valid)
		sample->invalid_reason = strdup(why->text);
	sample->valid = false;
}

int pressure_press(const struct cell *cell, const struct request *request,
		   struct occupancy *now, struct reason *why)
{
	const struct pressure *pressure = cell->pressure;
	struct reason later;
	int err = pressure->establish ?
		  pressure->establish(cell->pressure_state, request, why) : 0;
	int missing = pressure->verify(cell->pressure_state, now,
				       err ? &later : why);

	return err ? err : missing;
}

/* Is the pressure there? Looked at last, right before the allocation. */
static void check_pressure(const struct cell *cell,
			   const struct request *request,
			   struct sample *sample)
{
	struct reason why = { "no reason given" };

	if (pressure_press(cell, request, &sample->occupancy, &why))
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
	/* Otherwise others allocated too, or it was refused uncounted. */
	sample->has_call = after.has_calls && after.calls == before->calls + 1;
	sample->call = after.calls;
}

static void set_error(struct sample *sample, int err, __u64 pages)
{
	int logged = kernel_log_allocation_error(pages);

	sample->error = logged ? logged : -err;
	sample->error_source = logged ? ERROR_FROM_LOG : ERROR_FROM_SYSCALL;
}

static void set_failure(const struct cell *cell,
			const struct request *request, struct sample *sample)
{
	struct failure_facts facts = {
		.error = sample->error,
		.is_allocators = sample->error_source != ERROR_FROM_SYSCALL,
		.pages = request->pages,
		.area_pages = cell->target && cell->target->area ?
			      cell->target->area->count_pages : 0,
		.knows_slots = sample->knows_slots,
		.slot_was_free = sample->slot_was_free,
		.knows_retries = sample->has_retries,
		.retries = sample->retries,
	};

	sample->failure = failure_of(&facts);
}

/* Before the call: afterwards nobody can tell why it failed. */
static void look_for_slot(const struct cell *cell,
			  const struct request *request, struct sample *sample)
{
	struct cma_range landing;

	if (!cell->backend->needs_area || !cell->target ||
	    landing_find(cell->target->area, request, &landing))
		return;
	sample->knows_slots = cell->target->area->nranges > 0;
	sample->slot_was_free = landing.count_pages > 0;
}

/* The engine is done: what it took since it took over is no one's waiting time. */
static void schedule_go_on(struct schedule *schedule)
{
	__u64 now_ns = clock_now_ns();

	schedule->next_ns = schedule->left_ns ?
			    schedule->next_ns + now_ns - schedule->left_ns :
			    now_ns;
}

/* Then the engine takes over once more, to see to the pressure. */
static void await_arrival(struct schedule *schedule)
{
	schedule_go_on(schedule);
	if (clock_now_ns() < schedule->next_ns)
		clock_wait_until_ns(schedule->next_ns);
	schedule->left_ns = clock_now_ns();
}

static void set_response(struct schedule *schedule, struct sample *sample)
{
	__u64 end_ns = clock_now_ns();

	sample->has_response = true;
	sample->response_ns = end_ns > schedule->next_ns ?
			      end_ns - schedule->next_ns : 0;
	schedule->next_ns += schedule->interval_ns;
	schedule->left_ns = end_ns;
}

static void release_buffer(const struct cell *cell, struct buffer *buffer,
			   struct sample *sample)
{
	struct reason why;
	int err;

	sample->has_release = true;
	err = time_release(cell, buffer, &sample->release_ns);
	if (!err)
		return;
	refuse(&why, err, "release of %llu pages failed: %s", buffer->pages,
	       strerror(-err));
	invalidate(sample, &why);
}

void sample_take(const struct cell *cell, const struct request *request,
		 const struct retry_trace *trace, struct schedule *schedule,
		 struct sample *sample)
{
	struct migration_counters before;
	struct buffer buffer = { .pages = request->pages,
				 .align_order = request->align_order };
	bool scheduled = schedule && schedule->interval_ns;
	bool meets_kernel = cell->backend->needs_area, counting;
	int err;

	memset(sample, 0, sizeof(*sample));
	sample->valid = true;
	/* First: pressure that was seen an interval ago may be gone. */
	if (scheduled)
		await_arrival(schedule);
	check_pressure(cell, request, sample);
	look_for_slot(cell, request, sample);
	if (meets_kernel)
		kernel_log_skip();
	counting = meets_kernel && !migration_counters_read(&before);
	cell->backend->prepare(cell->backend_state, &buffer);
	sample->traced = trace && !retry_trace_start(trace);
	if (scheduled)
		schedule_go_on(schedule);

	err = time_alloc(cell, &buffer, &sample->latency_ns);
	if (scheduled)
		set_response(schedule, sample);

	if (counting)
		set_migrations(sample, &before);
	if (err)
		set_error(sample, err, request->pages);
	if (sample->traced)
		retry_trace_stop(trace, sample);
	set_failure(cell, request, sample);
	if (err)
		return;
	if (meets_kernel)
		confirm_pressure(cell, request, sample);
	release_buffer(cell, &buffer, sample);
}

void sample_forget(struct sample *sample)
{
	free(sample->invalid_reason);
	sample->invalid_reason = NULL;
}
