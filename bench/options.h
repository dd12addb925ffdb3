/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CMABENCH_OPTIONS_H
#define CMABENCH_OPTIONS_H

#include "bench.h"

#define MAX_SIZES 64
#define MAX_PERCENTS 16
#define MAX_PINS 4096
#define MAX_COUNT 100000000	/* samples a row */
#define MAX_TRACED 100000
#define MAX_CALIBRATION 64
#define MAX_THREADS 64
#define MAX_ALIGN_ORDER 30

struct options {
	struct part_list backends, pressures, benches;
	bool backends_named;	/* named ones must work, default ones may skip */
	bool pressures_named;
	bool sizes_named;
	bool count_named;	/* else --duration alone ends a row */
	__u64 size_pages[MAX_SIZES];
	size_t nsizes;
	unsigned int percent[MAX_PERCENTS];
	size_t npercents;
	unsigned int align_order[MAX_SIZES];
	size_t naligns;
	unsigned int threads[MAX_PERCENTS];
	size_t nthreads;
	__u64 count;
	__u64 traced_count;
	__u64 calibration_count;	/* 0: no model */
	__u64 duration_ns;	/* of a row at most; 0: --count alone ends it */
	__u64 interval_ns;	/* of scheduled arrivals; 0: back to back */
	__u64 break_on_ns;	/* 0: never */
	__u64 seed;
	struct settings settings;
	const char *area;
	const char *heap;
	const char *output;
	bool json;
	bool quiet;
	bool list;
};

/*
 * options_parse - from the command line. Returns 0; 1 when everything asked
 * for is done (--help); -1 after an error line on stderr.
 */
int options_parse(struct options *options, int argc, char **argv);

/*
 * options_fit - sizes against the area: default sizes beyond half of it are
 * left out, named ones beyond the area are an error. Returns 0 or -1.
 */
int options_fit(struct options *options, const struct target *target);

#endif
