// SPDX-License-Identifier: GPL-2.0
/* One row: its samples while they come, then what is written down of them. */
#include "session.h"

#include <string.h>

#include "calibration.h"
#include "table.h"

bool row_is_over(const struct session *session, __u64 start_ns)
{
	__u64 duration_ns = session->options->duration_ns;

	return interrupted() ||
	       (duration_ns && clock_now_ns() - start_ns >= duration_ns);
}

/* Count one more sample, and forget it. */
static void overflow_add(struct row_overflow *overflow, struct sample *sample)
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

struct sample *row_place(struct session *session, __u64 i)
{
	return i < session->kept_samples ? &session->samples[i] :
					   &session->spare;
}

void row_take_in(struct session *session, __u64 i)
{
	if (i >= session->kept_samples)
		overflow_add(&session->overflow, &session->spare);
}

__u64 row_kept(const struct session *session, __u64 count)
{
	return count < session->kept_samples ? count : session->kept_samples;
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
		overflow_add(overflow, &copy);
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
			overflow_add(&counted, &copy);
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

