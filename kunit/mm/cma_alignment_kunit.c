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
 * position") and 68faed630fc1 ("mm/cma: fix cma bitmap aligned mask computing").
 */
#include "area_state.h"

KUNIT_ARRAY_PARAM(area, area_rows, area_row_describe);

/* A pfn of this alignment, with room for @count pages behind it? */
static bool area_has_aligned(const struct cma *cma, unsigned int align,
			     unsigned long count)
{
	unsigned int i;

	for (i = 0; i < area_nr_ranges(cma); i++) {
		struct area_range range = area_range(cma, i);
		unsigned long pfn = ALIGN(range.base_pfn, 1UL << align);

		if (area_contains(cma, pfn, count))
			return true;
	}

	return false;
}

static void try_alignment(struct kunit *test, struct cma *cma,
			  unsigned long count, unsigned int align)
{
	struct page *page = cma_alloc_kunit(test, cma, count, align);

	if (!area_has_aligned(cma, align, count)) {
		KUNIT_EXPECT_NULL_MSG(test, page,
				      "area %s: expected no pfn aligned to order %u, got %#lx",
				      cma_get_name(cma), align,
				      page ? page_to_pfn(page) : 0);
		return;
	}

	area_expect_allocated(test, cma, page, count, align);
	cma_release_kunit(test, page);
}

/*
 * Every order from 0 to beyond what the area can hold, first in an empty area,
 * then behind one page that makes every aligned place but the first wrong:
 * |x......|...
 * Expect a pfn of that alignment where one exists, and NULL where none does.
 */
static void every_order(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	unsigned int top = ilog2(cma->count) + 3, align;
	unsigned long bit_pages = 1UL << cma->order_per_bit;
	struct area_state before;

	area_state_take(test, cma, &before);
	if (before.used_bits)
		kunit_skip(test, "area %s is in use", cma_get_name(cma));

	for (align = 0; align <= top; align++)
		try_alignment(test, cma, bit_pages, align);
	area_expect_as_before(test, &before);
}

/*
 * The lowest bit is taken, so the next aligned place must be looked for:
 * |x.......|........|
 *  ^ taken ^ expected for the order of a pageblock
 * Expect the alignment, and that no place before it was passed over: one that
 * is skipped is memory that nobody can have.
 */
static void behind_a_page(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	struct area_range range = area_range(cma, 0);
	unsigned long bit_pages = 1UL << cma->order_per_bit;
	struct area_state before;
	struct page *first;
	unsigned int align;

	area_state_take(test, cma, &before);
	if (before.used_bits)
		kunit_skip(test, "area %s is in use", cma_get_name(cma));

	first = cma_alloc_kunit(test, cma, bit_pages, 0);
	area_expect_allocated(test, cma, first, bit_pages, 0);
	KUNIT_ASSERT_EQ(test, page_to_pfn(first), range.base_pfn);

	for (align = 0; align <= ilog2(range.count); align++) {
		unsigned long expected = ALIGN(range.base_pfn + bit_pages,
					       1UL << align);
		struct page *page;

		if (expected + bit_pages > range.base_pfn + range.count)
			break;
		page = cma_alloc_kunit(test, cma, bit_pages, align);
		area_expect_allocated(test, cma, page, bit_pages, align);
		KUNIT_EXPECT_EQ_MSG(test, expected, page_to_pfn(page),
				    "area %s: expected the first free pfn of order %u",
				    cma_get_name(cma), align);
		cma_release_kunit(test, page);
	}

	cma_release_kunit(test, first);
	area_expect_as_before(test, &before);
}

/* The largest alignment times as often as the area has room for it. */
static void aligned_until_full(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	unsigned int align = max_t(unsigned int, cma->order_per_bit,
				   pageblock_order) + 1;
	unsigned long room = 0, held, pfn;
	struct area_state before;
	unsigned int i;

	area_state_take(test, cma, &before);
	if (before.used_bits)
		kunit_skip(test, "area %s is in use", cma_get_name(cma));

	for (i = 0; i < area_nr_ranges(cma); i++) {
		struct area_range range = area_range(cma, i);

		for (pfn = ALIGN(range.base_pfn, 1UL << align);
		     pfn + 1 <= range.base_pfn + range.count;
		     pfn += 1UL << align)
			room++;
	}

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

static struct kunit_case cma_alignment_cases[] = {
	KUNIT_CASE_PARAM(every_order, area_gen_params),
	KUNIT_CASE_PARAM(behind_a_page, area_gen_params),
	KUNIT_CASE_PARAM(aligned_until_full, area_gen_params),
	{}
};

static struct kunit_suite cma_alignment_suite = {
	.name = "cma_alignment",
	.init = areas_must_be_restored,
	.test_cases = cma_alignment_cases,
};

kunit_test_suite(cma_alignment_suite);
