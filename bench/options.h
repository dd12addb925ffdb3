/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CMABENCH_OPTIONS_H
#define CMABENCH_OPTIONS_H

#include "bench.h"

#define MAX_SIZES 64
#define MAX_PERCENTS 16
#define MAX_PINS 4096
#define MAX_COUNT 100000	/* samples a row; each is kept and recorded */

struct options {
	struct part_list backends, pressures, benches;
	bool backends_named;	/* named ones must work, default ones may skip */
	bool pressures_named;
	bool sizes_named;
	__u64 size_pages[MAX_SIZES];
	size_t nsizes;
	unsigned int percent[MAX_PERCENTS];
	size_t npercents;
	__u64 count;
	__u64 traced_count;
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
