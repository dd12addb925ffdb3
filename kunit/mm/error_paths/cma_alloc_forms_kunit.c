// SPDX-License-Identifier: GPL-2.0
/*
 * What newer kernels allocate besides pages one by one: compound pages, pages
 * without a reference, and from areas of several ranges; over a copy of
 * mm/cma.c with alloc_contig_range() faked.
 */
#include "cma_copy.c"
#include "copied_area.h"

#define AREA_PAGES 64UL

/* The whole-block forms: 2^order pages, aligned to that, as one compound. */
#if defined(HAS_cma_alloc_frozen_compound)
#define alloc_compound(cma, order) cma_alloc_frozen_compound(cma, order)
#define release_compound(cma, page, nr) cma_release_frozen(cma, page, nr)
#elif defined(HAS_cma_alloc_folio)
/* The fake makes no compound page, so none goes to cma_free_folio(). */
#define alloc_compound(cma, order)					\
	((struct page *)cma_alloc_folio(cma, order, GFP_KERNEL |	\
					__GFP_COMP | __GFP_NOWARN))
#define release_compound(cma, page, nr) cma_release(cma, page, nr)
#endif

#ifdef alloc_compound
static void compound_is_aligned_to_its_order(struct kunit *test)
{
	unsigned long block = block_alloc_kunit(test);
	struct cma *cma = area_activate(test, block + 4, AREA_PAGES, 0);
	struct page *page;

	fake.contig_errors[0] = -EBUSY;
	page = alloc_compound(cma, 3);
	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, fake.nr_contig, 2);
	KUNIT_EXPECT_EQ(test, fake.contig[0].start, block + 8);
	KUNIT_EXPECT_EQ(test, fake.contig[1].start, block + 16);
	KUNIT_EXPECT_EQ(test, fake.contig[1].end, block + 24);
	KUNIT_EXPECT_TRUE(test, fake.contig[1].gfp & __GFP_COMP);
	KUNIT_EXPECT_TRUE(test, fake.contig[1].gfp & __GFP_NOWARN);
	KUNIT_EXPECT_PTR_EQ(test, page, pfn_to_page(block + 16));
	KUNIT_EXPECT_EQ(test, area_bits_set(cma), 8UL);
	KUNIT_EXPECT_TRUE(test, release_compound(cma, page, 8));
	expect_area_empty(test, cma);
}
#else
CASE_LEFT_OUT(compound_is_aligned_to_its_order,
	      "this kernel's cma.c allocates no compound page")
#endif

#ifdef HAS_cma_alloc_frozen
/* Frozen pages leave without a reference, and come back without one. */
static void frozen_pages_have_no_reference(struct kunit *test)
{
	unsigned long block = block_alloc_kunit(test);
	struct cma *cma = area_activate(test, block, AREA_PAGES, 0);
	struct page *page = cma_alloc_frozen(cma, 6, 0, true);
	unsigned long i;

	KUNIT_ASSERT_NOT_NULL(test, page);
	for (i = 0; i < 6; i++)
		KUNIT_EXPECT_EQ(test, page_count(page + i), 0);
	KUNIT_EXPECT_FALSE(test, cma_release_frozen(cma, page + AREA_PAGES, 1));
	KUNIT_EXPECT_FALSE(test, cma_release_frozen(NULL, page, 1));
	KUNIT_EXPECT_FALSE(test, cma_release_frozen(cma, NULL, 1));
	KUNIT_EXPECT_EQ(test, fake.nr_freed, 0);
	KUNIT_EXPECT_TRUE(test, cma_release_frozen(cma, page, 6));
	KUNIT_EXPECT_EQ(test, fake.freed.end - fake.freed.start, 6UL);
	expect_area_empty(test, cma);
}
#else
CASE_LEFT_OUT(frozen_pages_have_no_reference,
	      "this kernel's cma.c has no cma_alloc_frozen()")
#endif

#ifdef HAS_cma_alloc_frozen	/* what refuses is older by one kernel */
/*
 *	area |nnnnnnnnyyyyyyyy----|   struct pages: n not in a row, y in a row
 *
 * Callers step from page to page by adding one. Guards "mm/cma: refuse handing
 * out non-contiguous page ranges".
 */
