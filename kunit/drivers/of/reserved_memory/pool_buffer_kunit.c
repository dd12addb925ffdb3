// SPDX-License-Identifier: GPL-2.0
/*
 * A driver takes a buffer out of the pool of its device: a CMA area that is
 * the device's alone, or a coherent pool. Which memory it gets, in which state,
 * and what is left when it goes.
 */
#include <linux/bitmap.h>
#include <linux/dma-direct.h>
#include <linux/dma-mapping.h>
#include <linux/of_reserved_mem.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "../../../../mm/tests/area_state.h"
#include "consumer.h"

#define VPU_AREA "vpu_cma@90000000"
#define ISP_AREA "isp_cma@98000000"
#define ISP_AREA_BYTES SZ_4M
#define HIGH_AREA "high_cma@130000000"

/* As in dts-fixtures/test-drivers.dtso. */
struct pool_row {
	const char *path;
	phys_addr_t base;
	size_t bytes;
};

static const struct pool_row pool_rows[] = {
	{ "/vpu", 0x90000000, 0x8000000 },
	{ "/reserved-driver-pool", 0x80000000, 0x10000000 },
	{ "/reserved-driver-high-pool", 0x120000000, 0x100000 },
};

static void pool_row_describe(const struct pool_row *row, char *desc)
{
	strscpy(desc, row->path + 1, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(pool, pool_rows, pool_row_describe);

static phys_addr_t buffer_base(struct device *dev, dma_addr_t handle)
{
	return dma_to_phys(dev, handle);
}

static bool lies_in(const struct pool_row *row, phys_addr_t paddr, size_t bytes)
{
	return paddr >= row->base && paddr + bytes <= row->base + row->bytes;
}

static struct pool_buffer *buffer_kunit(struct kunit *test, const char *path)
{
	struct pool_buffer *buffer = consumer_data_kunit(test, path);

	KUNIT_ASSERT_GT_MSG(test, buffer->bytes, 0, "%s: has no buffer", path);

	return buffer;
}

/* Expect that no page of the area was given out or taken back. */
static void area_expect_untouched(struct kunit *test,
				  const struct area_state *before)
{
	struct area_state now;

	area_state_take(test, before->cma, &now);
	KUNIT_EXPECT_EQ_MSG(test, before->used_bits, now.used_bits,
			    "area %s: expected %lu bits set as before, got %lu",
			    cma_get_name(before->cma), before->used_bits,
			    now.used_bits);
}

/* Expect the buffer in the pool of the device, each time the driver comes. */
static void buffer_is_from_the_pool(struct kunit *test)
{
	const struct pool_row *row = test->param_value;
	struct pool_buffer *buffer;
	phys_addr_t paddr;
	int round;

	for (round = 0; round < 2; round++) {
		driver_load_kunit(test, &pool_buffer_driver);
		buffer = buffer_kunit(test, row->path);
		paddr = buffer_base(buffer->dev, buffer->paddr);
		KUNIT_EXPECT_TRUE_MSG(test, lies_in(row, paddr, buffer->bytes),
				      "%s: expected %zu bytes in the pool at %pa, got %pa",
				      row->path, buffer->bytes, &row->base,
				      &paddr);
		driver_unload_kunit(test, &pool_buffer_driver);
	}
}

/* Expect zeros, also where a buffer of the driver was full before. */
static void buffer_is_zeroed(struct kunit *test)
{
	const struct pool_row *row = test->param_value;
	struct pool_buffer *buffer;
	dma_addr_t first;

	driver_load_kunit(test, &pool_buffer_driver);
	buffer = buffer_kunit(test, row->path);
	first = buffer->paddr;
	KUNIT_EXPECT_NULL_MSG(test, memchr_inv(buffer->vaddr, 0, buffer->bytes),
			      "%s: expected zeros in a new buffer", row->path);
	memset(buffer->vaddr, 0xa5, buffer->bytes);
	driver_unload_kunit(test, &pool_buffer_driver);

	driver_load_kunit(test, &pool_buffer_driver);
	buffer = buffer_kunit(test, row->path);
	KUNIT_EXPECT_EQ_MSG(test, first, buffer->paddr,
			    "%s: expected the same place again, got %pad after %pad",
			    row->path, &buffer->paddr, &first);
	KUNIT_EXPECT_NULL_MSG(test, memchr_inv(buffer->vaddr, 0, buffer->bytes),
			      "%s: expected zeros in a buffer that was used",
			      row->path);
}

/* Expect a page of the buffer to be what the device sees at its address. */
static void buffer_can_be_used(struct kunit *test)
{
	const struct pool_row *row = test->param_value;
	struct pool_buffer *buffer;
	size_t offset;

	driver_load_kunit(test, &pool_buffer_driver);
	buffer = buffer_kunit(test, row->path);
	for (offset = 0; offset < buffer->bytes; offset += PAGE_SIZE)
		*(size_t *)(buffer->vaddr + offset) = ~offset;
	for (offset = 0; offset < buffer->bytes; offset += PAGE_SIZE)
		if (*(size_t *)(buffer->vaddr + offset) != ~offset)
			break;
	KUNIT_EXPECT_GE_MSG(test, offset, buffer->bytes,
			    "%s: expected %#zx at offset %#zx", row->path,
			    ~offset, offset);
}

/*
 * Expect exactly the pages of the buffer to be taken from the area of the
 * device, none from the default area, and all given back.
 */
static void exclusive_area_pays_for_its_device(struct kunit *test)
{
	struct cma *area = area_named(test, VPU_AREA);
	struct area_state before, before_default;
	struct pool_buffer *buffer;
	unsigned long pages;
	int round;

	area_state_take(test, area, &before);
	area_state_take(test, area_default(test), &before_default);
	for (round = 0; round < 2; round++) {
		driver_load_kunit(test, &pool_buffer_driver);
		buffer = buffer_kunit(test, "/vpu");
		pages = buffer->bytes >> PAGE_SHIFT;
		area_expect_taken(test, &before, pages, pages);
		area_expect_untouched(test, &before_default);
		driver_unload_kunit(test, &pool_buffer_driver);
		area_expect_as_before(test, &before);
	}
}

static void free_held(void *data)
{
	struct pool_buffer *held = data;

	dma_free_coherent(held->dev, held->bytes, held->vaddr, held->paddr);
}

/* NULL when the kernel has no memory to give. */
static struct pool_buffer *dma_alloc_kunit(struct kunit *test,
					   struct device *dev, size_t bytes)
{
	struct pool_buffer *held = kunit_kzalloc(test, sizeof(*held),
						 GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, held);
	held->dev = dev;
	held->bytes = bytes;
	held->vaddr = dma_alloc_coherent(dev, bytes, &held->paddr,
					 GFP_KERNEL | __GFP_NOWARN);
	if (!held->vaddr)
		return NULL;
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, free_held, held));

	return held;
}

