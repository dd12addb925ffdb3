// SPDX-License-Identifier: GPL-2.0
/*
 * Misuse of an area, one case a boot: cma_destructive.case=<name>.
 *
 * A call that no caller may make is answered with a refusal, a splat, or
 * not at all, and then somebody's memory is gone: so these are no KUnit cases.
 * Each says what it is about to do and, when it comes back, what the kernel
 * made of it:
 *
 *	<case>: begins
 *	<case>: refused|accepted: <n> bits and <n> pages came free, <n> of others
 *
 * "of others": pages that somebody still holds and that are free all the same.
 * What each kernel must answer stands in
 * scripts/destructive.table.
 */
#define pr_fmt(fmt) "cma_destructive: " fmt

#include <linux/bitmap.h>
#include <linux/dma-map-ops.h>
#include <linux/init.h>
#include <linux/moduleparam.h>
#include <linux/vmstat.h>

#include "../area.h"
#include "../mm_internal.h"

/* What most cases allocate, and what they take beside the area. */
#define PAGES 8UL
#define HALF (PAGES / 2)

struct misuse {
	const char *name;
	bool (*commit)(struct cma *cma);
};

/* Pages that the case holds and does not give back. */
static struct {
	unsigned long pfn, count;
} held[4];

static unsigned int nr_held;
/* The area that is misused, and what it was like right before. */
static struct cma *area;
static long bits_before, free_before;
static char *wanted;
module_param_named(case, wanted, charp, 0444);

static long count_bits(void)
{
	long bits = 0;
	unsigned int i;

	for (i = 0; i < area_nr_ranges(area); i++)
		bits += bitmap_weight(area_range(area, i).bitmap,
				      area_range_bits(area, i));

	return bits;
}

static long count_free(void)
{
	drain_all_pages(NULL);

	return zone_page_state_snapshot(area_zone(area), NR_FREE_CMA_PAGES);
}

static unsigned long count_lost(void)
{
	unsigned long lost = 0, page;
	unsigned int i;

	for (i = 0; i < nr_held; i++)
		for (page = 0; page < held[i].count; page++)
			lost += page_ref_count(pfn_to_page(held[i].pfn + page)) < 1;

	return lost;
}

/* Set-up must work, or the case would show something else than it says. */
static void must(bool done, const char *what)
{
	if (!done)
		panic("cma_destructive: %s: could not %s\n", wanted, what);
}

static void hold(unsigned long pfn, unsigned long count)
{
	must(nr_held < ARRAY_SIZE(held), "note so many ranges");
	held[nr_held].pfn = pfn;
	held[nr_held].count = count;
	nr_held++;
}

static struct page *take(struct cma *cma, unsigned long count)
{
	struct page *page = cma_alloc(cma, count, 0, false);

	must(page, "allocate from the area");

	return page;
}

/* All of the area: what is not ours now was somebody's before. */
static void take_all(struct cma *cma)
{
	unsigned long count;

	for (count = area_largest_range(cma); count; count /= 2)
		while (cma_alloc(cma, count, 0, true))
			;
}

static void take_beside(unsigned long pfn, unsigned long count)
{
	must(!alloc_contig_range(pfn, pfn + count, CMA_TESTS_CONTIG_MOVABLE,
				 GFP_KERNEL), "take the pages beside the area");
	hold(pfn, count);
}

/* All is set up: what the call changes from here on is the report. */
static void begin(struct cma *cma)
{
	area = cma;
	bits_before = count_bits();
	free_before = count_free();
	pr_info("%s: begins\n", wanted);
}

static void report(bool accepted)
{
	pr_info("%s: %s: %ld bits and %ld pages came free, %lu of others\n",
		wanted, accepted ? "accepted" : "refused",
		bits_before - count_bits(), count_free() - free_before,
		count_lost());
}

static unsigned long first_pfn(const struct cma *cma)
{
	return area_range(cma, 0).base_pfn;
}

static unsigned long end_pfn(const struct cma *cma)
{
	return area_range(cma, 0).base_pfn + area_range(cma, 0).count;
}

/*       |........|
 *  rrrr
 */
static bool release_before_the_area(struct cma *cma)
{
	unsigned long pfn = first_pfn(cma) - PAGES;

	take_beside(pfn, PAGES);
	begin(cma);

	return cma_release(cma, pfn_to_page(pfn), PAGES);
}

/*       |aaaa....|
 *     rrrr
 */
