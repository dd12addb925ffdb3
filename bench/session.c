// SPDX-License-Identifier: GPL-2.0
#include "session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calibration.h"
#include "table.h"

/* Is the engine seen in what it measures? */
static void print_overhead(const struct session *session)
{
	if (session->table && session->empty_ns && session->smallest_ns)
		fprintf(session->table, "engine: %llu ns of the smallest latency, %llu ns: %.2f %%, at most 1 %% is expected\n",
			session->empty_ns, session->smallest_ns,
			100.0 * session->empty_ns / session->smallest_ns);
}

/* A part that a default run can do without is left out, visibly, once. */
static int cannot_open(struct session *session, bool named, const char *kind,
		       const char *name, const struct reason *why)
{
	size_t i;

	for (i = 0; i < session->nskipped; i++)
		if (session->skipped[i] == name)
			return 0;
	if (session->nskipped < ARRAY_SIZE(session->skipped))
		session->skipped[session->nskipped++] = name;
	progress_clear(&session->progress);
	fprintf(stderr, "%s: %s %s: %s\n", named ? "error" : "skipped", kind,
		name, why->text);
	record_skip(&session->records, kind, name, why);
	return named ? -1 : 0;
}

void session_skip(struct session *session, const char *kind, const char *name,
		  const struct reason *why)
{
	cannot_open(session, false, kind, name, why);
}

struct request session_request(const struct session *session,
			       const struct cell *cell, __u64 pages)
{
	return (struct request) {
		.pages = pages,
		.align_order = cell->backend->chooses_align ?
			       (int)session->options->align_order[0] :
			       cell->backend->align_order,
	};
}

static int run_benches(struct session *session, const struct cell *cell)
{
	const struct part_list *chosen = &session->options->benches;
	size_t i;
	int err = 0;

	for (i = 0; i < chosen->count && !err && !interrupted(); i++)
		err = ((const struct bench *)chosen->part[i])->run(session,
								   cell);
	return err;
}

/* All of them: a size that cannot be had would fail for each sample. */
static int open_backend(struct session *session, struct cell *cell,
			struct reason *why)
{
	const struct backend *backend = cell->backend;
	const struct options *options = session->options;
	size_t i;
	int err;

	if (backend->needs_area && !session->target.area)
		return refuse(why, -ENODEV, "needs a CMA area, this machine has none");
	err = backend->open(&session->target, &cell->backend_state, why);
	if (err || !backend->serves)
		return err;
	for (i = 0; i < options->nsizes && !err; i++)
		err = backend->serves(cell->backend_state,
				      options->size_pages[i], why);
	if (err)
		backend->close(cell->backend_state);
	return err;
}

static int run_backend(struct session *session, struct cell *cell,
		       const struct backend *backend)
{
	struct reason why = { "no reason given" };
	int err;

	cell->backend = backend;
	err = open_backend(session, cell, &why);
	if (err)
		return cannot_open(session, session->options->backends_named,
				   "backend", backend->name, &why);
	err = run_benches(session, cell);
	backend->close(cell->backend_state);
	return err;
}

static bool wants_model(const struct options *options)
{
	size_t i;

	for (i = 0; i < options->benches.count; i++)
		if (((const struct bench *)options->benches.part[i])->has_model)
			return true;
	return false;
}

static int run_pressure(struct session *session,
			const struct pressure *pressure, unsigned int percent)
{
	const struct part_list *chosen = &session->options->backends;
	struct cell cell = { .target = &session->target, .pressure = pressure,
			     .percent = percent };
	struct reason why = { "no reason given" };
	int err = -ENODEV;
	size_t i;

	if (wants_model(session->options))
		calibrate_before(session, pressure);
	if (pressure->needs_area && !session->target.area)
		refuse(&why, err, "needs a CMA area, this machine has none");
	else
		err = pressure->open(&session->target, percent,
				     &cell.pressure_state, &why);
	if (err)
		return cannot_open(session, session->options->pressures_named,
				   "pressure", pressure->name, &why);
	if (wants_model(session->options))
		calibrate_with(session, &cell);
	for (i = 0; i < chosen->count && !err && !interrupted(); i++)
		err = run_backend(session, &cell, chosen->part[i]);
	if (pressure->close)
		pressure->close(cell.pressure_state);
	return err;
}

static int run_pressures(struct session *session)
{
	const struct options *options = session->options;
	size_t i, j, targets;
	int err = 0;

	/* Pressure outermost: building it up is what costs time. */
	for (i = 0; i < options->pressures.count; i++) {
		const struct pressure *pressure = options->pressures.part[i];

		targets = pressure->has_target ? options->npercents : 1;
		for (j = 0; j < targets && !err && !interrupted(); j++)
			err = run_pressure(session, pressure,
					   pressure->has_target ?
					   options->percent[j] : 0);
	}
	return err;
}

static __u64 count_samples(const struct options *options)
{
	__u64 total = 0, cells = 0;
	size_t i;

	/* The clock ends rows: how many samples it has time for shows then. */
	if (options->duration_ns && !options->count_named)
		return 0;

	for (i = 0; i < options->pressures.count; i++) {
		const struct pressure *pressure = options->pressures.part[i];

		cells += options->backends.count *
			 (pressure->has_target ? options->npercents : 1);
	}
	for (i = 0; i < options->benches.count; i++) {
		const struct bench *bench = options->benches.part[i];

		total += cells * bench->count(options);
	}
	return total;
}

/*
 * Touched here, so that no page fault falls into a timed section: a memset() behind
 * malloc() is made a calloc(), which touches nothing.
 */
static int allocate_samples(struct session *session)
{
	__u64 kept = session->options->count, count;
	size_t samples_bytes, values_bytes;

	if (kept > MAX_KEPT_SAMPLES)
		kept = MAX_KEPT_SAMPLES;
	session->kept_samples = kept;
	count = kept + session->options->traced_count;
	samples_bytes = count * sizeof(*session->samples);
	values_bytes = count * sizeof(*session->values_ns);
	session->samples = malloc(samples_bytes);
	session->values_ns = malloc(values_bytes);
	if (!session->samples || !session->values_ns) {
		fprintf(stderr, "error: no memory for %llu samples\n", count);
		return -1;
	}
	explicit_bzero(session->samples, samples_bytes);
	explicit_bzero(session->values_ns, values_bytes);
	return 0;
}

static void open_trace(struct session *session)
{
	struct reason why;

	if (!session->options->traced_count || !session->target.area)
		return;
	if (retry_trace_open(&session->trace, &why))
		cannot_open(session, false, "trace", "cma", &why);
}

int session_run(struct session *session)
{
	int err;

	if (allocate_samples(session))
		return -1;
	progress_start(&session->progress, count_samples(session->options),
		       session->options->quiet);
	record_run(&session->records, &session->target,
		   session->options->seed);
	if (session->table)
		table_head(session->table, &session->target);
	open_trace(session);
	floor_measure(&session->floor, session->target.page_size_bytes);
	err = run_pressures(session);
	retry_trace_close(&session->trace);
	progress_clear(&session->progress);
	record_end(&session->records, !err && !interrupted());
	print_overhead(session);
	free(session->samples);
	free(session->values_ns);
	if (err)
		return -1;
	return session->rows_without_samples ? 1 : 0;
}
