// SPDX-License-Identifier: GPL-2.0
/*
 * cma_init_reserved_mem(), the name that it gives an area, and the walk over
 * all areas, over a copy of mm/cma.c with memblock faked.
 */
#include "cma_copy.c"
#include "declared_area.h"

/* cma_init_reserved_mem() takes what somebody else has reserved. */
struct reserved_row {
	const char *desc;
	phys_addr_t base;
	phys_addr_t size;
	int expected;
};

static const struct reserved_row reserved_rows[] = {
	{ "reserved blocks", BLOCKS(16), BLOCKS(8), 0 },
	{ "one block of them", BLOCKS(18), BLOCKS(1), 0 },
	{ "size 0", BLOCKS(16), 0, -EINVAL },
	{ "memory that nobody reserved", BLOCKS(64), BLOCKS(8), -EINVAL },
	{ "base inside a block", BLOCKS(16) + PAGE_SIZE, BLOCKS(4), -EINVAL },
	{ "size inside a block", BLOCKS(16), BLOCKS(4) - PAGE_SIZE, -EINVAL },
	{ "size inside a page", BLOCKS(16), BLOCKS(4) + 1, -EINVAL },
	{ "one page", BLOCKS(16), PAGE_SIZE, -EINVAL },
};

static void reserved_row_describe(const struct reserved_row *row, char *desc)
{
	strscpy(desc, row->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(reserved, reserved_rows, reserved_row_describe);

static void reserved_memory_becomes_an_area(struct kunit *test)
{
	const struct reserved_row *row = test->param_value;
	struct cma *cma = NULL;
	int err;

	fake_note_reserved(BLOCKS(16), BLOCKS(8));
	err = cma_init_reserved_mem(row->base, row->size, 1, "given", &cma);
	KUNIT_ASSERT_EQ(test, err, row->expected);
	if (err) {
		KUNIT_EXPECT_NULL(test, cma);
		expect_no_trace(test, 1);
		return;
	}
	KUNIT_ASSERT_NOT_NULL(test, cma);
	KUNIT_EXPECT_EQ(test, cma_get_base(cma), row->base);
	KUNIT_EXPECT_EQ(test, (phys_addr_t)cma_get_size(cma), row->size);
	KUNIT_EXPECT_EQ(test, cma->order_per_bit, 1);
#ifdef CMA_MAX_RANGES
	KUNIT_EXPECT_EQ(test, cma->nid, NUMA_NO_NODE);
#endif
	KUNIT_EXPECT_EQ(test, fake.cma_total,
			(unsigned long)(row->size >> PAGE_SHIFT));
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_reserved, 1, "it reserves nothing");
}

/* Before pageblock_order is known no alignment can be judged. */
static void too_early_is_refused(struct kunit *test)
{
	struct cma *cma = NULL;

#ifndef HAS_cma_new_area
	kunit_skip(test, "this kernel's cma.c does not look whether pageblock_order is set");
#endif
	fake.block_order = 0;
	fake.all_is_reserved = true;
	KUNIT_EXPECT_EQ(test, cma_init_reserved_mem(BLOCKS(16), BLOCKS(8), 0,
						    "early", &cma), -EINVAL);
	KUNIT_EXPECT_EQ(test, cma_area_count, 0);
}

static struct cma *area_with_name(struct kunit *test, const char *name)
{
	struct cma *cma = NULL;

	fake.all_is_reserved = true;
	KUNIT_ASSERT_EQ(test, cma_init_reserved_mem(BLOCKS(16), BLOCKS(8), 0,
						    name, &cma), 0);
	KUNIT_ASSERT_NOT_NULL(test, cma);

	return cma;
}

static void long_name_is_cut(struct kunit *test)
{
	char name[CMA_MAX_NAME + 8];
	struct cma *cma;

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	cma = area_with_name(test, name);
	KUNIT_EXPECT_EQ(test, strnlen(cma->name, sizeof(cma->name)),
			(size_t)CMA_MAX_NAME - 1);
	KUNIT_EXPECT_EQ(test, strncmp(cma_get_name(cma), name,
				      CMA_MAX_NAME - 1), 0);
}

/* A name from the device tree is text: 6.1 and 6.12 read it as a format. */
static void name_is_no_format(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, cma_get_name(area_with_name(test, "50%%pool")),
			   "50%%pool");
}

