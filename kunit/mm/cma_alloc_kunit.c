// SPDX-License-Identifier: GPL-2.0
/*
 * The contract of cma_alloc() and cma_release(), on every area of this boot.
 */
#include "area_state.h"

KUNIT_ARRAY_PARAM(area, area_rows, area_row_describe);

/*
 * One page: |x.......|
 * Expect a page of our own, one bit, and everything back when it is released.
 */
static void one_page(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	struct area_state before;
	struct page *page;

	area_state_take(test, cma, &before);

	page = cma_alloc_kunit(test, cma, 1, 0);
	area_expect_allocated(test, cma, page, 1, 0);
	area_expect_taken(test, &before, 1, 1);

	cma_release_kunit(test, page);
	area_expect_as_before(test, &before);
}

/*
 * Counts that are no power of two, no multiple of a bit's pages, and that end
 * in the middle of a pageblock: |xxx.|x...|
 * Expect exactly these pages to be taken, rounded up to bits in the bitmap.
 */
static void odd_counts(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	const unsigned long counts[] = {
		2, 3, 5, 7, 31, 33, 100,
		pageblock_nr_pages - 1, pageblock_nr_pages + 1,
	};
	struct area_state before;
	unsigned int i;

	area_state_take(test, cma, &before);

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		unsigned long count = counts[i];
		struct page *page;

		if (count > area_largest_range(cma))
			continue;

		page = cma_alloc_kunit(test, cma, count, 0);
		area_expect_allocated(test, cma, page, count, 0);
		area_expect_taken(test, &before, count,
				  area_bits_for(cma, count));

		cma_release_kunit(test, page);
		area_expect_as_before(test, &before);
	}
}

/*
 * All that is free in one place, as one allocation: |xxxxxxxx|
 * Expect it to be had, twice in a row, and not a second time at once.
 */
static void largest_free_run(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	struct area_state before;
	unsigned long count;
	unsigned int times;

	area_state_take(test, cma, &before);
	count = area_largest_free(&before);

	for (times = 0; times < 2; times++) {
		struct page *page = cma_alloc_kunit(test, cma, count, 0);

		area_expect_allocated(test, cma, page, count, 0);
		area_expect_taken(test, &before, count,
				  area_bits_for(cma, count));
		KUNIT_EXPECT_NULL(test, cma_alloc_kunit(test, cma, count, 0));
		area_expect_taken(test, &before, count,
				  area_bits_for(cma, count));

		cma_release_kunit(test, page);
		area_expect_as_before(test, &before);
	}
}

#define MANY_PIECES 32

/* A piece of whole bits, no more than MANY_PIECES of them in the area. */
static unsigned long piece_pages(const struct cma *cma)
{
	return max(1UL << cma->order_per_bit,
		   roundup_pow_of_two(cma->count / MANY_PIECES));
}

/*
 * The area in equal pieces: |0|1|2|3|4|5|6|7|
 * Expect as many as there is room for, no two of them the same, then NULL;
 * then the place of a released one again, since it is the only one.
 */
static void exhaustion(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	unsigned long count = piece_pages(cma);
	unsigned long room, held, i, overwritten = 0;
	struct area_state before;
	struct page **pieces;

	area_state_take(test, cma, &before);
	room = area_room(test, &before, count, 0);
	pieces = kunit_kcalloc(test, room + 1, sizeof(*pieces), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, pieces);

	for (held = 0; held <= room; held++) {
		pieces[held] = cma_alloc_kunit(test, cma, count, 0);
		if (!pieces[held])
			break;
		pages_stamp(pieces[held], count, held);
	}
	KUNIT_ASSERT_EQ_MSG(test, room, held,
			    "area %s: expected room for %lu times %lu pages, got %lu",
			    cma_get_name(cma), room, count, held);
	/* Told to the log, with a list of what is free: that changes nothing. */
	KUNIT_EXPECT_NULL(test, cma_alloc(cma, count, 0, false));
	area_expect_taken(test, &before, held * count,
			  held * area_bits_for(cma, count));

	for (i = 0; i < held; i++)
		overwritten += pages_count_overwritten(pieces[i], count, i);
	KUNIT_EXPECT_EQ_MSG(test, 0UL, overwritten,
			    "area %s: expected no page with two holders, got %lu",
			    cma_get_name(cma), overwritten);

	cma_release_kunit(test, pieces[room / 2]);
	KUNIT_EXPECT_PTR_EQ(test, pieces[room / 2],
			    cma_alloc_kunit(test, cma, count, 0));

	for (i = 0; i < held; i++)
		cma_release_kunit(test, pieces[i]);
	area_expect_as_before(test, &before);
}

/*
 * No count that the area cannot hold is had, whatever a narrower type or a
 * shift would make of it: 1 << 32 | 1 is one page to an int.
 */
static void oversize(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	const unsigned long counts[] = {
		area_largest_range(cma) + 1,
		cma->count + 1,
		2 * cma->count,
		INT_MAX,
		UINT_MAX,
#ifdef CONFIG_64BIT
		1UL << 32,
		1UL << 32 | 1,
		1UL << 32 | pageblock_nr_pages,
		1UL << 44 | 1,
		ULONG_MAX / 2 + 2,
#endif
	};
	struct area_state before;
	unsigned int i;

	area_state_take(test, cma, &before);

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		/* What is had all the same cannot be released: how much is it? */
		KUNIT_EXPECT_NULL_MSG(test, cma_alloc(cma, counts[i], 0, true),
				      "area %s of %lu pages: expected no %#lx pages",
				      cma_get_name(cma), cma->count, counts[i]);
		area_expect_as_before(test, &before);
	}
}

/* Nothing is asked for, and nothing is given. */
static void zero_pages(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	struct area_state before;

	area_state_take(test, cma, &before);
	KUNIT_EXPECT_NULL(test, cma_alloc_kunit(test, cma, 0, 0));
	area_expect_as_before(test, &before);
}

static void no_area(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, cma_alloc_kunit(test, NULL, 1, 0));
}

static struct kunit_case cma_alloc_cases[] = {
	KUNIT_CASE_PARAM(one_page, area_gen_params),
	KUNIT_CASE_PARAM(odd_counts, area_gen_params),
	KUNIT_CASE_PARAM(largest_free_run, area_gen_params),
	KUNIT_CASE_PARAM(exhaustion, area_gen_params),
	KUNIT_CASE_PARAM(oversize, area_gen_params),
	KUNIT_CASE_PARAM(zero_pages, area_gen_params),
	KUNIT_CASE(no_area),
	{}
};

static struct kunit_suite cma_alloc_suite = {
	.name = "cma_alloc",
	.init = areas_must_be_restored,
	.test_cases = cma_alloc_cases,
};

kunit_test_suite(cma_alloc_suite);
