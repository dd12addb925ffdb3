// SPDX-License-Identifier: GPL-2.0
#include "records.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "histogram.h"
#include "json.h"

void record_open(struct records *records, struct json *json, const char *type)
{
	json_open_line(json, records->file);
	json_string(json, "type", type);
}

void record_close(struct records *records, struct json *json)
{
	json_close_line(json);
	records->count++;
}

static void write_area(struct json *json, const struct cma_area *area)
{
	bool placed;

	if (!area) {
		json_null(json, "area");
		return;
	}
	placed = area->nranges > 0;
	json_open_object(json, "area");
	json_string(json, "name", area->name);
	json_maybe(json, "base_pfn", placed, area->ranges[0].base_pfn);
	json_maybe(json, "count_pages", area->count_pages > 0,
		   area->count_pages);
	json_maybe(json, "order_per_bit", area->has_debugfs,
		   area->order_per_bit);
	json_close_object(json);
}

/* What pressures were told beside their target: two runs that differ in it differ. */
static void write_settings(struct json *json, const struct settings *settings)
{
	json_open_object(json, "settings");
	json_number(json, "mappings", settings->mappings);
	json_number(json, "pins", settings->pins);
	json_bool(json, "pins_per_pageblock", settings->pins_per_pageblock);
	json_string(json, "folder", settings->folder);
	json_close_object(json);
}

void record_run(struct records *records, const struct target *target,
		__u64 seed)
{
	struct utsname system;
	struct json json;

	if (!records->file)
		return;
	uname(&system);
	record_open(records, &json, "run");
	json_number(&json, "schema", RECORD_SCHEMA);
	json_string(&json, "program", "cmabench");
	json_string(&json, "kernel", system.release);
	json_string(&json, "machine", system.machine);
	json_number(&json, "page_size_bytes", target->page_size_bytes);
	json_number(&json, "cpus", sysconf(_SC_NPROCESSORS_ONLN));
	json_string(&json, "clock", "CLOCK_MONOTONIC");
	json_number(&json, "seed", seed);
	write_area(&json, target->area);
	json_string(&json, "heap", target->heap ? target->heap->name : NULL);
	write_settings(&json, &target->settings);
	record_close(records, &json);
}

void record_skip(struct records *records, const char *kind, const char *name,
		 const struct reason *why)
{
	struct json json;

	if (!records->file)
		return;
	record_open(records, &json, "skip");
	json_string(&json, "part", kind);
	json_string(&json, "name", name);
	json_string(&json, "reason", why->text);
	record_close(records, &json);
}

void record_row(struct json *json, const struct row *row)
{
	const struct cell *cell = row->cell;

	json_string(json, "bench", row->bench);
	json_string(json, "backend", cell->backend->name);
	json_string(json, "area", target_name(row->target));
	json_string(json, "pressure", cell->pressure->name);
	json_number(json, "target_occupancy_percent", cell->percent);
	json_number(json, "size_pages", row->request.pages);
	json_maybe(json, "align_order", row->request.align_order >= 0,
		   row->request.align_order);
}

static const char *error_name(int error)
{
	return error ? strerrorname_np(error) ?: "unknown" : NULL;
}

static const char *const error_source_names[] = {
	[ERROR_FROM_SYSCALL] = "syscall",
	[ERROR_FROM_LOG] = "log",
	[ERROR_FROM_TRACE] = "trace",
};

static const char *const source_names[] = {
	[OCCUPANCY_UNKNOWN] = NULL,
	[OCCUPANCY_PAGEMAP] = "pagemap",
	[OCCUPANCY_KPAGEFLAGS] = "kpageflags",
	[OCCUPANCY_COUNTERS] = "counters",
	[OCCUPANCY_NOT_FREE] = "not free",
};

static void write_findings(struct json *json, const struct sample *sample)
{
	enum occupancy_source source = sample->occupancy.source;

	json_string(json, "error", error_name(sample->error));
	json_string(json, "error_source", sample->error ?
		    error_source_names[sample->error_source] : NULL);
	json_string(json, "failure", failure_name(sample->failure));
	json_maybe(json, "retries", sample->has_retries, sample->retries);
	json_maybe(json, "occupancy_pages", source != OCCUPANCY_UNKNOWN,
		   sample->occupancy.pages);
	json_string(json, "occupancy_source", source_names[source]);
	json_maybe(json, "migrated_pages", sample->has_migrations,
		   sample->migrated_pages);
	json_maybe(json, "migrate_failed_pages", sample->has_migrations,
		   sample->migrate_failed_pages);
	json_maybe(json, "call", sample->has_call, sample->call);
	json_bool(json, "valid", sample->valid);
	json_string(json, "invalid_reason",
		    sample->valid ? NULL : sample->invalid_reason ?:
		    "no memory to keep the reason");
}

