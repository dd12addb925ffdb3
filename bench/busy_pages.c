// SPDX-License-Identifier: GPL-2.0
#include "busy_pages.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pageblock.h"
#include "text_file.h"
#include "trace_event.h"

/* Fewer would be lost in a large area with many pins. */
#define BUFFER_KBYTES "8192"
#define MAX_BUSY 4096

/* The one that steps by pageblocks and can be had, first. */
static const char *const preferred[] = { "kernel", "dma-heap", "debugfs" };

static const struct backend *open_backend(const struct target *target,
					  void **state, struct reason *why)
{
	const struct backend *backend;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(preferred); i++) {
		backend = find_part(&backends, preferred[i],
				    strlen(preferred[i]));
		if (backend && !backend->open(target, state, why))
			return backend;
	}
	return NULL;
}

static int open_trace_events(struct trace *trace, struct guard *guard,
			     struct reason *why)
{
	char path[192];
	int err = guard_open(guard);

	if (!err)
		err = trace_open(trace, guard, "cmabench-blame");
	if (err)
		return refuse(why, err, "cannot trace: %s (tracefs mounted, root, CONFIG_FTRACE)",
			      strerror(-err));
	snprintf(path, sizeof(path), "%s/buffer_size_kb", trace->instance);
	text_file_write(path, BUFFER_KBYTES);
	err = trace_enable(trace, "page_isolation/test_pages_isolated");
	if (!err)
		err = trace_clear(trace);
	return err ? refuse(why, err, "cannot trace page_isolation:test_pages_isolated: %s",
			    strerror(-err)) : 0;
}

static unsigned int order_of(__u64 pages)
{
	unsigned int order = 0;

	while (2ull << order <= pages)
		order++;
	return order;
}

/* All of the area that can be had, a pageblock at a time, and back again. */
static __u64 take_and_return(const struct target *target,
			     const struct backend *backend, void *state)
{
	__u64 piece = pageblock_pages(), most, taken, pages;
	struct buffer *buffers;

	if (piece > target->area->count_pages)
		piece = target->area->count_pages;
	most = target->area->count_pages / piece;
	buffers = calloc(most + 1, sizeof(*buffers));
	if (!buffers)
		return 0;
	for (taken = 0; taken < most && !interrupted(); taken++) {
		buffers[taken].pages = piece;
		buffers[taken].align_order = order_of(piece);
		backend->prepare(state, &buffers[taken]);
		if (backend->alloc(state, &buffers[taken]))
			break;
	}
	pages = taken * piece;
	while (taken--)
		backend->release(state, &buffers[taken]);
	free(buffers);
	return pages;
}

static int count_page(struct busy_pages *busy, __u64 pfn)
{
	size_t i;

	busy->attempts++;
	for (i = busy->count; i; i--)
		if (busy->pages[i - 1].pfn == pfn) {
			busy->pages[i - 1].times++;
			return 0;
		}
	if (busy->count == MAX_BUSY)
		return -ENOSPC;
	busy->pages[busy->count].pfn = pfn;
	busy->pages[busy->count].times = 1;
	busy->count++;
	return 0;
}

/* start_pfn=0x57600 end_pfn=0x57800 fin_pfn=0x57611 ret=fail */
static void read_line(const struct target *target, const char *line,
		      struct busy_pages *busy)
{
	const char *at = strstr(line, "test_pages_isolated: ");
	unsigned long long start, end, last;

	if (at && sscanf(at, "test_pages_isolated: start_pfn=0x%llx end_pfn=0x%llx fin_pfn=0x%llx",
			 &start, &end, &last) == 3 &&
	    last < end && cma_area_contains(target->area, last))
		count_page(busy, last);
}

static int read_trace(const struct target *target, const struct trace *trace,
		      struct busy_pages *busy)
{
	char path[192], *text, *line, *next;
	ssize_t length;

	snprintf(path, sizeof(path), "%s/trace", trace->instance);
	length = text_file_read_all(path, &text);
	if (length < 0)
		return length;
	for (line = strtok_r(text, "\n", &next); line;
	     line = strtok_r(NULL, "\n", &next))
		read_line(target, line, busy);
	free(text);
	return 0;
}

int busy_pages_find(const struct target *target, struct busy_pages *busy,
		    struct reason *why)
{
	const struct backend *backend;
	struct trace trace = { .instance = "" };
	struct guard guard = { 0 };
	void *state;
	int err;

	memset(busy, 0, sizeof(*busy));
	busy->pages = calloc(MAX_BUSY, sizeof(*busy->pages));
	if (!busy->pages)
		return refuse(why, -ENOMEM, "out of memory");
	backend = open_backend(target, &state, why);
	if (!backend)
		return -ENOENT;
	err = open_trace_events(&trace, &guard, why);
	if (!err) {
		busy->taken_pages = take_and_return(target, backend, state);
		err = read_trace(target, &trace, busy);
		if (err)
			refuse(why, err, "cannot read the trace: %s",
			       strerror(-err));
	}
	if (trace.instance[0])
		trace_close(&trace);
	guard_close(&guard);
	backend->close(state);
	if (!err)
		page_describe_all(busy->pages, busy->count);
	return err;
}

void busy_pages_free(struct busy_pages *busy)
{
	free(busy->pages);
}

static bool alike(const struct page_description *a,
		  const struct page_description *b)
{
	return a->flags == b->flags && a->mappings == b->mappings &&
	       !strcmp(a->owner, b->owner) &&
	       !strcmp(a->allocated_by, b->allocated_by);
}

static void print_range(FILE *file, const struct page_description *first,
			size_t count)
{
	char flags[200], mappings[24] = "?";
	__u64 times = 0;
	size_t i;

	for (i = 0; i < count; i++)
		times += first[i].times;
	if (first->knows_mappings)
		snprintf(mappings, sizeof(mappings), "%llu", first->mappings);
	page_flag_names(first->flags, flags, sizeof(flags));
	fprintf(file, "  pfn 0x%llx-0x%llx: %zu %s page%s, in the way %llu times\n",
		first->pfn, first[count - 1].pfn, count, page_type(first),
		count > 1 ? "s" : "", times);
	fprintf(file, "      flags %s; mappings %s; mapped by %s\n",
		first->knows_flags ? flags : "unknown", mappings,
		*first->owner ? first->owner :
		"nobody found: held by a pipe, a driver or the kernel itself");
	fprintf(file, "      allocated by %s\n", *first->allocated_by ?
		first->allocated_by : "unknown (CONFIG_PAGE_OWNER, page_owner=on, Linux 6.1)");
}

void busy_pages_print(FILE *file, const struct busy_pages *busy)
{
	size_t i, length;

	for (i = 0; i < busy->count; i += length) {
		for (length = 1; i + length < busy->count &&
		     busy->pages[i + length].pfn == busy->pages[i].pfn + length &&
		     alike(&busy->pages[i], &busy->pages[i + length]); length++)
			;
		print_range(file, &busy->pages[i], length);
	}
}
