// SPDX-License-Identifier: GPL-2.0
/*
 * Page isolation and migration, as an area sees them: what happens to the
 * pageblocks and to the pages of others that live in the area meanwhile.
 */
#include <linux/mm.h>
#include <linux/page-isolation.h>
#include <linux/sched/mm.h>

#include "area_state.h"
#include "mm_internal.h"
#include "movable_file.h"

KUNIT_ARRAY_PARAM(area, area_rows, area_row_describe);

/*
 * Pageblocks:  |....|....|....|
 * Allocation:   ..xx xxxx xx..     begins and ends inside a pageblock
 * Expect all of them MIGRATE_CMA again, and the rest of the outer ones free.
 */
static void across_pageblocks(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	unsigned long count = pageblock_nr_pages + pageblock_nr_pages / 2;
	struct area_state before;
	struct page *first, *page;

	if (area_largest_range(cma) < 2 * pageblock_nr_pages)
		kunit_skip(test, "area %s has one pageblock", cma_get_name(cma));
	area_state_take(test, cma, &before);

	first = cma_alloc_kunit(test, cma, pageblock_nr_pages / 4, 0);
	page = cma_alloc_kunit(test, cma, count, 0);
	area_expect_allocated(test, cma, first, pageblock_nr_pages / 4, 0);
	area_expect_allocated(test, cma, page, count, 0);
	area_expect_taken(test, &before, count + pageblock_nr_pages / 4,
			  area_bits_for(cma, count) +
			  area_bits_for(cma, pageblock_nr_pages / 4));
}

/*
 * The pages of a file live in the area; then the area is wanted.
 *
 *     |fff.ffff|....|   before: f is a page of the file
 *     |xxxxxxxx|xxxx|   after: all ours, and the file has its contents elsewhere
 */
static void movable_pages_move(struct kunit *test)
{
	struct cma *cma = area_default(test);
	struct movable_file *file;
	struct area_state before;
	unsigned long count;
	struct page *page;

	area_state_take(test, cma, &before);
	count = area_largest_free(&before);
	file = movable_file_kunit(test, cma, 2048);

	page = cma_alloc_kunit(test, cma, count, 0);
	area_expect_allocated(test, cma, page, count, 0);
	pages_stamp(page, count, 1);

	KUNIT_EXPECT_EQ_MSG(test, 0UL, movable_file_count_wrong(file),
			    "expected every moved page to keep its contents");
	KUNIT_EXPECT_EQ_MSG(test, 0UL,
			    movable_file_count_inside(file, page_to_pfn(page),
						      count),
			    "expected no page of the file in the allocation");
}

#define NR_PAGES 2048

static void free_list(void *data)
{
	struct list_head *pages = data;
	struct page *page, *next;

	list_for_each_entry_safe(page, next, pages, lru)
		__free_page(page);
	INIT_LIST_HEAD(pages);
}

/* Pages of one kind, and how many of them lie in a pageblock of an area. */
static unsigned long count_in_areas(struct kunit *test, gfp_t gfp)
{
	LIST_HEAD(pages);
	unsigned long i, inside = 0;

	for (i = 0; i < NR_PAGES; i++) {
		struct page *page = alloc_page(gfp | __GFP_NORETRY | __GFP_NOWARN);

		if (!page)
			break;
		list_add(&page->lru, &pages);
		inside += get_pageblock_migratetype(page) == MIGRATE_CMA;
	}
	free_list(&pages);
	KUNIT_EXPECT_EQ_MSG(test, (unsigned long)NR_PAGES, i,
			    "this case needs so many pages");

	return inside;
}

/*
 * Most of what is free is CMA: what can move is put there, so that the rest is
 * left for what cannot. Guards 16867664936e ("mm,page_alloc,cma: conditionally
 * prefer cma pageblocks for movable allocations").
 */
static void movable_memory_comes_in(struct kunit *test)
{
	crowd_out_of_other_memory(test, area_default(test));
	KUNIT_EXPECT_NE_MSG(test, 0UL, count_in_areas(test, GFP_HIGHUSER_MOVABLE),
			    "of %d movable pages none is in an area", NR_PAGES);
}

/*
 * What cannot move stays out, and so does what could but is to be pinned.
 * Guards 8510e69c8efe ("mm/page_alloc: fix memalloc_nocma_{save/restore} APIs").
 */
static void unmovable_memory_stays_out(struct kunit *test)
{
	unsigned int flags;

	crowd_out_of_other_memory(test, area_default(test));
	KUNIT_EXPECT_EQ_MSG(test, 0UL, count_in_areas(test, GFP_KERNEL),
			    "pages of the kernel's in an area");
	KUNIT_EXPECT_EQ_MSG(test, 0UL,
			    count_in_areas(test, GFP_KERNEL | __GFP_RECLAIMABLE),
			    "reclaimable pages in an area");
	flags = memalloc_pin_save();
	KUNIT_EXPECT_EQ_MSG(test, 0UL, count_in_areas(test, GFP_HIGHUSER_MOVABLE),
			    "pages to be pinned in an area");
	memalloc_pin_restore(flags);
}

