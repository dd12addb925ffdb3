/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the cma tracepoints say about the calls of one task, kept in order:
 * each place that was tried, and the errno that cma_alloc() swallows.
 */
#ifndef _CMA_TESTS_AREA_TRACE_H
#define _CMA_TESTS_AREA_TRACE_H

#include "area.h"

#define AREA_TRACE_RETRIES 64
#define AREA_TRACE_ENDLESS 500

struct area_trace {
	struct task_struct *task;
	unsigned int starts;
	unsigned int finishes;
	unsigned int releases;
	unsigned int retries;
	unsigned long retry_pfns[AREA_TRACE_RETRIES];
	/* What the last start said. */
	const char *name;
	unsigned long count;
	unsigned int align;
	/* Events of the same call that said otherwise. */
	unsigned int contradictions;
	/* Of the last event that has them. */
	unsigned long finish_pfn;
	const struct page *finish_page;
	int finish_errno;
	unsigned long release_pfn;
	unsigned long release_count;
};

/* Traces @task until the case ends. Skips without CONFIG_TRACEPOINTS. */
struct area_trace *area_trace_kunit(struct kunit *test, struct task_struct *task);

/* Forgets what was seen, to look at the next call. */
void area_trace_clear(struct area_trace *trace);

/* Whether the finish event tells the errno at all. */
bool area_trace_has_errno(void);

#endif
