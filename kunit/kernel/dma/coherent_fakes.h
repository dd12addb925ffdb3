/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a copy of kernel/dma/coherent.c calls instead of memremap() and
 * remap_pfn_range(). The real memremap() refuses RAM, and a machine for tests
 * has nothing else: the fake gives the pages that the case chose.
 */
#ifndef _COHERENT_FAKES_H
#define _COHERENT_FAKES_H

#include <cma-tests/compat.h>
#include <linux/bitmap.h>
#include <linux/dma-direct.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

static struct {
	/* memremap() */
	void *memory;
	phys_addr_t mapped;
	size_t mapped_size;
	unsigned long map_flags;
	int nr_mappings;	/* less what was unmapped */
	bool no_bitmap;
	int nr_bitmaps;
	unsigned int nr_freed;	/* kfree() */
	bool is_reusable;	/* what the tree says of the region */
	unsigned int nr_warnings;	/* dev_warn() */

	/* How far from the CPU's addresses the device's are. */
	dma_addr_t bus_offset;

	/* remap_pfn_range() */
	int remap_error;
	unsigned int nr_remaps;
	unsigned long remap_start;
	unsigned long remap_pfn;
	unsigned long remap_size;
} fake;

static void *fake_memremap(phys_addr_t base, size_t size, unsigned long flags)
{
	fake.mapped = base;
	fake.mapped_size = size;
	fake.map_flags = flags;
	fake.nr_mappings += !!fake.memory;

	return fake.memory;
}

static void fake_memunmap(void *address)
{
	fake.nr_mappings--;
}

/* The boot's device tree is gone when the cases run, and of no concern. */
static const void * __maybe_unused
fake_get_flat_dt_prop(unsigned long node, const char *name, int *size)
{
	return fake.is_reusable && !strcmp(name, "reusable") ? name : NULL;
}

static void fake_kfree(const void *object)
{
	fake.nr_freed++;
	kfree(object);
}

static unsigned long *fake_bitmap_zalloc(unsigned int nbits, gfp_t gfp)
{
	unsigned long *bitmap;

	if (fake.no_bitmap)
		return NULL;
	bitmap = bitmap_zalloc(nbits, gfp);
	fake.nr_bitmaps += !!bitmap;

	return bitmap;
}

static void fake_bitmap_free(unsigned long *bitmap)
{
	fake.nr_bitmaps -= !!bitmap;
	bitmap_free(bitmap);
}

static dma_addr_t fake_phys_to_dma(const struct device *device,
				   phys_addr_t address)
{
	return address + fake.bus_offset;
}

static int fake_remap(struct vm_area_struct *vma, unsigned long start,
		      unsigned long pfn, unsigned long size, pgprot_t prot)
{
	fake.nr_remaps++;
	fake.remap_start = start;
	fake.remap_pfn = pfn;
	fake.remap_size = size;

	return fake.remap_error;
}

#undef __init
#define __init
#undef __initdata
#define __initdata
#undef __ro_after_init
#define __ro_after_init

#define kfree fake_kfree
#undef dev_warn
#define dev_warn(...) (fake.nr_warnings++)
#define memremap fake_memremap
#define memunmap fake_memunmap
#define bitmap_zalloc fake_bitmap_zalloc
#define bitmap_free fake_bitmap_free
#undef remap_pfn_range
#define remap_pfn_range fake_remap
#define phys_to_dma fake_phys_to_dma
#define of_get_flat_dt_prop fake_get_flat_dt_prop

#endif