/* What a range is isolated for: a migratetype to go back to, later a mode. */
#ifdef CMA_TESTS_HAS_ISOLATE_MODE
static int isolate(unsigned long pfn, unsigned long count)
{
	return start_isolate_page_range(pfn, pfn + count,
					PB_ISOLATE_MODE_CMA_ALLOC);
}

static void unisolate(unsigned long pfn, unsigned long count)
{
	undo_isolate_page_range(pfn, pfn + count);
}

static int test_isolated(unsigned long pfn, unsigned long count)
{
	return test_pages_isolated(pfn, pfn + count, PB_ISOLATE_MODE_CMA_ALLOC);
}
#else
static int isolate(unsigned long pfn, unsigned long count)
{
	return start_isolate_page_range(pfn, pfn + count, MIGRATE_CMA, 0,
					GFP_KERNEL);
}

static void unisolate(unsigned long pfn, unsigned long count)
{
	undo_isolate_page_range(pfn, pfn + count, MIGRATE_CMA);
}

static int test_isolated(unsigned long pfn, unsigned long count)
{
	return test_pages_isolated(pfn, pfn + count, 0);
}
#endif

#define BLOCKS 4

/*
 * One pageblock is somebody else's to isolate; we want all four:
 *
 *     |....|IIII|....|....|   in each position
 *     |wwww|wwww|wwww|wwww|
 *
 * Expect a refusal, and only that block isolated after it, once. Guards
 * 2c7452a075d4 ("mm/page_isolation.c: make start_isolate_page_range() fail if
 * already isolated").
 */
static void isolated_block_is_left_alone(struct kunit *test)
{
	struct cma *cma = area_default(test);
	struct area_state before, held, after;
	unsigned long first;
	unsigned int i;

	area_state_take(test, cma, &before);
	first = area_first_place(&before, BLOCKS * pageblock_nr_pages,
				 pageblock_order);
	if (first == NO_PLACE)
		kunit_skip(test, "area %s has no %u free pageblocks",
			   cma_get_name(cma), BLOCKS);

	for (i = 0; i < BLOCKS; i++) {
		unsigned long block = first + i * pageblock_nr_pages;

		KUNIT_ASSERT_EQ(test, 0, isolate(block, pageblock_nr_pages));
		area_state_take(test, cma, &held);
		KUNIT_EXPECT_EQ_MSG(test, -EBUSY,
				    isolate(first, BLOCKS * pageblock_nr_pages),
				    "pageblock %u of %u is isolated", i, BLOCKS);
		area_state_take(test, cma, &after);
		unisolate(block, pageblock_nr_pages);

		KUNIT_EXPECT_EQ_MSG(test, before.not_cma_pageblocks + 1,
				    held.not_cma_pageblocks,
				    "blocks that are not MIGRATE_CMA while %u is isolated",
				    i);
		KUNIT_EXPECT_EQ_MSG(test, held.not_cma_pageblocks,
				    after.not_cma_pageblocks,
				    "blocks that are not MIGRATE_CMA after a refusal because of %u",
				    i);
		KUNIT_EXPECT_EQ_MSG(test, held.zone_isolated_pageblocks,
				    after.zone_isolated_pageblocks,
				    "isolated blocks of the zone after a refusal because of %u",
				    i);
		area_expect_as_before(test, &before);
	}
}

/* A block may be isolated while a page of it is in use, but is not free then. */
static void page_in_use_is_not_free(struct kunit *test)
{
	struct page *page = cma_alloc_kunit(test, area_default(test), 1, 0);
	unsigned long block = ALIGN_DOWN(page_to_pfn(page), pageblock_nr_pages);

	KUNIT_ASSERT_EQ(test, 0, isolate(block, pageblock_nr_pages));
	KUNIT_EXPECT_EQ(test, -EBUSY, test_isolated(block, pageblock_nr_pages));
	unisolate(block, pageblock_nr_pages);
}

static unsigned long count_free(struct zone *zone)
{
	drain_all_pages(NULL);

	return zone_page_state_snapshot(zone, NR_FREE_PAGES);
}

/*
 * Isolated pages are nobody's: a watermark that counted them would promise what
 * cannot be had. Others allocate and free meanwhile, so half of them will do.
 * Guards 2139cbe627b8 ("cma: fix counting of isolated pages").
 */