/*
 *	... vpu_cma |isp_cma, all taken|   the device asks for more
 *
 * Expect memory that is in no area: neither in the neighbour's nor in the
 * default one.
 */
static void exhausted_area_falls_back_to_none(struct kunit *test)
{
	struct cma *area = area_named(test, ISP_AREA);
	struct area_state vpu, defaults;
	struct pool_buffer *all, *more;
	struct device *dev;
	unsigned long pfn;

	driver_load_kunit(test, &pool_buffer_driver);
	dev = consumer_kunit(test, "/isp");
	area_state_take(test, area_named(test, VPU_AREA), &vpu);
	area_state_take(test, area_default(test), &defaults);

	all = dma_alloc_kunit(test, dev, ISP_AREA_BYTES);
	KUNIT_ASSERT_NOT_NULL(test, all);
	pfn = PHYS_PFN(buffer_base(dev, all->paddr));
	KUNIT_EXPECT_TRUE_MSG(test,
			      area_contains(area, pfn, all->bytes >> PAGE_SHIFT),
			      "area %s: expected all of it, got pfn %#lx",
			      cma_get_name(area), pfn);
	more = dma_alloc_kunit(test, dev, 2 * PAGE_SIZE);
	KUNIT_ASSERT_NOT_NULL_MSG(test, more,
				  "area %s: expected ordinary memory when it is exhausted",
				  cma_get_name(area));
	pfn = PHYS_PFN(buffer_base(dev, more->paddr));
	KUNIT_EXPECT_FALSE_MSG(test, area_contains(area, pfn, 1),
			       "area %s: pfn %#lx was given out twice",
			       cma_get_name(area), pfn);
	area_expect_untouched(test, &vpu);
	area_expect_untouched(test, &defaults);
}

/* Expect nothing at all from a coherent pool that is too small. */
static void exhausted_coherent_pool_gives_nothing(struct kunit *test)
{
	struct area_state defaults;
	struct pool_buffer *more;
	struct device *dev;

	driver_load_kunit(test, &pool_buffer_driver);
	dev = consumer_kunit(test, "/reserved-driver-high-pool");
	area_state_take(test, area_default(test), &defaults);
	more = dma_alloc_kunit(test, dev, 2 * PAGE_SIZE);
	KUNIT_EXPECT_NULL_MSG(test, more,
			      "%s: expected no memory beside the pool",
			      dev_name(dev));
	area_expect_untouched(test, &defaults);
}

/*
 * A 32-bit mask does not keep the kernel from giving out a pool above 4 GiB:
 * it warns ("reserved memory is beyond device's set DMA address range") and
 * lets the device see an address that it cannot reach.
 */
