/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a copy of drivers/of/of_reserved_mem.c calls instead of memblock: a
 * small model of it, with one bank of memory. The region drivers of the kernel
 * are replaced as well, by those of fake_drivers[].
 *
 *	0        MEMORY_BASE                   MEMORY_END
 *	         |------------ RAM ------------|
 */
#ifndef _RESERVED_MEM_FAKES_H
#define _RESERVED_MEM_FAKES_H

#include <cma-tests/compat.h>
#include <linux/cma.h>
#include <linux/kmemleak.h>
#include <linux/of_reserved_mem.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>

#define MEMORY_BASE ((phys_addr_t)0x40000000)
#define MEMORY_END ((phys_addr_t)0x80000000)
#define FAKE_REGIONS_MAX 256

struct fake_region {
	phys_addr_t base;
	phys_addr_t size;
};

struct fake_regions {
	struct fake_region region[FAKE_REGIONS_MAX];
	unsigned int nr;
};

struct fake_setup {
	char name[32];
	phys_addr_t base;
	phys_addr_t size;
};

static struct {
	struct fake_regions reserved;
	struct fake_regions nomap;
	unsigned int nr_bad_frees;
	unsigned int nr_removed;
	unsigned int nr_added;
	int nomap_error;
	bool bottom_up;
	bool was_bottom_up;	/* at the last allocation */
	phys_addr_t align;	/* asked for at the last allocation */
	unsigned int nr_ignored;	/* by kmemleak */
	unsigned int nr_tracked;	/* by kmemleak, which then reads all of it */
	/* What the architecture was told of memory that will be CMA's. */
	struct fake_regions fixed_up;
	bool no_array;
	void *array;

	struct fake_setup setup[FAKE_REGIONS_MAX];
	unsigned int nr_setups;
	unsigned int nr_overlaps;

	/* What devices do with a region. */
	int device_error;
	unsigned int nr_freed;	/* kfree() */
	unsigned int nr_inits;
	unsigned int nr_releases;
} fake;

static bool fake_meets(const struct fake_regions *regions, phys_addr_t base,
		       phys_addr_t size)
{
	unsigned int i;

	for (i = 0; i < regions->nr; i++)
		if (base < regions->region[i].base + regions->region[i].size &&
		    regions->region[i].base < base + size)
			return true;

	return false;
}

static int fake_add(struct fake_regions *regions, phys_addr_t base,
		    phys_addr_t size)
{
	if (regions->nr < FAKE_REGIONS_MAX)
		regions->region[regions->nr++] =
			(struct fake_region){ base, size };

	return 0;
}

/* Only what was added, as it was added, can be removed. */
static int fake_remove(struct fake_regions *regions, phys_addr_t base,
		       phys_addr_t size)
{
	unsigned int i;

	for (i = 0; i < regions->nr; i++) {
		if (regions->region[i].base != base ||
		    regions->region[i].size != size)
			continue;
		regions->region[i] = regions->region[--regions->nr];
		return 0;
	}
	fake.nr_bad_frees++;

	return 0;
}

static bool fake_is_free(phys_addr_t base, phys_addr_t size)
{
	return !fake_meets(&fake.reserved, base, size) &&
	       !fake_meets(&fake.nomap, base, size);
}

/* Finds a place as memblock does: from the top, or from the bottom. */
static phys_addr_t fake_alloc_range(phys_addr_t size, phys_addr_t align,
				    phys_addr_t start, phys_addr_t end)
{
	phys_addr_t step = max_t(phys_addr_t, align, PAGE_SIZE);
	phys_addr_t lowest, base;

	fake.was_bottom_up = fake.bottom_up;
	fake.align = align;
	end = min(end, MEMORY_END);
	lowest = ALIGN(max(start, MEMORY_BASE), step);
	if (!size || end < lowest + size)
		return 0;
	base = fake.bottom_up ? lowest : ALIGN_DOWN(end - size, step);
	while (base >= lowest && base + size <= end) {
		if (fake_is_free(base, size)) {
			fake_add(&fake.reserved, base, size);
			return base;
		}
		base += fake.bottom_up ? step : -step;
	}

	return 0;
}

