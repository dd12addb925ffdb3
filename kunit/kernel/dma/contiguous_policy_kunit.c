// SPDX-License-Identifier: GPL-2.0
/*
 * What kernel/dma/contiguous.c asks of mm/cma.c and memblock, over a copy of
 * it: from which area, how many pages, which alignment; and cma= in all forms.
 */
#include "contiguous_copy.c"
#include <linux/module.h>
#include <linux/sizes.h>

#define MIB(nr) ((phys_addr_t)(nr) << 20)

static struct device *device_with_area(struct kunit *test, struct cma *area)
{
	struct device *device = kunit_kzalloc(test, sizeof(*device),
					      GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, device);
	set_dev_node(device, NUMA_NO_NODE);
	device->cma_area = area;

	return device;
}

/*
 *	device's area	asked alone, found or not
 *	default area	asked when the device has none, for more than a page
 */
static void device_area_is_asked_alone(struct kunit *test)
{
	struct device *device = device_with_area(test, FAKE_AREA(1));

	dma_contiguous_default_area = FAKE_AREA(0);
	fake.serves = FAKE_AREA(1);
	KUNIT_EXPECT_PTR_EQ(test, dma_alloc_contiguous(device, 4 * PAGE_SIZE,
						       GFP_KERNEL), FAKE_PAGE);
	KUNIT_EXPECT_PTR_EQ(test, dma_alloc_contiguous(device, PAGE_SIZE,
						       GFP_KERNEL), FAKE_PAGE);
	/* When it is exhausted, no other pool stands in for it. */
	fake.serves = FAKE_AREA(0);
	KUNIT_EXPECT_NULL(test, dma_alloc_contiguous(device, 4 * PAGE_SIZE,
						     GFP_KERNEL));
	KUNIT_ASSERT_EQ(test, fake.nr_alloc, 3);
	KUNIT_EXPECT_PTR_EQ(test, fake.alloc[0].cma, FAKE_AREA(1));
	KUNIT_EXPECT_EQ(test, fake.alloc[0].count, 4UL);
	KUNIT_EXPECT_EQ(test, fake.alloc[0].align, 2);
	KUNIT_EXPECT_PTR_EQ(test, fake.alloc[1].cma, FAKE_AREA(1));
	KUNIT_EXPECT_EQ(test, fake.alloc[1].count, 1UL);
	KUNIT_EXPECT_PTR_EQ(test, fake.alloc[2].cma, FAKE_AREA(1));
}

