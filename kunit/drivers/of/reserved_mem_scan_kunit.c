// SPDX-License-Identifier: GPL-2.0
/*
 * From the nodes of /reserved-memory to reserved memory, over a copy of
 * drivers/of/of_reserved_mem.c, a memblock of our own and a device tree of the
 * case's own: regions with a place, and the table of regions.
 */
#include "reserved_mem_scan.h"

/*
 *	RAM |..|a|b|......|ccc|....   b follows a, none overlaps
 */
static void __init static_regions_are_reserved(struct kunit *test)
{
	const struct fdt_region regions[] = {
		{ "a@41000000", "fake,accepts", .nr_reg = 1,
		  .reg = { { AT(16), MIB(1) } } },
		{ "b@41100000", NULL, .nr_reg = 1,
		  .reg = { { AT(17), MIB(1) } } },
		{ "c@50000000", "fake,accepts", .flags = FDT_NO_MAP,
		  .nr_reg = 1, .reg = { { AT(256), MIB(3) } } },
	};

	scan_regions(test, regions, ARRAY_SIZE(regions));
	KUNIT_EXPECT_EQ(test, reserved_mem_count, 3);
	expect_region(test, "a@41000000", AT(16), MIB(1));
	expect_region(test, "b@41100000", AT(17), MIB(1));
	expect_region(test, "c@50000000", AT(256), MIB(3));
	KUNIT_EXPECT_TRUE(test, holds(&fake.reserved, AT(16), MIB(1)));
	KUNIT_EXPECT_TRUE(test, holds(&fake.reserved, AT(17), MIB(1)));
	KUNIT_EXPECT_EQ_MSG(test, fake.reserved.nr, 2,
			    "a no-map region is no reserved one");
	KUNIT_EXPECT_EQ(test, fake.nomap.nr, 1);
	KUNIT_EXPECT_TRUE(test, holds(&fake.nomap, AT(256), MIB(3)));
	/* Guards 7b25995f5319 ("of: of_reserved_mem: mark nomap memory instead of removing"). */
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_removed, 0,
			    "memory that is not mapped is memory all the same");
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_overlaps, 0,
			    "neighbours do not overlap");

	/*
	 * A carve-out may be a device's, or a guest's. Guards 8ef852f1cb42
	 * ("Revert "mm: kmemleak: alloc gray object for reserved region with
	 * direct map"").
	 */
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_tracked, 0,
			    "kmemleak must not read static regions");

	/* Each driver saw its region, once, with its place. */
	KUNIT_EXPECT_EQ(test, fake.nr_setups, 2);
	KUNIT_EXPECT_STREQ(test, fake.setup[0].name, "a@41000000");
	KUNIT_EXPECT_EQ(test, fake.setup[0].base, AT(16));
	KUNIT_EXPECT_EQ(test, fake.setup[1].size, MIB(3));
	KUNIT_EXPECT_NOT_NULL(test, find("a@41000000")->ops);
	KUNIT_EXPECT_NULL(test, find("b@41100000")->ops);
}

static void __init nodes_that_are_no_regions(struct kunit *test)
{
	const struct fdt_region regions[] = {
		{ "disabled@41000000", "fake,accepts", .flags = FDT_DISABLED,
		  .nr_reg = 1, .reg = { { AT(16), MIB(1) } } },
		{ "disabled-dynamic", "fake,accepts", .flags = FDT_DISABLED,
		  .size = MIB(1) },
		{ "empty@42000000", "fake,accepts", .nr_reg = 1,
		  .reg = { { AT(32), 0 } } },
		{ "neither", "fake,accepts" },
		{ "odd-reg@43000000", "fake,accepts", .malformed = "reg",
		  .malformed_bytes = 20,
		  .malformed_span = { AT(48), MIB(1) } },
		{ "short-reg@44000000", "fake,accepts", .malformed = "reg",
		  .malformed_bytes = 8 },
		{ "good@45000000", "fake,accepts", .nr_reg = 1,
		  .reg = { { AT(80), MIB(1) } } },
	};

	scan_regions(test, regions, ARRAY_SIZE(regions));
	KUNIT_EXPECT_EQ(test, fake.nr_setups, 1);
	KUNIT_EXPECT_EQ(test, fake.reserved.nr, 1);
	expect_region(test, "good@45000000", AT(80), MIB(1));
	KUNIT_EXPECT_NULL(test, find("disabled@41000000"));
	KUNIT_EXPECT_NULL(test, find("disabled-dynamic"));
	KUNIT_EXPECT_NULL(test, find("odd-reg@43000000"));
	KUNIT_EXPECT_NULL(test, find("neither"));
	KUNIT_EXPECT_NULL(test, find("short-reg@44000000"));
}

