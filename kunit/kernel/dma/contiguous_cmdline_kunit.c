// SPDX-License-Identifier: GPL-2.0
/*
 * cma= in all its forms, and the default area that kernel/dma/contiguous.c
 * makes of it, over a copy of that file.
 */
#include "contiguous_copy.c"
#include <linux/module.h>
#include <linux/sizes.h>
#include "contiguous_state.h"

/* cma=, as documented: nn[MG]@[start[MG][-end[MG]]] */
struct cmdline_row {
	const char *text;
	phys_addr_t size;
	phys_addr_t base;
	phys_addr_t limit;
};

static const struct cmdline_row cmdline_rows[] = {
	{ "64M", SZ_64M, 0, 0 },
	{ "64m", SZ_64M, 0, 0 },
	{ "65536K", SZ_64M, 0, 0 },
	{ "0x4000000", SZ_64M, 0, 0 },
	{ "64", 64, 0, 0 },
	{ "1G", SZ_1G, 0, 0 },
	{ "0", 0, 0, 0 },
	{ "", 0, 0, 0 },
	{ "nonsense", 0, 0, 0 },
	{ "-64M", 0, 0, 0 },
	/* What follows a size and is no '@' is not looked at. */
	{ "64MB", SZ_64M, 0, 0 },
	{ "64M,1G", SZ_64M, 0, 0 },
	{ "64M@1G", SZ_64M, SZ_1G, SZ_1G + SZ_64M },
	{ "64M@0", SZ_64M, 0, SZ_64M },
	{ "64M@", SZ_64M, 0, SZ_64M },
	{ "64M@1G,2G", SZ_64M, SZ_1G, SZ_1G + SZ_64M },
	{ "64M@1G-2G", SZ_64M, SZ_1G, SZ_2G },
	{ "64M@0-1G", SZ_64M, 0, SZ_1G },
	{ "64M@1G-", SZ_64M, SZ_1G, 0 },
	{ "64M@1G-0", SZ_64M, SZ_1G, 0 },
	{ "64M@2G-1G", SZ_64M, SZ_2G, SZ_1G },
	{ "0@1G", 0, SZ_1G, SZ_1G },
#ifdef CONFIG_PHYS_ADDR_T_64BIT
	{ "5G@6G", 5ULL << 30, 6ULL << 30, 11ULL << 30 },
	{ "64M@0x100000000-0x180000000", SZ_64M, 1ULL << 32, 6ULL << 30 },
#endif
};

static void cmdline_row_describe(const struct cmdline_row *row, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "cma=%s", row->text);
}

KUNIT_ARRAY_PARAM(cmdline, cmdline_rows, cmdline_row_describe);

static void command_line_is_understood(struct kunit *test)
{
	const struct cmdline_row *row = test->param_value;
	char text[64];

	strscpy(text, row->text, sizeof(text));
	KUNIT_EXPECT_EQ(test, early_cma(text), 0);
	KUNIT_EXPECT_EQ_MSG(test, size_cmdline, row->size, "size");
	KUNIT_EXPECT_EQ_MSG(test, base_cmdline, row->base, "base");
	KUNIT_EXPECT_EQ_MSG(test, limit_cmdline, row->limit, "limit");
}

/*
 * 2^64 bytes wrap to none, or, where memparse() stops at the largest number, to
 * what stands for "cma= was not given". A size of some kind they are not.
 */
static void overflow_is_no_size(struct kunit *test)
{
	char text[] = "16E";

	KUNIT_EXPECT_EQ(test, early_cma(text), 0);
	KUNIT_EXPECT_TRUE_MSG(test, !size_cmdline ||
			      size_cmdline == (phys_addr_t)-1,
			      "cma=16E is %llu bytes",
			      (unsigned long long)size_cmdline);
}

/* "cma" without a value is no request, and changes nothing. */
static void command_line_without_value_is_refused(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, early_cma(NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, size_cmdline, (phys_addr_t)-1);
	KUNIT_EXPECT_EQ(test, limit_cmdline, (phys_addr_t)0);
}

/*
 * From the command line and the architecture's DMA limit to what is declared.
 * Where both name a limit, 6.x takes the lower, 7.2 the user's.
 */
struct reserve_row {
	const char *cmdline;
	phys_addr_t limit;
	phys_addr_t base;		/* expected */
	phys_addr_t lowest_limit;
	phys_addr_t highest_limit;
	bool fixed;
};

