// SPDX-License-Identifier: GPL-2.0
/*
 * Regions that say how large they want to be, and where they may lie: what
 * drivers/of/of_reserved_mem.c asks of memblock for them. Over a copy of it, a
 * memblock of our own and a device tree of the case's own.
 */
#include "reserved_mem_scan.h"

static void __init dynamic_regions_are_placed(struct kunit *test)
{
	const struct fdt_region regions[] = {
		{ "anywhere", "fake,accepts", .size = MIB(1) },
		{ "aligned", "fake,accepts", .size = MIB(1),
		  .alignment = MIB(64) },
		{ "in-range", "fake,accepts", .size = MIB(4), .nr_ranges = 1,
		  .ranges = { { AT(100), MIB(8) } } },
		{ "unmapped", "fake,accepts", .flags = FDT_NO_MAP,
		  .size = MIB(2) },
		/* The static one comes last in the tree and first in time. */
		{ "top@7f000000", "fake,accepts", .nr_reg = 1,
		  .reg = { { MEMORY_END - MIB(16), MIB(16) } } },
	};
	struct reserved_mem *rmem;

	scan_regions(test, regions, ARRAY_SIZE(regions));
	expect_placed(test, "anywhere", MIB(1), 1, MEMORY_BASE,
		      MEMORY_END - MIB(16));
	expect_placed(test, "aligned", MIB(1), MIB(64), MEMORY_BASE,
		      MEMORY_END);
	expect_placed(test, "in-range", MIB(4), 1, AT(100), AT(108));
	rmem = find("unmapped");
	KUNIT_ASSERT_NOT_NULL(test, rmem);
	KUNIT_EXPECT_TRUE(test, holds(&fake.nomap, rmem->base, MIB(2)));
	KUNIT_EXPECT_EQ(test, fake.nr_removed, 0);
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_ignored, 4,
			    "kmemleak must not scan dynamic regions");
	KUNIT_EXPECT_EQ(test, fake.nr_setups, 5);
	KUNIT_EXPECT_EQ(test, fake.nr_overlaps, 0);
}

/*
 * Two cells or one: the numbers have as many as the root says. An alignment is
 * an address. Guards 75f1f311d883 ("Revert "of: reserved-memory: Fix using
 * wrong number of cells to get property 'alignment'"").
 */
static void __init cells_are_as_the_root_says(struct kunit *test)
{
	const struct fdt_region regions[] = {
		{ "static@41000000", "fake,accepts", .nr_reg = 1,
		  .reg = { { AT(16), MIB(1) } } },
		{ "dynamic", "fake,accepts", .size = MIB(4),
		  .alignment = MIB(16), .nr_ranges = 2,
		  .ranges = { { AT(1), MIB(1) }, { AT(100), MIB(100) } } },
	};
	static const struct fdt_shape shapes[] __initconst = {
		{ .cells = 1 },
		{ .cells = 2 },
		{ .cells = 2, .root_size_cells = 1 },
		{ .cells = 1, .root_size_cells = 2 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(shapes); i++) {
		forget_all();
		fdt_install_kunit(test, &shapes[i], regions,
				  ARRAY_SIZE(regions));
		KUNIT_EXPECT_EQ(test, scan(), 0);
		expect_region(test, "static@41000000", AT(16), MIB(1));
		expect_placed(test, "dynamic", MIB(4), MIB(16), AT(100),
			      AT(200));
		KUNIT_EXPECT_EQ(test, fake.align, MIB(16));
	}
}

static void __init malformed_dynamic_nodes_are_skipped(struct kunit *test)
{
	const struct fdt_region regions[] = {
		{ "one-cell-size", "fake,accepts", .malformed = "size",
		  .malformed_bytes = 4 },
		{ "one-cell-alignment", "fake,accepts", .size = MIB(1),
		  .malformed = "alignment", .malformed_bytes = 4 },
		{ "good", "fake,accepts", .size = MIB(1) },
	};

	scan_regions(test, regions, ARRAY_SIZE(regions));
	expect_placed(test, "good", MIB(1), 1, MEMORY_BASE, MEMORY_END);
	KUNIT_EXPECT_EQ(test, fake.nr_setups, 1);
	KUNIT_EXPECT_EQ(test, fake.reserved.nr, 1);
}

/* A node that says, unreadably, where its region must be: not anywhere. */
static void __init malformed_ranges_are_not_ignored(struct kunit *test)
{
	const struct fdt_region regions[] = {
		{ "odd-ranges", "fake,accepts", .size = MIB(1),
		  .malformed = "alloc-ranges", .malformed_bytes = 20,
		  .malformed_span = { AT(16), MIB(16) } },
	};

	scan_regions(test, regions, ARRAY_SIZE(regions));
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_setups, 0,
			    "a region was placed although its alloc-ranges cannot be read");
	KUNIT_EXPECT_EQ(test, fake.reserved.nr, 0);
}

