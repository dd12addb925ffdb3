// SPDX-License-Identifier: GPL-2.0
/*
 * cma_declare_contiguous_multi(): an area of several ranges when no single
 * one is large enough, over a copy of mm/cma.c with memblock faked.
 *
 *	| below 4 GiB |.rrrr..rr....rrrrrrrr...|   r: free ranges
 */
#include "cma_copy.c"
#include <linux/sizes.h>
#include "declared_area.h"

#ifdef HAS_cma_declare_contiguous_multi

#define ABOVE_4G(blocks) ((phys_addr_t)SZ_4G + BLOCKS(blocks))

static void free_range(phys_addr_t base, phys_addr_t size)
{
	fake.free_ranges[fake.nr_free_ranges++] =
		(struct fake_region){ base, size };
}

static int declare_multi(phys_addr_t size, struct cma **cma)
{
	return cma_declare_contiguous_multi(size, BLOCKS(1), 0, "multi", cma,
					    NUMA_NO_NODE);
}

static bool is_free(phys_addr_t base, phys_addr_t size)
{
	unsigned int i;

	for (i = 0; i < fake.nr_free_ranges; i++)
		if (base >= fake.free_ranges[i].base &&
		    base + size <= fake.free_ranges[i].base +
				   fake.free_ranges[i].size)
			return true;

	return false;
}

/* Each range free before and reserved now, all together what was asked for. */
static void expect_ranges(struct kunit *test, struct cma *cma,
			  unsigned long nr_pages)
{
	unsigned long sum = 0;
	int i, j;

	KUNIT_ASSERT_NOT_NULL(test, cma);
	for (i = 0; i < cma->nranges; i++) {
		phys_addr_t base = PFN_PHYS(cma->ranges[i].base_pfn);
		phys_addr_t size = PFN_PHYS(cma->ranges[i].count);
		bool reserved = false;

		KUNIT_EXPECT_TRUE_MSG(test, is_free(base, size),
				      "range %d at %pa was not free", i, &base);
		KUNIT_EXPECT_TRUE_MSG(test, IS_ALIGNED(base | size, BLOCKS(1)),
				      "range %d at %pa is not of whole blocks",
				      i, &base);
		KUNIT_EXPECT_EQ(test, cma->ranges[i].early_pfn,
				cma->ranges[i].base_pfn);
		for (j = 0; j < fake.nr_reserved; j++)
			reserved |= fake.reserved[j].base == base &&
				    fake.reserved[j].size == size;
		KUNIT_EXPECT_TRUE_MSG(test, reserved,
				      "range %d at %pa is not reserved", i,
				      &base);
		sum += cma->ranges[i].count;
	}
	KUNIT_EXPECT_EQ(test, fake.nr_reserved, cma->nranges);
	KUNIT_EXPECT_EQ_MSG(test, sum, nr_pages, "pages of all ranges");
	KUNIT_EXPECT_EQ(test, cma->count, nr_pages);
	KUNIT_EXPECT_EQ(test, cma->available_count, nr_pages);
	KUNIT_EXPECT_EQ(test, fake.cma_total, nr_pages);
	KUNIT_EXPECT_EQ(test, cma_area_count, 1);
}

static void one_range_is_enough(struct kunit *test)
{
	struct cma *cma = NULL;

	fake.alloc_answers[0] = ABOVE_4G(8);
	KUNIT_ASSERT_EQ(test, declare_multi(BLOCKS(12), &cma), 0);
	KUNIT_ASSERT_NOT_NULL(test, cma);
	KUNIT_EXPECT_EQ(test, cma->nranges, 1);
	KUNIT_EXPECT_EQ(test, cma_get_base(cma), ABOVE_4G(8));
	KUNIT_EXPECT_EQ(test, cma->count, PAGES(12));
	KUNIT_EXPECT_EQ(test, fake.cma_total, PAGES(12));
}

/* What was asked for holds for one range as it does for several. */
static void one_range_is_as_asked_for(struct kunit *test)
{
	struct cma *cma = NULL;

	fake.alloc_answers[0] = ABOVE_4G(8);
	KUNIT_ASSERT_EQ(test, cma_declare_contiguous_multi(BLOCKS(12),
							   BLOCKS(2), 1,
							   "multi", &cma, 2),
			0);
	KUNIT_ASSERT_NOT_NULL(test, cma);
	KUNIT_EXPECT_EQ(test, fake.alloc[0].align, BLOCKS(2));
	KUNIT_EXPECT_EQ(test, fake.alloc[0].nid, 2);
	KUNIT_EXPECT_EQ(test, cma->order_per_bit, 1);
	KUNIT_EXPECT_EQ(test, cma->nid, 2);
}

/*
 * Eight pages a bit, blocks of four: of three free blocks two are of use.
 *
 *	|bbbb bbbb bbbb|   two of the blocks are a bit, the third is none
 */
