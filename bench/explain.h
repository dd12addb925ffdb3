/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a saved log or trace tells about CMA, line by line. Nothing is asked of
 * the machine that it is read on: no root, and the log may be of any kernel.
 *
 * A log is large and says the same over and over (2.5 GB an hour were seen, of
 * some 80 ranges): everything is counted by range, by request, by page.
 */
#ifndef CMABENCH_EXPLAIN_H
#define CMABENCH_EXPLAIN_H

#include <stdbool.h>
#include <stdio.h>

#include <linux/types.h>

#define EXPLAIN_MAX 512		/* different ones of each kind */

struct explained_area {
	char name[64];
	__u64 base, bytes;
};

struct explained_failure {
	char area[64];
	__u64 pages, times;
	int error;
};

struct explained_range {
	__u64 start_pfn, end_pfn, times;
};

struct explained_page {
	__u64 pfn, times;
	int references, mappings;
	char flags[96];
	char why[48];
};

/* Allocations of a trace. */
struct explained_trace {
	__u64 starts, finishes, failures, retries, most_retries;
	__u64 retries_now;		/* of the allocation under way */
	double started_s, slowest_s;
	__u64 slowest_pages, pages_now;
};

struct explanation {
	char kernel[64];
	unsigned int kernel_major;	/* 0: the log does not tell */
	struct explained_area area[EXPLAIN_MAX];
	struct explained_failure failure[EXPLAIN_MAX];
	struct explained_range range[EXPLAIN_MAX];
	struct explained_page page[EXPLAIN_MAX];
	size_t areas, failures, ranges, pages;
	struct explained_page *last_page;	/* whose lines are coming */
	struct explained_trace trace;
	char free_pages[200];	/* "number of available pages: ...", the last */
	__u64 suppressed;	/* messages that the kernel says it left out */
	__u64 lines, recognised, too_many;
};

/* explain_line - take in one line. */
void explain_line(struct explanation *told, const char *line);

/* explain_print - what all of them say. */
void explain_print(FILE *file, struct explanation *told);

#endif