static void default_area_serves_the_others(struct kunit *test)
{
	struct device *device = device_with_area(test, NULL);

	dma_contiguous_default_area = FAKE_AREA(0);
	fake.serves = FAKE_AREA(0);
	KUNIT_EXPECT_PTR_EQ(test, dma_alloc_contiguous(device, 2 * PAGE_SIZE,
						       GFP_KERNEL), FAKE_PAGE);
	KUNIT_ASSERT_EQ(test, fake.nr_alloc, 1);
	KUNIT_EXPECT_PTR_EQ(test, fake.alloc[0].cma, FAKE_AREA(0));
	KUNIT_EXPECT_NULL(test, dma_alloc_contiguous(device, PAGE_SIZE,
						     GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, fake.nr_alloc, 1);

	dma_contiguous_default_area = NULL;
	KUNIT_EXPECT_NULL(test, dma_alloc_contiguous(device, 2 * PAGE_SIZE,
						     GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, fake.nr_alloc, 1);
}

static void context_that_cannot_sleep_asks_nobody(struct kunit *test)
{
	struct device *device = device_with_area(test, FAKE_AREA(1));

	fake.serves = FAKE_AREA(1);
	KUNIT_EXPECT_NULL(test, dma_alloc_contiguous(device, 4 * PAGE_SIZE,
						     GFP_ATOMIC));
	KUNIT_EXPECT_NULL(test, dma_alloc_contiguous(device, 4 * PAGE_SIZE,
						     GFP_NOWAIT));
	KUNIT_EXPECT_EQ(test, fake.nr_alloc, 0);
}

static void alignment_is_the_sizes_order_up_to_a_limit(struct kunit *test)
{
	struct device *device = device_with_area(test, FAKE_AREA(1));
	unsigned int order;

	fake.serves = FAKE_AREA(1);
	for (order = 0; order <= CONFIG_CMA_ALIGNMENT + 2; order++) {
		fake.nr_alloc = 0;
		dma_alloc_contiguous(device, PAGE_SIZE << order, GFP_KERNEL);
		KUNIT_EXPECT_EQ_MSG(test, fake.alloc[0].align,
				    min_t(unsigned int, order,
					  CONFIG_CMA_ALIGNMENT),
				    "alignment of 2^%u pages", order);
		KUNIT_EXPECT_EQ(test, fake.alloc[0].count, 1UL << order);
	}
	/* One page more wants the next order. */
	fake.nr_alloc = 0;
	dma_alloc_contiguous(device, 5 * PAGE_SIZE, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, fake.alloc[0].align, 3);
	KUNIT_EXPECT_EQ(test, fake.alloc[0].count, 5UL);

	/* The older call cuts it too. */
	fake.nr_alloc = 0;
	dma_alloc_from_contiguous(device, 3, CONFIG_CMA_ALIGNMENT + 1, true);
	dma_alloc_from_contiguous(device, 3, 1, false);
	KUNIT_EXPECT_EQ(test, fake.alloc[0].align, CONFIG_CMA_ALIGNMENT);
	KUNIT_EXPECT_TRUE(test, fake.alloc[0].no_warn);
	KUNIT_EXPECT_EQ(test, fake.alloc[1].align, 1);
	KUNIT_EXPECT_FALSE(test, fake.alloc[1].no_warn);
}

static void warning_is_the_callers_word(struct kunit *test)
{
	struct device *device = device_with_area(test, FAKE_AREA(1));

	dma_alloc_contiguous(device, PAGE_SIZE, GFP_KERNEL | __GFP_NOWARN);
	dma_alloc_contiguous(device, PAGE_SIZE, GFP_KERNEL);
	KUNIT_EXPECT_TRUE(test, fake.alloc[0].no_warn);
	KUNIT_EXPECT_FALSE(test, fake.alloc[1].no_warn);
}

/* More than 32 bits of bytes are so many pages all the same. */
static void size_beyond_32_bits_is_not_cut(struct kunit *test)
{
#if BITS_PER_LONG > 32
	struct device *device = device_with_area(test, FAKE_AREA(1));
	size_t size = (5UL << 30) + PAGE_SIZE;

	fake.serves = FAKE_AREA(1);
	fake.owner = FAKE_AREA(1);
	dma_alloc_contiguous(device, size, GFP_KERNEL);
	dma_free_contiguous(device, FAKE_PAGE, size);
	KUNIT_EXPECT_EQ(test, fake.alloc[0].count, size >> PAGE_SHIFT);
	KUNIT_EXPECT_EQ(test, fake.release[0].count, size >> PAGE_SHIFT);
#else
	kunit_skip(test, "needs CONFIG_64BIT");
#endif
}

/*
 * A size that ends inside a page: that page is part of the buffer.
 *
 *	|----page----|----page----|--        |
 *	 2 pages and a bit are 3 pages, to allocate and to free
 *
 * The two cases about what is allocated fail on kernels that truncate there:
 * cma_alloc_aligned() has size >> PAGE_SHIFT.
 */
static const size_t unaligned_sizes[] = {
	PAGE_SIZE + 1, 2 * PAGE_SIZE + PAGE_SIZE / 2, 8 * PAGE_SIZE - 1,
};

static void unaligned_size_describe(const size_t *size, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%zu pages and %zu bytes",
		 *size / PAGE_SIZE, *size % PAGE_SIZE);
}

KUNIT_ARRAY_PARAM(unaligned_size, unaligned_sizes, unaligned_size_describe);

/* Guards f46cc0152501 ("dma-contiguous: page-align the size in ..."). */
static void unaligned_size_is_freed_whole(struct kunit *test)
{
	const size_t *size = test->param_value;
	struct device *device = device_with_area(test, FAKE_AREA(1));

	fake.owner = FAKE_AREA(1);
	dma_free_contiguous(device, FAKE_PAGE, *size);
	KUNIT_ASSERT_EQ(test, fake.nr_release, 1);
	KUNIT_EXPECT_EQ_MSG(test, fake.release[0].count,
			    DIV_ROUND_UP(*size, PAGE_SIZE),
			    "pages freed for %zu bytes", *size);
}

static void unaligned_size_is_allocated_whole(struct kunit *test)
{
	const size_t *size = test->param_value;
	struct device *device = device_with_area(test, FAKE_AREA(1));

	fake.serves = FAKE_AREA(1);
	dma_alloc_contiguous(device, *size, GFP_KERNEL);
	KUNIT_ASSERT_EQ(test, fake.nr_alloc, 1);
	KUNIT_EXPECT_EQ_MSG(test, fake.alloc[0].count,
			    DIV_ROUND_UP(*size, PAGE_SIZE),
			    "pages allocated for %zu bytes: the rest of the buffer is somebody else's page",
			    *size);
}

static void what_is_freed_was_allocated(struct kunit *test)
{
	const size_t *size = test->param_value;
	struct device *device = device_with_area(test, FAKE_AREA(1));

	fake.serves = FAKE_AREA(1);
	fake.owner = FAKE_AREA(1);
	dma_alloc_contiguous(device, *size, GFP_KERNEL);
	dma_free_contiguous(device, FAKE_PAGE, *size);
	KUNIT_EXPECT_EQ_MSG(test, fake.release[0].count, fake.alloc[0].count,
			    "pages freed and pages allocated for %zu bytes",
			    *size);
}

/* An area that does not own the pages sends them to the buddy, whole. */
static void pages_of_no_area_go_to_the_buddy(struct kunit *test)
{
	struct device *device = device_with_area(test, FAKE_AREA(1));

	dma_contiguous_default_area = FAKE_AREA(0);
	dma_free_contiguous(device, FAKE_PAGE, 3 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, fake.nr_buddy_frees, 1);
	KUNIT_EXPECT_EQ(test, fake.buddy_order, 2);
	KUNIT_EXPECT_PTR_EQ(test, fake.release[0].cma, FAKE_AREA(1));

	device->cma_area = NULL;
	dma_free_contiguous(device, FAKE_PAGE, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, fake.nr_buddy_frees, 2);
	KUNIT_EXPECT_EQ(test, fake.buddy_order, 0);
	KUNIT_EXPECT_PTR_EQ(test, fake.release[1].cma, FAKE_AREA(0));

	fake.owner = FAKE_AREA(0);
	dma_free_contiguous(device, FAKE_PAGE, 4 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, fake.nr_buddy_frees, 2);
	KUNIT_EXPECT_EQ(test, fake.release[2].count, 4UL);
}

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
 * Where both name a limit, 6.x takes the lower, later kernels the user's.
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
	KUNIT_EXPECT_GE(test, fake.declare.limit, row->lowest_limit);
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
}

