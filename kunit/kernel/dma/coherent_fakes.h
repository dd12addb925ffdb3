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

static int fake_remap(unsigned long start, unsigned long pfn,
		      unsigned long size)
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

#define memremap(base, size, flags) fake_memremap(base, size, flags)
#define memunmap(address) ((void)fake.nr_mappings--)
#define bitmap_zalloc(nbits, gfp) fake_bitmap_zalloc(nbits, gfp)
#define bitmap_free(bitmap) fake_bitmap_free(bitmap)
#undef remap_pfn_range
#define remap_pfn_range(vma, start, pfn, size, prot) \
	fake_remap(start, pfn, size)
/* The device tree is not asked: flags of a node are the case's. */
#define of_get_flat_dt_prop(node, name, size) ((const void *)NULL)

#endif
