// SPDX-License-Identifier: GPL-2.0
/*
 * Free pages of areas, as the page allocator's watermarks see them: they are
 * free for who may be given movable memory, and for nobody else.
 *
 *     zone:  |ffff|ffffff CMA ffffff|     f is free
 *                 ^ all that others may count on
 */
#include <linux/mmzone.h>

#include "area_state.h"
#include "mm_internal.h"

/*
 * A mark in the middle of the free CMA pages: with them the zone is above it,
 * without them below. Guards d95ea5d18e69 ("cma: fix watermark checking").
 */
static void free_pages_of_areas_are_for_movable_memory(struct kunit *test)
{
	struct zone *zone = area_zone(area_default(test));
	unsigned long free_cma, mark;

	free_cma = zone_page_state(zone, NR_FREE_CMA_PAGES);
	mark = zone_page_state(zone, NR_FREE_PAGES) - free_cma / 2;

	KUNIT_EXPECT_TRUE_MSG(test,
			      zone_watermark_ok(zone, 0, mark, 0, ALLOC_CMA),
			      "%lu free CMA pages for who may use them", free_cma);
	KUNIT_EXPECT_FALSE_MSG(test, zone_watermark_ok(zone, 0, mark, 0, 0),
			       "%lu free CMA pages for who may not use them",
			       free_cma);
}

/* Allocated pages are free for nobody: the count of the zone follows. */
static void allocated_pages_are_free_for_nobody(struct kunit *test)
{
	struct cma *cma = area_default(test);
	struct zone *zone = area_zone(cma);
	struct area_state before;
	unsigned long count, mark;
	struct page *page;

	area_state_take(test, cma, &before);
	count = area_largest_free(&before);
	mark = zone_page_state(zone, NR_FREE_PAGES) - count / 2;
	KUNIT_ASSERT_TRUE(test, zone_watermark_ok(zone, 0, mark, 0, ALLOC_CMA));

	page = cma_alloc_kunit(test, cma, count, 0);
	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_FALSE_MSG(test,
			       zone_watermark_ok(zone, 0, mark, 0, ALLOC_CMA),
			       "%lu pages are allocated", count);
}

/*
 * Pages that are isolated for an allocation are free for nobody else: no mark
 * stands in the way of taking them, however short memory is. Guards "mm: cma:
 * skip watermarks check for already isolated blocks in split_free_page()".
 *
 *     zone:  |......|iiii CMA ......|  ~~~~~~~~ the mark, above all of it
 *
 * The mark is that high for one call: others would be told of no memory.
 */
static void isolated_pages_are_taken_below_the_mark(struct kunit *test)
{
	struct cma *cma = area_default(test);
	struct zone *zone = area_zone(cma);
	unsigned long mark = zone->_watermark[WMARK_MIN];
	struct page *page;

	WRITE_ONCE(zone->_watermark[WMARK_MIN], zone_managed_pages(zone));
	page = cma_alloc(cma, 1, 0, true);
	WRITE_ONCE(zone->_watermark[WMARK_MIN], mark);

	KUNIT_EXPECT_NOT_NULL_MSG(test, page,
				  "area %s: a free page is held back for a zone that is below its mark",
				  cma_get_name(cma));
	if (page)
		KUNIT_EXPECT_TRUE(test, cma_release(cma, page, 1));
}

static struct kunit_case cma_watermark_cases[] = {
	KUNIT_CASE(free_pages_of_areas_are_for_movable_memory),
	KUNIT_CASE(allocated_pages_are_free_for_nobody),
	KUNIT_CASE(isolated_pages_are_taken_below_the_mark),
	{}
};

static struct kunit_suite cma_watermark_suite = {
	.name = "cma_watermark",
	.init = areas_must_be_restored,
	.test_cases = cma_watermark_cases,
};

kunit_test_suite(cma_watermark_suite);
