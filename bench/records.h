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
	__u64 size_pages;
};

struct summary {
	size_t samples, invalid, failures;
	struct statistics latency_ns;	/* of the valid, successful ones */
	__u64 occupancy_pages;
	bool has_occupancy;
	__u64 migrated_pages;
	bool has_migrations;
	size_t traced;
	__u64 retries;
};

void record_run(struct records *records, const struct target *target,
		__u64 seed);
void record_skip(struct records *records, const char *kind, const char *name,
		 const struct reason *why);
void record_sample(struct records *records, const struct row *row,
		   __u64 number, const struct sample *sample);
void record_summary(struct records *records, const struct row *row,
		    const struct summary *summary);
void record_end(struct records *records, bool complete);

/* records_flush - hand over what was recorded so far. */
void records_flush(struct records *records);

#endif
