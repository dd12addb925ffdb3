// SPDX-License-Identifier: GPL-2.0
/*
 * Every return of cma_declare_contiguous_nid(), over a copy of mm/cma.c with
 * memblock faked.
 */
#include "cma_copy.c"
#include <linux/sizes.h>
#include "declared_area.h"

struct declaration {
	const char *desc;
	phys_addr_t base;
	phys_addr_t size;
	phys_addr_t limit;
	phys_addr_t alignment;
	unsigned int order_per_bit;
	bool fixed;
};

static int declare(const struct declaration *row, struct cma **cma)
{
	return cma_declare_contiguous_nid(row->base, row->size, row->limit,
					  row->alignment, row->order_per_bit,
					  row->fixed, "declared", cma,
					  NUMA_NO_NODE);
}

static const struct declaration invalid_rows[] = {
	{ "size 0" },
	{ "size 0, fixed", .base = BLOCKS(8), .fixed = true },
	{ "alignment of three blocks", .size = BLOCKS(4),
	  .alignment = BLOCKS(3) },
	{ "alignment no power of 2 below a block", .size = BLOCKS(4),
	  .alignment = PAGE_SIZE + PAGE_SIZE / 2 },
	{ "fixed base inside a block", .base = BLOCKS(8) + PAGE_SIZE,
	  .size = BLOCKS(4), .fixed = true },
	{ "fixed base inside a page", .base = BLOCKS(8) + 1,
	  .size = BLOCKS(4), .fixed = true },
	{ "fixed base below its alignment", .base = BLOCKS(6),
	  .size = BLOCKS(4), .alignment = BLOCKS(4), .fixed = true },
	{ "size no multiple of a bit", .size = BLOCKS(3),
	  .order_per_bit = FAKE_PAGEBLOCK_ORDER + 1 },
	{ "fixed size no multiple of a bit", .base = BLOCKS(8),
	  .size = BLOCKS(4), .order_per_bit = FAKE_PAGEBLOCK_ORDER + 3,
	  .fixed = true },
	{ "one block beyond DRAM", .size = BLOCKS(DRAM_BLOCKS + 1) },
	{ "rounded size beyond DRAM", .size = BLOCKS(DRAM_BLOCKS) + 1 },
	{ "fixed end beyond DRAM", .base = BLOCKS(DRAM_BLOCKS - 4),
	  .size = BLOCKS(5), .fixed = true },
	{ "fixed end beyond the limit", .base = BLOCKS(8), .size = BLOCKS(8),
	  .limit = BLOCKS(15), .fixed = true },
	{ "base and size beyond the limit", .base = BLOCKS(8),
	  .size = BLOCKS(8), .limit = BLOCKS(15) },
	{ "limit inside the last block", .base = BLOCKS(8),
	  .size = BLOCKS(8), .limit = BLOCKS(16) - 1 },
	{ "base rounded up beyond the limit", .base = BLOCKS(8) + 1,
	  .size = BLOCKS(8), .limit = BLOCKS(16) },
};

