/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The records of a run, JSON Lines. results/README.md documents each field;
 * a change of meaning or the removal of a field raises RECORD_SCHEMA.
 */
#ifndef CMABENCH_RECORDS_H
#define CMABENCH_RECORDS_H

#include <stdio.h>

#include "bench.h"
#include "statistics.h"

#define RECORD_SCHEMA 1

struct records {
	FILE *file;	/* NULL: nobody wants records */
	__u64 count;
	bool failed;	/* some write did not succeed */
};

/* What all samples of a row have in common. */
struct row {
	const char *bench;
	const struct cell *cell;
	const struct target *target;
	struct request request;
};

struct summary {
	size_t samples, invalid, failures;
	size_t by_failure[NR_FAILURES];
	bool from_histogram;		/* too many samples to keep each */
	struct statistics latency_ns;	/* of the valid, successful ones */
	struct statistics release_ns;
	struct statistics response_ns;	/* count 0: no arrivals scheduled */
	__u64 occupancy_pages;
	bool has_occupancy;
	__u64 migrated_pages;
	bool has_migrations;
	size_t traced;
	__u64 retries;
	double floor_ns;		/* 0: no page was touched */
	double model_ns;		/* 0: not all of its terms are known */
};

/* record_open, record_close - a record of a bench's own; keys in between. */
struct json;
void record_open(struct records *records, struct json *json, const char *type);
void record_close(struct records *records, struct json *json);

/* record_row - the keys that name a row. */
void record_row(struct json *json, const struct row *row);

/* record_statistics - "<name>_min_ns" and so on, null without values. */
void record_statistics(struct json *json, const char *name,
		       const struct statistics *statistics);

void record_run(struct records *records, const struct target *target,
		__u64 seed);
void record_skip(struct records *records, const char *kind, const char *name,
		 const struct reason *why);
void record_sample(struct records *records, const struct row *row,
		   __u64 number, const struct sample *sample);
void record_summary(struct records *records, const struct row *row,
		    const struct summary *summary);
/* record_histogram - every bucket that is not empty. */
struct histogram;
void record_histogram(struct records *records, const struct row *row,
		      const struct histogram *histogram);
void record_end(struct records *records, bool complete);

/* records_flush - hand over what was recorded so far. */
void records_flush(struct records *records);

#endif