/* The name is a folder in sysfs and debugfs: "cma0\n" is not what is meant. */
static void nameless_area_gets_a_clean_name(struct kunit *test)
{
	const char *name = cma_get_name(area_with_name(test, NULL));

	KUNIT_EXPECT_EQ(test, strncmp(name, "cma", 3), 0);
	KUNIT_EXPECT_NULL_MSG(test, strchr(name, '\n'),
			      "the name of a nameless area ends in a newline");
}

static void nameless_areas_differ(struct kunit *test)
{
	struct cma *first = area_with_name(test, NULL);
	struct cma *second = area_with_name(test, NULL);

	KUNIT_EXPECT_STRNEQ(test, cma_get_name(first), cma_get_name(second));
}

static int stop_at_second(struct cma *cma, void *data)
{
	unsigned int *seen = data;

	return ++*seen == 2 ? -ECANCELED : 0;
}

/* An answer need not be an error. */
static int found_at_third(struct cma *cma, void *data)
{
	unsigned int *seen = data;

	return ++*seen == 3;
}

static int count_all(struct cma *cma, void *data)
{
	++*(unsigned int *)data;

	return 0;
}

static void walk_ends_when_told(struct kunit *test)
{
	unsigned int seen = 0, i;

	KUNIT_EXPECT_EQ(test, cma_for_each_area(stop_at_second, &seen), 0);
	for (i = 0; i < 4; i++)
		area_with_name(test, "walked");
	KUNIT_EXPECT_EQ(test, cma_for_each_area(stop_at_second, &seen),
			-ECANCELED);
	KUNIT_EXPECT_EQ(test, seen, 2);
	seen = 0;
	KUNIT_EXPECT_EQ(test, cma_for_each_area(found_at_third, &seen), 1);
	KUNIT_EXPECT_EQ(test, seen, 3);
	seen = 0;
	KUNIT_EXPECT_EQ(test, cma_for_each_area(count_all, &seen), 0);
	KUNIT_EXPECT_EQ(test, seen, 4);
}

#ifdef HAS_cma_intersects
/*
 *	area        |--------|        [16, 24) blocks
 *	start, end are bytes; end is the first byte behind
 */
static void intersection_is_half_open(struct kunit *test)
{
	struct cma *cma = area_with_name(test, "crossed");

	KUNIT_EXPECT_TRUE(test, cma_intersects(cma, BLOCKS(16), BLOCKS(24)));
	KUNIT_EXPECT_TRUE(test, cma_intersects(cma, BLOCKS(23), BLOCKS(99)));
	KUNIT_EXPECT_TRUE(test, cma_intersects(cma, 0, BLOCKS(16) + 1));
	KUNIT_EXPECT_FALSE(test, cma_intersects(cma, BLOCKS(24), BLOCKS(99)));
	KUNIT_EXPECT_FALSE(test, cma_intersects(cma, 0, BLOCKS(15)));
	KUNIT_EXPECT_FALSE_MSG(test, cma_intersects(cma, 0, BLOCKS(16)),
			       "a range that ends where the area begins");
}
#else
CASE_LEFT_OUT(intersection_is_half_open,
	      "this kernel's cma.c has no cma_intersects()")
#endif

static struct kunit_case init_reserved_cases[] = {
	KUNIT_CASE_PARAM(reserved_memory_becomes_an_area, reserved_gen_params),
	KUNIT_CASE(too_early_is_refused),
	KUNIT_CASE(long_name_is_cut),
	KUNIT_CASE(name_is_no_format),
	KUNIT_CASE(nameless_area_gets_a_clean_name),
	KUNIT_CASE(nameless_areas_differ),
	KUNIT_CASE(walk_ends_when_told),
	KUNIT_CASE(intersection_is_half_open),
	{}
};

static struct kunit_suite init_reserved_suite = {
	.name = "cma_init_reserved",
	.init = declared_areas_begin,
	.exit = declared_areas_end,
	.test_cases = init_reserved_cases,
};

kunit_test_suite(init_reserved_suite);

MODULE_LICENSE("GPL");
