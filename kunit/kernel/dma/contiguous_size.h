/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How large the default area is without cma=: CONFIG_CMA_SIZE_SEL_* decides,
 * so each of the four is a compilation of this file. 5120 MiB are configured,
 * and 10 per cent.
 */
#define FAKE_SELECTS
#include "contiguous_copy.c"
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/stringify.h>
#include "contiguous_state.h"

#define GIB(nr) ((phys_addr_t)(nr) << 30)
#define MIB(nr) ((phys_addr_t)(nr) << 20)

struct size_row {
	const char *desc;
	phys_addr_t memory;
	phys_addr_t mbytes;		/* expected with each selection */
	phys_addr_t percentage;
	phys_addr_t min;
	phys_addr_t max;
};

static const struct size_row size_rows[] = {
	{ "1000 MiB of memory", MIB(1000),
	  GIB(5), MIB(100), MIB(100), GIB(5) },
	{ "a percentage between pages", MIB(1000) + 7 * PAGE_SIZE,
	  GIB(5), MIB(100), MIB(100), GIB(5) },
#ifdef CONFIG_PHYS_ADDR_T_64BIT
	{ "40 GiB of memory", GIB(40), GIB(5), GIB(4), GIB(4), GIB(5) },
	{ "50 GiB of memory", GIB(50), GIB(5), GIB(5), GIB(5), GIB(5) },
	{ "80 GiB of memory", GIB(80), GIB(5), GIB(8), GIB(5), GIB(8) },
	{ "10 TiB of memory", GIB(10240), GIB(5), GIB(1024), GIB(5),
	  GIB(1024) },
#endif
};

static void size_row_describe(const struct size_row *row, char *desc)
{
	strscpy(desc, row->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(size, size_rows, size_row_describe);

static void configuration_selects_the_size(struct kunit *test)
{
	const struct size_row *row = test->param_value;

	fake.memory = row->memory;
	dma_contiguous_reserve(0);
	KUNIT_ASSERT_EQ(test, fake.nr_declare, 1);
	KUNIT_EXPECT_EQ(test, fake.declare.size, row->SELECTED);
	KUNIT_EXPECT_EQ(test, fake.declare.base, (phys_addr_t)0);
	KUNIT_EXPECT_FALSE(test, fake.declare.fixed);
}

/* The command line stands above each selection. */
static void command_line_overrules_the_selection(struct kunit *test)
{
	char size[] = "48M", none[] = "0";

	fake.memory = MIB(1000);
	KUNIT_ASSERT_EQ(test, early_cma(size), 0);
	dma_contiguous_reserve(0);
	KUNIT_EXPECT_EQ(test, fake.nr_declare, 1);
	KUNIT_EXPECT_EQ(test, fake.declare.size, MIB(48));

	dma_contiguous_default_area = NULL;
	KUNIT_ASSERT_EQ(test, early_cma(none), 0);
	dma_contiguous_reserve(0);
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_declare, 1,
			    "cma=0 asks for no default area");
}

static struct kunit_case size_cases[] = {
	KUNIT_CASE_PARAM(configuration_selects_the_size, size_gen_params),
	KUNIT_CASE(command_line_overrules_the_selection),
	{}
};

static struct kunit_suite size_suite = {
	.name = "dma_contiguous_size_" __stringify(SELECTED),
	.init = contiguous_begin,
	.test_cases = size_cases,
};

kunit_test_suite(size_suite);

MODULE_LICENSE("GPL");
