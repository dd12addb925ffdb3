// SPDX-License-Identifier: GPL-2.0
#include "explain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define SHOWN 20	/* of each kind: the most frequent */

static const struct explained_area *area_of_pfn(const struct explanation *told,
						__u64 pfn)
{
	size_t i;

	/* 4K pages: the log does not tell; others are off by a factor. */
	for (i = 0; i < told->areas; i++)
		if (pfn >= told->area[i].base >> 12 &&
		    pfn < (told->area[i].base + told->area[i].bytes) >> 12)
			return &told->area[i];
	return NULL;
}

static const char *area_name(const struct explained_area *area)
{
	return area && *area->name ? area->name : area ? "a CMA pool" :
	       "no area that the log names";
}

/* The size of the only area, else 0. */
static __u64 only_area_pages(const struct explanation *told)
{
	return told->areas == 1 ? told->area[0].bytes >> 12 : 0;
}

/*
 * Areas of several ranges came with 6.15. A range without room says EBUSY there,
 * as a busy one does: the next is tried.
 */
static bool has_ranges(const struct explanation *told)
{
	return told->kernel_major > 6 ||
	       (told->kernel_major == 6 && told->kernel_minor >= 15);
}

/* What an errno of the allocator means differs between kernels, see failure.h. */
static const char *meaning(const struct explanation *told,
			   const struct explained_failure *failure)
{
	__u64 area_pages = only_area_pages(told);

	if (area_pages && failure->pages > area_pages)
		return "too big: the area is smaller";
	switch (failure->error) {
	case 0:
		return "not told: this kernel's trace has no errno";
	case EINTR:
		return "interrupted: the process was being killed";
	case EBUSY:
		if (!told->kernel_major)
			return "busy; from 6.15 on also when there is no slot, or no area so big";
		return has_ranges(told) ?
		       "busy, no slot, or too big: one errno for all, from 6.15 on" :
		       "busy: pages in the way of every place that was free";
	case ENOMEM:
		return has_ranges(told) ? "out of memory" :
		       "no slot: no free run that is long enough; or out of memory";
	}
	return "not an errno of cma_alloc()";
}

static void print_failures(FILE *file, const struct explanation *told)
{
	size_t i;

	if (!told->failures)
		return;
	fprintf(file, "\nfailed allocations\n%8s %8s  %-10s %-20s %s\n",
		"times", "pages", "errno", "area", "meaning");
	for (i = 0; i < told->failures && i < SHOWN; i++) {
		const struct explained_failure *failure = &told->failure[i];
		const char *name = strerrorname_np(failure->error);

		fprintf(file, "%8llu %8llu  %-10s %-20s %s\n", failure->count.times,
			failure->pages, failure->error && name ? name : "?", *failure->area ?
			failure->area : "not told", meaning(told, failure));
	}
}

static void print_title(FILE *file, const char *what, size_t different, bool more)
{
	if (more)
		fprintf(file, "\n%s, more than %zu different ones: those that may be the most frequent\n",
			what, different);
	else
		fprintf(file, "\n%s, %zu different ones%s\n", what, different,
			different > SHOWN ? ", the most frequent" : "");
}

static void print_times(FILE *file, const struct explained_count *count)
{
	if (count->inherited)
		fprintf(file, "at most %llu times, at least %llu  ", count->times,
			count->times - count->inherited);
	else
		fprintf(file, "%8llu times  ", count->times);
}

static void print_ranges(FILE *file, const struct explanation *told)
{
	size_t i;

	if (!told->ranges)
		return;
	print_title(file, "busy ranges", told->ranges, told->more_ranges);
	for (i = 0; i < told->ranges && i < SHOWN; i++) {
		const struct explained_range *range = &told->range[i];

		print_times(file, &range->count);
		fprintf(file, "pfn 0x%llx-0x%llx, %llu pages, in %s\n",
			range->start_pfn, range->end_pfn - 1,
			range->end_pfn - range->start_pfn,
			area_name(area_of_pfn(told, range->start_pfn)));
	}
	if (told->suppressed)
		fprintf(file, "%8llu messages more were left out by the kernel\n",
			told->suppressed);
}

static void print_pages(FILE *file, const struct explanation *told)
{
	size_t i;

	if (!told->pages)
		return;
	print_title(file, "pages in the way", told->pages, told->more_pages);
	for (i = 0; i < told->pages && i < SHOWN; i++) {
		const struct explained_page *page = &told->page[i];

		print_times(file, &page->count);
		fprintf(file, "pfn 0x%llx: %s", page->pfn, page->why);
		if (page->references >= 0)
			fprintf(file, ", %d references of which %d mappings%s",
				page->references, page->mappings,
				page->references > page->mappings + 1 ?
				": somebody holds it" : "");
		if (*page->flags)
			fprintf(file, ", flags %s", page->flags);
		fputc('\n', file);
		if (*page->type || page->references >= 0)
			fprintf(file, "                %s; allocated by %s\n",
				*page->type ? page->type : "type unknown",
				*page->allocated_by ? page->allocated_by :
				"unknown (CONFIG_PAGE_OWNER, page_owner=on)");
	}
}

static void print_trace(FILE *file, const struct explained_trace *trace)
{
	if (!trace->starts && !trace->finishes)
		return;
	fprintf(file, "\ntraced: %llu allocations, %llu failed, ", trace->starts,
		trace->failures);
	if (trace->tells_retries)
		fprintf(file, "%llu retries, at most %llu in one\n", trace->retries,
			trace->most_retries);
	else
		fputs("retries are not told: kernels before 5.13 have no event of them\n",
		      file);
	if (trace->slowest_s > 0)
		fprintf(file, "slowest: %.6f s for %llu pages\n",
			trace->slowest_s, trace->slowest_pages);
	if (trace->starts > trace->finishes)
		fprintf(file, "%llu have no end: too big for the area, lost, or still at work\n",
			trace->starts - trace->finishes);
}

static int more_often(const void *a, const void *b)
{
	const struct explained_count *left = a, *right = b;

	return (left->times < right->times) - (left->times > right->times);
}

void explain_print(FILE *file, struct explanation *told)
{
	size_t i;

	qsort(told->failure, told->failures, sizeof(told->failure[0]), more_often);
	qsort(told->range, told->ranges, sizeof(told->range[0]), more_often);
	qsort(told->page, told->pages, sizeof(told->page[0]), more_often);
	fprintf(file, "%llu lines, %llu of them about CMA; kernel %s\n",
		told->lines, told->recognised,
		*told->kernel ? told->kernel : "not told");
	for (i = 0; i < told->areas; i++)
		fprintf(file, "area %s: %llu KiB at 0x%llx\n",
			area_name(&told->area[i]), told->area[i].bytes >> 10,
			told->area[i].base);
	print_failures(file, told);
	print_ranges(file, told);
	print_pages(file, told);
	print_trace(file, &told->trace);
	if (told->logged_retries)
		fprintf(file, "\n%llu retries are in the log (CONFIG_CMA_DEBUG)\n",
			told->logged_retries);
	if (*told->free_runs || *told->free_total)
		fprintf(file, "\nfree runs in the bitmap when it last failed: %s%s\n",
			told->free_runs + strspn(told->free_runs, " "), told->free_total);
	if (told->too_many)
		fprintf(file, "\n%llu lines about more than %d different ones were only counted\n",
			told->too_many, EXPLAIN_MAX);
}