static int fake_mark_nomap(phys_addr_t base, phys_addr_t size)
{
	if (fake.nomap_error)
		return fake.nomap_error;

	return fake_add(&fake.nomap, base, size);
}

static void * __maybe_unused fake_alloc(phys_addr_t size, phys_addr_t align)
{
	if (fake.no_array)
		return NULL;
	kfree(fake.array);
	fake.array = kzalloc(size, GFP_KERNEL);

	return fake.array;
}

static void __maybe_unused fake_free(void *array, size_t size)
{
	kfree(array);
	if (array == fake.array)
		fake.array = NULL;
}

static void fake_kfree(const void *object)
{
	fake.nr_freed++;
	kfree(object);
}

static void fake_ignore(phys_addr_t base)
{
	fake.nr_ignored++;
}

static void __maybe_unused fake_track(phys_addr_t base, size_t size, gfp_t gfp)
{
	fake.nr_tracked++;
}

static bool fake_overlaps_ram(const void *type, phys_addr_t base,
			      phys_addr_t size)
{
	return base < MEMORY_END && MEMORY_BASE < base + size;
}

/* What is RAM stays RAM: no kernel under test removes any, or adds it again. */
static int __maybe_unused fake_remove_ram(phys_addr_t base, phys_addr_t size)
{
	fake.nr_removed++;

	return 0;
}

static int __maybe_unused fake_add_ram(phys_addr_t base, phys_addr_t size)
{
	fake.nr_added++;

	return 0;
}

static void __maybe_unused fake_early_fixup(phys_addr_t base,
					    unsigned long size)
{
	fake_add(&fake.fixed_up, base, size);
}

/* Regions that overlap are only complained about: count the complaints. */
static __printf(1, 2) void fake_pr_err(const char *format, ...)
{
	if (strstr(format, "OVERLAP"))
		fake.nr_overlaps++;
}

static int fake_device_init(struct reserved_mem *rmem, struct device *device)
{
	fake.nr_inits++;

	return fake.device_error;
}

static void fake_device_release(struct reserved_mem *rmem,
				struct device *device)
{
	fake.nr_releases++;
}

static int __init fake_setup_region(struct reserved_mem *rmem, int result)
{
	struct fake_setup *setup;

	if (fake.nr_setups < FAKE_REGIONS_MAX) {
		setup = &fake.setup[fake.nr_setups];
		strscpy(setup->name, rmem->name, sizeof(setup->name));
		setup->base = rmem->base;
		setup->size = rmem->size;
	}
	fake.nr_setups++;

	return result;
}

static int __init fake_accepts(struct reserved_mem *rmem)
{
	return fake_setup_region(rmem, 0);
}

static int __init fake_refuses(struct reserved_mem *rmem)
{
	return fake_setup_region(rmem, -EINVAL);
}

/*
 * A region driver is an init function that fills in rmem->ops, or operations
 * with a node_init.
 */
#ifdef CMA_TESTS_HAS_RMEM_NODE_INIT
static int __init fake_accepts_node(unsigned long node,
				    struct reserved_mem *rmem)
{
	return fake_accepts(rmem);
}

static int __init fake_refuses_node(unsigned long node,
				    struct reserved_mem *rmem)
{
	return fake_refuses(rmem);
}

static int __init fake_passes_node(unsigned long node,
				   struct reserved_mem *rmem)
{
	return fake_setup_region(rmem, -ENODEV);
}

/* As contiguous.c has it: what may not be used meanwhile is none of CMA's. */
static int __init fake_validate_cma(unsigned long node, phys_addr_t *align)
{
	if (!of_get_flat_dt_prop(node, "reusable", NULL) ||
	    of_get_flat_dt_prop(node, "no-map", NULL))
		return -ENODEV;
	if (align)
		*align = max_t(phys_addr_t, *align, CMA_MIN_ALIGNMENT_BYTES);

	return 0;
}

