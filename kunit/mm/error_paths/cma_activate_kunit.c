// SPDX-License-Identifier: GPL-2.0
/*
 * What becomes of an area's pages at core_initcall, over a copy of mm/cma.c:
 * page blocks of type CMA, or, when activation fails, pages for the buddy.
 */
#include "cma_copy.c"
#include "copied_area.h"

#define AREA_PAGES 32UL
#define AREA_BLOCKS (AREA_PAGES / FAKE_PAGEBLOCK_PAGES)

/* Each block of the area once, in order, and nothing outside. */
static void expect_blocks(struct kunit *test, unsigned long base_pfn,
			  unsigned long nr_blocks)
{
	unsigned long i;

	KUNIT_ASSERT_EQ_MSG(test, fake.nr_blocks, nr_blocks,
			    "page blocks that became CMA");
	for (i = 0; i < nr_blocks; i++)
		KUNIT_EXPECT_EQ_MSG(test, fake.blocks[i],
				    base_pfn + i * FAKE_PAGEBLOCK_PAGES,
				    "page block %lu", i);
}

/* The buddy gets every page of [first, last], each once. */
static void expect_buddy_pages(struct kunit *test, unsigned long first,
			       unsigned long nr_pages)
{
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_buddy_pages, nr_pages,
			    "pages given to the buddy by an area that could not be activated");
	if (!nr_pages)
		return;
	KUNIT_EXPECT_EQ(test, fake.buddy_first, first);
	KUNIT_EXPECT_EQ(test, fake.buddy_last, first + nr_pages - 1);
}

static void expect_dead(struct kunit *test, struct cma *cma)
{
	KUNIT_EXPECT_EQ_MSG(test, cma->count, 0UL,
			    "an area that could not be activated has no pages");
	KUNIT_EXPECT_EQ_MSG(test, fake.cma_total, 0UL,
			    "CmaTotal counts pages that no area has");
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_blocks, 0,
			    "page blocks became CMA although activation failed");
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_bitmaps_live, 0, "a bitmap is lost");
#ifdef CMA_TESTS_HAS_CMA_AVAILABLE
	KUNIT_EXPECT_EQ(test, cma->available_count, 0UL);
#endif
}

static void blocks_become_cma(struct kunit *test)
{
	unsigned long block = block_alloc_kunit(test);
	struct cma *cma = area_declare(test, block + 8, AREA_PAGES, 1);

	KUNIT_EXPECT_EQ(test, fake.cma_total, AREA_PAGES);
	cma_activate_area(cma);
	expect_blocks(test, block + 8, AREA_BLOCKS);
	expect_buddy_pages(test, 0, 0);
	KUNIT_EXPECT_EQ(test, cma->count, AREA_PAGES);
	KUNIT_EXPECT_EQ(test, fake.cma_total, AREA_PAGES);
	KUNIT_EXPECT_EQ(test, fake.nr_bitmaps_live, 1);
	KUNIT_EXPECT_EQ(test, area_bits_set(cma), 0UL);
	KUNIT_EXPECT_EQ(test, area_available(cma), AREA_PAGES);
}

/*
 * No memory for the bitmap: the pages are no use as CMA, nobody else can free
 * them. Guards 072355c1cf2d ("mm/cma: expose all pages to the buddy if
 * activation of an area fails").
 */
static void no_bitmap_gives_pages_to_the_buddy(struct kunit *test)
{
	unsigned long block = block_alloc_kunit(test);
	struct cma *cma = area_declare(test, block + 4, AREA_PAGES, 0);

	fake.bitmap_fails_at = 1;
	cma_activate_area(cma);
	expect_buddy_pages(test, block + 4, AREA_PAGES);
	expect_dead(test, cma);
}

/*
 * alloc_contig_range() works in one zone only:
 *
 *	area |nnnnnnnnmmmmmmmm|   the first page of another zone is at ...
 */
static const unsigned long zone_borders[] = { 1, AREA_PAGES / 2, AREA_PAGES - 1 };

static void zone_border_describe(const unsigned long *border, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "page %lu", *border);
}

KUNIT_ARRAY_PARAM(zone_border, zone_borders, zone_border_describe);