static void ranges_are_whole_bits(struct kunit *test)
{
	const unsigned int order = FAKE_PAGEBLOCK_ORDER + 1;
	struct cma *cma = NULL;
	int i;

	free_range(ABOVE_4G(0), BLOCKS(3));
	free_range(ABOVE_4G(100), BLOCKS(3));
	KUNIT_EXPECT_EQ(test, cma_declare_contiguous_multi(BLOCKS(6), BLOCKS(1),
							   order, "multi",
							   &cma, 2), -ENOMEM);
	expect_no_trace(test, 0);
	fake.nr_alloc = 0;
	KUNIT_ASSERT_EQ(test, cma_declare_contiguous_multi(BLOCKS(4), BLOCKS(1),
							   order, "multi",
							   &cma, 2), 0);
	KUNIT_EXPECT_EQ_MSG(test, fake.free_ranges_nid, 2,
			    "node that was searched for free memory");
	KUNIT_EXPECT_EQ(test, cma->nid, 2);
	KUNIT_EXPECT_EQ(test, cma->order_per_bit, order);
	expect_ranges(test, cma, PAGES(4));
	for (i = 0; i < cma->nranges; i++)
		KUNIT_EXPECT_EQ_MSG(test, cma->ranges[i].count % BIT(order), 0UL,
				    "pages of range %d that no bit stands for",
				    i);
}

static void several_ranges_make_the_size(struct kunit *test)
{
	struct cma *cma = NULL;

	free_range(ABOVE_4G(1), BLOCKS(8));
	free_range(ABOVE_4G(100), BLOCKS(8));
	KUNIT_ASSERT_EQ(test, declare_multi(BLOCKS(12), &cma), 0);
	expect_ranges(test, cma, PAGES(12));
	KUNIT_EXPECT_EQ(test, cma->nranges, 2);
}

/* What lies below 4 GiB is for those who can address no more. */
static void ranges_below_4g_are_left_alone(struct kunit *test)
{
	struct cma *cma = NULL;

	free_range(BLOCKS(16), BLOCKS(64));
	free_range(ABOVE_4G(1), BLOCKS(8));
	KUNIT_EXPECT_EQ(test, declare_multi(BLOCKS(12), &cma), -ENOMEM);
	KUNIT_EXPECT_NULL(test, cma);
	expect_no_trace(test, 0);
}

/* A range counts for the whole blocks in it: here 1, 0 and 7 of 10. */
static void ends_of_ranges_do_not_count(struct kunit *test)
{
	struct cma *cma = NULL;

	free_range(ABOVE_4G(0) + PAGE_SIZE, BLOCKS(2));
	free_range(ABOVE_4G(10) + PAGE_SIZE, BLOCKS(1));
	free_range(ABOVE_4G(20), BLOCKS(7) + PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, declare_multi(BLOCKS(9), &cma), -ENOMEM);
	expect_no_trace(test, 0);
	fake.nr_alloc = 0;
	KUNIT_ASSERT_EQ(test, declare_multi(BLOCKS(8), &cma), 0);
	expect_ranges(test, cma, PAGES(8));
}

/*
 *	|.rrrrrrrrrrrrr...|   r: free, from the second page of a block on
 *	|....bbbbbbbb.....|   b: whole blocks, though pages are asked for
 */
static void smallest_alignment_is_a_block(struct kunit *test)
{
	struct cma *cma = NULL;

	free_range(ABOVE_4G(0) + PAGE_SIZE, BLOCKS(3));
	free_range(ABOVE_4G(100) + PAGE_SIZE, BLOCKS(3));
	KUNIT_ASSERT_EQ(test, cma_declare_contiguous_multi(BLOCKS(4), PAGE_SIZE,
							   0, "multi", &cma,
							   NUMA_NO_NODE), 0);
	expect_ranges(test, cma, PAGES(4));
	KUNIT_EXPECT_EQ(test, cma->nranges, 2);
}

static void refused_range_gives_back_the_others(struct kunit *test)
{
	struct cma *cma = NULL;
	int i;

	for (i = 0; i < 3; i++)
		free_range(ABOVE_4G(100 * i), BLOCKS(8));
	fake.reserve_fails_at = 3;
	KUNIT_EXPECT_EQ(test, declare_multi(BLOCKS(20), &cma), -ENOMEM);
	KUNIT_EXPECT_NULL(test, cma);
	expect_no_trace(test, 0);
}

static void wrong_arguments_make_no_ranges(struct kunit *test)
{
	struct cma *cma = NULL;

	free_range(ABOVE_4G(1), BLOCKS(8));
	KUNIT_EXPECT_EQ(test, declare_multi(0, &cma), -EINVAL);
	KUNIT_EXPECT_EQ(test, cma_declare_contiguous_multi(BLOCKS(4), BLOCKS(3),
							   0, "multi", &cma,
							   NUMA_NO_NODE),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, fake.nr_reserve_calls, 0);
	expect_no_trace(test, 0);
}

