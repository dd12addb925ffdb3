// SPDX-License-Identifier: GPL-2.0
#include "explain.h"

#include <stdlib.h>
#include <string.h>

#include "bench.h"

/* The text behind @label, or NULL. */
static const char *behind(const char *line, const char *label)
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
		 (int)strcspn(at, " \n"), at);
	told->kernel_major = atoi(at);
	return true;
}

static __u64 unit_bytes(const char *unit)
{
	return !strncmp(unit, "KiB", 3) ? 1024 : 1024 * 1024;
}

static void add_area(struct explanation *told, const char *name, __u64 base,
		     __u64 bytes)
{
	struct explained_area *area;
	size_t i;

	for (i = 0; i < told->areas; i++)
		if (told->area[i].base == base && told->area[i].bytes == bytes)
			return;
	if (told->areas == EXPLAIN_MAX) {
		told->too_many++;
		return;
	}
	area = &told->area[told->areas++];
	area->base = base;
	area->bytes = bytes;
	snprintf(area->name, sizeof(area->name), "%s", name);
}

/*
 *	cma: Reserved 128 MiB at 0x0000000057600000 on node -1
 *	Reserved memory: created CMA memory pool at 0x..., size 64 MiB
 *	OF: reserved mem: 0x...0x (65536 KiB) map reusable linux,cma
 */
static bool read_area(struct explanation *told, const char *line)
{
	unsigned long long size, base, end;
	char unit[8], name[64] = "";
	const char *at;

	at = behind(line, "cma: Reserved ");
	if (at && sscanf(at, "%llu %7s at 0x%llx", &size, unit, &base) == 3) {
		add_area(told, "the default area", base, size * unit_bytes(unit));
		return true;
	}
	at = behind(line, "created CMA memory pool at 0x");
	if (at && sscanf(at, "%llx, size %llu %7s", &base, &size, unit) == 3) {
		add_area(told, "", base, size * unit_bytes(unit));
		return true;
	}
	/* 6.x and later name the node here, right before or after. */
	at = behind(line, "reserved mem: 0x");
	if (at && strstr(at, " reusable ") &&
	    sscanf(at, "%llx..0x%llx (%llu %7[^)]) map reusable %63s", &base,
		   &end, &size, unit, name) == 5) {
		add_area(told, name, base, size * unit_bytes(unit));
		return true;
	}
	return false;
}

static void add_failure(struct explanation *told, const char *area,
			size_t length, __u64 pages, int error)
{
	struct explained_failure *failure;
	size_t i;

	for (i = 0; i < told->failures; i++) {
		failure = &told->failure[i];
		if (failure->pages != pages || failure->error != error ||
		    strncmp(failure->area, area, length) ||
		    strlen(failure->area) != length)
			continue;
		failure->times++;
		return;
	}
	if (told->failures == EXPLAIN_MAX) {
		told->too_many++;
		return;
	}
	failure = &told->failure[told->failures++];
	snprintf(failure->area, sizeof(failure->area), "%.*s", (int)length,
		 area);
	failure->pages = pages;
	failure->error = error;
	failure->times = 1;
}

/*
 *	cma: cma_alloc: alloc failed, req-size: 64 pages, ret: -16
 *	cma: cma_alloc: reserved: alloc failed, req-size: 64 pages, ret: -16
 *	cma: __cma_alloc: reserved: alloc failed, req-size: ...
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
	name = behind(line, "cma_alloc: ");
	if (name && name < at) {
		length = at - name;
		while (length && strchr(": \n", name[length - 1]))
			length--;
	}
	add_failure(told, name ? name : "", length, pages, error);
	return true;
}

static void add_range(struct explanation *told, __u64 start, __u64 end)
{
	size_t i;

	for (i = 0; i < told->ranges; i++)
		if (told->range[i].start_pfn == start &&
		    told->range[i].end_pfn == end) {
			told->range[i].times++;
			return;
		}
	if (told->ranges == EXPLAIN_MAX) {
		told->too_many++;
		return;
	}
	told->range[told->ranges].start_pfn = start;
	told->range[told->ranges].end_pfn = end;
	told->range[told->ranges++].times = 1;
}

/* alloc_contig_range: [57600, 57800) PFNs busy: 4.x and 5.x, in hex */
static bool read_busy_range(struct explanation *told, const char *line)
{
	unsigned long long start, end, count;
	const char *at = behind(line, "alloc_contig_range: ");

	if (!at)
		return false;
	if (strstr(at, "PFNs busy") &&
	    sscanf(at, "[%llx, %llx)", &start, &end) == 2) {
		add_range(told, start, end);
		return true;
	}
	if (strstr(at, "callbacks suppressed") &&
	    sscanf(at, "%llu", &count) == 1) {
		told->suppressed += count;
		return true;
	}
	return false;
}

static struct explained_page *add_page(struct explanation *told, __u64 pfn)
{
	size_t i;