static void declaration_describe(const struct declaration *row, char *desc)
{
	strscpy(desc, row->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(invalid, invalid_rows, declaration_describe);

static void invalid_argument_is_refused(struct kunit *test)
{
	struct cma *cma = NULL;

	fake.alloc_answers[0] = BLOCKS(512);
	KUNIT_EXPECT_EQ(test, declare(test->param_value, &cma), -EINVAL);
	KUNIT_EXPECT_NULL(test, cma);
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_alloc + fake.nr_reserve_calls, 0,
			    "memblock was asked although the arguments are wrong");
	expect_no_trace(test, 0);
}

/* A row, and what must be asked of memblock for it. */
struct placement {
	struct declaration row;
	phys_addr_t size;
	phys_addr_t align;
	phys_addr_t start;
	phys_addr_t end;
};

static const struct placement placements[] = {
	{ { "one byte is a block", .size = 1 },
	  BLOCKS(1), BLOCKS(1), 0, DRAM_END },
	{ { "size is rounded up to blocks", .size = BLOCKS(3) + 1 },
	  BLOCKS(4), BLOCKS(1), 0, DRAM_END },
	{ { "all of DRAM", .size = DRAM_END },
	  DRAM_END, BLOCKS(1), 0, DRAM_END },
	{ { "alignment below a block is a block", .size = BLOCKS(2),
	    .alignment = PAGE_SIZE },
	  BLOCKS(2), BLOCKS(1), 0, DRAM_END },
	{ { "size is rounded up to the alignment", .size = BLOCKS(5),
	    .alignment = BLOCKS(4) },
	  BLOCKS(8), BLOCKS(4), 0, DRAM_END },
	{ { "base is rounded up", .base = BLOCKS(9), .size = BLOCKS(4),
	    .alignment = BLOCKS(4) },
	  BLOCKS(4), BLOCKS(4), BLOCKS(12), DRAM_END },
	{ { "limit is rounded down", .size = BLOCKS(4), .limit = BLOCKS(30),
	    .alignment = BLOCKS(4) },
	  BLOCKS(4), BLOCKS(4), 0, BLOCKS(28) },
	{ { "limit beyond DRAM is the end of DRAM", .size = BLOCKS(4),
	    .limit = BLOCKS(DRAM_BLOCKS + 64) },
	  BLOCKS(4), BLOCKS(1), 0, DRAM_END },
	{ { "exactly up to the limit", .base = BLOCKS(8), .size = BLOCKS(8),
	    .limit = BLOCKS(16) },
	  BLOCKS(8), BLOCKS(1), BLOCKS(8), BLOCKS(16) },
	{ { "fixed at 0 is anywhere", .size = BLOCKS(2), .fixed = true },
	  BLOCKS(2), BLOCKS(1), 0, DRAM_END },
	{ { "a bit of two blocks", .size = BLOCKS(4),
	    .order_per_bit = FAKE_PAGEBLOCK_ORDER + 1 },
	  BLOCKS(4), BLOCKS(1), 0, DRAM_END },
};

static void placement_describe(const struct placement *row, char *desc)
{
	declaration_describe(&row->row, desc);
}

KUNIT_ARRAY_PARAM(placement, placements, placement_describe);

static void memblock_places_the_area(struct kunit *test)
{
	const struct placement *row = test->param_value;
	struct cma *cma = NULL;

	fake.alloc_answers[0] = BLOCKS(256);
	KUNIT_ASSERT_EQ(test, declare(&row->row, &cma), 0);
	KUNIT_ASSERT_EQ(test, fake.nr_alloc, 1);
	KUNIT_EXPECT_EQ(test, fake.alloc[0].size, row->size);
	KUNIT_EXPECT_EQ(test, fake.alloc[0].align, row->align);
	KUNIT_EXPECT_EQ(test, fake.alloc[0].start, row->start);
	KUNIT_EXPECT_EQ(test, fake.alloc[0].end, row->end);
	KUNIT_EXPECT_EQ(test, fake.alloc[0].nid, NUMA_NO_NODE);
	/*
	 * Guards 40366bd70bbb ("mm/cma.c: use exact_nid true to fix possible
	 * per-numa cma leak").
	 */
	KUNIT_EXPECT_TRUE(test, fake.alloc[0].exact_nid);
	KUNIT_EXPECT_EQ_MSG(test, fake.kmemleak_ignored, BLOCKS(256),
			    "kmemleak must not scan the area");

	KUNIT_ASSERT_PTR_EQ(test, cma, &cma_areas[0]);
	KUNIT_EXPECT_EQ(test, cma_area_count, 1);
	KUNIT_EXPECT_EQ(test, cma_get_base(cma), BLOCKS(256));
	KUNIT_EXPECT_EQ(test, (phys_addr_t)cma_get_size(cma), row->size);
	KUNIT_EXPECT_EQ(test, cma->order_per_bit, row->row.order_per_bit);
	KUNIT_EXPECT_STREQ(test, cma_get_name(cma), "declared");
	/*
	 * Guards "mm: cma: fix totalcma_pages to include DT defined CMA
	 * regions".
	 */
	KUNIT_EXPECT_EQ(test, fake.cma_total,
			(unsigned long)(row->size >> PAGE_SHIFT));
}

/* An area of a node: its memory is, the area knows, and the log its place. */
static void area_is_of_its_node(struct kunit *test)
{
	const phys_addr_t base = BLOCKS(256);
	struct cma *cma = NULL;
	char place[32];

	fake.alloc_answers[0] = base;
	KUNIT_ASSERT_EQ(test, cma_declare_contiguous_nid(0, BLOCKS(4), 0, 0, 0,
							 false, "declared",
							 &cma, 3), 0);
	KUNIT_EXPECT_EQ(test, fake.alloc[0].nid, 3);
#ifdef CMA_MAX_RANGES
	KUNIT_EXPECT_EQ(test, cma->nid, 3);
#endif
	/* Guards "mm/cma: report base address of single range correctly". */
	snprintf(place, sizeof(place), "%pa", &base);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(fake.said, place),
				  "expected '%s' in the message '%s'", place,
				  fake.said);
}

