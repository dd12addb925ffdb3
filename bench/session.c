// SPDX-License-Identifier: GPL-2.0
#include "session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

void summarise(const struct sample *samples, __u64 count,
	       const struct sample *traced, __u64 traced_count,
	       __u64 *latencies_ns, struct summary *summary)
{
	__u64 i, occupancy = 0, migrated = 0, retries = 0;
	size_t good = 0;

	memset(summary, 0, sizeof(*summary));
	summary->samples = count;
	for (i = 0; i < count; i++) {
		const struct sample *sample = &samples[i];

		summary->invalid += !sample->valid;
		summary->failures += sample->valid && sample->error;
		if (!sample->valid || sample->error)
			continue;
		latencies_ns[good++] = sample->latency_ns;
		occupancy += sample->occupancy.pages;
		summary->has_occupancy =
			sample->occupancy.source != OCCUPANCY_UNKNOWN;
		migrated += sample->migrated_pages;
		summary->has_migrations = sample->has_migrations;
	}
	for (i = 0; i < traced_count; i++) {
		if (!traced[i].valid || !traced[i].has_retries)
			continue;
		summary->traced++;
		retries += traced[i].retries;
	}
	summary->latency_ns = statistics_of(latencies_ns, good);
	summary->occupancy_pages = rounded_average(occupancy, good);
	summary->migrated_pages = rounded_average(migrated, good);
	summary->retries = rounded_average(retries, summary->traced);
}

void session_row(struct session *session, const struct row *row, __u64 count,
		 const struct sample *traced, __u64 traced_count)
{
	struct summary summary;
	__u64 i;

	for (i = 0; i < count; i++)
		record_sample(&session->records, row, i, &session->samples[i]);
	for (i = 0; i < traced_count; i++)
		record_sample(&session->records, row, i, &traced[i]);
	summarise(session->samples, count, traced, traced_count,
		  session->latencies_ns, &summary);
	record_summary(&session->records, row, &summary);
	records_flush(&session->records);
	if (session->table) {
		progress_clear(&session->progress);
		table_row(session->table, row, &summary);
		fflush(session->table);
	}
	session->rows++;
	session->failures += summary.failures;
	/* A row that only failed was measured; one of invalid samples was not. */
	if (count && summary.invalid == count)
		session->rows_without_samples++;
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

static int run_pressure(struct session *session,
			const struct pressure *pressure, unsigned int percent)
{
	const struct part_list *chosen = &session->options->backends;
	struct cell cell = { .pressure = pressure, .percent = percent };
	struct reason why = { "no reason given" };
	int err = -ENODEV;
	size_t i;

	if (pressure->needs_area && !session->target.area)
		refuse(&why, err, "needs a CMA area, this machine has none");
	else
		err = pressure->open(&session->target, percent,
				     &cell.pressure_state, &why);
	if (err)
		return cannot_open(session, session->options->pressures_named,
				   "pressure", pressure->name, &why);
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

/* Touched here, so that no page fault falls into a timed section. */
static int allocate_samples(struct session *session)
{
	__u64 count = session->options->count + session->options->traced_count;
	size_t samples_bytes = count * sizeof(*session->samples);
	size_t latencies_bytes = count * sizeof(*session->latencies_ns);

	session->samples = malloc(samples_bytes);
	session->latencies_ns = malloc(latencies_bytes);
	if (!session->samples || !session->latencies_ns) {
		fprintf(stderr, "error: no memory for %llu samples\n", count);
		return -1;
	}
	memset(session->samples, 0, samples_bytes);
	memset(session->latencies_ns, 0, latencies_bytes);
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
	err = run_pressures(session);
	retry_trace_close(&session->trace);
	progress_clear(&session->progress);
	record_end(&session->records, !err && !interrupted());
	free(session->samples);
	free(session->latencies_ns);
	if (err)
		return -1;
	return session->rows_without_samples ? 1 : 0;
}