static bool release_across_the_start(struct cma *cma)
{
	unsigned long pfn = first_pfn(cma) - HALF;

	take_all(cma);
	hold(first_pfn(cma), HALF);
	take_beside(pfn, HALF);
	begin(cma);

	return cma_release(cma, pfn_to_page(pfn), PAGES);
}

/*
 *       |aaaaaaaa|
 *              rrrr
 * The bits behind the area are somebody's memory too.
 */
static bool release_across_the_end(struct cma *cma)
{
	take_all(cma);
	take_beside(end_pfn(cma), HALF);
	begin(cma);

	return cma_release(cma, pfn_to_page(end_pfn(cma) - HALF), PAGES);
}

/*       |........|
 *                 rrrr
 */
static bool release_behind_the_area(struct cma *cma)
{
	take_beside(end_pfn(cma), PAGES);
	begin(cma);

	return cma_release(cma, pfn_to_page(end_pfn(cma)), PAGES);
}

/*
 *       |aaaaaaaa....|
 *          rrrr
 * Allowed, as long as bits stand for a page: the rest can follow later.
 */
static bool release_part(struct cma *cma)
{
	struct page *page = take(cma, PAGES);

	hold(page_to_pfn(page), PAGES / 4);
	hold(page_to_pfn(page) + PAGES - PAGES / 4, PAGES / 4);
	begin(cma);

	return cma_release(cma, page + PAGES / 4, HALF);
}

/* An area whose bits stand for four pages each. */
static struct cma *coarse_area(void)
{
	struct cma *coarse = area_find("kunit-four-pages-a-bit");

	must(coarse, "find the area kunit-four-pages-a-bit");

	return coarse;
}

/*
 * One page of a bit that stands for four: the bit goes, three pages are still
 * held, and nobody gives them back.
 */
static bool release_part_of_a_bit(struct cma *cma)
{
	struct cma *coarse = coarse_area();
	struct page *page = take(coarse, 4);

	hold(page_to_pfn(page) + 1, 3);
	begin(coarse);

	return cma_release(coarse, page, 1);
}

/*
 *	ULONG_MAX pages, rounded up to whole bits: 0 pages, and no bit to look for
 *
 * Not more than the area has, then, and no place is too small for it.
 */
static bool allocate_a_count_that_rounds_to_none(struct cma *cma)
{
	struct cma *coarse = coarse_area();

	begin(coarse);

	return cma_alloc(coarse, ULONG_MAX, 0, true);
}

static bool release_twice(struct cma *cma)
{
	struct page *page = take(cma, PAGES);

	must(cma_release(cma, page, PAGES), "release what was allocated");
	begin(cma);

	return cma_release(cma, page, PAGES);
}

/* Free pages of the area, that nobody ever had. */
static bool release_never_allocated(struct cma *cma)
{
	begin(cma);

	return cma_release(cma, pfn_to_page(end_pfn(cma) - PAGES), PAGES);
}

/*       |aaaa........|
 *        rrrrrrrr
 */
static bool release_more_than_allocated(struct cma *cma)
{
	struct page *page = take(cma, HALF);

	begin(cma);

	return cma_release(cma, page, PAGES);
}

/*
 *       |aaaabbbb....|
 *        rrrrrrrr
 * Nothing that the allocator could notice: it has no record of who has what.
 */
static bool release_of_a_neighbour(struct cma *cma)
{
	struct page *page = take(cma, HALF);

	hold(page_to_pfn(take(cma, HALF)), HALF);
	begin(cma);

	return cma_release(cma, page, PAGES);
}

/* Somebody, get_user_pages() say, still holds a page that is released. */
static bool release_while_referenced(struct cma *cma)
{
	struct page *page = take(cma, PAGES);

	get_page(page + HALF);
	hold(page_to_pfn(page + HALF), 1);
	begin(cma);

	return cma_release(cma, page, PAGES);
}

/* The caller has size bytes of it, and one page is allocated: one too many goes. */
static bool dma_free_of_an_unaligned_size(struct cma *cma)
{
	size_t size_bytes = PAGE_SIZE + PAGE_SIZE / 2;
	struct device dev = {};
	struct page *page = dma_alloc_contiguous(&dev, size_bytes, GFP_KERNEL);

	must(page, "allocate an unaligned size");
	hold(page_to_pfn(take(cma, 1)), 1);
	begin(cma);
	dma_free_contiguous(&dev, page, size_bytes);

	return true;
}