static void mask_does_not_bound_a_coherent_pool(struct kunit *test)
{
	struct pool_buffer *low, *high;

	driver_load_kunit(test, &pool_buffer_driver);
	low = buffer_kunit(test, "/reserved-driver-pool");
	KUNIT_EXPECT_EQ(test, low->dev->coherent_dma_mask, DMA_BIT_MASK(32));
	KUNIT_EXPECT_LE_MSG(test, low->paddr + low->bytes - 1, DMA_BIT_MASK(32),
			    "expected a buffer below 4 GiB, got %pad",
			    &low->paddr);
	high = buffer_kunit(test, "/reserved-driver-high-pool");
	KUNIT_EXPECT_EQ(test, high->dev->coherent_dma_mask, DMA_BIT_MASK(32));
	KUNIT_EXPECT_GT_MSG(test, high->paddr, DMA_BIT_MASK(32),
			    "expected the pool's own address, got %pad",
			    &high->paddr);
}

/*
 * A device that cannot reach its own area:
 *
 *	|.. ordinary memory ..| 4 GiB |.. high_cma ..|	 DMA mask: 32 bits
 *
 * Expect memory that it can reach, and the pages that were tried first to be
 * back in the area. Guards 90ae409f9eb3 ("dma-direct: fix zone selection after
 * an unaddressable CMA allocation").
 */
static void unaddressable_area_is_left_alone(struct kunit *test)
{
	struct area_state before;
	struct pool_buffer *buffer;
	struct cma *area;

	if (!IS_ENABLED(CONFIG_ZONE_DMA) && !IS_ENABLED(CONFIG_ZONE_DMA32))
		kunit_skip(test, "needs CONFIG_ZONE_DMA or CONFIG_ZONE_DMA32");
	area = area_named(test, HIGH_AREA);
	area_state_take(test, area, &before);
	driver_load_kunit(test, &pool_buffer_driver);
	buffer = buffer_kunit(test, "/reserved-driver-high-cma");
	KUNIT_EXPECT_PTR_EQ(test, area, buffer->dev->cma_area);
	KUNIT_EXPECT_LE_MSG(test, buffer->paddr + buffer->bytes - 1,
			    DMA_BIT_MASK(32),
			    "expected a buffer that 32 bits reach, got %pad",
			    &buffer->paddr);
	area_expect_untouched(test, &before);
	driver_unload_kunit(test, &pool_buffer_driver);
	area_expect_untouched(test, &before);
}

/*
 * Where memory ends behind 4 GiB, the default area does not: who has no area of
 * its own, and 32 bits, is served from it. Guards bff3b04460a8 ("arm64: mm:
 * reserve CMA and crashkernel in ZONE_DMA32").
 */
static void default_area_serves_devices_of_32_bits(struct kunit *test)
{
	struct cma *area = area_default(test);
	struct area_state before;
	struct pool_buffer *held;
	struct device *dev;

	driver_load_kunit(test, &pool_buffer_driver);
	dev = consumer_kunit(test, "/reserved-driver-disabled-pool");
	KUNIT_ASSERT_EQ(test, dev->coherent_dma_mask, DMA_BIT_MASK(32));
	area_state_take(test, area, &before);
	held = dma_alloc_kunit(test, dev, 2 * PAGE_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, held);
	area_expect_taken(test, &before, 2, 2);
}

/*
 * Half a page of a buffer is a page of the area, taken and given back. Guards
 * 633d5fce78a6 ("dma-direct: always align allocation size in
 * dma_direct_alloc_pages()").
 */
static void unaligned_buffer_is_of_whole_pages(struct kunit *test)
{
	struct cma *area = area_named(test, ISP_AREA);
	const size_t bytes = 2 * PAGE_SIZE + PAGE_SIZE / 2;
	struct area_state before;
	struct device *dev;
	dma_addr_t handle;
	void *vaddr;

	driver_load_kunit(test, &pool_buffer_driver);
	dev = consumer_kunit(test, "/isp");
	area_state_take(test, area, &before);
	vaddr = dma_alloc_coherent(dev, bytes, &handle, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, vaddr);
	area_expect_taken(test, &before, 3, 3);
	dma_free_coherent(dev, bytes, vaddr, handle);
	area_expect_as_before(test, &before);
}

