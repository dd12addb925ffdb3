// SPDX-License-Identifier: GPL-2.0
/*
 * Page isolation and migration, as an area sees them: what happens to the
 * pageblocks and to the pages of others that live in the area meanwhile.
 */
#include "area_state.h"
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

static struct kunit_case cma_isolation_cases[] = {
	KUNIT_CASE_PARAM(across_pageblocks, area_gen_params),
	KUNIT_CASE(movable_pages_move),
	{}
};

static struct kunit_suite cma_isolation_suite = {
	.name = "cma_isolation",
	.init = areas_must_be_restored,
	.test_cases = cma_isolation_cases,
};

kunit_test_suite(cma_isolation_suite);
