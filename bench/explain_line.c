// SPDX-License-Identifier: GPL-2.0
#include "explain.h"

#include <stdlib.h>
#include <string.h>

#include "bench.h"

const char *behind(const char *line, const char *label)
{
	const char *at = strstr(line, label);

	return at ? at + strlen(label) : NULL;
}

static bool read_kernel(struct explanation *told, const char *line)
{
	const char *at = behind(line, "Linux version ");

	if (!at)
		return false;
	snprintf(told->kernel, sizeof(told->kernel), "%.*s",
		 (int)strcspn(at, "\n "), at);
	if (sscanf(at, "%u.%u", &told->kernel_major, &told->kernel_minor) != 2)
		told->kernel_major = 0;
	return true;
}

/* Behind "cma_alloc: ", whatever else the function's name has by now. */
static const char *behind_function(const char *line)
{
	const char *at = line;

	while ((at = behind(at, "cma_alloc"))) {
		at += strspn(at, "abcdefghijklmnopqrstuvwxyz_");
		if (!strncmp(at, ": ", strlen(": ")))
			return at + strlen(": ");
	}
	return NULL;
}

/*
 *	cma: cma_alloc: alloc failed, req-size: 64 pages, ret: -16
 *	cma: cma_alloc: reserved: alloc failed, req-size: 64 pages, ret: -16
 *	cma: __cma_alloc: reserved: alloc failed, req-size: ...
 *	cma: __cma_alloc_frozen: reserved: alloc failed, req-size: ...	7.x
 */
static bool read_failure(struct explanation *told, const char *line)
{
	const char *at = strstr(line, "alloc failed, req-size: "), *name;
	unsigned long long pages;
	size_t length = 0;
	int error;

	if (!at || sscanf(at, "alloc failed, req-size: %llu pages, ret: -%d",
			  &pages, &error) != 2)
		return false;
	name = behind_function(line);
	if (name && name < at) {
		length = at - name;
		while (length && strchr(":\n ", name[length - 1]))
			length--;
	}
	explain_failure(told, name ? name : "", length, pages, error);
	return true;
}

/*
 *	alloc_contig_range test_pages_isolated(48400, 486fd) failed	up to 4.0
 *	alloc_contig_range: [57600, 57800) PFNs busy			up to 5.x
 */
static bool read_busy_range(struct explanation *told, const char *line)
{
	unsigned long long start, end;
	const char *at = behind(line, "alloc_contig_range");

	if (!at)
		return false;
	if (sscanf(at, " test_pages_isolated(%llx, %llx) failed", &start, &end) == 2 ||
	    (strstr(at, "PFNs busy") &&
	     sscanf(at, ": [%llx, %llx)", &start, &end) == 2)) {
		explain_range(told, start, end);
		return true;
	}
	if (*at == ':' && strstr(at, "callbacks suppressed")) {
		told->suppressed += strtoull(at + 1, NULL, 10);
		return true;
	}
	return false;
}

/*
 * Kernels with CMA_DEBUG; the function's name was once dma_alloc_from_contiguous():
 *
 *	cma: cma_alloc(): memory range at pfn 0x57600 (ptrval) is busy, retrying
 */
static bool read_debug_retry(struct explanation *told, const char *line)
{
	const char *at = behind(line, "(): memory range at ");

	if (!at || !strstr(at, "is busy, retrying"))
		return false;
	told->logged_retries++;
	return true;
}

/* What is too long ends at a '+', behind a whole number. */
static void add_free_runs(struct explanation *told, const char *runs, size_t length)
{
	size_t used = strlen(told->free_runs);
	size_t room = sizeof(told->free_runs) - sizeof("...") - used;
	const char *mark = "";

	if (strstr(told->free_runs, "..."))
		return;
	if (length > room) {
		mark = "...";
		for (length = room; length && runs[length - 1] != '+';)
			length--;
	}
	snprintf(told->free_runs + used, sizeof(told->free_runs) - used, "%.*s%s",
		 (int)length, runs, mark);
}

static const char *find_free_total(const char *line)
{
	const char *at = strstr(line, "=> ");
	unsigned long long pages;
	int end = 0;

	if (!at || sscanf(at, "=> %llu free of %llu total pages%n", &pages, &pages, &end) != 2)
		return NULL;
	return end ? at : NULL;
}

/*
 *	cma: number of available pages: 1@12+3@77=> 4 free of 4096 total pages
 *
 * A list that is too long for one message goes on in the next. From 6.15 on
 * there is one for each range, and all are messages of their own:
 *
 *	cma: number of available pages:
 *	cma: range 0: 1@12+3@77
 *	=> 4 free of 4096 total pages
 */
static bool read_free_pages(struct explanation *told, const char *line)
{
	const char *runs = behind(line, "number of available pages:");
	const char *total = find_free_total(line);

	if (runs) {
		told->free_runs[0] = '\0';
		told->free_total[0] = '\0';
		runs += strspn(runs, " ");
	} else {
		runs = strstr(line, "cma: range ");
		runs = runs ? runs + strlen("cma:") : NULL;
	}
	if (runs)
		add_free_runs(told, runs, total ? (size_t)(total - runs) : strcspn(runs, "\n"));
	if (total)
		snprintf(told->free_total, sizeof(told->free_total), "%.*s",
			 (int)strcspn(total, "\n"), total);
	return runs || total;
}

void explain_line(struct explanation *told, const char *line)
{
	static bool (*const readers[])(struct explanation *, const char *) = {
		explain_area_line, read_failure, read_busy_range, read_debug_retry,
		read_free_pages, explain_dump_line, explain_trace_line,
	};
	size_t i;

	told->lines++;
	/* Every log has one: it says nothing about CMA. */
	if (read_kernel(told, line))
		return;
	for (i = 0; i < ARRAY_SIZE(readers); i++)
		if (readers[i](told, line)) {
			told->recognised++;
			return;
		}
}