/* Only 6.1 takes a region of size 0 into its table; none reserves it. */
static void __init empty_region_is_not_known(struct kunit *test)
{
	const struct fdt_region regions[] = {
		{ "empty@42000000", "fake,accepts", .nr_reg = 1,
		  .reg = { { AT(32), 0 } } },
	};

	scan_regions(test, regions, ARRAY_SIZE(regions));
	KUNIT_EXPECT_EQ(test, fake.reserved.nr, 0);
	KUNIT_EXPECT_EQ(test, fake.nr_setups, 0);
	KUNIT_EXPECT_NULL(test, find("empty@42000000"));
}

/* All that a node names is reserved; what a driver gets of it is the first. */
static void __init region_is_the_first_of_several(struct kunit *test)
{
	const struct fdt_region regions[] = {
		{ "two@41000000", "fake,accepts", .nr_reg = 2,
		  .reg = { { AT(16), MIB(1) }, { AT(32), MIB(2) } } },
	};
	bool second_counts = true;

#ifdef HAS_fdt_scan_reserved_mem_late
	/* It says so, and leaves the others alone. */
	second_counts = false;
#endif
	scan_regions(test, regions, ARRAY_SIZE(regions));
	KUNIT_EXPECT_TRUE(test, holds(&fake.reserved, AT(16), MIB(1)));
	KUNIT_EXPECT_EQ(test, holds(&fake.reserved, AT(32), MIB(2)),
			second_counts);
	KUNIT_EXPECT_EQ(test, fake.nr_setups, 1);
	KUNIT_EXPECT_EQ(test, reserved_mem_count, 1);
	expect_region(test, "two@41000000", AT(16), MIB(1));
}

/* One driver passes, the next of the same compatible takes the region. */
static void __init second_driver_gets_its_chance(struct kunit *test)
{
	const struct fdt_region regions[] = {
		{ "second@41000000", "fake,second", .nr_reg = 1,
		  .reg = { { AT(16), MIB(1) } } },
	};

	scan_regions(test, regions, ARRAY_SIZE(regions));
	KUNIT_EXPECT_EQ(test, fake.nr_setups, 2);
	KUNIT_EXPECT_EQ(test, fake.reserved.nr, 1);
	KUNIT_ASSERT_NOT_NULL(test, find("second@41000000"));
	KUNIT_EXPECT_NOT_NULL(test, find("second@41000000")->ops);
}

/* The driver refuses: the memory goes back to where it came from. */
static void __init refused_region_is_given_back(struct kunit *test)
{
	const struct fdt_region regions[] = {
		{ "mapped@41000000", "fake,refuses", .nr_reg = 1,
		  .reg = { { AT(16), MIB(1) } } },
		{ "unmapped@42000000", "fake,refuses", .flags = FDT_NO_MAP,
		  .nr_reg = 1, .reg = { { AT(32), MIB(2) } } },
		{ "dynamic", "fake,refuses", .size = MIB(4) },
	};

	scan_regions(test, regions, ARRAY_SIZE(regions));
	KUNIT_EXPECT_EQ(test, fake.nr_setups, 3);
	KUNIT_EXPECT_EQ_MSG(test, fake.reserved.nr, 0, "regions reserved");
	KUNIT_EXPECT_EQ_MSG(test, fake.nomap.nr, 0, "regions not mapped");
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_added, 0,
			    "what was never removed is RAM still");
	KUNIT_EXPECT_EQ(test, fake.nr_bad_frees, 0);
}