static void fixed_area_stands_where_it_is_told(struct kunit *test)
{
	const struct declaration row = {
		.base = BLOCKS(16), .size = BLOCKS(4) - 1, .fixed = true,
		.limit = BLOCKS(20),
	};
	struct cma *cma = NULL;

	KUNIT_ASSERT_EQ(test, declare(&row, &cma), 0);
	KUNIT_ASSERT_NOT_NULL(test, cma);
	KUNIT_EXPECT_EQ(test, fake.nr_alloc, 0);
	KUNIT_ASSERT_EQ(test, fake.nr_reserved, 1);
	KUNIT_EXPECT_EQ(test, fake.reserved[0].base, BLOCKS(16));
	KUNIT_EXPECT_EQ(test, fake.reserved[0].size, BLOCKS(4));
	KUNIT_EXPECT_EQ(test, cma_get_base(cma), BLOCKS(16));
	KUNIT_EXPECT_EQ(test, cma->count, PAGES(4));
	KUNIT_EXPECT_EQ(test, fake.cma_total, PAGES(4));
}

/*
 *	reserved           |RR|          block 16
 *	asked for     |------|           blocks 15 to 16, fixed
 */
static void fixed_area_over_reserved_memory_is_busy(struct kunit *test)
{
	const struct declaration row = {
		.base = BLOCKS(15), .size = BLOCKS(2), .fixed = true,
	};
	struct cma *cma = NULL;

	fake_note_reserved(BLOCKS(16), BLOCKS(1));
	KUNIT_EXPECT_EQ(test, declare(&row, &cma), -EBUSY);
	KUNIT_EXPECT_EQ(test, fake.nr_reserve_calls, 0);
	KUNIT_EXPECT_NULL(test, cma);
	expect_no_trace(test, 1);
}

static void fixed_area_that_memblock_refuses_is_busy(struct kunit *test)
{
	const struct declaration row = {
		.base = BLOCKS(16), .size = BLOCKS(2), .fixed = true,
	};
	struct cma *cma = NULL;

	fake.reserve_fails_at = 1;
	KUNIT_EXPECT_EQ(test, declare(&row, &cma), -EBUSY);
	KUNIT_EXPECT_NULL(test, cma);
	expect_no_trace(test, 0);
}

static void exhausted_memblock_is_no_memory(struct kunit *test)
{
	const struct declaration row = { .size = BLOCKS(2) };
	struct cma *cma = NULL;

	KUNIT_EXPECT_EQ(test, declare(&row, &cma), -ENOMEM);
	KUNIT_EXPECT_EQ(test, fake.nr_alloc, 1);
	KUNIT_EXPECT_NULL(test, cma);
	expect_no_trace(test, 0);
}

/*
 * The area cannot be made of the memory that was just reserved for it: the
 * memory goes back. Here memblock denies knowing it.
 */
static void memory_goes_back_when_the_area_fails(struct kunit *test)
{
	const struct declaration rows[] = {
		{ .size = BLOCKS(3) - 1 },
		{ .base = BLOCKS(16), .size = BLOCKS(3) - 1, .fixed = true },
	};
	struct cma *cma = NULL;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		fake.nr_alloc = 0;
		fake.alloc_answers[0] = BLOCKS(256);
		fake.nothing_is_reserved = true;
		KUNIT_EXPECT_EQ(test, declare(&rows[i], &cma), -EINVAL);
		expect_no_trace(test, 0);
	}
}

static void table_of_areas_fills_up(struct kunit *test)
{
	const struct declaration row = { .size = BLOCKS(2) };
	struct cma *cma, *last = NULL;
	unsigned int i;

	for (i = 0; i < MAX_CMA_AREAS; i++) {
		cma = NULL;
		fake.nr_alloc = 0;
		fake.all_is_reserved = true;
		fake.alloc_answers[0] = BLOCKS(2 * i + 2);
		KUNIT_ASSERT_EQ_MSG(test, declare(&row, &cma), 0,
				    "area %u of %u", i + 1, MAX_CMA_AREAS);
		KUNIT_ASSERT_PTR_EQ(test, cma, &cma_areas[i]);
		last = cma;
	}
	KUNIT_EXPECT_EQ(test, fake.cma_total, MAX_CMA_AREAS * PAGES(2));

	cma = NULL;
	fake.nr_alloc = 0;
	KUNIT_EXPECT_EQ(test, declare(&row, &cma), -ENOSPC);
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_alloc, 0,
			    "memory was reserved for an area that has no place");
	KUNIT_EXPECT_EQ(test, cma_init_reserved_mem(BLOCKS(4), BLOCKS(1), 0,
						    "one more", &cma), -ENOSPC);
	KUNIT_EXPECT_NULL(test, cma);
	KUNIT_EXPECT_EQ(test, cma_area_count, MAX_CMA_AREAS);
	KUNIT_EXPECT_EQ(test, fake.cma_total, MAX_CMA_AREAS * PAGES(2));
	KUNIT_EXPECT_EQ(test, cma_get_base(last), BLOCKS(2 * MAX_CMA_AREAS));
}