static void two_zones_give_pages_to_the_buddy(struct kunit *test)
{
	const unsigned long *border = test->param_value;
	unsigned long block = block_alloc_kunit(test);
	struct cma *cma = area_declare(test, block, AREA_PAGES, 0);

	fake.other_zone_pfn = block + *border;
	cma_activate_area(cma);
	expect_buddy_pages(test, block, AREA_PAGES);
	expect_dead(test, cma);
}

/* A zone that ends with the area, or starts with it, is one zone. */
static void zone_border_beside_the_area_is_none(struct kunit *test)
{
	unsigned long block = block_alloc_kunit(test);
	struct cma *cma = area_declare(test, block + 8, AREA_PAGES, 0);

	fake.other_zone_pfn = block + 8;
	cma_activate_area(cma);
	expect_blocks(test, block + 8, AREA_BLOCKS);

	fake.nr_blocks = 0;
	cma = area_declare(test, block + 8 + AREA_PAGES, AREA_PAGES, 0);
	fake.other_zone_pfn = block + 8 + 2 * AREA_PAGES;
	cma_activate_area(cma);
	expect_blocks(test, block + 8 + AREA_PAGES, AREA_BLOCKS);
}

/* An owner who looks after the pages asks to keep them: none to the buddy. */
static void owner_keeps_pages_on_error(struct kunit *test)
{
	unsigned long block = block_alloc_kunit(test);
	struct cma *kept = area_declare(test, block, AREA_PAGES, 0);
	struct cma *given = area_declare(test, block + 64, AREA_PAGES, 0);

	cma_reserve_pages_on_error(kept);
	fake.bitmap_fails_at = 1;
	cma_activate_area(kept);
	expect_buddy_pages(test, 0, 0);
	KUNIT_EXPECT_EQ(test, kept->count, 0UL);
	KUNIT_EXPECT_EQ(test, fake.cma_total, AREA_PAGES);

	/* The word holds for that area only. */
	fake.bitmap_fails_at = 2;
	cma_activate_area(given);
	expect_buddy_pages(test, block + 64, AREA_PAGES);
	expect_dead(test, given);
}

/* One area that fails does not keep the others from their pages. */
static void every_area_gets_its_turn(struct kunit *test)
{
	unsigned long block = block_alloc_kunit(test);
	struct cma *cma[3];
	int i;

	for (i = 0; i < 3; i++)
		cma[i] = area_declare(test, block + i * AREA_PAGES, AREA_PAGES,
				      0);
	fake.bitmap_fails_at = 2;
	KUNIT_EXPECT_EQ(test, cma_init_reserved_areas(), 0);
	KUNIT_EXPECT_EQ(test, cma[0]->count, AREA_PAGES);
	KUNIT_EXPECT_EQ(test, cma[1]->count, 0UL);
	KUNIT_EXPECT_EQ(test, cma[2]->count, AREA_PAGES);
	KUNIT_EXPECT_EQ(test, fake.cma_total, 2 * AREA_PAGES);
	KUNIT_EXPECT_EQ(test, fake.nr_blocks, 2 * AREA_BLOCKS);
	KUNIT_EXPECT_EQ(test, fake.nr_bitmaps_live, 2);
	expect_buddy_pages(test, block + AREA_PAGES, AREA_PAGES);
	KUNIT_EXPECT_NOT_NULL(test, cma_alloc(cma[0], 1, 0, true));
	KUNIT_EXPECT_NULL(test, cma_alloc(cma[1], 1, 0, true));
	KUNIT_EXPECT_NOT_NULL(test, cma_alloc(cma[2], 1, 0, true));
}

#ifdef CMA_MAX_RANGES
/* Declared, ranges of two blocks each: |--------|   |--------|   |--------| */
static struct cma *area_of_ranges(struct kunit *test, unsigned long block,
				  unsigned int nr_ranges)
{
	struct cma *cma = area_declare(test, block, 8, 0);
	unsigned int i;

	for (i = 1; i < nr_ranges; i++) {
		cma->ranges[i].base_pfn = block + 32 * i;
		cma->ranges[i].early_pfn = block + 32 * i;
		cma->ranges[i].count = 8;
	}
	cma->nranges = nr_ranges;
	cma->count = 8 * nr_ranges;
	cma->available_count = cma->count;
	fake.cma_total = cma->count;

	return cma;
}
#endif

