/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a saved log or trace tells about CMA, line by line. Nothing is asked of
 * the machine that it is read on: no root, and the log may be of any kernel.
 *
 * A log is large and says the same over and over (2.5 GB an hour were seen, of
 * some 80 ranges): everything is counted by range, by request, by page. Where
 * there are more ranges or pages than places, the most frequent ones stay.
 */
#ifndef CMABENCH_EXPLAIN_H
#define CMABENCH_EXPLAIN_H

#include <stdbool.h>
#include <stdio.h>

#include <linux/types.h>

#define EXPLAIN_MAX 512		/* different ones of each kind */
#define EXPLAIN_TASKS 64	/* at work at the same time */
#define EXPLAIN_LINE 4096	/* what a longer line has beyond is left out */

/* How often something was seen: the first member of all that is counted. */
struct explained_count {
	__u64 times;		/* or fewer: never too small */
	__u64 inherited;	/* so many fewer, at most */
};

struct explained_area {
	char name[64];
	__u64 base, bytes;
};

struct explained_failure {
	struct explained_count count;
	char area[64];
	__u64 pages;
	int error;
};

struct explained_range {
	struct explained_count count;
	__u64 start_pfn, end_pfn;
};

struct explained_page {
	struct explained_count count;
	__u64 pfn;
	int references, mappings;
	char flags[96];
	char type[96];			/* "" where the log does not tell */
	char why[48];
	char allocated_by[200];		/* by page_owner; "" likewise */
};

/* A task of a trace and its allocation under way: others go on meanwhile. */
struct explained_task {
	char name[64];
	double started_s;
	__u64 pages, retries;
};

/* Allocations of a trace. */
struct explained_trace {
	__u64 starts, finishes, failures, retries, most_retries;
	bool tells_retries;		/* older kernels have no event of them */
	double slowest_s;
	__u64 slowest_pages;
	struct explained_task task[EXPLAIN_TASKS];
	size_t tasks;			/* ever seen: later ones take old places */
};

struct explanation {
	char kernel[64];
	unsigned int kernel_major, kernel_minor;	/* major 0: the log does not tell */
	struct explained_area area[EXPLAIN_MAX];
	struct explained_failure failure[EXPLAIN_MAX];
	struct explained_range range[EXPLAIN_MAX];
	struct explained_page page[EXPLAIN_MAX];
	size_t areas, failures, ranges, pages;
	bool more_ranges, more_pages;	/* than places: some were replaced */
	struct explained_area *last_area;	/* whose name may come next */
	struct explained_page dumped;		/* its reason is still to come */
	unsigned int dumped_lines;		/* so far; 0: none is */
	struct explained_page *last_page;	/* whose owner is coming */
	unsigned int frames_to_come;		/* of its page_owner stack */
	struct explained_trace trace;
	char free_runs[160], free_total[64];	/* when an allocation last failed */
	__u64 logged_retries;
	__u64 suppressed;	/* messages that the kernel says it left out */
	__u64 lines, recognised, too_many;
};

/* explain_line - take in one line. */
void explain_line(struct explanation *told, const char *line);

/*
 * explain_file - take in all of them, whatever bytes they are of: memory does
 * not grow with the file. Returns 0 or -errno.
 */
int explain_file(struct explanation *told, FILE *file);

/* Of it, for the readers of each kind of line: did they know it? */
bool explain_area_line(struct explanation *told, const char *line);
bool explain_dump_line(struct explanation *told, const char *line);
bool explain_trace_line(struct explanation *told, const char *line);

/* What was found is counted here. */
void explain_failure(struct explanation *told, const char *area,
		     size_t length, __u64 pages, int error);
void explain_range(struct explanation *told, __u64 start, __u64 end);
struct explained_page *explain_page(struct explanation *told, __u64 pfn);

/* behind - the text behind @label in @line, or NULL. */
const char *behind(const char *line, const char *label);

/* explain_print - what all of them say. */
void explain_print(FILE *file, struct explanation *told);

#endif