static void isolated_pages_are_not_free(struct kunit *test)
{
	struct cma *cma = area_default(test);
	unsigned long count = BLOCKS * pageblock_nr_pages, first, free, isolated;
	struct area_state before;

	area_state_take(test, cma, &before);
	first = area_first_place(&before, count, pageblock_order);
	if (first == NO_PLACE)
		kunit_skip(test, "area %s has no %u free pageblocks",
			   cma_get_name(cma), BLOCKS);

	free = count_free(area_zone(cma));
	KUNIT_ASSERT_EQ(test, 0, isolate(first, count));
	isolated = count_free(area_zone(cma));
	unisolate(first, count);

	KUNIT_EXPECT_LE_MSG(test, isolated + count / 2, free,
			    "free pages of the zone with %lu isolated, and before",
			    count);
	area_expect_as_before(test, &before);
}

/*
 * Who wants movable memory must not be given that of an area, whose pageblocks
 * would be MIGRATE_MOVABLE ever after. Guards 4da2ce250f98 ("mm: distinguish
 * CMA and MOVABLE isolation in has_unmovable_pages()").
 */
static void movable_request_is_refused(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	struct area_state before;
	unsigned long pfn;
	int err;

	area_state_take(test, cma, &before);
	pfn = area_first_place(&before, 1, 0);
	KUNIT_ASSERT_NE(test, NO_PLACE, pfn);

	err = alloc_contig_range(pfn, pfn + 1, CMA_TESTS_CONTIG_MOVABLE,
				 GFP_KERNEL | __GFP_NOWARN);
	KUNIT_EXPECT_EQ_MSG(test, -EBUSY, err,
			    "area %s: pfn %#lx for a request that is not CMA's",
			    cma_get_name(cma), pfn);
	if (!err)
		free_contig_range(pfn, 1);
	area_expect_as_before(test, &before);
}

#ifdef CMA_TESTS_HAS_CONTIG_GFP
/* A free page of @cma that says who had it. */
static unsigned long free_page_with_traces(struct kunit *test, struct cma *cma)
{
	struct page *page = cma_alloc_kunit(test, cma, 1, 0);

	pages_stamp(page, 1, 1);
	cma_release_kunit(test, page);

	return page_to_pfn(page);
}

/*
 * Guards 7b755570064f ("mm/page_alloc: forward the gfp flags from
 * alloc_contig_range() to post_alloc_hook()").
 */
static void zeroed_pages_are_zeroed(struct kunit *test)
{
	unsigned long pfn = free_page_with_traces(test, area_default(test));

	KUNIT_ASSERT_EQ(test, 0,
			alloc_contig_range(pfn, pfn + 1, CMA_TESTS_CONTIG_CMA,
					   GFP_KERNEL | __GFP_ZERO));
	KUNIT_EXPECT_NULL_MSG(test,
			      memchr_inv(page_address(pfn_to_page(pfn)), 0,
					 PAGE_SIZE),
			      "__GFP_ZERO was asked for");
	free_contig_range(pfn, 1);
}

/*
 * What cannot be promised is refused. Guards f6037a4a6865 ("mm/page_alloc: sort
 * out the alloc_contig_range() gfp flags mess").
 */
static void impossible_promise_is_refused(struct kunit *test)
{
	unsigned long pfn = free_page_with_traces(test, area_default(test));
	int err;

	err = alloc_contig_range(pfn, pfn + 1, CMA_TESTS_CONTIG_CMA,
				 GFP_KERNEL | __GFP_NOFAIL);
	KUNIT_EXPECT_EQ_MSG(test, -EINVAL, err, "a range with __GFP_NOFAIL");
	if (!err)
		free_contig_range(pfn, 1);
}
#else
CASE_LEFT_OUT(zeroed_pages_are_zeroed,
	      "this kernel's alloc_contig_range() does not look at such flags")
CASE_LEFT_OUT(impossible_promise_is_refused,
	      "this kernel's alloc_contig_range() does not look at such flags")
#endif

static struct kunit_case cma_isolation_cases[] = {
	KUNIT_CASE_PARAM(across_pageblocks, area_gen_params),
	KUNIT_CASE(movable_pages_move),
	KUNIT_CASE(movable_memory_comes_in),
	KUNIT_CASE(unmovable_memory_stays_out),
	KUNIT_CASE(isolated_block_is_left_alone),
	KUNIT_CASE(isolated_pages_are_not_free),
	KUNIT_CASE(page_in_use_is_not_free),
	KUNIT_CASE_PARAM(movable_request_is_refused, area_gen_params),
	KUNIT_CASE(zeroed_pages_are_zeroed),
	KUNIT_CASE(impossible_promise_is_refused),
	{}
};

static struct kunit_suite cma_isolation_suite = {
	.name = "cma_isolation",
	.init = areas_must_be_restored,
	.test_cases = cma_isolation_cases,
};

kunit_test_suite(cma_isolation_suite);
