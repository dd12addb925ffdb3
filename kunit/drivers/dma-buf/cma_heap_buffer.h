/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Buffers of the CMA heap, and devices that are attached to them, over the copy
 * of drivers/dma-buf/heaps/cma_heap.c, on the default area of this boot and by
 * the real dma-buf.c:
 *
 *	area    ....|bbbbbbbb|......      one buffer
 *	             ^      ^
 *	device A    [........]            a table each, all of the same pages,
 *	device B    [........]            mapped and unmapped one by one
 *	kernel      [........]            one mapping, counted
 *
 * Include after the copy.
 */
#ifndef _CMA_HEAP_BUFFER_H
#define _CMA_HEAP_BUFFER_H

/* The operations of a buffer are called so, too. */
#undef vmap
#undef vunmap
#include <cma-tests/device.h>
#include <linux/dma-direct.h>
#include <linux/dma-resv.h>
#include <linux/file.h>
#include <linux/sched.h>
#include <linux/task_work.h>

#include "../../../mm/tests/area_state.h"

struct buffer_row {
	const char *name;
	unsigned long pages;
};

static const struct buffer_row buffer_rows[] = {
	{ "one page", 1 },
	{ "three pages", 3 },
	{ "64 pages", 64 },
	{ "257 pages", 257 },
};

static void buffer_row_describe(const struct buffer_row *row, char *desc)
{
	strscpy(desc, row->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(buffer, buffer_rows, buffer_row_describe);

/* A device, attached to a buffer; with a table while it is mapped. */
struct importer {
	struct device *dev;
	struct dma_buf_attachment *attachment;
	struct sg_table *table;
	enum dma_data_direction direction;
};

/* At once: fput() would leave it to a work item, or to the way to user space. */
static void put_buffer(void *data)
{
	struct dma_buf *dmabuf = data;

	if (current->flags & PF_KTHREAD) {
		__fput_sync(dmabuf->file);
		return;
	}
	dma_buf_put(dmabuf);
	task_work_run();
}

static void buffer_must_fit(struct kunit *test, unsigned long pages)
{
	if (area_largest_range(area_default(test)) < pages)
		kunit_skip(test, "needs an area of %lu pages: boot with a larger cma=",
			   pages);
}

static struct dma_buf *buffer_kunit(struct kunit *test, unsigned long pages)
{
	struct dma_buf *dmabuf;

	buffer_must_fit(test, pages);
	dmabuf = fake_heap.ops->allocate(FAKE_HEAP, pages << PAGE_SHIFT,
					 O_RDWR | O_CLOEXEC, 0);
	KUNIT_ASSERT_FALSE_MSG(test, IS_ERR(dmabuf),
			       "expected a buffer of %lu pages, got %pe",
			       pages, dmabuf);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, put_buffer, dmabuf));

	return dmabuf;
}

static void importer_unmap(struct importer *importer)
{
	dma_buf_unmap_attachment_unlocked(importer->attachment, importer->table,
					  importer->direction);
	importer->table = NULL;
}

static void importer_detach(void *data)
{
	struct importer *importer = data;

	if (importer->table)
		importer_unmap(importer);
	dma_buf_detach(importer->attachment->dmabuf, importer->attachment);
}

/* A device that reaches all memory, not yet attached. */
static struct device *dma_device_kunit(struct kunit *test, const char *name)
{
	struct device *dev = device_kunit(test, name);

	dev->coherent_dma_mask = DMA_BIT_MASK(64);
	dev->dma_mask = &dev->coherent_dma_mask;

	return dev;
}

static struct importer *importer_kunit(struct kunit *test,
				       struct dma_buf *dmabuf, const char *name)
{
	struct importer *importer = kunit_kzalloc(test, sizeof(*importer),
						  GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, importer);
	importer->dev = dma_device_kunit(test, name);
	importer->attachment = dma_buf_attach(dmabuf, importer->dev);
	KUNIT_ASSERT_FALSE_MSG(test, IS_ERR(importer->attachment),
			       "%s: expected to be attached, got %pe", name,
			       importer->attachment);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, importer_detach,
						  importer));

	return importer;
}

static void importer_map(struct kunit *test, struct importer *importer,
			 enum dma_data_direction direction)
{
	struct sg_table *table;

	table = dma_buf_map_attachment_unlocked(importer->attachment, direction);
	KUNIT_ASSERT_FALSE_MSG(test, IS_ERR(table),
			       "%s: expected a table, got %pe",
			       dev_name(importer->dev), table);
	importer->table = table;
	importer->direction = direction;
}

/* Where the device begins to see the buffer. */
static unsigned long importer_pfn(const struct importer *importer)
{
	return PHYS_PFN(dma_to_phys(importer->dev,
				    sg_dma_address(importer->table->sgl)));
}

/*
 * Expect the exporter to have given back what it took for devices and kernel.
 * A list of what is freed is not to be gone on with.
 */
static void expect_nothing_held(struct kunit *test, struct dma_buf *dmabuf)
{
	struct cma_heap_buffer *buffer = dmabuf->priv;

	KUNIT_EXPECT_EQ_MSG(test, 0, fake.nr_mappings,
			    "expected every table unmapped, got %d mapped",
			    fake.nr_mappings);
	KUNIT_EXPECT_EQ_MSG(test, 0, fake.nr_tables,
			    "expected every table freed, got %d left",
			    fake.nr_tables);
	KUNIT_EXPECT_EQ_MSG(test, 0, fake.nr_vmaps,
			    "expected no mapping of the kernel's, got %d",
			    fake.nr_vmaps);
	KUNIT_ASSERT_TRUE_MSG(test, list_empty(&buffer->attachments),
			      "expected no attachment in the buffer's list");
}

static int add_heap(struct cma *cma)
{
	/* The second argument was of no use once, and is the heap's name now. */
	return __add_cma_heap(cma, (void *)cma_get_name(cma));
}

/* One heap for all cases: a heap stays. */
static int cma_heap_begin(struct kunit *test)
{
	struct cma *cma = dev_get_cma_area(NULL);

	memset(&fake, 0, sizeof(fake));
	if (cma && !fake_heap.ops)
		KUNIT_ASSERT_EQ(test, 0, add_heap(cma));

	return areas_must_be_restored(test);
}

#endif