static void pages_not_in_a_row_are_passed_over(struct kunit *test)
{
	unsigned long block = block_alloc_kunit(test);
	struct cma *cma = area_activate(test, block, AREA_PAGES, 0);
	struct page *page;

	fake.contiguous_from = block + 8;
	page = cma_alloc(cma, 8, 3, true);
	KUNIT_EXPECT_PTR_EQ(test, page, pfn_to_page(block + 8));
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_contig, 1,
			    "no page of a refused range is moved out of the way");
	KUNIT_EXPECT_EQ(test, fake.contig[0].start, block + 8);
	KUNIT_EXPECT_EQ(test, area_bits_set(cma), 8UL);
	KUNIT_EXPECT_EQ(test, cma->available_count, AREA_PAGES - 8);
}
#else
CASE_LEFT_OUT(pages_not_in_a_row_are_passed_over,
	      "this kernel's cma.c has no cma_alloc_frozen()")
#endif

#ifdef CMA_MAX_RANGES
/*
 *	range 0 |----16----|   hole   range 1 |------32------|
 */
static struct cma *area_of_two_ranges(struct kunit *test, unsigned long block)
{
	struct cma *cma = area_declare(test, block, 16, 0);

	cma->ranges[1].base_pfn = block + 64;
	cma->ranges[1].early_pfn = block + 64;
	cma->ranges[1].count = 32;
	cma->nranges = 2;
	cma->count = 48;
	cma->available_count = 48;
	cma_activate_area(cma);
	KUNIT_ASSERT_EQ(test, cma->count, 48UL);

	return cma;
}

static void second_range_helps_when_the_first_is_busy(struct kunit *test)
{
	unsigned long block = block_alloc_kunit(test);
	struct cma *cma = area_of_two_ranges(test, block);
	struct page *page;

	/* Two candidates in range 0, and the second of range 1 succeeds. */
	fake.contig_errors[0] = -EBUSY;
	fake.contig_errors[1] = -EBUSY;
	fake.contig_errors[2] = -EBUSY;
	page = cma_alloc(cma, 8, 3, true);
	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, fake.nr_contig, 4);
	KUNIT_EXPECT_EQ(test, fake.contig[1].start, block + 8);
	KUNIT_EXPECT_EQ(test, fake.contig[2].start, block + 64);
	KUNIT_EXPECT_EQ(test, fake.contig[3].start, block + 72);
	KUNIT_EXPECT_EQ(test, bitmap_weight(cma->ranges[0].bitmap, 16), 0);
	KUNIT_EXPECT_EQ(test, bitmap_weight(cma->ranges[1].bitmap, 32), 8);
	KUNIT_EXPECT_EQ(test, cma->available_count, 40UL);
	KUNIT_EXPECT_TRUE(test, cma_release(cma, page, 8));
	KUNIT_EXPECT_EQ(test, bitmap_weight(cma->ranges[1].bitmap, 32), 0);
	KUNIT_EXPECT_EQ(test, cma->available_count, 48UL);

	/* What no range can hold is not pieced together from two. */
	KUNIT_EXPECT_NULL(test, cma_alloc(cma, 33, 0, true));
	page = cma_alloc(cma, 32, 0, true);
	KUNIT_EXPECT_PTR_EQ(test, page, pfn_to_page(block + 64));
	/* Neither is what lies between them the area's. */
	KUNIT_EXPECT_FALSE(test, cma_release(cma, pfn_to_page(block + 16), 1));
	KUNIT_EXPECT_FALSE(test, cma_release(cma, pfn_to_page(block + 63), 1));
	KUNIT_EXPECT_TRUE(test, cma_release(cma, page, 32));
}

static void other_error_spares_the_second_range(struct kunit *test)
{
	unsigned long block = block_alloc_kunit(test);
	struct cma *cma = area_of_two_ranges(test, block);

	fake.contig_errors[0] = -EINTR;
	KUNIT_EXPECT_NULL(test, cma_alloc(cma, 8, 3, true));
	KUNIT_EXPECT_EQ(test, fake.nr_contig, 1);
	KUNIT_EXPECT_EQ(test, cma->available_count, 48UL);
}
#else
CASE_LEFT_OUT(second_range_helps_when_the_first_is_busy,
	      "this kernel's areas have one range")
CASE_LEFT_OUT(other_error_spares_the_second_range,
	      "this kernel's areas have one range")
#endif

static struct kunit_case forms_cases[] = {
	KUNIT_CASE(compound_is_aligned_to_its_order),
	KUNIT_CASE(frozen_pages_have_no_reference),
	KUNIT_CASE(pages_not_in_a_row_are_passed_over),
	KUNIT_CASE(second_range_helps_when_the_first_is_busy),
	KUNIT_CASE(other_error_spares_the_second_range),
	{}
};

static struct kunit_suite forms_suite = {
	.name = "cma_alloc_forms",
	.init = copied_areas_begin,
	.exit = copied_areas_end,
	.test_cases = forms_cases,
};

kunit_test_suite(forms_suite);

MODULE_LICENSE("GPL");