#ifdef HAS_dma_contiguous_get_area_by_idx
/* The list that heaps are made of: the default area is on it, once. */
static void default_area_is_listed(struct kunit *test)
{
	char text[] = "64M";
	unsigned int i;

	dma_contiguous_areas_num = 0;
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
static void default_area_is_listed(struct kunit *test)
{
	kunit_skip(test, "this kernel's contiguous.c has no dma_contiguous_get_area_by_idx()");
}
#endif

static int policy_init(struct kunit *test)
{
	memset(&fake, 0, sizeof(fake));
	dma_contiguous_default_area = NULL;
	size_cmdline = -1;
	base_cmdline = 0;
	limit_cmdline = 0;

	return 0;
}

static struct kunit_case policy_cases[] = {
	KUNIT_CASE(device_area_is_asked_alone),
	KUNIT_CASE(default_area_serves_the_others),
	KUNIT_CASE(context_that_cannot_sleep_asks_nobody),
	KUNIT_CASE(alignment_is_the_sizes_order_up_to_a_limit),
	KUNIT_CASE(warning_is_the_callers_word),
	KUNIT_CASE(size_beyond_32_bits_is_not_cut),
	KUNIT_CASE_PARAM(unaligned_size_is_freed_whole,
			 unaligned_size_gen_params),
	KUNIT_CASE_PARAM(unaligned_size_is_allocated_whole,
			 unaligned_size_gen_params),
	KUNIT_CASE_PARAM(what_is_freed_was_allocated,
			 unaligned_size_gen_params),
	KUNIT_CASE(pages_of_no_area_go_to_the_buddy),
	KUNIT_CASE_PARAM(command_line_is_understood, cmdline_gen_params),
	KUNIT_CASE(overflow_is_no_size),
	KUNIT_CASE(command_line_without_value_is_refused),
	KUNIT_CASE_PARAM(command_line_becomes_the_default_area,
			 reserve_gen_params),
	KUNIT_CASE(size_zero_reserves_nothing),
	KUNIT_CASE(area_of_the_device_tree_stays),
	KUNIT_CASE(failed_reservation_leaves_no_area),
	KUNIT_CASE(default_area_is_listed),
	{}
};

static struct kunit_suite policy_suite = {
	.name = "dma_contiguous_policy",
	.init = policy_init,
	.test_cases = policy_cases,
};

kunit_test_suite(policy_suite);

MODULE_LICENSE("GPL");