/* Ranges are tried in order until one has room; when none has there is no region. */
static void __init ranges_are_tried_in_order(struct kunit *test)
{
	const struct fdt_region regions[] = {
		{ "full@44000000", NULL, .nr_reg = 1,
		  .reg = { { AT(64), MIB(8) } } },
		{ "third", "fake,accepts", .size = MIB(4), .nr_ranges = 4,
		  .ranges = { { AT(64), MIB(8) }, { AT(32), MIB(2) },
			      { AT(128), MIB(64) }, { AT(300), MIB(64) } } },
		{ "nowhere", "fake,accepts", .size = MIB(4), .nr_ranges = 2,
		  .ranges = { { AT(64), MIB(8) }, { 0x10000000, MIB(64) } } },
		{ "too-large", "fake,accepts", .size = MIB(2048) },
	};

	scan_regions(test, regions, ARRAY_SIZE(regions));
	expect_placed(test, "third", MIB(4), 1, AT(128), AT(192));
	KUNIT_EXPECT_EQ(test, fake.nr_setups, 1);
	KUNIT_EXPECT_EQ(test, fake.reserved.nr, 2);
}

#ifdef HAS___reserved_mem_alloc_in_range
/*
 * A dynamic region next to another is placed against it, to leave the rest in
 * one piece. "near" may start where "first" ends, so it is placed bottom-up:
 *
 *	|....[first][near]................|
 */
static void __init dynamic_regions_lie_together(struct kunit *test)
{
	const struct fdt_region regions[] = {
		{ "first", NULL, .size = MIB(8), .nr_ranges = 1,
		  .ranges = { { AT(64), MIB(8) } } },
		{ "below", NULL, .size = MIB(8), .nr_ranges = 1,
		  .ranges = { { AT(20), MIB(44) } } },
		{ "near", NULL, .size = MIB(8), .nr_ranges = 1,
		  .ranges = { { AT(72), MIB(200) } } },
		{ "apart", NULL, .size = MIB(8), .nr_ranges = 1,
		  .ranges = { { AT(400), MIB(100) } } },
	};

	scan_regions(test, regions, ARRAY_SIZE(regions));
	expect_region(test, "first", AT(64), MIB(8));
	expect_region(test, "near", AT(72), MIB(8));
	expect_region(test, "below", AT(56), MIB(8));
	expect_region(test, "apart", AT(492), MIB(8));
	KUNIT_EXPECT_FALSE_MSG(test, fake.bottom_up,
			       "the direction of memblock is not put back");
}
#else
CASE_LEFT_OUT(dynamic_regions_lie_together,
	      "this kernel's of_reserved_mem.c has no __reserved_mem_alloc_in_range()")
#endif

/* What CMA cannot take unaligned is aligned for it; nothing else is. */
static void __init cma_region_is_aligned_for_cma(struct kunit *test)
{
	const phys_addr_t block = CMA_MIN_ALIGNMENT_BYTES;
	const struct fdt_region rows[] = {
		{ "pool", "shared-dma-pool", .flags = FDT_REUSABLE,
		  .size = block },
		{ "pool", "shared-dma-pool", .flags = FDT_REUSABLE,
		  .size = block, .alignment = PAGE_SIZE },
		{ "pool", "shared-dma-pool", .flags = FDT_REUSABLE,
		  .size = block, .alignment = 2 * block },
		{ "pool", "fake,accepts", .flags = FDT_REUSABLE,
		  .size = block, .alignment = PAGE_SIZE },
		/* "... fixup the CMA alignment not to affect dma-coherent" */
		{ "pool", "shared-dma-pool", .flags = FDT_NO_MAP,
		  .size = block, .alignment = PAGE_SIZE },
	};
	const phys_addr_t expected[] = {
		block, block, 2 * block, PAGE_SIZE, PAGE_SIZE,
	};
	unsigned int i;

	if (!IS_ENABLED(CONFIG_DMA_CMA))
		kunit_skip(test, "needs CONFIG_DMA_CMA: a pool is a carve-out without");
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		scan_regions(test, &rows[i], 1);
		KUNIT_EXPECT_EQ_MSG(test, fake.align, expected[i], "row %u", i);
	}
}

