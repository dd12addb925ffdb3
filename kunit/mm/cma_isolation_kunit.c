// SPDX-License-Identifier: GPL-2.0
/*
 * Page isolation and migration, as an area sees them: what happens to the
 * pageblocks and to the pages of others that live in the area meanwhile.
 */
#include <linux/fs.h>
#include <linux/pagemap.h>
#include <linux/shmem_fs.h>

#include "area_state.h"
#include "area_trace.h"

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

static void free_order(void *data)
{
	__free_pages(data, pageblock_order);
}

static void put_file(void *data)
{
	/* At once: its pages must be gone before the area is looked at. */
	__fput_sync(data);
}

/*
 * Takes memory that cannot move until more than half of what is free is CMA:
 * from then on the buddy hands CMA pages to whoever accepts movable ones.
 */
static void crowd_out_of_other_memory(struct kunit *test, struct zone *zone)
{
	for (;;) {
		unsigned long free_cma, free;
		struct page *page;

		free_cma = zone_page_state_snapshot(zone, NR_FREE_CMA_PAGES);
		free = zone_page_state_snapshot(zone, NR_FREE_PAGES);
		if (free_cma > free / 2 + pageblock_nr_pages)
			return;
		page = alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY,
				   pageblock_order);
		if (!page)
			kunit_skip(test, "too little memory is CMA: boot with more CMA");
		KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, free_order,
								   page));
	}
}

static struct page *read_page(struct kunit *test, struct file *file,
			      pgoff_t index)
{
	struct page *page = shmem_read_mapping_page(file->f_mapping, index);

	KUNIT_ASSERT_FALSE(test, IS_ERR(page));

	return page;
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
	struct zone *zone = page_zone(pfn_to_page(area_range(cma, 0).base_pfn));
	unsigned long nr_pages = 2048, index, inside = 0, left = 0, wrong = 0;
	struct area_state before;
	struct page *page;
	struct file *file;

	area_state_take(test, cma, &before);
	file = shmem_kernel_file_setup("cma_kunit", nr_pages << PAGE_SHIFT,
				       CMA_TESTS_NO_VMA_FLAGS);
	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, put_file, file));
	crowd_out_of_other_memory(test, zone);

	for (index = 0; index < nr_pages; index++) {
		page = read_page(test, file, index);
		*(unsigned long *)page_address(page) = index;
		inside += area_contains(cma, page_to_pfn(page), 1);
		set_page_dirty(page);
		put_page(page);
	}
	kunit_info(test, "%lu of %lu movable pages were in the area", inside,
		   nr_pages);
	if (!inside)
		kunit_skip(test, "no movable page came into the area");

	page = cma_alloc_kunit(test, cma, area_largest_free(&before), 0);
	area_expect_allocated(test, cma, page, area_largest_free(&before), 0);
	pages_stamp(page, area_largest_free(&before), 1);

	for (index = 0; index < nr_pages; index++) {
		struct page *moved = read_page(test, file, index);

		wrong += *(unsigned long *)page_address(moved) != index;
		left += page_to_pfn(moved) >= page_to_pfn(page) &&
			page_to_pfn(moved) < page_to_pfn(page) +
					     area_largest_free(&before);
		put_page(moved);
	}
	KUNIT_EXPECT_EQ_MSG(test, 0UL, wrong,
			    "expected every moved page to keep its contents");
	KUNIT_EXPECT_EQ_MSG(test, 0UL, left,
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
