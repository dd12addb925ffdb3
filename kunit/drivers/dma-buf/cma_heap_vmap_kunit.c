// SPDX-License-Identifier: GPL-2.0
/*
 * A buffer of the CMA heap for the kernel itself: one mapping for all who ask,
 * of the pages that devices see, until the last of them is done.
 */
#include "cma_heap_copy.c"
#include "cma_heap_buffer.h"

/* The exporter's own; dma-buf.c calls it for the first user alone. */
static int exporter_vmap(struct dma_buf *dmabuf, struct iosys_map *map)
{
	int err;

	dma_resv_lock(dmabuf->resv, NULL);
	err = dmabuf->ops->vmap(dmabuf, map);
	dma_resv_unlock(dmabuf->resv);

	return err;
}

static void exporter_vunmap(struct dma_buf *dmabuf, struct iosys_map *map)
{
	dma_resv_lock(dmabuf->resv, NULL);
	dmabuf->ops->vunmap(dmabuf, map);
	dma_resv_unlock(dmabuf->resv);
}

/* Likewise dma-buf.c's, whose names changed when it took the lock itself. */
static int core_vmap(struct dma_buf *dmabuf, struct iosys_map *map)
{
#ifdef CMA_TESTS_HAS_DMA_BUF_VMAP_UNLOCKED
	return dma_buf_vmap_unlocked(dmabuf, map);
#else
	return dma_buf_vmap(dmabuf, map);
#endif
}

static void core_vunmap(struct dma_buf *dmabuf, struct iosys_map *map)
{
#ifdef CMA_TESTS_HAS_DMA_BUF_VMAP_UNLOCKED
	dma_buf_vunmap_unlocked(dmabuf, map);
#else
	dma_buf_vunmap(dmabuf, map);
#endif
}

struct vmap_row {
	const char *name;
	int (*map)(struct dma_buf *dmabuf, struct iosys_map *map);
	void (*unmap)(struct dma_buf *dmabuf, struct iosys_map *map);
};

static const struct vmap_row vmap_rows[] = {
	{ "dma-buf", core_vmap, core_vunmap },
	{ "exporter", exporter_vmap, exporter_vunmap },
};

