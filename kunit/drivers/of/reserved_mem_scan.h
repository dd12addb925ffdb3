/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Regions of a case's own, from the tree to the table, and what is expected of
 * them there.
 */
#ifndef _RESERVED_MEM_SCAN_H
#define _RESERVED_MEM_SCAN_H

#include "reserved_mem_copy.h"

#define MIB(nr) ((phys_addr_t)(nr) << 20)
#define AT(mib) (MEMORY_BASE + MIB(mib))

static const struct fdt_shape two_cells __initconst = { .cells = 2 };

static void __init __maybe_unused
scan_regions(struct kunit *test, const struct fdt_region *regions,
	     unsigned int nr_regions)
{
	forget_all();
	fdt_install_kunit(test, &two_cells, regions, nr_regions);
	KUNIT_EXPECT_EQ(test, scan(), 0);
}

static bool __init __maybe_unused
holds(const struct fake_regions *regions, phys_addr_t base, phys_addr_t size)
{
	unsigned int i;

	for (i = 0; i < regions->nr; i++)
		if (regions->region[i].base == base &&
		    regions->region[i].size == size)
			return true;

	return false;
}

static void __init __maybe_unused
expect_region(struct kunit *test, const char *name, phys_addr_t base,
	      phys_addr_t size)
{
	struct reserved_mem *rmem = find(name);

	KUNIT_ASSERT_NOT_NULL_MSG(test, rmem, "region '%s' is not known", name);
	KUNIT_EXPECT_EQ_MSG(test, rmem->base, base, "base of '%s'", name);
	KUNIT_EXPECT_EQ_MSG(test, rmem->size, size, "size of '%s'", name);
}

/* A place that memblock finds: inside, aligned, and nobody else's. */
static void __init __maybe_unused
expect_placed(struct kunit *test, const char *name, phys_addr_t size,
	      phys_addr_t align, phys_addr_t start, phys_addr_t end)
{
	struct reserved_mem *rmem = find(name);

	KUNIT_ASSERT_NOT_NULL_MSG(test, rmem, "region '%s' is not known", name);
	KUNIT_EXPECT_EQ(test, rmem->size, size);
	KUNIT_EXPECT_EQ_MSG(test, rmem->base & (align - 1), (phys_addr_t)0,
			    "%pa of '%s' is not aligned to %pa", &rmem->base,
			    name, &align);
	KUNIT_EXPECT_GE(test, rmem->base, start);
	KUNIT_EXPECT_LE(test, rmem->base + rmem->size, end);
	KUNIT_EXPECT_TRUE(test, holds(&fake.reserved, rmem->base, size));
}

#endif
