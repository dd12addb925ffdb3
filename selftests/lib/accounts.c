// SPDX-License-Identifier: GPL-2.0
#include "accounts.h"

#include <stdlib.h>
#include <string.h>

#include "bitmap.h"
#include "meminfo.h"

#define COUNT_DEADLINE_MS 100

static __u64 read_calls(const char *field)
{
	__u64 calls;

	return vmstat_read(field, &calls) ? ACCOUNTS_NOT_COUNTED : calls;
}

void accounts_read(const struct testbed *bed, struct accounts *now)
{
	struct cma_bitmap bitmap;
	unsigned int range;

	memset(now, 0, sizeof(*now));
	/* Per-CPU shares of the free pages; without root they stay apart. */
	vm_stat_refresh();
	cma_area_snapshot(bed->area, &now->area);
	for (range = 0; range < bed->area->nranges; range++) {
		if (cma_bitmap_read(bed->area, range, &bitmap))
			continue;
		now->bitmap_pages += (__u64)cma_bitmap_weight(&bitmap)
				     << bitmap.order_per_bit;
		cma_bitmap_free(&bitmap);
	}
	now->success_calls = read_calls("cma_alloc_success");
	now->fail_calls = read_calls("cma_alloc_fail");
	vmstat_read("nr_free_cma", &now->nr_free_cma);
	meminfo_bytes("CmaFree", &now->meminfo_free_pages);
	now->meminfo_free_pages /= bed->page_size;
	zoneinfo_sum("nr_free_cma", &now->zoneinfo_free_pages);
	zoneinfo_sum("count:", &now->pcp_pages);
}

bool accounts_moved(struct mismatch *mismatch, const char *name, __u64 before,
		    __u64 after, long long expected)
{
	long long found = after - before;

	if (before == ACCOUNTS_NOT_COUNTED && after == ACCOUNTS_NOT_COUNTED)
		return true;
	if (found == expected || mismatch->name)
		return found == expected;
	*mismatch = (struct mismatch) { name, expected, found };
	return false;
}

void accounts_figure_moved(struct mismatch *mismatch, enum cma_figure figure,
			   const struct accounts *before,
			   const struct accounts *after, long long expected)
{
	if (!before->area.err[figure] && !after->area.err[figure])
		accounts_moved(mismatch, cma_figure_name(figure),
			       before->area.value[figure], after->area.value[figure],
			       expected);
}

/*
 * What one allocation (@allocated > 0), or the release of it, does to the
 * accounts. @bits_pages is the block rounded up to whole bits of the bitmap.
 */
void accounts_check_step(struct mismatch *mismatch, const struct cma_area *area,
			 const struct accounts *before,
			 const struct accounts *after, long long allocated)
{
	long long bit_pages = 1ll << area->order_per_bit;
	long long taken = allocated > 0 ? allocated : 0;
	long long released = allocated < 0 ? -allocated : 0;
	long long bits_pages = (taken + released + bit_pages - 1) / bit_pages *
			       bit_pages;

	if (area->has_debugfs)
		accounts_moved(mismatch, "bitmap", before->bitmap_pages,
			       after->bitmap_pages, taken ? bits_pages : -bits_pages);
	/* With order_per_bit > 0, 6.x rounds used up to bits, 7.x does not. */
	if (area->order_per_bit == 0)
		accounts_figure_moved(mismatch, CMA_USED_PAGES, before, after, allocated);
	accounts_figure_moved(mismatch, CMA_AVAILABLE_PAGES, before, after, -allocated);
	accounts_figure_moved(mismatch, CMA_TOTAL_PAGES, before, after, 0);
	accounts_figure_moved(mismatch, CMA_ALLOC_PAGES_SUCCESS, before, after, taken);
	accounts_figure_moved(mismatch, CMA_ALLOC_PAGES_FAIL, before, after, 0);
	accounts_figure_moved(mismatch, CMA_RELEASE_PAGES_SUCCESS, before, after,
			      released);
	accounts_moved(mismatch, "cma_alloc_success", before->success_calls,
		       after->success_calls, taken ? 1 : 0);
	accounts_moved(mismatch, "cma_alloc_fail", before->fail_calls, after->fail_calls,
		       0);
}

/*
 * Free pages are not exact. A page that a CPU has freed waits in that CPU's
 * list and is not counted; a page of the block that held movable data was not
 * free before. Both make the fall smaller or the rise later, by no more than
 * what the lists hold and what the area lacked of being free.
 */
void accounts_check_free(struct mismatch *mismatch,
			 const struct accounts *before,
			 const struct accounts *after, long long allocated)
{
	long long slack = before->pcp_pages + after->pcp_pages;
	long long found = after->nr_free_cma - before->nr_free_cma;

	if (mismatch->name || llabs(found + allocated) <= slack)
		return;
	*mismatch = (struct mismatch) { "nr_free_cma", -allocated, found };
}

/* 0 is a figure like any other: counters that stand still have it. */
static int read_counted(const struct cma_area *area, __u64 *pages)
{
	__u64 allocated, released;
	int err = cma_area_read(area, CMA_ALLOC_PAGES_SUCCESS, &allocated);

	if (!err)
		err = cma_area_read(area, CMA_RELEASE_PAGES_SUCCESS, &released);
	*pages = err ? 0 : allocated - released;
	return err;
}

__u64 accounts_counted_pages(const struct cma_area *area)
{
	__u64 pages;

	read_counted(area, &pages);
	return pages;
}

/* One range, whose bits are pages: other areas round what is taken. */
static bool bitmap_differs(const struct cma_area *area, __u64 expected)
{
	struct cma_bitmap bitmap;
	bool differs;

	if (area->nranges != 1 || area->order_per_bit || cma_bitmap_read(area, 0, &bitmap))
		return false;
	differs = cma_bitmap_weight(&bitmap) != expected || cma_bitmap_stray(&bitmap);
	cma_bitmap_free(&bitmap);
	return differs;
}

/* A release clears the bitmap first: whoever releases just then has a moment to count. */
static bool counters_differ(const struct cma_area *area, __u64 expected)
{
	long long end = monotonic_deadline_ms(COUNT_DEADLINE_MS);
	__u64 counted;

	do {
		if (read_counted(area, &counted))
			return false;
	} while (counted != expected && monotonic_ms() < end);
	return counted != expected;
}

const char *accounts_find_wrong(const struct testbed *bed, __u64 taken_pages,
				__u64 counted_at_start)
{
	__u64 expected = bed->used_at_start + taken_pages, total, free_bytes;

	if (bed->knows_used && bed->area->order_per_bit == 0 &&
	    testbed_wait_used(bed, expected) != expected)
		return "used pages are not what was taken";
	if (bitmap_differs(bed->area, expected))
		return "the bitmap is not what was taken";
	if (counters_differ(bed->area, counted_at_start + taken_pages))
		return "the counters are not what was taken";
	if (meminfo_bytes("CmaTotal", &total) || meminfo_bytes("CmaFree", &free_bytes) ||
	    free_bytes > total)
		return "CmaFree is above CmaTotal";
	return NULL;
}