/* Expect -EBUSY, and the first pool to stay the device's. */
static void second_coherent_pool_is_refused(struct kunit *test)
{
	const struct pool_row *row = &pool_rows[1];
	struct pool_buffer *more;
	struct device *dev;
	phys_addr_t paddr;

	driver_load_kunit(test, &pool_buffer_driver);
	dev = consumer_kunit(test, row->path);
	KUNIT_EXPECT_EQ_MSG(test, -EBUSY,
			    of_reserved_mem_device_init_by_idx(dev, dev->of_node, 0),
			    "%s: expected -EBUSY for a second pool", row->path);
	more = dma_alloc_kunit(test, dev, PAGE_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, more);
	paddr = buffer_base(dev, more->paddr);
	KUNIT_EXPECT_TRUE_MSG(test, lies_in(row, paddr, PAGE_SIZE),
			      "%s: expected its first pool, got %pa", row->path,
			      &paddr);
}

static void expect_no_pool(struct kunit *test, struct device *dev)
{
	KUNIT_EXPECT_NULL_MSG(test, dev->cma_area, "%s: expected no area",
			      dev_name(dev));
#ifdef CONFIG_DMA_DECLARE_COHERENT
	KUNIT_EXPECT_NULL_MSG(test, dev->dma_mem, "%s: expected no pool",
			      dev_name(dev));
#endif
}

/*
 * A region that is disabled is no error: the driver binds, and its memory is
 * anybody's. Only the missing "assigned reserved memory node" tells.
 */
static void disabled_region_is_no_error(struct kunit *test)
{
	struct pool_buffer *buffer;

	driver_load_kunit(test, &pool_buffer_driver);
	buffer = buffer_kunit(test, "/reserved-driver-disabled-pool");
	expect_no_pool(test, buffer->dev);
}

static const char * const failing_paths[] = {
	"/reserved-driver-without-pool",
	"/reserved-driver-no-pool",
	"/reserved-driver-small-pool",
};

static void failing_path_describe(const char * const *path, char *desc)
{
	strscpy(desc, *path + 1, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(failing, failing_paths, failing_path_describe);

/* Expect the driver not to bind, and the device to have no pool. */
static void failed_probe_leaves_nothing(struct kunit *test)
{
	const char * const *path = test->param_value;
	struct device *dev = consumer_kunit(test, *path);

	driver_load_kunit(test, &pool_buffer_driver);
	KUNIT_EXPECT_NULL_MSG(test, dev->driver,
			      "%s: expected no driver to bind", *path);
	expect_no_pool(test, dev);
}

/* Expect a device without its driver to have no pool. */
static void pool_ends_with_the_driver(struct kunit *test)
{
	const struct pool_row *row = test->param_value;
	struct device *dev = consumer_kunit(test, row->path);
	int round;

	for (round = 0; round < 10; round++) {
		driver_load_kunit(test, &pool_buffer_driver);
		buffer_kunit(test, row->path);
		driver_unload_kunit(test, &pool_buffer_driver);
		expect_no_pool(test, dev);
	}
}

/* Expect the heap's driver to have taken the area for the heap's device. */
static void heap_has_the_area_of_its_node(struct kunit *test)
{
	struct device *dev = consumer_kunit(test, "/my-cma-heap");

	if (!IS_ENABLED(CONFIG_DMABUF_HEAPS))
		kunit_skip(test, "needs CONFIG_DMABUF_HEAPS");
	KUNIT_EXPECT_NOT_NULL_MSG(test, dev->driver,
				  "/my-cma-heap: expected a driver to bind");
	KUNIT_EXPECT_PTR_EQ_MSG(test, area_named(test, "my_cma"), dev->cma_area,
				"/my-cma-heap: expected area my_cma");
}

static struct kunit_case pool_cases[] = {
	KUNIT_CASE_PARAM(buffer_is_from_the_pool, pool_gen_params),
	KUNIT_CASE_PARAM(buffer_is_zeroed, pool_gen_params),
	KUNIT_CASE_PARAM(buffer_can_be_used, pool_gen_params),
	KUNIT_CASE_PARAM(pool_ends_with_the_driver, pool_gen_params),
	KUNIT_CASE(exclusive_area_pays_for_its_device),
	KUNIT_CASE(exhausted_area_falls_back_to_none),
	KUNIT_CASE(exhausted_coherent_pool_gives_nothing),
	KUNIT_CASE(mask_does_not_bound_a_coherent_pool),
	KUNIT_CASE(unaddressable_area_is_left_alone),
	KUNIT_CASE(default_area_serves_devices_of_32_bits),
	KUNIT_CASE(unaligned_buffer_is_of_whole_pages),
	KUNIT_CASE(second_coherent_pool_is_refused),
	KUNIT_CASE(disabled_region_is_no_error),
	KUNIT_CASE_PARAM(failed_probe_leaves_nothing, failing_gen_params),
	KUNIT_CASE(heap_has_the_area_of_its_node),
	{}
};

static struct kunit_suite pool_suite = {
	.name = "reserved_memory_pools",
	.init = consumers_must_be_restored,
	.test_cases = pool_cases,
};

kunit_test_suites(&pool_suite);