#ifdef CMA_TESTS_HAS_CMA_FOLIO
static struct page *take_compound(struct cma *cma, unsigned int order)
{
	struct folio *folio = cma_alloc_folio(cma, order, GFP_KERNEL | __GFP_COMP);

	return folio ? &folio->page : NULL;
}

static bool release_compound(struct cma *cma, struct page *page, unsigned long count)
{
	return cma_release(cma, page, count);
}
#endif

#ifdef CMA_TESTS_HAS_CMA_FROZEN
static struct page *take_compound(struct cma *cma, unsigned int order)
{
	return cma_alloc_frozen_compound(cma, order);
}

static bool release_compound(struct cma *cma, struct page *page, unsigned long count)
{
	return cma_release_frozen(cma, page, count);
}

/* cma_alloc() gives each page a reference; cma_release_frozen() expects none. */
static bool release_counted_as_frozen(struct cma *cma)
{
	struct page *page = take(cma, PAGES);

	begin(cma);

	return cma_release_frozen(cma, page, PAGES);
}

static bool release_frozen_as_counted(struct cma *cma)
{
	struct page *page = cma_alloc_frozen(cma, PAGES, 0, false);

	must(page, "allocate frozen pages");
	begin(cma);

	return cma_release(cma, page, PAGES);
}
#endif

#if defined(CMA_TESTS_HAS_CMA_FOLIO) || defined(CMA_TESTS_HAS_CMA_FROZEN)
/*
 * A compound page that is smaller than the free page it would come out of:
 *
 *       |aaaaaaaaaaaaaaaa................|        one free page of order 4
 *                        cccccccc
 */
static bool allocate_a_part_of_a_free_page(struct cma *cma)
{
	take_all(cma);
	must(cma_release(cma, pfn_to_page(end_pfn(cma) - 2 * PAGES), 2 * PAGES),
	     "release the last pages");
	begin(cma);

	return take_compound(cma, ilog2(PAGES));
}

/*       |cccccccc|        one compound page
 *        rrrr
 */
static bool release_half_of_a_compound_page(struct cma *cma)
{
	struct page *page = take_compound(cma, pageblock_order);

	must(page, "allocate a compound page");
	begin(cma);

	return release_compound(cma, page, pageblock_nr_pages / 2);
}

static bool release_the_tail_of_a_compound_page(struct cma *cma)
{
	struct page *page = take_compound(cma, pageblock_order);

	must(page, "allocate a compound page");
	begin(cma);

	return release_compound(cma, page + pageblock_nr_pages / 2,
				pageblock_nr_pages / 2);
}
#endif

#define MISUSE(function) { #function, function }

static const struct misuse misuses[] = {
	MISUSE(release_before_the_area),
	MISUSE(release_across_the_start),
	MISUSE(release_across_the_end),
	MISUSE(release_behind_the_area),
	MISUSE(release_part),
	MISUSE(release_part_of_a_bit),
	MISUSE(allocate_a_count_that_rounds_to_none),
	MISUSE(release_twice),
	MISUSE(release_never_allocated),
	MISUSE(release_more_than_allocated),
	MISUSE(release_of_a_neighbour),
	MISUSE(release_while_referenced),
	MISUSE(dma_free_of_an_unaligned_size),
#if defined(CMA_TESTS_HAS_CMA_FOLIO) || defined(CMA_TESTS_HAS_CMA_FROZEN)
	MISUSE(allocate_a_part_of_a_free_page),
	MISUSE(release_half_of_a_compound_page),
	MISUSE(release_the_tail_of_a_compound_page),
#endif
#ifdef CMA_TESTS_HAS_CMA_FROZEN
	MISUSE(release_counted_as_frozen),
	MISUSE(release_frozen_as_counted),
#endif
};

static int __init cma_destructive_init(void)
{
	struct cma *cma = dev_get_cma_area(NULL);
	unsigned int i;

	if (!wanted)
		return 0;

	must(cma && area_is_active(cma), "find a default area");
	for (i = 0; i < ARRAY_SIZE(misuses); i++) {
		if (strcmp(wanted, misuses[i].name))
			continue;

		report(misuses[i].commit(cma));
		return 0;
	}
	pr_info("%s: this kernel has no such case\n", wanted);

	return 0;
}
late_initcall_sync(cma_destructive_init);
