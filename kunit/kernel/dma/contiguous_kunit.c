// SPDX-License-Identifier: GPL-2.0
/*
 * dma_alloc_contiguous() and dma_free_contiguous() of the running kernel, on a
 * device of our own and the default area of this boot.
 */
#include <cma-tests/device.h>
#include <linux/cma.h>
#include <linux/dma-map-ops.h>
#include <linux/mm.h>
#include <linux/module.h>

#include "../../../mm/cma.h"

#ifdef CMA_MAX_RANGES
#define area_bitmap(cma) ((cma)->ranges[0].bitmap)
#define area_base_pfn(cma) ((cma)->ranges[0].base_pfn)
#else
#define area_bitmap(cma) ((cma)->bitmap)
#define area_base_pfn(cma) ((cma)->base_pfn)
#endif

/* The default area, large enough for every case, or the case is skipped. */
static struct cma *default_area(struct kunit *test)
{
	struct cma *cma = dev_get_cma_area(NULL);

	if (!cma)
		kunit_skip(test, "needs a default CMA area: boot with cma=");
	if (cma->count < 4UL << CONFIG_CMA_ALIGNMENT)
		kunit_skip(test, "needs a default CMA area of %lu pages: boot with a larger cma=",
			   4UL << CONFIG_CMA_ALIGNMENT);

	return cma;
}

static unsigned long area_used(struct cma *cma)
{
	unsigned long used;

	spin_lock_irq(&cma->lock);
	used = bitmap_weight(area_bitmap(cma), cma->count >> cma->order_per_bit);
	spin_unlock_irq(&cma->lock);

	return used << cma->order_per_bit;
}

static bool in_area(struct cma *cma, struct page *page)
{
	unsigned long pfn = page_to_pfn(page);

	return pfn >= area_base_pfn(cma) &&
	       pfn < area_base_pfn(cma) + cma->count;
}