/* What was given back is somebody else's: nobody may find it any more. */
static void __init refused_region_is_not_found(struct kunit *test)
{
	struct device_node node = { .full_name = "refused@41000000" };
	const struct fdt_region regions[] = {
		{ "refused@41000000", "fake,refuses", .nr_reg = 1,
		  .reg = { { AT(16), MIB(1) } } },
		{ "good@42000000", "fake,accepts", .nr_reg = 1,
		  .reg = { { AT(32), MIB(1) } } },
	};

	scan_regions(test, regions, ARRAY_SIZE(regions));
	KUNIT_EXPECT_NULL(test, of_reserved_mem_lookup(&node));
	node.full_name = "good@42000000";
	KUNIT_EXPECT_NOT_NULL(test, of_reserved_mem_lookup(&node));
	node.full_name = "nobody@0";
	KUNIT_EXPECT_NULL(test, of_reserved_mem_lookup(&node));
	node.full_name = NULL;
	KUNIT_EXPECT_NULL(test, of_reserved_mem_lookup(&node));
#ifdef HAS_fdt_scan_reserved_mem_late
	/* Nor does it keep a place in the table, which older kernels let it do. */
	KUNIT_EXPECT_EQ(test, reserved_mem_count, 1);
#endif
}

#ifdef HAS_fdt_validate_reserved_mem_node
/*
 * The driver says beforehand that it will not have the region: its memory stays
 * free, and nobody sets it up or gives it back. Guards 0fd17e598333 ("of:
 * reserved_mem: Allow reserved_mem framework detect "cma=" kernel param").
 */
static void __init denied_region_is_left_out(struct kunit *test)
{
	const struct fdt_region regions[] = {
		{ "denied@41000000", "fake,denies", .nr_reg = 1,
		  .reg = { { AT(16), MIB(1) } } },
		{ "denied-dynamic", "fake,denies", .size = MIB(4) },
		/* With a place in the table, which the first could take. */
		{ "good@42000000", "fake,accepts", .nr_reg = 1,
		  .reg = { { AT(32), MIB(1) } } },
	};

	scan_regions(test, regions, ARRAY_SIZE(regions));
	KUNIT_EXPECT_EQ_MSG(test, fake.reserved.nr, 1, "regions reserved");
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_setups, 1, "regions set up");
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_bad_frees, 0,
			    "memory was given back that nobody had reserved");
	KUNIT_EXPECT_EQ(test, reserved_mem_count, 1);
	expect_region(test, "good@42000000", AT(32), MIB(1));
}
#else
CASE_LEFT_OUT(denied_region_is_left_out,
	      "this kernel's of_reserved_mem.c has no fdt_validate_reserved_mem_node()")
#endif

/*
 * RAM that is reserved holds something: it must stay mapped. What is no RAM
 * is not mapped anyway.
 */
static void __init nomap_spares_reserved_memory(struct kunit *test)
{
	const struct fdt_region regions[] = {
		{ "over-kernel@41000000", NULL, .flags = FDT_NO_MAP,
		  .nr_reg = 1, .reg = { { AT(16), MIB(2) } } },
		{ "over-device@10000000", NULL, .flags = FDT_NO_MAP,
		  .nr_reg = 1, .reg = { { 0x10000000, MIB(1) } } },
	};

	forget_all();
	fdt_install_kunit(test, &two_cells, regions, ARRAY_SIZE(regions));
	fake_add(&fake.reserved, AT(17), MIB(4));
	fake_add(&fake.reserved, 0x10000000, MIB(1));
	KUNIT_EXPECT_EQ(test, scan(), 0);
	KUNIT_EXPECT_FALSE_MSG(test, fake_meets(&fake.nomap, AT(16), MIB(2)),
			       "reserved RAM is not mapped any more");
	KUNIT_EXPECT_TRUE(test, holds(&fake.nomap, 0x10000000, MIB(1)));
}