/* As the comment over the function says: the biggest ranges are selected. */
static void biggest_ranges_are_selected(struct kunit *test)
{
	struct cma *cma = NULL;

	free_range(ABOVE_4G(0), BLOCKS(3));
	free_range(ABOVE_4G(100), BLOCKS(10));
	free_range(ABOVE_4G(200), BLOCKS(4));
	KUNIT_ASSERT_EQ(test, declare_multi(BLOCKS(10), &cma), 0);
	expect_ranges(test, cma, PAGES(10));
	KUNIT_EXPECT_EQ_MSG(test, cma->nranges, 1,
			    "the range of 10 blocks holds all that was asked for");
}

/* More free ranges than an area can have: the sum of the biggest counts. */
static void biggest_of_many_ranges_are_selected(struct kunit *test)
{
	phys_addr_t blocks = 0;
	struct cma *cma = NULL;
	unsigned int i;

	for (i = 1; i <= CMA_MAX_RANGES + 2; i++) {
		free_range(ABOVE_4G(100 * i), BLOCKS(i));
		blocks += i > 2 ? i : 0;
	}
	KUNIT_EXPECT_EQ_MSG(test, declare_multi(BLOCKS(blocks), &cma), 0,
			    "the %d biggest ranges hold what was asked for",
			    CMA_MAX_RANGES);
	if (cma)
		expect_ranges(test, cma, PAGES(blocks));
}

/*
 * |88888888|88888888| ... |44|   as many ranges as an area can have, and one more
 *
 * The smallest one is passed over, so it must not count either.
 */
static void range_that_is_passed_over_does_not_count(struct kunit *test)
{
	struct cma *cma = NULL;
	unsigned int i;

	for (i = 0; i < CMA_MAX_RANGES; i++)
		free_range(ABOVE_4G(100 * i), BLOCKS(8));
	free_range(ABOVE_4G(100 * CMA_MAX_RANGES), BLOCKS(4));

	KUNIT_EXPECT_EQ_MSG(test,
			    declare_multi(BLOCKS(8 * CMA_MAX_RANGES + 4), &cma),
			    -ENOMEM, "%d ranges of 8 blocks do not hold 4 more",
			    CMA_MAX_RANGES);
	if (cma)
		expect_ranges(test, cma, PAGES(8 * CMA_MAX_RANGES + 4));
}

/* As the comment says: sorted by address, as a bottom-up search would find. */
static void ranges_are_sorted_by_address(struct kunit *test)
{
	struct cma *cma = NULL;
	int i;

	free_range(ABOVE_4G(0), BLOCKS(6));
	free_range(ABOVE_4G(100), BLOCKS(9));
	free_range(ABOVE_4G(200), BLOCKS(5));
	free_range(ABOVE_4G(300), BLOCKS(7));
	KUNIT_ASSERT_EQ(test, declare_multi(BLOCKS(26), &cma), 0);
	expect_ranges(test, cma, PAGES(26));
	for (i = 1; i < cma->nranges; i++)
		KUNIT_EXPECT_GT_MSG(test, cma->ranges[i].base_pfn,
				    cma->ranges[i - 1].base_pfn,
				    "ranges %d and %d", i - 1, i);
}

#else
CASE_LEFT_OUT(several_ranges_make_the_size,
	      "this kernel's cma.c has no cma_declare_contiguous_multi()")
#endif

static int multi_init(struct kunit *test)
{
	declared_areas_begin(test);
	fake.end_of_dram = (phys_addr_t)SZ_4G + BLOCKS(4096);
	fake.lowmem_end = fake.end_of_dram;

	return 0;
}

static struct kunit_case multi_cases[] = {
	KUNIT_CASE(several_ranges_make_the_size),
#ifdef HAS_cma_declare_contiguous_multi
	KUNIT_CASE(one_range_is_enough),
	KUNIT_CASE(one_range_is_as_asked_for),
	KUNIT_CASE(ranges_are_whole_bits),
	KUNIT_CASE(ranges_below_4g_are_left_alone),
	KUNIT_CASE(ends_of_ranges_do_not_count),
	KUNIT_CASE(smallest_alignment_is_a_block),
	KUNIT_CASE(refused_range_gives_back_the_others),
	KUNIT_CASE(wrong_arguments_make_no_ranges),
	KUNIT_CASE(biggest_ranges_are_selected),
	KUNIT_CASE(biggest_of_many_ranges_are_selected),
	KUNIT_CASE(range_that_is_passed_over_does_not_count),
	KUNIT_CASE(ranges_are_sorted_by_address),
#endif
	{}
};

static struct kunit_suite multi_suite = {
	.name = "cma_declare_multi",
	.init = multi_init,
	.exit = declared_areas_end,
	.test_cases = multi_cases,
};

kunit_test_suite(multi_suite);

MODULE_LICENSE("GPL");