#ifdef HAS_cma_reserve_early
/*
 * Before activation hugetlb takes whole blocks from the bottom:
 *
 *	area |EEEEEEEE------------------------|   E: early, already somebody's
 */
static void early_pages_are_taken_from_the_bottom(struct kunit *test)
{
	unsigned long block = block_alloc_kunit(test);
	struct cma *cma = area_declare(test, block, AREA_PAGES, 0);
	struct page *page;
	void *first, *second;

	first = cma_reserve_early(cma, BLOCKS(1));
	second = cma_reserve_early(cma, BLOCKS(1));
	KUNIT_EXPECT_PTR_EQ(test, first, phys_to_virt(PFN_PHYS(block)));
	KUNIT_EXPECT_PTR_EQ(test, second, phys_to_virt(PFN_PHYS(block + 4)));
	KUNIT_EXPECT_EQ_MSG(test, cma_get_base(cma), PFN_PHYS(block),
			    "the area begins where it began");
	KUNIT_EXPECT_EQ(test, cma->available_count, AREA_PAGES - 8);

	cma_activate_area(cma);
	/* The early blocks are their taker's to set up. */
	expect_blocks(test, block + 8, AREA_BLOCKS - 2);
	KUNIT_EXPECT_EQ(test, area_bits_set(cma), 8UL);
	KUNIT_EXPECT_EQ(test, cma->available_count, AREA_PAGES - 8);
	KUNIT_EXPECT_NULL_MSG(test, cma_reserve_early(cma, BLOCKS(1)),
			      "the area is active: too late, though there is room");
	page = cma_alloc(cma, AREA_PAGES - 8, 0, true);
	KUNIT_EXPECT_PTR_EQ(test, page, pfn_to_page(block + 8));
	KUNIT_EXPECT_NULL(test, cma_alloc(cma, 1, 0, true));
}

/* Four pages a bit: eight early pages are two bits. */
static void early_pages_are_bits(struct kunit *test)
{
	unsigned long block = block_alloc_kunit(test);
	struct cma *cma = area_declare(test, block, AREA_PAGES, 2);

	KUNIT_ASSERT_NOT_NULL(test, cma_reserve_early(cma, BLOCKS(2)));
	cma_activate_area(cma);
	KUNIT_EXPECT_EQ(test, area_bits_set(cma), 2UL);
	KUNIT_EXPECT_PTR_EQ(test, cma_alloc(cma, AREA_PAGES - 8, 0, true),
			    pfn_to_page(block + 8));
}

/*
 *	range 0 |EEEE----|   range 1 |EEEEEEEE----------------|
 *
 * What the first range has no room for any more comes from the second.
 */
static void early_pages_come_from_a_range_with_room(struct kunit *test)
{
	unsigned long block = block_alloc_kunit(test);
	struct cma *cma = area_of_ranges(test, block, 2);

	KUNIT_EXPECT_PTR_EQ(test, cma_reserve_early(cma, BLOCKS(1)),
			    phys_to_virt(PFN_PHYS(block)));
	KUNIT_EXPECT_PTR_EQ(test, cma_reserve_early(cma, BLOCKS(2)),
			    phys_to_virt(PFN_PHYS(block + 32)));
	KUNIT_EXPECT_PTR_EQ(test, cma_reserve_early(cma, BLOCKS(1)),
			    phys_to_virt(PFN_PHYS(block + 4)));
	KUNIT_EXPECT_NULL(test, cma_reserve_early(cma, BLOCKS(1)));
}

/*
 *	range 0 |EEEE----|   range 1 |EEEEEEEE|
 *
 * Early pages of a later range are taken, too. Nowhere but in range 1 do four
 * pages begin at a multiple of eight.
 */
