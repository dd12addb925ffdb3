// SPDX-License-Identifier: GPL-2.0
/*
 * What kernel/dma/contiguous.c asks of mm/cma.c for a device, over a copy of
 * it: from which area, how many pages, which alignment.
 */
#include "contiguous_copy.c"
#include <linux/module.h>
#include "contiguous_state.h"

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

/* The older calls: whose area, which pages, how many, and the answer. */
static void older_calls_pass_on(struct kunit *test)
{
	struct device *device = device_with_area(test, FAKE_AREA(1));

	fake.serves = FAKE_AREA(1);
	fake.owner = FAKE_AREA(1);
	KUNIT_EXPECT_PTR_EQ(test, dma_alloc_from_contiguous(device, 3, 0, true),
			    FAKE_PAGE);
	KUNIT_EXPECT_TRUE(test, dma_release_from_contiguous(device, FAKE_PAGE,
							    3));
	KUNIT_ASSERT_EQ(test, fake.nr_release, 1);
	KUNIT_EXPECT_PTR_EQ(test, fake.release[0].cma, FAKE_AREA(1));
	KUNIT_EXPECT_EQ(test, fake.release[0].count, 3UL);
	fake.owner = FAKE_AREA(2);
	KUNIT_EXPECT_FALSE(test, dma_release_from_contiguous(device, FAKE_PAGE,
							     3));
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
	KUNIT_CASE(older_calls_pass_on),
	{}
};

static struct kunit_suite policy_suite = {
	.name = "dma_contiguous_policy",
	.init = contiguous_begin,
	.test_cases = policy_cases,
};

kunit_test_suite(policy_suite);

MODULE_LICENSE("GPL");
