// SPDX-License-Identifier: GPL-2.0
/*
 * Folios and frozen pages out of an area, where the kernel has them:
 * cma_alloc_folio() (6.12), cma_alloc_frozen() and _compound() (6.19).
 */
#include "area_state.h"

#if defined(CMA_TESTS_HAS_CMA_FOLIO) || defined(CMA_TESTS_HAS_CMA_FROZEN)
KUNIT_ARRAY_PARAM(area, area_rows, area_row_describe);
#endif

static unsigned long __maybe_unused
count_refcounts_other_than(struct page *page, unsigned long count, int wanted)
{
	unsigned long i, others = 0;

	for (i = 0; i < count; i++)
		others += page_ref_count(page + i) != wanted;

	return others;
}

/*
 * Compound pages come in whole pageblocks: a smaller one that lies in a larger
 * free page makes 6.12 warn, since it takes no part of a free page.
 */
#define FIRST_ORDER pageblock_order
#define LAST_ORDER (pageblock_order + 1)

/* So that the lowest place is not the aligned one by accident. */
static void __maybe_unused hold_one_page(struct kunit *test, struct cma *cma)
{
	KUNIT_ASSERT_NOT_NULL(test, cma_alloc_kunit(test, cma, 1, 0));
}

#ifdef CMA_TESTS_HAS_CMA_FOLIO
/* A folio of this order, aligned to it, held once; all back when freed. */
static void folio(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	struct area_state before;
	unsigned long sum = 0;
	unsigned int order;
	struct folio *folio;

	hold_one_page(test, cma);
	area_state_take(test, cma, &before);
	for (order = FIRST_ORDER; order <= LAST_ORDER; order++) {
		unsigned long pages = 1UL << order;

		if (area_first_place(&before, pages, order) == NO_PLACE)
			continue;

		folio = cma_alloc_folio(cma, order, GFP_KERNEL | __GFP_COMP);
		KUNIT_ASSERT_NOT_NULL(test, folio);
		if (!folio_test_large(folio)) {
			cma_release(cma, &folio->page, pages);
			KUNIT_FAIL(test, "area %s: %lu single pages, none of order %u",
				   cma_get_name(cma), pages, order);
			return;
		}
		KUNIT_EXPECT_EQ(test, order, folio_order(folio));
		KUNIT_EXPECT_EQ(test, 1, folio_ref_count(folio));
		KUNIT_EXPECT_TRUE(test, IS_ALIGNED(folio_pfn(folio), pages));
		KUNIT_EXPECT_TRUE(test, area_contains(cma, folio_pfn(folio), pages));
		area_expect_taken(test, &before, pages, area_bits_for(cma, pages));

		KUNIT_EXPECT_TRUE(test, cma_free_folio(cma, folio));
		sum += pages;
		area_expect_as_before(test, &before);
	}
	area_expect_counted(test, &before, (struct area_counters) {
		.allocated_pages = sum,
		.released_pages = sum,
		.success_events = AREA_COUNTER_ANY,
	});
}

/* No room for a folio of this order. */
static void folio_too_large(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	unsigned int order = ilog2(cma->count) + 1;

	KUNIT_EXPECT_NULL(test, cma_alloc_folio(cma, order,
						GFP_KERNEL | __GFP_COMP | __GFP_NOWARN));
}
#endif

#ifdef CMA_TESTS_HAS_CMA_FROZEN
/* Frozen pages: ours, and nobody holds a reference, nor can get one. */
static void frozen(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	struct area_state before;
	struct page *page;

	area_state_take(test, cma, &before);
	page = cma_alloc_frozen(cma, 7, 2, true);
	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, 0UL, count_refcounts_other_than(page, 7, 0));
	KUNIT_EXPECT_TRUE(test, IS_ALIGNED(page_to_pfn(page), 4));
	area_expect_taken(test, &before, 7, area_bits_for(cma, 7));
	KUNIT_EXPECT_FALSE(test, cma_release_frozen(cma, NULL, 7));
	KUNIT_EXPECT_FALSE(test, cma_release_frozen(NULL, page, 7));
	KUNIT_EXPECT_FALSE(test, cma_release_frozen(cma, virt_to_page(test), 1));
	area_expect_taken(test, &before, 7, area_bits_for(cma, 7));

	KUNIT_EXPECT_TRUE(test, cma_release_frozen(cma, page, 7));
	area_expect_as_before(test, &before);
	area_expect_counted(test, &before, (struct area_counters) {
		.allocated_pages = 7,
		.released_pages = 7,
		.success_events = 1,
	});
}

static void frozen_compound(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	struct area_state before;
	unsigned int order;
	struct page *page;

	hold_one_page(test, cma);
	area_state_take(test, cma, &before);
	for (order = FIRST_ORDER; order <= LAST_ORDER; order++) {
		unsigned long pages = 1UL << order;

		if (area_first_place(&before, pages, order) == NO_PLACE)
			continue;

		page = cma_alloc_frozen_compound(cma, order);
		KUNIT_ASSERT_NOT_NULL(test, page);
		KUNIT_EXPECT_TRUE(test, PageHead(page));
		KUNIT_EXPECT_EQ(test, order, compound_order(page));
		KUNIT_EXPECT_EQ(test, 0UL, count_refcounts_other_than(page, pages, 0));
		KUNIT_EXPECT_TRUE(test, IS_ALIGNED(page_to_pfn(page), pages));
		area_expect_taken(test, &before, pages, area_bits_for(cma, pages));

		KUNIT_EXPECT_TRUE(test, cma_release_frozen(cma, page, pages));
		area_expect_as_before(test, &before);
	}
}
#endif

CASE_LEFT_OUT(no_such_api,
	      "this kernel has neither cma_alloc_folio() nor cma_alloc_frozen()")

static struct kunit_case cma_folio_cases[] = {
#ifdef CMA_TESTS_HAS_CMA_FOLIO
	KUNIT_CASE_PARAM(folio, area_gen_params),
	KUNIT_CASE_PARAM(folio_too_large, area_gen_params),
#endif
#ifdef CMA_TESTS_HAS_CMA_FROZEN
	KUNIT_CASE_PARAM(frozen, area_gen_params),
	KUNIT_CASE_PARAM(frozen_compound, area_gen_params),
#endif
#if !defined(CMA_TESTS_HAS_CMA_FOLIO) && !defined(CMA_TESTS_HAS_CMA_FROZEN)
	KUNIT_CASE(no_such_api),
#endif
	{}
};

static struct kunit_suite cma_folio_suite = {
	.name = "cma_folio",
	.init = areas_must_be_restored,
	.test_cases = cma_folio_cases,
};

kunit_test_suite(cma_folio_suite);