static void early_pages_of_a_later_range_stay_taken(struct kunit *test)
{
	unsigned long block = block_alloc_kunit(test);
	struct cma *cma = area_of_ranges(test, block, 2);

	KUNIT_ASSERT_NOT_NULL(test, cma_reserve_early(cma, BLOCKS(1)));
	KUNIT_ASSERT_NOT_NULL(test, cma_reserve_early(cma, BLOCKS(2)));
	cma_activate_area(cma);
	expect_blocks(test, block + 4, 1);
	KUNIT_EXPECT_EQ(test, bitmap_weight(cma->ranges[0].bitmap, 8), 4);
	KUNIT_EXPECT_EQ(test, bitmap_weight(cma->ranges[1].bitmap, 8), 8);
	KUNIT_EXPECT_EQ(test, cma->available_count, 4UL);
	KUNIT_EXPECT_NULL_MSG(test, cma_alloc(cma, 4, 3, true),
			      "pages that somebody took early are handed out");
	KUNIT_EXPECT_PTR_EQ(test, cma_alloc(cma, 4, 0, true),
			    pfn_to_page(block + 4));
}

static void early_requests_that_do_not_fit(struct kunit *test)
{
	unsigned long block = block_alloc_kunit(test);
	struct cma *cma = area_declare(test, block, AREA_PAGES, 0);
	struct cma *coarse = area_declare(test, block, AREA_PAGES, 4);

	KUNIT_EXPECT_NULL(test, cma_reserve_early(NULL, BLOCKS(1)));
	KUNIT_EXPECT_NULL(test, cma_reserve_early(cma, BLOCKS(1) + PAGE_SIZE));
	KUNIT_EXPECT_NULL(test, cma_reserve_early(cma, PAGE_SIZE));
	KUNIT_EXPECT_NULL(test, cma_reserve_early(cma, BLOCKS(AREA_BLOCKS + 1)));
	KUNIT_EXPECT_NULL_MSG(test, cma_reserve_early(coarse, BLOCKS(1)),
			      "a quarter of a bit");
	KUNIT_EXPECT_EQ(test, cma->available_count, AREA_PAGES);
	KUNIT_EXPECT_NOT_NULL(test, cma_reserve_early(cma, BLOCKS(AREA_BLOCKS)));
	KUNIT_EXPECT_NULL(test, cma_reserve_early(cma, BLOCKS(1)));
	KUNIT_EXPECT_NOT_NULL(test, cma_reserve_early(coarse, BLOCKS(4)));
}

/* Pages that were taken early are not the buddy's when activation fails. */
static void early_pages_stay_when_activation_fails(struct kunit *test)
{
	unsigned long block = block_alloc_kunit(test);
	struct cma *cma = area_declare(test, block, AREA_PAGES, 0);

	KUNIT_ASSERT_NOT_NULL(test, cma_reserve_early(cma, BLOCKS(2)));
	fake.bitmap_fails_at = 1;
	cma_activate_area(cma);
	expect_buddy_pages(test, block + 8, AREA_PAGES - 8);
	expect_dead(test, cma);
}

/*
 *	|EEEEEEEE|   |EEEEEEEE|   |EEEE----|   no bitmap for the second
 *
 * The early pages of each range stay, before the failure and behind it. Guards
 * 00739e4dd46d ("mm/cma: fix reserved page leak on activation failure").
 */
static void early_pages_stay_when_a_later_range_fails(struct kunit *test)
{
	unsigned long block = block_alloc_kunit(test);
	struct cma *cma = area_of_ranges(test, block, 3);

	KUNIT_ASSERT_NOT_NULL(test, cma_reserve_early(cma, BLOCKS(2)));
	KUNIT_ASSERT_NOT_NULL(test, cma_reserve_early(cma, BLOCKS(2)));
	KUNIT_ASSERT_NOT_NULL(test, cma_reserve_early(cma, BLOCKS(1)));
	fake.bitmap_fails_at = 2;
	cma_activate_area(cma);
	expect_buddy_pages(test, block + 64 + 4, 4);
	expect_dead(test, cma);
}
#else
CASE_LEFT_OUT(early_pages_are_taken_from_the_bottom,
	      "this kernel's cma.c has no cma_reserve_early()")
CASE_LEFT_OUT(early_pages_are_bits,
	      "this kernel's cma.c has no cma_reserve_early()")
