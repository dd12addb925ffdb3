// SPDX-License-Identifier: GPL-2.0
/*
 * cma_release(): what it refuses, and that it gives back exactly what it is
 * told to. Releases that a kernel answers with a splat have boots of their own.
 */
#include "area_state.h"

KUNIT_ARRAY_PARAM(area, area_rows, area_row_describe);

static void expect_refused(struct kunit *test, struct cma *cma,
			   unsigned long pfn, unsigned long count)
{
	struct area_state before;

	/* Not every pfn beside an area is memory. */
	if (!pfn_valid(pfn))
		return;

	area_state_take(test, cma, &before);
	KUNIT_EXPECT_FALSE_MSG(test, cma_release(cma, pfn_to_page(pfn), count),
			       "area %s: expected no release of %lu pages at pfn %#lx",
			       cma_get_name(cma), count, pfn);
	area_expect_as_before(test, &before);
	area_expect_counted(test, &before, (struct area_counters) {});
}

/*
 *      |xxxxxxxx|      the area
 *    **          **    one page on either side, and far away
 */
static void foreign_pages(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	unsigned int i;

	for (i = 0; i < area_nr_ranges(cma); i++) {
		struct area_range range = area_range(cma, i);

		expect_refused(test, cma, range.base_pfn - 1, 1);
		expect_refused(test, cma, range.base_pfn - 2, 2);
		expect_refused(test, cma, range.base_pfn + range.count, 1);
		expect_refused(test, cma, range.base_pfn + range.count + 1, 1);
	}
	expect_refused(test, cma, page_to_pfn(virt_to_page(test)), 1);
}

static void no_pages(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	struct area_state before;

	area_state_take(test, cma, &before);
	KUNIT_EXPECT_FALSE(test, cma_release(cma, NULL, 1));
	area_expect_as_before(test, &before);
	area_expect_counted(test, &before, (struct area_counters) {});
}

static void no_area(struct kunit *test)
{
	struct cma *cma = area_default(test);
	struct page *page = cma_alloc_kunit(test, cma, 1, 0);

	area_expect_allocated(test, cma, page, 1, 0);
	KUNIT_EXPECT_FALSE(test, cma_release(NULL, page, 1));
	area_expect_allocated(test, cma, page, 1, 0);
}

/* A page of one area is no page of another. */
static void another_area(struct kunit *test)
{
	struct cma *cma = area_default(test);
	struct cma *other = area_named(test, "kunit-pageblock");
	struct page *page = cma_alloc_kunit(test, cma, 1, 0);

	area_expect_allocated(test, cma, page, 1, 0);
	expect_refused(test, other, page_to_pfn(page), 1);
	area_expect_allocated(test, cma, page, 1, 0);
}

#ifdef CMA_TESTS_HAS_CMA_PAGES_VALID
/* |x......x| Expect true for the first and the last page, false beside them. */
static void pages_valid(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	struct area_range range = area_range(cma, 0);
	struct page *first = pfn_to_page(range.base_pfn);

	KUNIT_EXPECT_TRUE(test, cma_pages_valid(cma, first, 1));
	KUNIT_EXPECT_TRUE(test, cma_pages_valid(cma, first + range.count - 1, 1));
	KUNIT_EXPECT_FALSE(test, cma_pages_valid(cma, first - 1, 1));
	KUNIT_EXPECT_FALSE(test, cma_pages_valid(cma, first + range.count, 1));
	KUNIT_EXPECT_FALSE(test, cma_pages_valid(cma, NULL, 1));
	KUNIT_EXPECT_FALSE(test, cma_pages_valid(NULL, first, 1));
}
#else
/* More pages than the area has are refused without a look at them. */
static void more_than_the_area(struct kunit *test)
{
	struct cma *cma = area_of_row(test);

	expect_refused(test, cma, area_range(cma, 0).base_pfn, cma->count + 1);
	expect_refused(test, cma, area_range(cma, 0).base_pfn, ULONG_MAX);
}
#endif

/*
 * |aaa|bbb|ccc|  Expect b's pages and bits back, a's and c's untouched, and
 * the hole to be had again.
 */
static void between_neighbours(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	unsigned long count = (3UL << cma->order_per_bit) - !!cma->order_per_bit;
	struct area_state before;
	struct page *pages[3];
	unsigned int i;

	area_state_take(test, cma, &before);
	if (before.used_bits)
		kunit_skip(test, "area %s is in use", cma_get_name(cma));

	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		pages[i] = cma_alloc_kunit(test, cma, count, 0);
		area_expect_allocated(test, cma, pages[i], count, 0);
		pages_stamp(pages[i], count, i);
	}

	cma_release_kunit(test, pages[1]);
	area_expect_taken(test, &before, 2 * count,
			  2 * area_bits_for(cma, count));
	for (i = 0; i < ARRAY_SIZE(pages); i += 2) {
		area_expect_allocated(test, cma, pages[i], count, 0);
		KUNIT_EXPECT_EQ(test, 0UL,
				pages_count_overwritten(pages[i], count, i));
	}

	KUNIT_EXPECT_PTR_EQ(test, pages[1],
			    cma_alloc_kunit(test, cma, count, 0));
	for (i = 0; i < ARRAY_SIZE(pages); i++)
		cma_release_kunit(test, pages[i]);
	area_expect_as_before(test, &before);
}

/*
 * One allocation, released bit by bit, the middle ones last: |6|4|2|1|3|5|
 * Expect each step to give back its own pages and bit, and no others.
 */
static void in_pieces(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	unsigned long step = 1UL << cma->order_per_bit;
	const unsigned int order[] = { 5, 0, 4, 1, 3, 2 };
	struct area_state before;
	struct page *pages;
	unsigned int i;

	area_state_take(test, cma, &before);
	pages = cma_alloc(cma, ARRAY_SIZE(order) * step, 0, true);
	area_expect_allocated(test, cma, pages, ARRAY_SIZE(order) * step, 0);

	for (i = 0; i < ARRAY_SIZE(order); i++) {
		unsigned long left = ARRAY_SIZE(order) - i - 1;

		KUNIT_EXPECT_TRUE(test, cma_release(cma, pages + order[i] * step,
						    step));
		area_expect_taken(test, &before, left * step, left);
	}
	area_expect_as_before(test, &before);
}

static struct kunit_case cma_release_cases[] = {
	KUNIT_CASE_PARAM(foreign_pages, area_gen_params),
	KUNIT_CASE_PARAM(no_pages, area_gen_params),
	KUNIT_CASE(no_area),
	KUNIT_CASE(another_area),
#ifdef CMA_TESTS_HAS_CMA_PAGES_VALID
	KUNIT_CASE_PARAM(pages_valid, area_gen_params),
#else
	KUNIT_CASE_PARAM(more_than_the_area, area_gen_params),
#endif
	KUNIT_CASE_PARAM(between_neighbours, area_gen_params),
	KUNIT_CASE_PARAM(in_pieces, area_gen_params),
	{}
};

static struct kunit_suite cma_release_suite = {
	.name = "cma_release",
	.init = areas_must_be_restored,
	.test_cases = cma_release_cases,
};

kunit_test_suite(cma_release_suite);
