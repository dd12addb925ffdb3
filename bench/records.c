// SPDX-License-Identifier: GPL-2.0
#include "records.h"

#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "json.h"

static void open_record(struct records *records, struct json *json,
			const char *type)
{
	json_open_line(json, records->file);
	json_string(json, "type", type);
}

static void close_record(struct records *records, struct json *json)
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

void record_run(struct records *records, const struct target *target,
		__u64 seed)
{
	struct utsname system;
	struct json json;

	if (!records->file)
		return;
	uname(&system);
	open_record(records, &json, "run");
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
	close_record(records, &json);
}

void record_skip(struct records *records, const char *kind, const char *name,
		 const struct reason *why)
{
	struct json json;

	if (!records->file)
		return;
	open_record(records, &json, "skip");
	json_string(&json, "part", kind);
	json_string(&json, "name", name);
	json_string(&json, "reason", why->text);
	close_record(records, &json);
}

static void write_row(struct json *json, const struct row *row)
{
	const struct cell *cell = row->cell;

	json_string(json, "bench", row->bench);
	json_string(json, "backend", cell->backend->name);
	json_string(json, "area", target_name(row->target));
	json_string(json, "pressure", cell->pressure->name);
	json_number(json, "target_occupancy_percent", cell->percent);
	json_number(json, "size_pages", row->size_pages);
	json_maybe(json, "align_order", cell->backend->align_order >= 0,
		   cell->backend->align_order);
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
};

static void write_findings(struct json *json, const struct sample *sample)
{
	enum occupancy_source source = sample->occupancy.source;

	json_string(json, "error", error_name(sample->error));
	json_string(json, "error_source", sample->error ?
		    error_source_names[sample->error_source] : NULL);
	json_maybe(json, "retries", sample->has_retries, sample->retries);
	json_maybe(json, "occupancy_pages", source != OCCUPANCY_UNKNOWN,
		   sample->occupancy.pages);
	json_string(json, "occupancy_source", source_names[source]);
	json_maybe(json, "migrated_pages", sample->has_migrations,
		   sample->migrated_pages);
	json_maybe(json, "migrate_failed_pages", sample->has_migrations,
		   sample->migrate_failed_pages);
	json_bool(json, "valid", sample->valid);
	json_string(json, "invalid_reason",
		    sample->valid ? NULL : sample->invalid_reason.text);
}

/* A traced sample is a record type of its own: its times are no times. */
void record_sample(struct records *records, const struct row *row,
		   __u64 number, const struct sample *sample)
{
	bool timed = !sample->traced;
	struct json json;

	if (!records->file)
		return;
	open_record(records, &json, timed ? "sample" : "traced");
	write_row(&json, row);
	json_number(&json, "sample", number);
	if (timed) {
		json_number(&json, "latency_ns", sample->latency_ns);
		json_maybe(&json, "release_ns", sample->has_release,
			   sample->release_ns);
	}
	write_findings(&json, sample);
	close_record(records, &json);
}

void record_summary(struct records *records, const struct row *row,
		    const struct summary *summary)
{
	const struct statistics *latency = &summary->latency_ns;
	bool known = latency->count > 0;
	struct json json;

	if (!records->file)
		return;
	open_record(records, &json, "summary");
	write_row(&json, row);
	json_number(&json, "samples", summary->samples);
	json_number(&json, "invalid", summary->invalid);
	json_number(&json, "failures", summary->failures);
	json_maybe(&json, "min_ns", known, latency->min);
	json_maybe(&json, "average_ns", known, latency->average);
	json_maybe(&json, "p50_ns", known, latency->p50);
	json_maybe(&json, "p90_ns", known, latency->p90);
	json_maybe(&json, "p99_ns", known, latency->p99);
	json_maybe(&json, "max_ns", known, latency->max);
	json_maybe(&json, "occupancy_pages", known && summary->has_occupancy,
		   summary->occupancy_pages);
	json_maybe(&json, "migrated_pages", known && summary->has_migrations,
		   summary->migrated_pages);
	json_number(&json, "traced", summary->traced);
	json_maybe(&json, "retries", summary->traced > 0, summary->retries);
	close_record(records, &json);
}

void record_end(struct records *records, bool complete)
{
	__u64 before = records->count;
	struct json json;

	if (!records->file)
		return;
	open_record(records, &json, "end");
	json_number(&json, "records", before);
	json_string(&json, "status", complete ? "complete" : "partial");
	close_record(records, &json);
	records_flush(records);
}

void records_flush(struct records *records)
{
	if (records->file && (fflush(records->file) || ferror(records->file)))
		records->failed = true;
}