/*
 * With memory above 4 GiB the area is looked for there first, bottom-up, and
 * the direction is put back, found or not:
 *
 *	|---- 4 GiB ----|aaaa->              |
 */
#ifdef CONFIG_PHYS_ADDR_T_64BIT
static const struct declaration eight_blocks = { .size = BLOCKS(8) };

static void memory_above_4g(unsigned int blocks)
{
	fake.end_of_dram = SZ_4G + BLOCKS(blocks);
	fake.lowmem_end = fake.end_of_dram;
}

static void memory_above_4g_comes_first(struct kunit *test)
{
	struct cma *cma = NULL;

	memory_above_4g(64);
	fake.alloc_answers[0] = SZ_4G + BLOCKS(3);
	KUNIT_ASSERT_EQ(test, declare(&eight_blocks, &cma), 0);
	KUNIT_ASSERT_EQ(test, fake.nr_alloc, 1);
	KUNIT_EXPECT_EQ(test, fake.alloc[0].start, (phys_addr_t)SZ_4G);
	KUNIT_EXPECT_EQ(test, fake.alloc[0].end, fake.end_of_dram);
	KUNIT_EXPECT_EQ(test, fake.alloc[0].align, BLOCKS(1));
	KUNIT_EXPECT_TRUE(test, fake.alloc[0].bottom_up);
	KUNIT_EXPECT_TRUE(test, fake.alloc[0].exact_nid);
	KUNIT_EXPECT_FALSE(test, fake.bottom_up);
	KUNIT_EXPECT_EQ(test, cma_get_base(cma), SZ_4G + BLOCKS(3));
}

/* Nothing is free above: then where it would have been. */
static void memory_below_4g_comes_second(struct kunit *test)
{
	struct cma *cma = NULL;

	memory_above_4g(64);
	fake.alloc_answers[1] = BLOCKS(7);
	KUNIT_ASSERT_EQ(test, declare(&eight_blocks, &cma), 0);
	KUNIT_ASSERT_EQ(test, fake.nr_alloc, 2);
	KUNIT_EXPECT_EQ(test, fake.alloc[1].start, (phys_addr_t)0);
	KUNIT_EXPECT_EQ(test, fake.alloc[1].end, fake.end_of_dram);
	KUNIT_EXPECT_FALSE(test, fake.alloc[1].bottom_up);
	KUNIT_EXPECT_FALSE(test, fake.bottom_up);
	KUNIT_EXPECT_EQ(test, cma_get_base(cma), BLOCKS(7));
}

/* Bottom-up as it is: one search from 0, and bottom-up it stays. */
static void bottom_up_memblock_is_searched_once(struct kunit *test)
{
	struct cma *cma = NULL;

	memory_above_4g(64);
	fake.bottom_up = true;
	fake.alloc_answers[0] = BLOCKS(20);
	KUNIT_ASSERT_EQ(test, declare(&eight_blocks, &cma), 0);
	KUNIT_EXPECT_EQ(test, fake.nr_alloc, 1);
	KUNIT_EXPECT_EQ(test, fake.alloc[0].start, (phys_addr_t)0);
	KUNIT_EXPECT_TRUE(test, fake.bottom_up);
}

static void too_little_above_4g_is_not_tried(struct kunit *test)
{
	struct cma *cma = NULL;

	memory_above_4g(7);
	fake.alloc_answers[0] = BLOCKS(40);
	KUNIT_ASSERT_EQ(test, declare(&eight_blocks, &cma), 0);
	KUNIT_EXPECT_EQ(test, fake.nr_alloc, 1);
	KUNIT_EXPECT_EQ(test, fake.alloc[0].start, (phys_addr_t)0);
	KUNIT_EXPECT_FALSE(test, fake.alloc[0].bottom_up);
}
#else
CASE_LEFT_OUT(memory_above_4g_comes_first, "needs CONFIG_PHYS_ADDR_T_64BIT")
CASE_LEFT_OUT(memory_below_4g_comes_second, "needs CONFIG_PHYS_ADDR_T_64BIT")
CASE_LEFT_OUT(bottom_up_memblock_is_searched_once,
	      "needs CONFIG_PHYS_ADDR_T_64BIT")