	for (i = 0; i < told->pages; i++)
		if (told->page[i].pfn == pfn) {
			told->page[i].times++;
			return &told->page[i];
		}
	if (told->pages == EXPLAIN_MAX) {
		told->too_many++;
		return NULL;
	}
	told->page[told->pages].pfn = pfn;
	told->page[told->pages].times = 1;
	told->page[told->pages].references = -1;
	return &told->page[told->pages++];
}

/* dump_page() of a page that could not be migrated. */
static bool read_dumped_page(struct explanation *told, const char *line)
{
	const char *at = strstr(line, "refcount:"), *pfn;
	struct explained_page *page = told->last_page;

	if (at && (pfn = behind(at, " pfn:0x"))) {
		page = add_page(told, strtoull(pfn, NULL, 16));
		told->last_page = page;
		if (page)
			sscanf(at, "refcount:%d mapcount:%d",
			       &page->references, &page->mappings);
		return true;
	}
	if (!page)
		return false;
	at = behind(line, "page dumped because: ");
	if (at) {
		snprintf(page->why, sizeof(page->why), "%.*s",
			 (int)strcspn(at, "\n"), at);
		return true;
	}
	at = behind(line, "flags: 0x");
	if (at && strchr(at, '(')) {
		at = strchr(at, '(') + 1;
		snprintf(page->flags, sizeof(page->flags), "%.*s",
			 (int)strcspn(at, "|)") + (int)strcspn(at +
			 strcspn(at, "|)"), ")"), at);
		return true;
	}
	return false;
}

static bool read_free_pages(struct explanation *told, const char *line)
{
	const char *at = behind(line, "number of available pages: ");

	if (!at)
		return false;
	snprintf(told->free_pages, sizeof(told->free_pages), "%.*s",
		 (int)strcspn(at, "\n"), at);
	return true;
}

/* "    cat-12  [000] .....    1.234567: event": the seconds before ": event" */
static double seconds_of(const char *line, const char *event)
{
	const char *at = event;

	while (at > line && (at[-1] == ' ' || at[-1] == ':'))
		at--;
	while (at > line && strchr("0123456789.", at[-1]))
		at--;
	return atof(at);
}

static bool read_start(struct explanation *told, const char *line)
{
	const char *at = strstr(line, "cma_alloc_start: "), *count;

	if (!at)
		return false;
	count = strstr(at, "count=");
	told->trace.starts++;
	told->trace.retries_now = 0;
	told->trace.started_s = seconds_of(line, at);
	told->trace.pages_now = count ? strtoull(count + strlen("count="),
						 NULL, 10) : 0;
	return true;
}

static bool read_retry(struct explanation *told, const char *line)
{
	if (!strstr(line, "cma_alloc_busy_retry: "))
		return false;
	told->trace.retries++;
	told->trace.retries_now++;
	if (told->trace.retries_now > told->trace.most_retries)
		told->trace.most_retries = told->trace.retries_now;
	return true;
}

static bool read_finish(struct explanation *told, const char *line)
{
	const char *at = strstr(line, "cma_alloc_finish: "), *error;
	struct explained_trace *trace = &told->trace;
	double took_s;

	if (!at)
		return false;
	trace->finishes++;
	error = strstr(at, "errorno=");
	if (error && atoi(error + strlen("errorno="))) {
		const char *name = strstr(at, "name=");

		trace->failures++;
		name = name ? name + strlen("name=") : "";
		add_failure(told, name, strcspn(name, " \n"), trace->pages_now,
			    abs(atoi(error + strlen("errorno="))));
	}
	took_s = seconds_of(line, at) - trace->started_s;
	if (trace->started_s > 0 && took_s > trace->slowest_s) {
		trace->slowest_s = took_s;
		trace->slowest_pages = trace->pages_now;
	}
	return true;
}

/* Ends at the frame that was in the way. */
static bool read_isolation(struct explanation *told, const char *line)
{
	const char *at = strstr(line, "test_pages_isolated: start_pfn=");
	unsigned long long start, end, last;
	struct explained_page *page;

	if (!at || sscanf(at, "test_pages_isolated: start_pfn=0x%llx end_pfn=0x%llx fin_pfn=0x%llx",
			  &start, &end, &last) != 3)
		return false;
	if (last >= end)
		return true;
	add_range(told, start, end);
	page = add_page(told, last);
	if (page && !page->why[0])
		snprintf(page->why, sizeof(page->why), "could not be isolated");
	return true;
}

void explain_line(struct explanation *told, const char *line)
{
	static bool (*const readers[])(struct explanation *, const char *) = {
		read_kernel, read_area, read_failure, read_busy_range,
		read_dumped_page, read_free_pages, read_start, read_retry,
		read_finish, read_isolation,
	};
	size_t i;

	told->lines++;
	for (i = 0; i < ARRAY_SIZE(readers); i++)
		if (readers[i](told, line)) {
			told->recognised++;
			return;
		}
}