CASE_LEFT_OUT(early_pages_come_from_a_range_with_room,
	      "this kernel's cma.c has no cma_reserve_early()")
CASE_LEFT_OUT(early_pages_of_a_later_range_stay_taken,
	      "this kernel's cma.c has no cma_reserve_early()")
CASE_LEFT_OUT(early_requests_that_do_not_fit,
	      "this kernel's cma.c has no cma_reserve_early()")

CASE_LEFT_OUT(early_pages_stay_when_activation_fails,
	      "this kernel's cma.c has no cma_reserve_early()")
CASE_LEFT_OUT(early_pages_stay_when_a_later_range_fails,
	      "this kernel's cma.c has no cma_reserve_early()")
#endif

#ifdef CMA_MAX_RANGES
/*
 * Three ranges, the second bitmap fails: the first is freed, no page of any
 * range is lost. (A range's bitmap shares its place with a pfn until then.)
 */
static void failure_in_a_later_range_frees_all(struct kunit *test)
{
	unsigned long block = block_alloc_kunit(test);
	struct cma *cma = area_of_ranges(test, block, 3);

	fake.bitmap_fails_at = 2;
	cma_activate_area(cma);
	KUNIT_EXPECT_EQ(test, fake.nr_buddy_pages, 24UL);
	KUNIT_EXPECT_EQ(test, fake.buddy_first, block);
	KUNIT_EXPECT_EQ(test, fake.buddy_last, block + 64 + 7);
	expect_dead(test, cma);
}

/*
 *	|nnnnnnnn|   |nnnnmmmm|   the border between two zones is in range 1
 *
 * And once it is known, it stays known: the answer is the same each time.
 */
static void zones_of_every_range_are_looked_at(struct kunit *test)
{
	unsigned long block = block_alloc_kunit(test);
	struct cma *cma = area_of_ranges(test, block, 2);

	fake.other_zone_pfn = block + 32 + 4;
	KUNIT_EXPECT_FALSE(test, cma_validate_zones(cma));
	KUNIT_EXPECT_FALSE_MSG(test, cma_validate_zones(cma),
			       "asked a second time");
	cma_activate_area(cma);
	KUNIT_EXPECT_EQ(test, fake.nr_buddy_pages, 16UL);
	expect_dead(test, cma);

	fake.other_zone_pfn = 0;
	cma = area_of_ranges(test, block, 2);
	KUNIT_EXPECT_TRUE(test, cma_validate_zones(cma));
	KUNIT_EXPECT_TRUE(test, cma_validate_zones(cma));
}
#else
CASE_LEFT_OUT(failure_in_a_later_range_frees_all,
	      "this kernel's areas have one range")
CASE_LEFT_OUT(zones_of_every_range_are_looked_at,
	      "this kernel's areas have one range")
#endif

static struct kunit_case activate_cases[] = {
	KUNIT_CASE(blocks_become_cma),
	KUNIT_CASE(no_bitmap_gives_pages_to_the_buddy),
	KUNIT_CASE_PARAM(two_zones_give_pages_to_the_buddy,
			 zone_border_gen_params),
	KUNIT_CASE(zone_border_beside_the_area_is_none),
	KUNIT_CASE(owner_keeps_pages_on_error),
	KUNIT_CASE(every_area_gets_its_turn),
	KUNIT_CASE(early_pages_are_taken_from_the_bottom),
	KUNIT_CASE(early_pages_are_bits),
	KUNIT_CASE(early_pages_come_from_a_range_with_room),
	KUNIT_CASE(early_pages_of_a_later_range_stay_taken),
	KUNIT_CASE(early_requests_that_do_not_fit),
	KUNIT_CASE(early_pages_stay_when_activation_fails),
	KUNIT_CASE(early_pages_stay_when_a_later_range_fails),
	KUNIT_CASE(failure_in_a_later_range_frees_all),
	KUNIT_CASE(zones_of_every_range_are_looked_at),
	{}
};

static struct kunit_suite activate_suite = {
	.name = "cma_activate",
	.init = copied_areas_begin,
	.exit = copied_areas_end,
	.test_cases = activate_cases,
};

kunit_test_suite(activate_suite);

MODULE_LICENSE("GPL");
