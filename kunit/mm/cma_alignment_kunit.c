// SPDX-License-Identifier: GPL-2.0
/*
 * Alignment. A device wants the address aligned, so it is the PFN that counts,
 * not the offset in the area, whose base is aligned to a pageblock only:
 *
 *     pfn aligned to order n:   |               |               |
 *     area:                             |...............|
 *     aligned in the area:              |               |
 *
 * Guards b5be83e308f7 ("mm: cma: align to physical address, not CMA region
 * position") and "mm/cma: fix cma bitmap aligned mask computing" (2014-10-10).
 */
#include "area_state.h"

KUNIT_ARRAY_PARAM(area, area_rows, area_row_describe);

/*
 * Every order from 0 to beyond what the area can hold. Expect the first free
 * pfn of that alignment where there is one, NULL where there is none.
 */
static void expect_every_order(struct kunit *test, struct cma *cma)
{
	unsigned int top = ilog2(cma->count) + 3, align;
	unsigned long count = 1UL << cma->order_per_bit;
	struct area_state before;

	area_state_take(test, cma, &before);

	for (align = 0; align <= top; align++) {
		unsigned long expected = area_first_place(&before, count, align);
		struct page *page = cma_alloc_kunit(test, cma, count, align);

		KUNIT_EXPECT_EQ_MSG(test, expected,
				    page ? page_to_pfn(page) : NO_PLACE,
				    "area %s: first free pfn of alignment order %u",
				    cma_get_name(cma), align);
		if (!page)
			continue;
		area_expect_allocated(test, cma, page, count, align);
		cma_release_kunit(test, page);
	}

	area_expect_as_before(test, &before);
}

static void every_order(struct kunit *test)
{
	expect_every_order(test, area_of_row(test));
}

/*
 * The lowest place is taken, so the next aligned one must be looked for:
 * |x.......|........|
 *  ^ taken ^ expected for the order of a pageblock
 */
static void behind_a_page(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	struct page *first = cma_alloc_kunit(test, cma, 1, 0);

	area_expect_allocated(test, cma, first, 1, 0);
	expect_every_order(test, cma);
}

/*
 * One page at each pfn that is aligned to two pageblocks: |x...|x...|x..
 * Expect as many as there are such places.
 */
static void aligned_until_full(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	unsigned int align = max_t(unsigned int, cma->order_per_bit,
				   pageblock_order) + 1;
	unsigned long room, held;
	struct area_state before;

	area_state_take(test, cma, &before);
	room = area_room(test, &before, 1, align);

	for (held = 0; held <= room; held++) {
		struct page *page = cma_alloc_kunit(test, cma, 1, align);

		if (!page)
			break;
		area_expect_allocated(test, cma, page, 1, align);
	}
	KUNIT_EXPECT_EQ_MSG(test, room, held,
			    "area %s: expected %lu places of alignment order %u, got %lu",
			    cma_get_name(cma), room, align, held);
}

/*
 * Alignment and count together, so that the aligned place must also be long
 * enough: |..x.|....|xx..|
 */
static void aligned_counts(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	unsigned long bit_pages = 1UL << cma->order_per_bit;
	unsigned int order, bits;

	for (order = 0; order <= 4; order += 2) {
		for (bits = 1; bits <= 5; bits += 2) {
			unsigned int align = cma->order_per_bit + order;
			struct area_state before;
			unsigned long expected;
			struct page *page;

			area_state_take(test, cma, &before);
			expected = area_first_place(&before, bits * bit_pages,
						    align);
			page = cma_alloc_kunit(test, cma, bits * bit_pages,
					       align);
			/* Not released: the next one has to go round it. */
			KUNIT_EXPECT_EQ_MSG(test, expected,
					    page ? page_to_pfn(page) : NO_PLACE,
					    "area %s: %u bits, alignment order %u",
					    cma_get_name(cma), bits, align);
		}
	}
}

static struct kunit_case cma_alignment_cases[] = {
	KUNIT_CASE_PARAM(every_order, area_gen_params),
	KUNIT_CASE_PARAM(behind_a_page, area_gen_params),
	KUNIT_CASE_PARAM(aligned_until_full, area_gen_params),
	KUNIT_CASE_PARAM(aligned_counts, area_gen_params),
	{}
};

static struct kunit_suite cma_alignment_suite = {
	.name = "cma_alignment",
	.init = areas_must_be_restored,
	.test_cases = cma_alignment_cases,
};

kunit_test_suite(cma_alignment_suite);