CASE_LEFT_OUT(too_little_above_4g_is_not_tried,
	      "needs CONFIG_PHYS_ADDR_T_64BIT")
#endif

/*
 * An area lies in low or in high memory, never in both (6.x looks at the
 * boundary on every kernel, later ones only with CONFIG_HIGHMEM):
 *
 *	|-------- low --------|-------- high --------|
 *	                      512
 */
#if defined(HAS_cma_fixed_reserve) && !defined(CONFIG_HIGHMEM)
#define HAS_HIGHMEM_BOUNDARY 0
#else
#define HAS_HIGHMEM_BOUNDARY 1
#endif

static void fixed_area_across_highmem_is_refused(struct kunit *test)
{
	struct declaration row = {
		.base = BLOCKS(510), .size = BLOCKS(3), .fixed = true,
	};
	struct cma *cma = NULL;

	if (!HAS_HIGHMEM_BOUNDARY)
		kunit_skip(test, "needs CONFIG_HIGHMEM");
	fake.lowmem_end = BLOCKS(512);
	KUNIT_EXPECT_EQ(test, declare(&row, &cma), -EINVAL);
	KUNIT_EXPECT_EQ(test, fake.nr_reserve_calls, 0);
	expect_no_trace(test, 0);

	/* Up to the boundary, and from it on, is one kind of memory. */
	row.size = BLOCKS(2);
	KUNIT_EXPECT_EQ(test, declare(&row, &cma), 0);
	row.base = BLOCKS(512);
	KUNIT_EXPECT_EQ(test, declare(&row, &cma), 0);
}

static void high_memory_comes_before_low(struct kunit *test)
{
	const struct declaration row = { .size = BLOCKS(4) };
	struct cma *cma = NULL;

	if (!HAS_HIGHMEM_BOUNDARY)
		kunit_skip(test, "needs CONFIG_HIGHMEM");
	fake.lowmem_end = BLOCKS(512);
	fake.alloc_answers[1] = BLOCKS(5);
	KUNIT_ASSERT_EQ(test, declare(&row, &cma), 0);
	KUNIT_ASSERT_EQ(test, fake.nr_alloc, 2);
	KUNIT_EXPECT_EQ(test, fake.alloc[0].start, BLOCKS(512));
	KUNIT_EXPECT_EQ(test, fake.alloc[0].end, DRAM_END);
	KUNIT_EXPECT_EQ(test, fake.alloc[1].start, (phys_addr_t)0);
	KUNIT_EXPECT_EQ(test, fake.alloc[1].end, BLOCKS(512));
	KUNIT_EXPECT_EQ(test, cma_get_base(cma), BLOCKS(5));

	fake.nr_alloc = 0;
	fake.alloc_answers[0] = BLOCKS(600);
	KUNIT_ASSERT_EQ(test, declare(&row, &cma), 0);
	KUNIT_EXPECT_EQ(test, fake.nr_alloc, 1);
	KUNIT_EXPECT_EQ(test, cma_get_base(cma), BLOCKS(600));
}

static struct kunit_case declare_cases[] = {
	KUNIT_CASE_PARAM(invalid_argument_is_refused, invalid_gen_params),
	KUNIT_CASE_PARAM(memblock_places_the_area, placement_gen_params),
	KUNIT_CASE(area_is_of_its_node),
	KUNIT_CASE(fixed_area_stands_where_it_is_told),
	KUNIT_CASE(fixed_area_over_reserved_memory_is_busy),
	KUNIT_CASE(fixed_area_that_memblock_refuses_is_busy),
	KUNIT_CASE(exhausted_memblock_is_no_memory),
	KUNIT_CASE(memory_goes_back_when_the_area_fails),
	KUNIT_CASE(table_of_areas_fills_up),
	KUNIT_CASE(memory_above_4g_comes_first),
	KUNIT_CASE(memory_below_4g_comes_second),
	KUNIT_CASE(bottom_up_memblock_is_searched_once),
	KUNIT_CASE(too_little_above_4g_is_not_tried),
	KUNIT_CASE(fixed_area_across_highmem_is_refused),
	KUNIT_CASE(high_memory_comes_before_low),
	{}
};

static struct kunit_suite declare_suite = {
	.name = "cma_declare",
	.init = declared_areas_begin,
	.exit = declared_areas_end,
	.test_cases = declare_cases,
};

kunit_test_suite(declare_suite);

MODULE_LICENSE("GPL");