static const struct reserved_mem_ops fake_accepts_driver __initconst = {
	.node_init = fake_accepts_node,
	.device_init = fake_device_init,
	.device_release = fake_device_release,
};

static const struct reserved_mem_ops fake_refuses_driver __initconst = {
	.node_init = fake_refuses_node,
};

static const struct reserved_mem_ops fake_passes_driver __initconst = {
	.node_init = fake_passes_node,
};

/* As contiguous.c has it when cma= stands above the tree's default area. */
static int __init fake_denies_node(unsigned long node, phys_addr_t *align)
{
	return -EBUSY;
}

static const struct reserved_mem_ops fake_denies_driver __initconst = {
	.node_validate = fake_denies_node,
	.node_init = fake_refuses_node,
};

static int __init fake_fixup_node(unsigned long node, phys_addr_t base,
				  phys_addr_t size)
{
	return fake_add(&fake.fixed_up, base, size);
}

static const struct reserved_mem_ops fake_cma_driver __initconst = {
	.node_validate = fake_validate_cma,
	.node_fixup = fake_fixup_node,
	.node_init = fake_accepts_node,
};

#define FAKE_DRIVER(name) (&(name##_driver))
#else
static const struct reserved_mem_ops fake_device_ops = {
	.device_init = fake_device_init,
	.device_release = fake_device_release,
};

static int __init fake_accepts_driver(struct reserved_mem *rmem)
{
	rmem->ops = &fake_device_ops;

	return fake_accepts(rmem);
}

#define fake_refuses_driver fake_refuses
#define fake_passes_driver fake_refuses
#define fake_denies_driver fake_refuses
#define fake_cma_driver fake_accepts_driver
#define FAKE_DRIVER(name) (name##_driver)
#endif

static const struct of_device_id fake_drivers[] __initconst = {
	{ .compatible = "fake,accepts", .data = FAKE_DRIVER(fake_accepts) },
	{ .compatible = "fake,refuses", .data = FAKE_DRIVER(fake_refuses) },
	/* Two drivers of one compatible, as CMA and the coherent pool are. */
	{ .compatible = "fake,second", .data = FAKE_DRIVER(fake_passes) },
	{ .compatible = "fake,second", .data = FAKE_DRIVER(fake_accepts) },
	{ .compatible = "fake,denies", .data = FAKE_DRIVER(fake_denies) },
	{ .compatible = "shared-dma-pool", .data = FAKE_DRIVER(fake_cma) },
};

#define __reservedmem_of_table fake_drivers
#define __rmem_of_table_sentinel fake_drivers[ARRAY_SIZE(fake_drivers)]

#define kfree fake_kfree
#define memblock_phys_alloc_range fake_alloc_range
#define memblock_phys_free(base, size) fake_remove(&fake.reserved, base, size)
#define memblock_reserve(base, size) fake_add(&fake.reserved, base, size)
#define memblock_mark_nomap fake_mark_nomap
#define memblock_clear_nomap(base, size) fake_remove(&fake.nomap, base, size)
#define memblock_remove fake_remove_ram
#define memblock_add fake_add_ram
#define memblock_overlaps_region fake_overlaps_ram
#define memblock_is_region_reserved(base, size) \
	fake_meets(&fake.reserved, base, size)
#define memblock_alloc fake_alloc
#define memblock_free fake_free
#define memblock_bottom_up() (fake.bottom_up)
#define memblock_set_bottom_up(enable) ((void)(fake.bottom_up = (enable)))
#define kmemleak_ignore_phys fake_ignore
#define kmemleak_alloc_phys fake_track
#define dma_contiguous_early_fixup fake_early_fixup
#undef pr_err
#define pr_err(...) fake_pr_err(__VA_ARGS__)

#endif
