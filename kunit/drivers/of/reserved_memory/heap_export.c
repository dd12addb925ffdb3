// SPDX-License-Identifier: GPL-2.0
/*
 * A driver that exports the area of its device as /dev/dma_heap/<name>, <name>
 * from cma-tests,heap-name.
 *
 * Vendors' kernels have cma_heap_add(area). Elsewhere a driver has this:
 *
 *	6.1, 6.12: dma_heap_add(), which is not exported: only in the kernel,
 *		   with an exporter of its own. The kernel's heaps have the
 *		   default area alone.
 *	7.2:	   the kernel offers each area by its node's name unasked, and
 *		   exports dma_heap_add() for other names, to modules too.
 *
 * The exporter takes buffers by dma_alloc_coherent(), which goes to the area
 * of the device on each of them. No kernel can remove a heap: the driver stays.
 */
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_reserved_mem.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "drivers.h"

#ifdef CMA_TESTS_HAS_HEAP_FLAGS_U64
#define HEAP_FD_FLAGS u32
#define HEAP_FLAGS u64
#else
#define HEAP_FD_FLAGS unsigned long
#define HEAP_FLAGS unsigned long
#endif

static struct sg_table *heap_map(struct dma_buf_attachment *attachment,
				 enum dma_data_direction direction)
{
	struct pool_buffer *buffer = attachment->dmabuf->priv;
	struct sg_table *table;
	int err;

	table = kzalloc(sizeof(*table), GFP_KERNEL);
	if (!table)
		return ERR_PTR(-ENOMEM);
	err = dma_get_sgtable(buffer->dev, table, buffer->vaddr, buffer->paddr,
			      buffer->bytes);
	if (err)
		goto free_table;
	err = dma_map_sgtable(attachment->dev, table, direction, 0);
	if (err)
		goto free_entries;

	return table;

free_entries:
	sg_free_table(table);
free_table:
	kfree(table);
	return ERR_PTR(err);
}

static void heap_unmap(struct dma_buf_attachment *attachment,
		       struct sg_table *table,
		       enum dma_data_direction direction)
{
	dma_unmap_sgtable(attachment->dev, table, direction, 0);
	sg_free_table(table);
	kfree(table);
}

static int heap_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct pool_buffer *buffer = dmabuf->priv;

	return dma_mmap_coherent(buffer->dev, vma, buffer->vaddr, buffer->paddr,
				 buffer->bytes);
}

static void heap_release(struct dma_buf *dmabuf)
{
	struct pool_buffer *buffer = dmabuf->priv;

	dma_free_coherent(buffer->dev, buffer->bytes, buffer->vaddr,
			  buffer->paddr);
	kfree(buffer);
}

static const struct dma_buf_ops heap_buffer_ops = {
	.map_dma_buf = heap_map,
	.unmap_dma_buf = heap_unmap,
	.mmap = heap_mmap,
	.release = heap_release,
};

static struct dma_buf *heap_allocate(struct dma_heap *heap, unsigned long bytes,
				     HEAP_FD_FLAGS fd_flags,
				     HEAP_FLAGS heap_flags)
{
	DEFINE_DMA_BUF_EXPORT_INFO(export);
	struct pool_buffer *buffer;
	struct dma_buf *dmabuf;

	buffer = kzalloc(sizeof(*buffer), GFP_KERNEL);
	if (!buffer)
		return ERR_PTR(-ENOMEM);
	buffer->dev = dma_heap_get_drvdata(heap);
	buffer->bytes = bytes;
	buffer->vaddr = dma_alloc_coherent(buffer->dev, bytes, &buffer->paddr,
					   GFP_KERNEL);
	if (!buffer->vaddr) {
		kfree(buffer);
		return ERR_PTR(-ENOMEM);
	}
	export.ops = &heap_buffer_ops;
	export.size = bytes;
	export.flags = fd_flags;
	export.priv = buffer;
	dmabuf = dma_buf_export(&export);
	if (IS_ERR(dmabuf)) {
		dma_free_coherent(buffer->dev, bytes, buffer->vaddr,
				  buffer->paddr);
		kfree(buffer);
	}

	return dmabuf;
}

static const struct dma_heap_ops heap_ops = {
	.allocate = heap_allocate,
};

static int add_heap(struct device *dev)
{
	struct dma_heap_export_info info = { .ops = &heap_ops, .priv = dev };
	struct dma_heap *heap;
	int err;

	err = of_property_read_string(dev->of_node, "cma-tests,heap-name",
				      &info.name);
	if (err)
		return err;
	heap = dma_heap_add(&info);

	return PTR_ERR_OR_ZERO(heap);
}

static int heap_export_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	int err;

	err = of_reserved_mem_device_init_by_idx(dev, dev->of_node, 0);
	if (err) {
		dev_err(dev, "No reserved DMA memory, ret=%d\n", err);
		return -EINVAL;
	}
	err = add_heap(dev);
	if (err) {
		dev_err(dev, "dma_heap_add failed, ret=%d\n", err);
		of_reserved_mem_device_release(dev);
		return -EINVAL;
	}

	return 0;
}

/* Built in and module have a device each: a heap's name can be taken once. */
#ifdef MODULE
#define HEAP_EXPORT_NAME "cma-tests,heap-exporter-module"
#else
#define HEAP_EXPORT_NAME "cma-tests,heap-exporter"
#endif

static const struct of_device_id heap_export_match[] = {
	{ .compatible = HEAP_EXPORT_NAME },
	{ }
};
MODULE_DEVICE_TABLE(of, heap_export_match);

static struct platform_driver heap_export_driver = {
	.probe = heap_export_probe,
	.driver = {
		.name = HEAP_EXPORT_NAME,
		.of_match_table = heap_export_match,
		.suppress_bind_attrs = true,
	},
};
builtin_platform_driver(heap_export_driver);

#ifdef MODULE
MODULE_DESCRIPTION("cma-tests: exports the area of a device as a heap");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS("DMA_BUF");
MODULE_IMPORT_NS("DMA_BUF_HEAP");
#endif