/* Allocates, looks, frees: @used pages of the area more in between. */
static void expect_served(struct kunit *test, struct device *device,
			  size_t size, unsigned long nr_pages)
{
	unsigned int order = min_t(unsigned int, get_order(size),
				   CONFIG_CMA_ALIGNMENT);
	struct cma *cma = dev_get_cma_area(device);
	unsigned long before = area_used(cma);
	struct page *page;

	page = dma_alloc_contiguous(device, size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL_MSG(test, page, "%zu bytes from area '%s'", size,
				  cma->name);
	KUNIT_EXPECT_TRUE_MSG(test, in_area(cma, page),
			      "%zu bytes are not in area '%s'", size,
			      cma->name);
	KUNIT_EXPECT_EQ_MSG(test, page_to_pfn(page) & ((1UL << order) - 1), 0UL,
			    "pfn %lu of %zu bytes is not aligned to order %u",
			    page_to_pfn(page), size, order);
	KUNIT_EXPECT_EQ_MSG(test, area_used(cma), before + nr_pages,
			    "pages of area '%s' used for %zu bytes", cma->name,
			    size);
	dma_free_contiguous(device, page, size);
	KUNIT_EXPECT_EQ_MSG(test, area_used(cma), before,
			    "pages of area '%s' used after %zu bytes are freed",
			    cma->name, size);
}

static const unsigned int page_counts[] = {
	2, 3, 5, 8, 17, 1 << CONFIG_CMA_ALIGNMENT,
	(1 << CONFIG_CMA_ALIGNMENT) + 1,
};

static void page_count_describe(const unsigned int *count, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u pages", *count);
}

KUNIT_ARRAY_PARAM(page_count, page_counts, page_count_describe);

static void default_area_serves_more_than_a_page(struct kunit *test)
{
	const unsigned int *count = test->param_value;
	struct device *device = device_kunit(test, "contiguous");

	default_area(test);
	expect_served(test, device, *count * PAGE_SIZE, *count);
}

static void device_area_serves(struct kunit *test)
{
	const unsigned int *count = test->param_value;
	struct device *device = device_kunit(test, "contiguous");

	device->cma_area = default_area(test);
	expect_served(test, device, *count * PAGE_SIZE, *count);
}

/* A page is always contiguous: it costs the default area nothing. */
static void default_area_is_spared_one_page(struct kunit *test)
{
	struct device *device = device_kunit(test, "contiguous");
	struct cma *cma = default_area(test);
	unsigned long before = area_used(cma);

	KUNIT_EXPECT_NULL(test, dma_alloc_contiguous(device, PAGE_SIZE,
						     GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, dma_alloc_contiguous(device, 1, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, area_used(cma), before);
}

/* An area of its own a device has for a reason: it serves one page as well. */
static void device_area_serves_one_page(struct kunit *test)
{
	struct device *device = device_kunit(test, "contiguous");

	device->cma_area = default_area(test);
	expect_served(test, device, PAGE_SIZE, 1);
}

static const gfp_t atomic_flags[] = { GFP_ATOMIC, GFP_NOWAIT, 0 };

static void context_that_cannot_sleep_gets_nothing(struct kunit *test)
{
	struct device *device = device_kunit(test, "contiguous");
	struct cma *cma = default_area(test);
	unsigned long before = area_used(cma);
	int i;

	for (i = 0; i < 2 * ARRAY_SIZE(atomic_flags); i++) {
		device->cma_area = i % 2 ? cma : NULL;
		KUNIT_EXPECT_NULL_MSG(test,
				      dma_alloc_contiguous(device,
							   4 * PAGE_SIZE,
							   atomic_flags[i / 2]),
				      "GFP flags %u of 3", i / 2);
	}
	KUNIT_EXPECT_EQ(test, area_used(cma), before);
}

static void more_than_the_area_gets_nothing(struct kunit *test)
{
	struct device *device = device_kunit(test, "contiguous");
	struct cma *cma = default_area(test);
	unsigned long before = area_used(cma);
	size_t size = cma_get_size(cma) + PAGE_SIZE;

	KUNIT_EXPECT_NULL(test, dma_alloc_contiguous(device, size,
						     GFP_KERNEL |
						     __GFP_NOWARN));
	device->cma_area = cma;
	KUNIT_EXPECT_NULL(test, dma_alloc_contiguous(device, size,
						     GFP_KERNEL |
						     __GFP_NOWARN));
	KUNIT_EXPECT_EQ(test, area_used(cma), before);
}

/*
 * Pages that came from the buddy, because no area could serve, go back there.
 * A second reference keeps them, so that the first can be seen to go.
 */
static void pages_of_the_buddy_go_back_there(struct kunit *test)
{
	struct device *device = device_kunit(test, "contiguous");
	struct cma *cma = default_area(test);
	unsigned long before = area_used(cma);
	struct page *page;
	int i;

	for (i = 0; i < 2; i++) {
		device->cma_area = i ? cma : NULL;
		page = alloc_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, page);
		if (in_area(cma, page)) {
			__free_page(page);
			kunit_skip(test, "the page allocator gave a page of the area");
		}
		get_page(page);
		dma_free_contiguous(device, page, PAGE_SIZE);
		KUNIT_EXPECT_EQ_MSG(test, page_count(page), 1,
				    "the page was not freed, %s",
				    i ? "device area" : "default area");
		if (page_count(page) == 2)
			put_page(page);
		put_page(page);
	}
	KUNIT_EXPECT_EQ(test, area_used(cma), before);
}

/* The older pair: pages for bytes, and an alignment that is cut. */
static void alignment_is_cut_to_the_configured(struct kunit *test)
{
	struct device *device = device_kunit(test, "contiguous");
	struct cma *cma = default_area(test);
	unsigned long before = area_used(cma);
	struct page *page;

	page = dma_alloc_from_contiguous(device, 3, CONFIG_CMA_ALIGNMENT + 20,
					 false);
	KUNIT_ASSERT_NOT_NULL_MSG(test, page, "3 pages, alignment of order %d",
				  CONFIG_CMA_ALIGNMENT + 20);
	KUNIT_EXPECT_EQ(test, page_to_pfn(page) &
			((1UL << CONFIG_CMA_ALIGNMENT) - 1), 0UL);
	KUNIT_EXPECT_EQ(test, area_used(cma), before + 3);
	KUNIT_EXPECT_FALSE(test,
			   dma_release_from_contiguous(device,
						       virt_to_page(test), 1));
	KUNIT_EXPECT_EQ(test, area_used(cma), before + 3);
	KUNIT_EXPECT_TRUE(test, dma_release_from_contiguous(device, page, 3));
	KUNIT_EXPECT_EQ(test, area_used(cma), before);

	/* No device: the default area. */
	page = dma_alloc_from_contiguous(NULL, 1, 0, false);
	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_TRUE(test, in_area(cma, page));
	KUNIT_EXPECT_TRUE(test, dma_release_from_contiguous(NULL, page, 1));
	KUNIT_EXPECT_EQ(test, area_used(cma), before);
}

static struct kunit_case contiguous_cases[] = {
	KUNIT_CASE_PARAM(default_area_serves_more_than_a_page,
			 page_count_gen_params),
	KUNIT_CASE_PARAM(device_area_serves, page_count_gen_params),
	KUNIT_CASE(default_area_is_spared_one_page),
	KUNIT_CASE(device_area_serves_one_page),
	KUNIT_CASE(context_that_cannot_sleep_gets_nothing),
	KUNIT_CASE(more_than_the_area_gets_nothing),
	KUNIT_CASE(pages_of_the_buddy_go_back_there),
	KUNIT_CASE(alignment_is_cut_to_the_configured),
	{}
};

static struct kunit_suite contiguous_suite = {
	.name = "dma_contiguous",
	.test_cases = contiguous_cases,
};

kunit_test_suite(contiguous_suite);

MODULE_LICENSE("GPL");