/*
 * Memory that could not be taken out of the map was freed again: it must not
 * become a region all the same.
 */
static void __init region_that_stays_mapped_is_none(struct kunit *test)
{
	const struct fdt_region regions[] = {
		{ "dynamic", "fake,accepts", .flags = FDT_NO_MAP,
		  .size = MIB(2) },
	};

	forget_all();
	fdt_install_kunit(test, &two_cells, regions, 1);
	fake.nomap_error = -ENOMEM;
	scan();
	KUNIT_EXPECT_EQ(test, fake.reserved.nr, 0);
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_setups, 0,
			    "a driver was given memory that is free");
	KUNIT_EXPECT_NULL(test, find("dynamic"));
}

/*
 * What is free again must not be hidden from kmemleak. Guards 29091a52562b
 * ("of: reserved-memory: Do not make kmemleak ignore freed address").
 */
static void __init freed_memory_is_scanned_by_kmemleak(struct kunit *test)
{
	const struct fdt_region regions[] = {
		{ "dynamic", NULL, .flags = FDT_NO_MAP, .size = MIB(2) },
	};

	forget_all();
	fdt_install_kunit(test, &two_cells, regions, 1);
	fake.nomap_error = -ENOMEM;
	scan();
	KUNIT_EXPECT_EQ(test, fake.reserved.nr, 0);
	KUNIT_EXPECT_EQ(test, fake.nr_ignored, 0);
}

#ifdef HAS_alloc_reserved_mem_array
/*
 * The architecture hears of each region that will be an area, before it maps
 * memory, and of no other. Guards 2c223f7239f3 ("of: reserved_mem: Restructure
 * call site for dma_contiguous_early_fixup()").
 */
static void __init areas_are_told_to_the_architecture(struct kunit *test)
{
	const phys_addr_t block = CMA_MIN_ALIGNMENT_BYTES;
	const struct fdt_region regions[] = {
		{ "area@48000000", "shared-dma-pool", .flags = FDT_REUSABLE,
		  .nr_reg = 1, .reg = { { AT(128), block } } },
		{ "dynamic-area", "shared-dma-pool", .flags = FDT_REUSABLE,
		  .size = 2 * block },
		{ "carve-out@41000000", "fake,accepts", .nr_reg = 1,
		  .reg = { { AT(16), MIB(1) } } },
		{ "dynamic-carve-out", "fake,accepts", .size = MIB(1) },
	};
	struct reserved_mem *rmem;

	forget_all();
	fdt_install_kunit(test, &two_cells, regions, ARRAY_SIZE(regions));
	KUNIT_ASSERT_EQ(test, fdt_scan_reserved_mem(), 0);
	KUNIT_EXPECT_EQ(test, fake.fixed_up.nr, 2);
	KUNIT_EXPECT_TRUE_MSG(test, holds(&fake.fixed_up, AT(128), block),
			      "a region that has its place");
	rmem = find("dynamic-area");
	KUNIT_ASSERT_NOT_NULL(test, rmem);
	KUNIT_EXPECT_TRUE_MSG(test, holds(&fake.fixed_up, rmem->base, 2 * block),
			      "a region that was given a place");
}
#else
CASE_LEFT_OUT(areas_are_told_to_the_architecture,
	      "in this kernel kernel/dma/contiguous.c tells the architecture")
#endif

static struct kunit_case __refdata dynamic_cases[] = {
	KUNIT_CASE(dynamic_regions_are_placed),
	KUNIT_CASE(cells_are_as_the_root_says),
	KUNIT_CASE(malformed_dynamic_nodes_are_skipped),
	KUNIT_CASE(malformed_ranges_are_not_ignored),
	KUNIT_CASE(ranges_are_tried_in_order),
	KUNIT_CASE(dynamic_regions_lie_together),
	KUNIT_CASE(cma_region_is_aligned_for_cma),
	KUNIT_CASE(region_that_stays_mapped_is_none),
	KUNIT_CASE(freed_memory_is_scanned_by_kmemleak),
	KUNIT_CASE(areas_are_told_to_the_architecture),
	{}
};

static struct kunit_suite dynamic_suite = {
	.name = "of_reserved_mem_dynamic",
	.test_cases = dynamic_cases,
};

kunit_test_init_section_suites(&dynamic_suite);

MODULE_LICENSE("GPL");