static const struct reserve_row reserve_rows[] = {
	{ "64M", 0, 0, 0, 0, false },
	{ "64M", SZ_1G, 0, SZ_1G, SZ_1G, false },
	{ "64M@1G", 0, SZ_1G, SZ_1G + SZ_64M, SZ_1G + SZ_64M, true },
	{ "64M@1G", SZ_2G, SZ_1G, SZ_1G + SZ_64M, SZ_1G + SZ_64M, true },
	{ "64M@1G-2G", 0, SZ_1G, SZ_2G, SZ_2G, false },
	{ "64M@1G-2G", SZ_2G + SZ_1G, SZ_1G, SZ_2G, SZ_2G, false },
	{ "64M@1G-2G", SZ_1G + SZ_512M, SZ_1G, SZ_1G + SZ_512M, SZ_2G, false },
	/* An end that is the end of the size means: here. */
	{ "64M@1G-0x44000000", 0, SZ_1G, SZ_1G + SZ_64M, SZ_1G + SZ_64M, true },
	{ "64M@1G-", SZ_2G, SZ_1G, SZ_2G, SZ_2G, false },
};

static void reserve_row_describe(const struct reserve_row *row, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "cma=%s, DMA limit %u MiB",
		 row->cmdline, (unsigned int)(row->limit >> 20));
}

KUNIT_ARRAY_PARAM(reserve, reserve_rows, reserve_row_describe);

static void command_line_becomes_the_default_area(struct kunit *test)
{
	const struct reserve_row *row = test->param_value;
	char text[32];

	strscpy(text, row->cmdline, sizeof(text));
	KUNIT_ASSERT_EQ(test, early_cma(text), 0);
	dma_contiguous_reserve(row->limit);
	KUNIT_ASSERT_EQ(test, fake.nr_declare, 1);
	KUNIT_EXPECT_EQ(test, fake.declare.size, (phys_addr_t)SZ_64M);
	KUNIT_EXPECT_EQ(test, fake.declare.base, row->base);
	KUNIT_EXPECT_EQ(test, fake.declare.fixed, row->fixed);
	KUNIT_EXPECT_GE(test, fake.declare.limit, CMA_TESTS_USER_LIMIT_COUNTS ?
			row->highest_limit : row->lowest_limit);
	KUNIT_EXPECT_LE(test, fake.declare.limit, row->highest_limit);
	KUNIT_EXPECT_EQ(test, fake.declare.alignment, (phys_addr_t)0);
	KUNIT_EXPECT_EQ(test, fake.declare.order_per_bit, 0);
	KUNIT_EXPECT_STREQ(test, fake.declare.name, "reserved");
	KUNIT_EXPECT_PTR_EQ(test, dma_contiguous_default_area, FAKE_AREA(7));
}

static void size_zero_reserves_nothing(struct kunit *test)
{
	static const char * const texts[] = { "0", "", "nonsense", "0@1G" };
	char text[16];
	int i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		strscpy(text, texts[i], sizeof(text));
		KUNIT_ASSERT_EQ(test, early_cma(text), 0);
		dma_contiguous_reserve(0);
		KUNIT_EXPECT_EQ_MSG(test, fake.nr_declare, 0, "cma=%s",
				    texts[i]);
	}
	KUNIT_EXPECT_NULL(test, dma_contiguous_default_area);
}

/* The device tree comes first in time: its default area stays. */
static void area_of_the_device_tree_stays(struct kunit *test)
{
	char text[] = "64M";

	dma_contiguous_default_area = FAKE_AREA(3);
	dma_contiguous_reserve(0);
	KUNIT_ASSERT_EQ(test, early_cma(text), 0);
	dma_contiguous_reserve(0);
	KUNIT_EXPECT_EQ(test, fake.nr_declare, 0);
	KUNIT_EXPECT_PTR_EQ(test, dma_contiguous_default_area, FAKE_AREA(3));
}