/* A traced sample is a record type of its own: its times are no times. */
void record_sample(struct records *records, const struct row *row,
		   __u64 number, const struct sample *sample)
{
	bool timed = !sample->traced;
	struct json json;

	if (!records->file)
		return;
	record_open(records, &json, timed ? "sample" : "traced");
	record_row(&json, row);
	json_number(&json, "sample", number);
	if (timed) {
		json_number(&json, "latency_ns", sample->latency_ns);
		json_maybe(&json, "release_ns", sample->has_release,
			   sample->release_ns);
		if (sample->has_response)
			json_number(&json, "response_ns", sample->response_ns);
	}
	write_findings(&json, sample);
	if (!timed) {
		json_maybe(&json, "busy_pfn", sample->busy_times > 0,
			   sample->busy_pfn);
		json_number(&json, "busy_times", sample->busy_times);
	}
	record_close(records, &json);
}

void record_statistics(struct json *json, const char *name,
		       const struct statistics *statistics)
{
	const struct {
		const char *suffix;
		__u64 value;
	} figures[] = {
		{ "min_ns", statistics->min },
		{ "average_ns", statistics->average },
		{ "p50_ns", statistics->p50 },
		{ "p90_ns", statistics->p90 },
		{ "p99_ns", statistics->p99 },
		{ "max_ns", statistics->max },
	};
	char key[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(figures); i++) {
		snprintf(key, sizeof(key), "%s%s%s", name, *name ? "_" : "",
			 figures[i].suffix);
		json_maybe(json, key, statistics->count > 0,
			   figures[i].value);
	}
}

/* {"busy":3,"no slot":1}: only those that there are. */
static void write_failures(struct json *json, const struct summary *summary)
{
	size_t i;

	json_open_object(json, "by_failure");
	for (i = 0; i < NR_FAILURES; i++)
		if (summary->by_failure[i] && failure_name(i))
			json_number(json, failure_name(i),
				    summary->by_failure[i]);
	json_close_object(json);
}

/* "floor_ns" and "floor_ratio": how often @ns is in the median. */
static void write_ratio(struct json *json, const char *name,
			const struct summary *summary, double ns)
{
	bool known = summary->latency_ns.count > 0 && ns > 0;
	char ns_key[32], ratio_key[32];

	snprintf(ns_key, sizeof(ns_key), "%s_ns", name);
	snprintf(ratio_key, sizeof(ratio_key), "%s_ratio", name);
	json_maybe(json, ns_key, known, ns + 0.5);
	if (known)
		json_decimal(json, ratio_key, summary->latency_ns.p50 / ns);
	else
		json_null(json, ratio_key);
}

void record_summary(struct records *records, const struct row *row,
		    const struct summary *summary)
{
	bool known = summary->latency_ns.count > 0;
	struct json json;

	if (!records->file)
		return;
	record_open(records, &json, "summary");
	record_row(&json, row);
	json_number(&json, "samples", summary->samples);
	json_number(&json, "invalid", summary->invalid);
	json_number(&json, "failures", summary->failures);
	record_statistics(&json, "", &summary->latency_ns);
	json_maybe(&json, "occupancy_pages", known && summary->has_occupancy,
		   summary->occupancy_pages);
	json_maybe(&json, "migrated_pages", known && summary->has_migrations,
		   summary->migrated_pages);
	json_number(&json, "traced", summary->traced);
	json_maybe(&json, "retries", summary->traced > 0, summary->retries);
	write_failures(&json, summary);
	json_bool(&json, "from_histogram", summary->from_histogram);
	record_statistics(&json, "release", &summary->release_ns);
	if (summary->response_ns.count)
		record_statistics(&json, "response", &summary->response_ns);
	write_ratio(&json, "floor", summary, summary->floor_ns);
	write_ratio(&json, "model", summary, summary->model_ns);
	record_close(records, &json);
}

void record_histogram(struct records *records, const struct row *row,
		      const struct histogram *histogram)
{
	struct json json;
	unsigned int i;

	for (i = 0; records->file && i < HISTOGRAM_BUCKETS; i++) {
		if (!histogram->bucket[i])
			continue;
		record_open(records, &json, "bucket");
		record_row(&json, row);
		json_number(&json, "from_ns", histogram_low(i));
		json_number(&json, "to_ns", histogram_high(i));
		json_number(&json, "samples", histogram->bucket[i]);
		record_close(records, &json);
	}
}

void record_end(struct records *records, bool complete)
{
	__u64 before = records->count;
	struct json json;

	if (!records->file)
		return;
	record_open(records, &json, "end");
	json_number(&json, "records", before);
	json_string(&json, "status", complete ? "complete" : "partial");
	record_close(records, &json);
	records_flush(records);
}

void records_flush(struct records *records)
{
	if (records->file && (fflush(records->file) || ferror(records->file)))
		records->failed = true;
}
