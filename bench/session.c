// SPDX-License-Identifier: GPL-2.0
#include "session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calibration.h"
#include "table.h"

void row_overflow_add(struct row_overflow *overflow, struct sample *sample)
{
	overflow->samples++;
	if (!sample->valid) {
		overflow->invalid++;
		sample_forget(sample);
		return;
	}
	if (sample->error) {
		overflow->failures++;
		overflow->by_failure[sample->failure]++;
		return;
	}
	histogram_add(&overflow->latency_ns, sample->latency_ns);
	histogram_add(&overflow->release_ns, sample->release_ns);
	if (sample->has_response)
		histogram_add(&overflow->response_ns, sample->response_ns);
	overflow->occupancy_pages += sample->occupancy.pages;
	overflow->migrated_pages += sample->migrated_pages;
}

/* The values of one time of all good samples, exactly. */
static struct statistics exact(const struct session *session, __u64 count,
			       size_t time)
{
	__u64 i, good = 0;

	for (i = 0; i < count; i++)
		if (session->samples[i].valid && !session->samples[i].error)
			session->values_ns[good++] = *(const __u64 *)
				((const char *)&session->samples[i] + time);
	return statistics_of(session->values_ns, good);
}

static void summarise_times(struct session *session, __u64 count,
			    struct summary *summary)
{
	struct row_overflow *overflow = &session->overflow;
	__u64 i;

	summary->from_histogram = overflow->samples > 0;
	if (!summary->from_histogram) {
		summary->latency_ns = exact(session, count,
					    offsetof(struct sample, latency_ns));
		summary->release_ns = exact(session, count,
					    offsetof(struct sample, release_ns));
		if (count && session->samples[0].has_response)
			summary->response_ns =
				exact(session, count,
				      offsetof(struct sample, response_ns));
		return;
	}
	for (i = 0; i < count; i++) {
		struct sample copy = session->samples[i];

		copy.invalid_reason = NULL;
		row_overflow_add(overflow, &copy);
	}
	histogram_statistics(&overflow->latency_ns, &summary->latency_ns);
	histogram_statistics(&overflow->release_ns, &summary->release_ns);
	histogram_statistics(&overflow->response_ns, &summary->response_ns);
}

/* Counts of the kept samples; the overflow's are in it already, or zero. */
static void summarise_counts(struct session *session, __u64 count,
			     struct summary *summary)
{
	struct row_overflow *overflow = &session->overflow;
	struct row_overflow counted = { 0 };
	const struct row_overflow *from = overflow;
	size_t i, good;

	if (!summary->from_histogram) {
		for (i = 0; i < count; i++) {
			struct sample copy = session->samples[i];

			copy.invalid_reason = NULL;
			row_overflow_add(&counted, &copy);
		}
		from = &counted;
	}
	good = from->samples - from->invalid - from->failures;
	summary->samples = from->samples;
	summary->invalid = from->invalid;
	summary->failures = from->failures;
	for (i = 0; i < NR_FAILURES; i++)
		summary->by_failure[i] = from->by_failure[i];
	summary->occupancy_pages = rounded_average(from->occupancy_pages, good);
	summary->migrated_pages = rounded_average(from->migrated_pages, good);
	for (i = 0; i < count; i++) {
		summary->has_occupancy |= session->samples[i].occupancy.source !=
					  OCCUPANCY_UNKNOWN;
		summary->has_migrations |= session->samples[i].has_migrations;
	}
}

static void summarise_traced(const struct sample *traced, __u64 count,
			     struct summary *summary)
{
	__u64 i, retries = 0;

	for (i = 0; i < count; i++) {
		if (!traced[i].valid || !traced[i].has_retries)
			continue;
		summary->traced++;
		retries += traced[i].retries;
	}
	summary->retries = rounded_average(retries, summary->traced);
}

/* What the row's average allocation had to do, and what that must cost. */
static void summarise_model(struct session *session, const struct row *row,
			    struct summary *summary)
{
	const struct model *model = model_of(session, row->cell->backend);
	struct work work = work_of(row->cell, row->request.pages,
				   summary->migrated_pages, summary->retries);

	summary->floor_ns = floor_ns(&session->floor, &work);
	if (!model || !model_predict(model, &work, &summary->model_ns))
		summary->model_ns = 0;
}

void session_row_done(struct session *session, bool valid)
{
	records_flush(&session->records);
	session->rows++;
	session->rows_without_samples += !valid;
}

static void record_samples(struct session *session, const struct row *row,
			   struct sample *samples, __u64 count)
{
	__u64 i;

	for (i = 0; i < count; i++) {
		record_sample(&session->records, row, i, &samples[i]);
		sample_forget(&samples[i]);
	}
}

static void note_smallest(struct session *session, const struct row *row,
			  const struct statistics *latency)
{
	if (!latency->count || !row->cell->backend->needs_area)
		return;
	if (!session->smallest_ns || latency->min < session->smallest_ns)
		session->smallest_ns = latency->min;
}

/* Is the engine seen in what it measures? */
static void print_overhead(const struct session *session)
{
	if (session->table && session->empty_ns && session->smallest_ns)
		fprintf(session->table, "engine: %llu ns of the smallest latency, %llu ns: %.2f %%, at most 1 %% is expected\n",
			session->empty_ns, session->smallest_ns,
			100.0 * session->empty_ns / session->smallest_ns);
}

void session_row(struct session *session, const struct row *row, __u64 count,
		 struct sample *traced, __u64 traced_count)
{
	struct summary summary = { 0 };

	summarise_times(session, count, &summary);
	summarise_counts(session, count, &summary);
	summarise_traced(traced, traced_count, &summary);
	summarise_model(session, row, &summary);
	record_samples(session, row, session->samples, count);
	record_samples(session, row, traced, traced_count);
	if (summary.from_histogram)
		record_histogram(&session->records, row,
				 &session->overflow.latency_ns);
	record_summary(&session->records, row, &summary);
	if (session->table) {
		progress_clear(&session->progress);
		table_row(session->table, row, &summary);
		fflush(session->table);
	}
	session->failures += summary.failures;
	note_smallest(session, row, &summary.latency_ns);
	/* A row that only failed was measured; one of invalid samples was not. */
	session_row_done(session, !count || summary.invalid < summary.samples);
	memset(&session->overflow, 0, sizeof(session->overflow));
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

static int run_backend(struct session *session, struct cell *cell,
		       const struct backend *backend)
{
	struct reason why = { "no reason given" };
	int err = -ENODEV;

	cell->backend = backend;
	if (backend->needs_area && !session->target.area)
		refuse(&why, err, "needs a CMA area, this machine has none");
	else
		err = backend->open(&session->target, &cell->backend_state,
				    &why);
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