static void failed_reservation_leaves_no_area(struct kunit *test)
{
	struct cma *cma = NULL;
	char text[] = "64M";

	fake.declare_error = -ENOMEM;
	KUNIT_ASSERT_EQ(test, early_cma(text), 0);
	dma_contiguous_reserve(0);
	KUNIT_EXPECT_EQ(test, fake.nr_declare, 1);
	KUNIT_EXPECT_NULL(test, dma_contiguous_default_area);
	KUNIT_EXPECT_EQ(test, dma_contiguous_reserve_area(SZ_64M, SZ_1G, SZ_2G,
							  &cma, true), -ENOMEM);
	KUNIT_EXPECT_NULL(test, cma);
	KUNIT_EXPECT_EQ(test, fake.declare.base, (phys_addr_t)SZ_1G);
	KUNIT_EXPECT_EQ(test, fake.declare.limit, (phys_addr_t)SZ_2G);
	KUNIT_EXPECT_TRUE(test, fake.declare.fixed);

	fake.declare_error = 0;
	KUNIT_EXPECT_EQ(test, dma_contiguous_reserve_area(SZ_64M, SZ_1G, SZ_2G,
							  &cma, false), 0);
	KUNIT_EXPECT_PTR_EQ(test, cma, FAKE_AREA(7));
	KUNIT_EXPECT_FALSE(test, fake.declare.fixed);
#ifdef HAS_dma_contiguous_get_area_by_idx
	/* The first place in the list of areas is still free. */
	KUNIT_ASSERT_EQ(test, dma_contiguous_insert_area(FAKE_AREA(1)), 0);
	KUNIT_EXPECT_PTR_EQ(test, dma_contiguous_get_area_by_idx(0), FAKE_AREA(1));
#endif
}

/*
 * dma_contiguous_early_fixup() is told where the area is, which only an area
 * can say: one that could not be reserved must not be asked.
 */
static void architecture_is_told_of_the_area(struct kunit *test)
{
	struct cma *cma = NULL;

	fake.declare_error = -ENOMEM;
	KUNIT_EXPECT_EQ(test, dma_contiguous_reserve_area(SZ_64M, SZ_1G, SZ_2G,
							  &cma, true), -ENOMEM);
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_bases, 0,
			    "an area that was not reserved");

	fake.declare_error = 0;
	KUNIT_EXPECT_EQ(test, dma_contiguous_reserve_area(SZ_64M, SZ_1G, SZ_2G,
							  &cma, true), 0);
	KUNIT_EXPECT_EQ(test, fake.nr_bases, 1);
	KUNIT_EXPECT_PTR_EQ(test, fake.base_of,
			    (const struct cma *)FAKE_AREA(7));
}

#ifdef HAS_dma_contiguous_get_area_by_idx
/* The list that heaps are made of: the default area is on it, once. */
static void default_area_is_listed(struct kunit *test)
{
	char text[] = "64M";
	unsigned int i;

	KUNIT_EXPECT_NULL(test, dma_contiguous_get_area_by_idx(0));
	KUNIT_ASSERT_EQ(test, early_cma(text), 0);
	dma_contiguous_reserve(0);
	KUNIT_EXPECT_PTR_EQ(test, dma_contiguous_get_area_by_idx(0),
			    FAKE_AREA(7));
	KUNIT_EXPECT_NULL(test, dma_contiguous_get_area_by_idx(1));
	KUNIT_EXPECT_NULL(test, dma_contiguous_get_area_by_idx(UINT_MAX));

	for (i = 1; i < MAX_CMA_AREAS; i++)
		KUNIT_EXPECT_EQ(test, dma_contiguous_insert_area(FAKE_AREA(1)),
				0);
	KUNIT_EXPECT_NE_MSG(test, dma_contiguous_insert_area(FAKE_AREA(2)), 0,
			    "the list holds %u areas", MAX_CMA_AREAS);
	KUNIT_EXPECT_NULL(test, dma_contiguous_get_area_by_idx(MAX_CMA_AREAS));
}
#else
CASE_LEFT_OUT(default_area_is_listed,
	      "this kernel's contiguous.c has no dma_contiguous_get_area_by_idx()")
#endif

static struct kunit_case cmdline_cases[] = {
	KUNIT_CASE_PARAM(command_line_is_understood, cmdline_gen_params),
	KUNIT_CASE(overflow_is_no_size),
	KUNIT_CASE(command_line_without_value_is_refused),
	KUNIT_CASE_PARAM(command_line_becomes_the_default_area,
			 reserve_gen_params),
	KUNIT_CASE(size_zero_reserves_nothing),
	KUNIT_CASE(area_of_the_device_tree_stays),
	KUNIT_CASE(failed_reservation_leaves_no_area),
	KUNIT_CASE(architecture_is_told_of_the_area),
	KUNIT_CASE(default_area_is_listed),
	{}
};

static struct kunit_suite cmdline_suite = {
	.name = "dma_contiguous_cmdline",
	.init = contiguous_begin,
	.test_cases = cmdline_cases,
};

kunit_test_suite(cmdline_suite);

MODULE_LICENSE("GPL");
