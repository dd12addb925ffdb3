// SPDX-License-Identifier: GPL-2.0
/*
 * What trace events tell, as tracefs, trace-cmd, perf script and a dump of the
 * buffer into the log write them:
 *
 *	   cat-12    [000] .....    1.234567: cma_alloc_start: name=reserved ...
 *	   cat-12    [000]     1.234567: cma_alloc_start:      name=reserved ...
 *	   cat    12 [000]     1.234567: cma:cma_alloc_start: name=reserved ...
 *	[  9.9]   cat-12      0..... 1234567us : cma_alloc_start: name=reserved ...
 */
#include "explain.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FAILED_PFN "pfn=0xffffffff"	/* -1, of 32 or of 64 bits */

/* Behind what begins right before @event, spaces and the group's name. */
static const char *before_event(const char *line, const char *event)
{
	if (event > line && event[-1] == ':')
		for (event--; event > line && (isalnum((unsigned char)event[-1]) ||
					       event[-1] == '_');)
			event--;
	while (event > line && strchr(" :", event[-1]))
		event--;
	return event;
}

/* The seconds before @event; 0: none there. */
static double seconds_of(const char *line, const char *event)
{
	const char *end = before_event(line, event), *at;
	double unit_s = 1;

	if (end - line > 2 && !strncmp(end - 2, "us", 2)) {
		unit_s = 0.000001;
		end -= 2;
	}
	for (at = end; at > line && strchr("0123456789.", at[-1]);)
		at--;
	return at < end ? atof(at) * unit_s : 0;
}

/* "cat-12 ", "cat    12 ": what stands before " [000]", without its indent. */
static size_t task_name(const char *line, const char *event, const char **name)
{
	const char *end = event;

	while (end > line + 1 && !(end[-1] == ' ' && end[0] == '['))
		end--;
	*name = line + strspn(line, " ");
	while (end > *name && end[-1] == ' ')
		end--;
	return end > *name ? end - *name : 0;
}

/* The task of a line; where the line names none, all are one. */
static struct explained_task *task_of(struct explained_trace *trace,
				      const char *line, const char *event)
{
	struct explained_task *task;
	const char *name;
	char text[sizeof(task->name)];
	size_t i;

	i = task_name(line, event, &name);
	snprintf(text, sizeof(text), "%.*s", (int)i, name);
	for (i = 0; i < trace->tasks && i < EXPLAIN_TASKS; i++)
		if (!strcmp(trace->task[i].name, text))
			return &trace->task[i];
	task = &trace->task[trace->tasks++ % EXPLAIN_TASKS];
	memset(task, 0, sizeof(*task));
	memcpy(task->name, text, sizeof(text));
	return task;
}

static __u64 count_of(const char *event)
{
	const char *count = strstr(event, "count=");

	return count ? strtoull(count + strlen("count="), NULL, 10) : 0;
}

static bool read_start(struct explanation *told, const char *line)
{
	const char *at = strstr(line, "cma_alloc_start: ");
	struct explained_task *task;

	if (!at)
		return false;
	task = task_of(&told->trace, line, at);
	told->trace.starts++;
	told->trace.tells_retries = true;
	task->retries = 0;
	task->started_s = seconds_of(line, at);
	task->pages = count_of(at);
	return true;
}

static bool read_retry(struct explanation *told, const char *line)
{
	const char *at = strstr(line, "cma_alloc_busy_retry: ");
	struct explained_task *task;

	if (!at)
		return false;
	task = task_of(&told->trace, line, at);
	told->trace.retries++;
	told->trace.tells_retries = true;
	task->retries++;
	if (task->retries > told->trace.most_retries)
		told->trace.most_retries = task->retries;
	return true;
}

/* 6.1 tells no errno: that it failed is in the frame's number. */
static void note_failure(struct explanation *told, const char *event,
			 __u64 pages)
{
	const char *error = strstr(event, "errorno=");
	const char *name = behind(event, "name=") ?: "";
	int number = error ? abs(atoi(error + strlen("errorno="))) : 0;

	if (!number && (error || !strstr(event, FAILED_PFN)))
		return;
	told->trace.failures++;
	explain_failure(told, name, strcspn(name, "\n "), pages, number);
}

static bool read_finish(struct explanation *told, const char *line)
{
	const char *at = strstr(line, "cma_alloc_finish: ");
	struct explained_trace *trace = &told->trace;
	struct explained_task *task;
	double took_s;

	if (!at)
		return false;
	task = task_of(trace, line, at);
	trace->finishes++;
	note_failure(told, at, count_of(at) ?: task->pages);
	took_s = seconds_of(line, at) - task->started_s;
	if (task->started_s > 0 && took_s > trace->slowest_s) {
		trace->slowest_s = took_s;
		trace->slowest_pages = task->pages;
	}
	task->started_s = 0;
	return true;
}

/* Up to 5.12 there was one event: "cma_alloc: pfn=2ef00 page=... count=256 align=8" */
static bool read_old_event(struct explanation *told, const char *line)
{
	const char *at = strstr(line, "cma_alloc: "), *pfn;

	pfn = at ? at + strlen("cma_alloc: ") + strspn(at + strlen("cma_alloc: "), " ") : NULL;
	if (!pfn || strncmp(pfn, "pfn=", strlen("pfn=")))
		return false;
	told->trace.starts++;
	told->trace.finishes++;
	if (!strncmp(pfn, "pfn=ffffffff", strlen("pfn=ffffffff"))) {
		told->trace.failures++;
		explain_failure(told, "", 0, count_of(at), 0);
	}
	return true;
}

/* Ends at the frame that was in the way. */
static bool read_isolation(struct explanation *told, const char *line)
{
	const char *at = strstr(line, "test_pages_isolated: ");
	unsigned long long start, end, last;
	struct explained_page *page;

	if (!at || sscanf(at, "test_pages_isolated: start_pfn=0x%llx end_pfn=0x%llx fin_pfn=0x%llx",
			  &start, &end, &last) != 3)
		return false;
	if (last >= end)
		return true;
	explain_range(told, start, end);
	page = explain_page(told, last);
	if (!page->why[0])
		snprintf(page->why, sizeof(page->why), "could not be isolated");
	return true;
}

bool explain_trace_line(struct explanation *told, const char *line)
{
	return read_start(told, line) || read_retry(told, line) ||
	       read_finish(told, line) || read_old_event(told, line) ||
	       read_isolation(told, line);
}
