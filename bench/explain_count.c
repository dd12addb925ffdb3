// SPDX-License-Identifier: GPL-2.0
#include "explain.h"

#include <string.h>

/*
 * The place of a new one. When all are taken it is that of the one seen least,
 * whose count goes on: so does what is frequent but comes late get in, and no
 * count is ever too small (the space-saving algorithm).
 */
static void *new_place(void *places, size_t size, size_t *used, bool *replaced)
{
	struct explained_count *least = places, *count;
	size_t i;

	if (*used < EXPLAIN_MAX) {
		count = (void *)((char *)places + size * (*used)++);
		count->times = 1;
		return count;
	}
	for (i = 1; i < EXPLAIN_MAX; i++) {
		count = (void *)((char *)places + size * i);
		if (count->times < least->times)
			least = count;
	}
	least->inherited = least->times++;
	*replaced = true;
	return least;
}

void explain_failure(struct explanation *told, const char *area,
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
		failure->count.times++;
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
	failure->count.times = 1;
}

void explain_range(struct explanation *told, __u64 start, __u64 end)
{
	struct explained_range *range;
	size_t i;

	for (i = 0; i < told->ranges; i++)
		if (told->range[i].start_pfn == start &&
		    told->range[i].end_pfn == end) {
			told->range[i].count.times++;
			return;
		}
	range = new_place(told->range, sizeof(*range), &told->ranges, &told->more_ranges);
	range->start_pfn = start;
	range->end_pfn = end;
}

struct explained_page *explain_page(struct explanation *told, __u64 pfn)
{
	struct explained_page *page;
	size_t i;

	for (i = 0; i < told->pages; i++)
		if (told->page[i].pfn == pfn) {
			told->page[i].count.times++;
			return &told->page[i];
		}
	page = new_place(told->page, sizeof(*page), &told->pages, &told->more_pages);
	*page = (struct explained_page){
		.count = page->count, .pfn = pfn, .references = -1,
	};
	if (page == told->last_page)
		told->last_page = NULL;
	return page;
}