static void __init overlap_is_reported(struct kunit *test)
{
	const struct {
		struct fdt_span first, second;
		unsigned int overlaps;
	} rows[] = {
		{ { AT(16), MIB(2) }, { AT(17), MIB(2) }, 1 },
		{ { AT(17), MIB(2) }, { AT(16), MIB(2) }, 1 },
		{ { AT(16), MIB(8) }, { AT(18), MIB(1) }, 1 },
		{ { AT(16), MIB(2) }, { AT(16), MIB(2) }, 1 },
		{ { AT(16), MIB(2) }, { AT(18), MIB(2) }, 0 },
		{ { AT(18), MIB(2) }, { AT(16), MIB(2) }, 0 },
		{ { AT(16), MIB(2) }, { AT(18) - 1, MIB(2) }, 1 },
		/*
		 * 0 is an address. Guards ca05f3331655 ("of: Fix
		 * reserved-memory overlap detection").
		 */
		{ { 0, MIB(2) }, { MIB(1), MIB(2) }, 1 },
		{ { 0, MIB(2) }, { MIB(2), MIB(2) }, 0 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct fdt_region regions[] = {
			{ "first@0", NULL, .nr_reg = 1,
			  .reg = { rows[i].first } },
			{ "second@0", NULL, .nr_reg = 1,
			  .reg = { rows[i].second } },
		};

		scan_regions(test, regions, 2);
		KUNIT_EXPECT_EQ_MSG(test, fake.nr_overlaps, rows[i].overlaps,
				    "pair %u", i);
		expect_region(test, "first@0", rows[i].first.base,
			      rows[i].first.size);
		expect_region(test, "second@0", rows[i].second.base,
			      rows[i].second.size);
	}
}

#ifdef CONFIG_PHYS_ADDR_T_64BIT
static void __init address_beyond_4g_is_not_cut(struct kunit *test)
{
	const phys_addr_t base = (5ULL << 32) + MIB(16);
	const struct fdt_region regions[] = {
		{ "far@510000000", "fake,accepts", .nr_reg = 1,
		  .reg = { { base, 6ULL << 32 } } },
	};

	scan_regions(test, regions, 1);
	expect_region(test, "far@510000000", base, 6ULL << 32);
	KUNIT_EXPECT_TRUE(test, holds(&fake.reserved, base, 6ULL << 32));
}
#else
CASE_LEFT_OUT(address_beyond_4g_is_not_cut, "needs CONFIG_PHYS_ADDR_T_64BIT")
#endif

static void __init unsupported_trees_are_ignored(struct kunit *test)
{
	const struct fdt_region region = {
		"a@41000000", "fake,accepts", .nr_reg = 1,
		.reg = { { AT(16), MIB(1) } },
	};
	static const struct fdt_shape shapes[] __initconst = {
		{ .cells = 2, .no_ranges = true },
		{ .cells = 2, .address_cells = 1 },
		{ .cells = 2, .size_cells = 1 },
		{ .cells = 1, .address_cells = 2 },
		{ .cells = 1, .size_cells = 2 },
		{ .cells = 2, .no_reserved_memory = true },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(shapes); i++) {
		forget_all();
		fdt_install_kunit(test, &shapes[i], &region, 1);
		KUNIT_EXPECT_EQ_MSG(test, scan(),
				    shapes[i].no_reserved_memory ? -ENODEV :
				    -EINVAL, "tree %u", i);
		KUNIT_EXPECT_EQ_MSG(test, fake.reserved.nr, 0, "tree %u", i);
		KUNIT_EXPECT_EQ(test, fake.nr_setups, 0);
		KUNIT_EXPECT_EQ(test, reserved_mem_count, 0);
#ifdef HAS_fdt_scan_reserved_mem_late
		/*
		 * Guards 50a488de5fcc ("of: reserved_mem: zero
		 * total_reserved_mem_cnt if no valid /reserved-memory entry").
		 */
		KUNIT_EXPECT_EQ(test, total_reserved_mem_cnt, 0);
#endif
	}
}

/* More nodes than the table: the rest are left out, nothing is overrun. */
#define MANY (MAX_RESERVED_REGIONS + 10)

static void __init scan_many(struct kunit *test, bool dynamic)
{
	struct fdt_region *regions = kunit_kcalloc(test, MANY,
						   sizeof(*regions),
						   GFP_KERNEL);
	char (*names)[16] = kunit_kcalloc(test, MANY, sizeof(*names),
					  GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, regions);
	KUNIT_ASSERT_NOT_NULL(test, names);
	for (i = 0; i < MANY; i++) {
		snprintf(names[i], sizeof(*names), "many@%x", i);
		regions[i].name = names[i];
		regions[i].compatible = "fake,accepts";
		if (dynamic) {
			regions[i].size = MIB(1);
			continue;
		}
		regions[i].nr_reg = 1;
		regions[i].reg[0] = (struct fdt_span){ AT(2 * i), MIB(1) };
	}
	scan_regions(test, regions, MANY);
}

static void __init many_static_nodes_fit_or_are_left_out(struct kunit *test)
{
	unsigned int i;

	scan_many(test, false);
#ifdef HAS_alloc_reserved_mem_array
	/* The table is made as large as it must be. */
	KUNIT_EXPECT_EQ(test, reserved_mem_count, MANY);
#else
	KUNIT_EXPECT_EQ(test, reserved_mem_count, MAX_RESERVED_REGIONS);
#endif
	KUNIT_EXPECT_EQ(test, fake.nr_setups, reserved_mem_count);
	KUNIT_EXPECT_EQ_MSG(test, fake.reserved.nr, MANY,
			    "left out of the table, reserved all the same");
	for (i = 0; i < reserved_mem_count; i++)
		KUNIT_EXPECT_EQ(test, reserved_mem[i].size, MIB(1));
}

static void __init many_dynamic_nodes_are_left_out(struct kunit *test)
{
	scan_many(test, true);
	KUNIT_EXPECT_EQ(test, reserved_mem_count, MAX_RESERVED_REGIONS);
	KUNIT_EXPECT_EQ(test, fake.nr_setups, MAX_RESERVED_REGIONS);
	KUNIT_EXPECT_EQ(test, fake.reserved.nr, MAX_RESERVED_REGIONS);
}

#ifdef HAS_alloc_reserved_mem_array
/* No memory for the larger table: no table, and no crash. */
static void __init table_that_cannot_grow_is_empty(struct kunit *test)
{
	const struct fdt_region regions[] = {
		{ "a@41000000", "fake,accepts", .nr_reg = 1,
		  .reg = { { AT(16), MIB(1) } } },
	};

	forget_all();
	fdt_install_kunit(test, &two_cells, regions, 1);
	fake.no_array = true;
	scan();
	KUNIT_EXPECT_EQ(test, reserved_mem_count, 0);
	KUNIT_EXPECT_EQ(test, fake.nr_setups, 0);
	KUNIT_EXPECT_EQ(test, fake.reserved.nr, 1);
}
#else
CASE_LEFT_OUT(table_that_cannot_grow_is_empty,
	      "this kernel's of_reserved_mem.c has no alloc_reserved_mem_array()")
#endif

/* A dynamic region that was set up early is in the grown table too. */
static void __init table_keeps_its_entries_when_it_grows(struct kunit *test)
{
	const struct fdt_region regions[] = {
		{ "dynamic", "fake,accepts", .size = MIB(2) },
		{ "static@41000000", "fake,accepts", .nr_reg = 1,
		  .reg = { { AT(16), MIB(1) } } },
	};

	scan_regions(test, regions, ARRAY_SIZE(regions));
	KUNIT_EXPECT_EQ(test, reserved_mem_count, 2);
	expect_placed(test, "dynamic", MIB(2), 1, MEMORY_BASE, MEMORY_END);
	KUNIT_EXPECT_NOT_NULL(test, find("dynamic")->ops);
	expect_region(test, "static@41000000", AT(16), MIB(1));
	KUNIT_EXPECT_NOT_NULL(test, find("static@41000000")->ops);
}

static struct kunit_case __refdata scan_cases[] = {
	KUNIT_CASE(static_regions_are_reserved),
	KUNIT_CASE(nodes_that_are_no_regions),
	KUNIT_CASE(empty_region_is_not_known),
	KUNIT_CASE(region_is_the_first_of_several),
	KUNIT_CASE(second_driver_gets_its_chance),
	KUNIT_CASE(refused_region_is_given_back),
	KUNIT_CASE(refused_region_is_not_found),
	KUNIT_CASE(denied_region_is_left_out),
	KUNIT_CASE(nomap_spares_reserved_memory),
	KUNIT_CASE(overlap_is_reported),
	KUNIT_CASE(address_beyond_4g_is_not_cut),
	KUNIT_CASE(unsupported_trees_are_ignored),
	KUNIT_CASE(many_static_nodes_fit_or_are_left_out),
	KUNIT_CASE(many_dynamic_nodes_are_left_out),
	KUNIT_CASE(table_that_cannot_grow_is_empty),
	KUNIT_CASE(table_keeps_its_entries_when_it_grows),
	{}
};

static struct kunit_suite scan_suite = {
	.name = "of_reserved_mem_scan",
	.test_cases = scan_cases,
};

kunit_test_init_section_suites(&scan_suite);

MODULE_LICENSE("GPL");