static void vmap_row_describe(const struct vmap_row *row, char *desc)
{
	strscpy(desc, row->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(vmap, vmap_rows, vmap_row_describe);

/* Expect one mapping for all users, until the last one goes. */
static void kernel_mappings_are_counted(struct kunit *test)
{
	const struct vmap_row *row = test->param_value;
	struct cma_heap_buffer *buffer;
	struct iosys_map maps[3] = {};
	struct dma_buf *dmabuf;
	const void *vaddr;
	unsigned int i;

	dmabuf = buffer_kunit(test, 3);
	buffer = dmabuf->priv;
	fake.lock = &buffer->lock;
	for (i = 0; i < ARRAY_SIZE(maps); i++) {
		KUNIT_ASSERT_EQ(test, 0, row->map(dmabuf, &maps[i]));
		KUNIT_EXPECT_PTR_EQ(test, maps[0].vaddr, maps[i].vaddr);
	}
	vaddr = maps[0].vaddr;
	KUNIT_EXPECT_NOT_NULL(test, find_vm_area(vaddr));
	for (i = 0; i < ARRAY_SIZE(maps); i++) {
		KUNIT_EXPECT_EQ_MSG(test, 1, fake.nr_vmaps,
				    "expected one mapping for %zu users, got %d",
				    ARRAY_SIZE(maps) - i, fake.nr_vmaps);
		row->unmap(dmabuf, &maps[i]);
	}
	KUNIT_EXPECT_TRUE(test, iosys_map_is_null(&maps[i - 1]));
	KUNIT_EXPECT_NULL(test, buffer->vaddr);
	/*
	 * Two users at once would map it twice. Guards 54329e6f7bee ("dma-buf:
	 * cma_heap: Fix mutex locking section").
	 */
	KUNIT_EXPECT_EQ_MSG(test, 0U, fake.nr_unlocked,
			    "mappings that were made without the lock");
	KUNIT_EXPECT_NULL_MSG(test, find_vm_area(vaddr),
			      "expected no mapping without users");
	expect_nothing_held(test, dmabuf);

	/* It can be had again. */
	KUNIT_ASSERT_EQ(test, 0, row->map(dmabuf, &maps[0]));
	KUNIT_EXPECT_EQ(test, 1, fake.nr_vmaps);
	row->unmap(dmabuf, &maps[0]);
	expect_nothing_held(test, dmabuf);
}

/* The page'th page of the buffer at the device's address, not the kernel's. */
static unsigned long device_reads(const struct importer *importer,
				  unsigned long page)
{
	unsigned long *words, word;

	words = kmap_local_page(pfn_to_page(importer_pfn(importer) + page));
	word = words[PAGE_SIZE / sizeof(long) - 1];
	kunmap_local(words);

	return word;
}

/* Expect the kernel's mapping and the device's table to be the same pages. */
static void device_sees_what_the_kernel_writes(struct kunit *test)
{
	const struct buffer_row *row = test->param_value;
	struct importer *importer;
	struct iosys_map map = {};
	struct dma_buf *dmabuf;
	unsigned long i;

	dmabuf = buffer_kunit(test, row->pages);
	importer = importer_kunit(test, dmabuf, "cma-heap-importer");
	importer_map(test, importer, DMA_BIDIRECTIONAL);
	KUNIT_ASSERT_EQ(test, 0, core_vmap(dmabuf, &map));
	for (i = 0; i < row->pages; i++) {
		unsigned long *words = map.vaddr + i * PAGE_SIZE;

		words[PAGE_SIZE / sizeof(long) - 1] = ~i;
	}
	for (i = 0; i < row->pages; i++)
		if (device_reads(importer, i) != ~i ||
		    vmalloc_to_pfn(map.vaddr + i * PAGE_SIZE) !=
		    importer_pfn(importer) + i)
			break;
	KUNIT_EXPECT_EQ_MSG(test, row->pages, i,
			    "expected page %lu of the kernel's mapping to be page %lu of the device's",
			    i, i);
	core_vunmap(dmabuf, &map);
}

/* Caches of virtual addresses: the kernel's mapping, while there is one. */
static void access_reaches_the_kernels_mapping(struct kunit *test)
{
	struct iosys_map map = {};
	struct dma_buf *dmabuf;
	int round;

	dmabuf = buffer_kunit(test, 2);
	for (round = 0; round < 2; round++) {
		fake.nr_vmap_invalidated = 0;
		fake.nr_vmap_flushed = 0;
		dma_buf_begin_cpu_access(dmabuf, DMA_BIDIRECTIONAL);
		dma_buf_end_cpu_access(dmabuf, DMA_BIDIRECTIONAL);
		KUNIT_EXPECT_EQ(test, 0U, fake.nr_vmap_invalidated);
		KUNIT_EXPECT_EQ(test, 0U, fake.nr_vmap_flushed);

		KUNIT_ASSERT_EQ(test, 0, exporter_vmap(dmabuf, &map));
		dma_buf_begin_cpu_access(dmabuf, DMA_BIDIRECTIONAL);
		KUNIT_EXPECT_EQ(test, 1U, fake.nr_vmap_invalidated);
		KUNIT_EXPECT_EQ(test, 0U, fake.nr_vmap_flushed);
		dma_buf_end_cpu_access(dmabuf, DMA_BIDIRECTIONAL);
		KUNIT_EXPECT_EQ(test, 1U, fake.nr_vmap_invalidated);
		KUNIT_EXPECT_EQ(test, 1U, fake.nr_vmap_flushed);
		exporter_vunmap(dmabuf, &map);
	}
}

/* Expect -ENOMEM, no user counted, and a mapping when there is room again. */
static void failed_kernel_mapping_is_not_counted(struct kunit *test)
{
	struct cma_heap_buffer *buffer;
	struct iosys_map map = {};
	struct dma_buf *dmabuf;

	dmabuf = buffer_kunit(test, 2);
	buffer = dmabuf->priv;
	fake.no_vmap = true;
	KUNIT_EXPECT_EQ(test, -ENOMEM, exporter_vmap(dmabuf, &map));
	KUNIT_EXPECT_TRUE(test, iosys_map_is_null(&map));
	/* The next one would wait for ever. */
	KUNIT_ASSERT_FALSE_MSG(test, mutex_is_locked(&buffer->lock),
			       "the failure keeps the lock of the buffer");
	fake.no_vmap = false;
	KUNIT_ASSERT_EQ(test, 0, exporter_vmap(dmabuf, &map));
	KUNIT_EXPECT_FALSE(test, iosys_map_is_null(&map));
	KUNIT_EXPECT_EQ(test, 1, fake.nr_vmaps);
	if (!iosys_map_is_null(&map))
		exporter_vunmap(dmabuf, &map);
	expect_nothing_held(test, dmabuf);
}

/* A user that never unmaps: expect a warning, and the pages back all the same. */
static void mapping_ends_with_the_buffer(struct kunit *test)
{
	struct cma *cma = area_default(test);
	struct area_state before;
	struct iosys_map map = {};
	struct dma_buf *dmabuf;
	const void *vaddr;

	area_state_take(test, cma, &before);
	dmabuf = buffer_kunit(test, 2);
	KUNIT_ASSERT_EQ(test, 0, exporter_vmap(dmabuf, &map));
	vaddr = map.vaddr;
	kunit_release_action(test, put_buffer, dmabuf);
	KUNIT_EXPECT_EQ_MSG(test, 1U, fake.nr_warnings,
			    "expected a warning that the buffer is still mapped");
	KUNIT_EXPECT_EQ(test, 0, fake.nr_vmaps);
	KUNIT_EXPECT_NULL_MSG(test, find_vm_area(vaddr),
			      "expected no mapping of a buffer that is gone");
	area_expect_as_before(test, &before);
}

static struct kunit_case cma_heap_vmap_cases[] = {
	KUNIT_CASE_PARAM(kernel_mappings_are_counted, vmap_gen_params),
	KUNIT_CASE_PARAM(device_sees_what_the_kernel_writes, buffer_gen_params),
	KUNIT_CASE(access_reaches_the_kernels_mapping),
	KUNIT_CASE(failed_kernel_mapping_is_not_counted),
	KUNIT_CASE(mapping_ends_with_the_buffer),
	{}
};

static struct kunit_suite cma_heap_vmap_suite = {
	.name = "cma_heap_vmap",
	.init = cma_heap_begin,
	.test_cases = cma_heap_vmap_cases,
};

kunit_test_suites(&cma_heap_vmap_suite);
