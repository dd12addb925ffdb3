/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a copy of drivers/dma-buf/heaps/cma_heap.c calls instead of the list of
 * heaps, and to synchronise devices. Whatever else it calls is real:
 * cma_alloc(), dma_buf_export(), dma_map_sgtable(), vmap(). On the way there it
 * is noted, and a case can make it fail.
 */
#ifndef _CMA_HEAP_FAKES_H
#define _CMA_HEAP_FAKES_H

#include <cma-tests/compat.h>
#include <linux/dma-heap.h>
#include <linux/dma-mapping.h>
#include <linux/highmem.h>
#include <linux/mutex.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

/*
 * A device was shown what the CPU wrote, or the CPU what the device wrote. It is
 * no more than noted: our devices write nothing, and of a table that is not
 * mapped the real one would make an oops of what is to be a failed case.
 */
struct heap_sync {
	struct device *dev;
	enum dma_data_direction direction;
	bool for_device;
};

/* dma_heap_add(). No heap is ever removed, so this one outlives a case. */
static struct dma_heap_export_info fake_heap;

static struct {
	int add_error;

	/* What fails from now on. */
	bool no_table;
	bool no_mapping;
	bool no_vmap;

	/* What was taken and not given back. */
	int nr_tables;
	int nr_mappings;
	int nr_vmaps;

	/* What must be held while the kernel's mapping is made. */
	struct mutex *lock;
	unsigned int nr_unlocked;

	unsigned int nr_freed;		/* kfree() */
	const void *last_freed;
	enum dma_data_direction direction;	/* of the last mapping */
	unsigned int nr_syncs;
	struct heap_sync syncs[8];
	unsigned int nr_vmap_invalidated;
	unsigned int nr_vmap_flushed;
	unsigned int nr_warnings;
} fake;

/* Nobody but the copy looks into it, and the copy asks the fakes. */
#define FAKE_HEAP ((struct dma_heap *)&fake_heap)

static struct dma_heap *fake_heap_add(const struct dma_heap_export_info *info)
{
	if (fake.add_error)
		return ERR_PTR(fake.add_error);
	fake_heap = *info;

	return FAKE_HEAP;
}

static void *fake_heap_get_drvdata(struct dma_heap *heap)
{
	return fake_heap.priv;
}

static const char *fake_heap_get_name(struct dma_heap *heap)
{
	return fake_heap.name;
}

static void fake_kfree(const void *object)
{
	fake.nr_freed++;
	fake.last_freed = object;
	kfree(object);
}

static int fake_sg_alloc(struct sg_table *table, struct page **pages,
			 unsigned int nr_pages, unsigned int offset,
			 unsigned long size, gfp_t gfp)
{
	int err = fake.no_table ? -ENOMEM :
		  sg_alloc_table_from_pages(table, pages, nr_pages, offset,
					    size, gfp);

	fake.nr_tables += !err;

	return err;
}

static void fake_sg_free(struct sg_table *table)
{
	fake.nr_tables--;
	sg_free_table(table);
}

static int fake_map(struct device *dev, struct sg_table *table,
		    enum dma_data_direction direction, unsigned long attributes)
{
	int err = fake.no_mapping ? -EIO :
		  dma_map_sgtable(dev, table, direction, attributes);

	fake.nr_mappings += !err;
	fake.direction = direction;

	return err;
}

static void fake_unmap(struct device *dev, struct sg_table *table,
		       enum dma_data_direction direction,
		       unsigned long attributes)
{
	fake.nr_mappings--;
	dma_unmap_sgtable(dev, table, direction, attributes);
}

static void note_sync(struct device *dev, enum dma_data_direction direction,
		      bool for_device)
{
	if (fake.nr_syncs < ARRAY_SIZE(fake.syncs))
		fake.syncs[fake.nr_syncs] = (struct heap_sync) {
			.dev = dev,
			.direction = direction,
			.for_device = for_device,
		};
	fake.nr_syncs++;
}

static void fake_sync_for_cpu(struct device *dev, struct sg_table *table,
			      enum dma_data_direction direction)
{
	note_sync(dev, direction, false);
}

static void fake_sync_for_device(struct device *dev, struct sg_table *table,
				 enum dma_data_direction direction)
{
	note_sync(dev, direction, true);
}

static void *fake_vmap(struct page **pages, unsigned int count,
		       unsigned long flags, pgprot_t prot)
{
	void *vaddr = fake.no_vmap ? NULL : vmap(pages, count, flags, prot);

	fake.nr_vmaps += !!vaddr;
	fake.nr_unlocked += fake.lock && !mutex_is_locked(fake.lock);

	return vaddr;
}

static void fake_vunmap(const void *vaddr)
{
	fake.nr_vmaps--;
	vunmap(vaddr);
}

static void fake_invalidate_vmap(void *vaddr, int size)
{
	fake.nr_vmap_invalidated++;
	invalidate_kernel_vmap_range(vaddr, size);
}

static void fake_flush_vmap(void *vaddr, int size)
{
	fake.nr_vmap_flushed++;
	flush_kernel_vmap_range(vaddr, size);
}

#undef __init
#define __init

#define dma_heap_add fake_heap_add
#define dma_heap_get_drvdata fake_heap_get_drvdata
#define dma_heap_get_name fake_heap_get_name
#define kfree fake_kfree
#define sg_alloc_table_from_pages fake_sg_alloc
#define sg_free_table fake_sg_free
#undef dma_map_sgtable
#define dma_map_sgtable fake_map
#undef dma_unmap_sgtable
#define dma_unmap_sgtable fake_unmap
#define dma_sync_sgtable_for_cpu fake_sync_for_cpu
#define dma_sync_sgtable_for_device fake_sync_for_device
/* With arguments: the operations of a buffer have these names too. */
#define vmap(...) fake_vmap(__VA_ARGS__)
#define vunmap(...) fake_vunmap(__VA_ARGS__)
#define invalidate_kernel_vmap_range fake_invalidate_vmap
#define flush_kernel_vmap_range fake_flush_vmap
/* A warning that a case asks for would end a guest with panic_on_warn. */
#undef WARN
#define WARN(condition, ...) (fake.nr_warnings += !!(condition))

#endif
