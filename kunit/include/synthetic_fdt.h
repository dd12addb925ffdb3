/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A flattened device tree of a case's own, seen by the kernel in place of the
 * boot's until the case ends. For suites of the init section: what reads the
 * flattened tree is __init, and so is all of this.
 *
 *	/ { reserved-memory { <the regions of the case> } }
 */
#ifndef _CMA_TESTS_SYNTHETIC_FDT_H
#define _CMA_TESTS_SYNTHETIC_FDT_H

#include <cma-tests/compat.h>
#include <linux/libfdt.h>
#include <linux/of_fdt.h>
#include <linux/string.h>

#define FDT_BLOB_SIZE (64 * 1024)

#define FDT_NO_MAP	BIT(0)
#define FDT_REUSABLE	BIT(1)
#define FDT_CMA_DEFAULT	BIT(2)
#define FDT_DISABLED	BIT(3)

/* So many spans a property can have, of two cells each. */
#define FDT_MAX_SPANS 4

struct fdt_span {
	u64 base;
	u64 size;
};

/* A node of /reserved-memory; what is 0 or NULL is left out. */
struct fdt_region {
	const char *name;
	const char *compatible;
	unsigned int flags;
	struct fdt_span reg[2];
	unsigned int nr_reg;
	u64 size;
	u64 alignment;
	struct fdt_span ranges[FDT_MAX_SPANS];
	unsigned int nr_ranges;
	/* A property of that many bytes: too few, or an odd number. It begins
	 * with malformed_span, which a reader who forgets to count will take.
	 */
	const char *malformed;
	struct fdt_span malformed_span;
	unsigned int malformed_bytes;
};

struct fdt_shape {
	unsigned int cells;		/* of the root, for address and size */
	unsigned int root_size_cells;	/* 0: as many as for an address */
	unsigned int address_cells;	/* of /reserved-memory; 0: as the root */
	unsigned int size_cells;
	bool no_ranges;
	bool no_reserved_memory;
};

struct fdt_saved {
	void *boot_params;
	int addr_cells;
	int size_cells;
};

static void __init fdt_restore(void *context)
{
	struct fdt_saved *saved = context;

	initial_boot_params = saved->boot_params;
	dt_root_addr_cells = saved->addr_cells;
	dt_root_size_cells = saved->size_cells;
}

/* Values of so many cells, each second one of @odd_cells. */
static void __init fdt_put_cells(void *blob, const char *name,
				 const u64 *values, unsigned int nr,
				 unsigned int cells, unsigned int odd_cells)
{
	fdt32_t cell[FDT_MAX_SPANS * 2 * 2];
	unsigned int i, n = 0;

	for (i = 0; i < nr; i++) {
		if ((i % 2 ? odd_cells : cells) == 2)
			cell[n++] = cpu_to_fdt32(values[i] >> 32);
		cell[n++] = cpu_to_fdt32((u32)values[i]);
	}
	fdt_property(blob, name, cell, n * sizeof(cell[0]));
}

static void __init fdt_put_flags(void *blob, unsigned int flags)
{
	if (flags & FDT_NO_MAP)
		fdt_property(blob, "no-map", NULL, 0);
	if (flags & FDT_REUSABLE)
		fdt_property(blob, "reusable", NULL, 0);
	if (flags & FDT_CMA_DEFAULT)
		fdt_property(blob, "linux,cma-default", NULL, 0);
	if (flags & FDT_DISABLED)
		fdt_property_string(blob, "status", "disabled");
}

static unsigned int __init fdt_shape_size_cells(const struct fdt_shape *shape)
{
	return shape->root_size_cells ?: shape->cells;
}

static void __init fdt_put_region(void *blob, const struct fdt_region *region,
				  const struct fdt_shape *shape)
{
	unsigned int cells = shape->cells, size_cells = fdt_shape_size_cells(shape);
	const struct fdt_span *span = &region->malformed_span;
	const fdt64_t malformed[8] = {
		cpu_to_fdt64(span->base), cpu_to_fdt64(span->size)
	};

	fdt_begin_node(blob, region->name);
	if (region->compatible)
		fdt_property_string(blob, "compatible", region->compatible);
	if (region->nr_reg)
		fdt_put_cells(blob, "reg", &region->reg[0].base,
			      2 * region->nr_reg, cells, size_cells);
	if (region->size)
		fdt_put_cells(blob, "size", &region->size, 1, size_cells, 0);
	if (region->alignment)
		fdt_put_cells(blob, "alignment", &region->alignment, 1, cells,
			      0);
	if (region->nr_ranges)
		fdt_put_cells(blob, "alloc-ranges", &region->ranges[0].base,
			      2 * region->nr_ranges, cells, size_cells);
	fdt_put_flags(blob, region->flags);
	if (region->malformed)
		fdt_property(blob, region->malformed, malformed,
			     region->malformed_bytes);
	fdt_end_node(blob);
}

static void __init fdt_put_cell_counts(void *blob, unsigned int address_cells,
				       unsigned int size_cells)
{
	fdt_property_u32(blob, "#address-cells", address_cells);
	fdt_property_u32(blob, "#size-cells", size_cells);
}

static void __init fdt_put_reserved_memory(void *blob,
					   const struct fdt_shape *shape,
					   const struct fdt_region *regions,
					   unsigned int nr_regions)
{
	unsigned int i;

	fdt_begin_node(blob, "reserved-memory");
	fdt_put_cell_counts(blob, shape->address_cells ?: shape->cells,
			    shape->size_cells ?: fdt_shape_size_cells(shape));
	if (!shape->no_ranges)
		fdt_property(blob, "ranges", NULL, 0);
	for (i = 0; i < nr_regions; i++)
		fdt_put_region(blob, &regions[i], shape);
	fdt_end_node(blob);
}

/* The offset of region @name is what the kernel calls its node. */
static unsigned long __init __maybe_unused
fdt_region_node(struct kunit *test, const char *name)
{
	int parent = fdt_path_offset(initial_boot_params, "/reserved-memory");
	int node = fdt_subnode_offset(initial_boot_params, parent, name);

	KUNIT_ASSERT_GT_MSG(test, node, 0, "region '%s' in the tree", name);

	return node;
}

static void __init __maybe_unused
fdt_install_kunit(struct kunit *test, const struct fdt_shape *shape,
		  const struct fdt_region *regions, unsigned int nr_regions)
{
	struct fdt_saved *saved = kunit_kzalloc(test, sizeof(*saved),
						GFP_KERNEL);
	void *blob = kunit_kzalloc(test, FDT_BLOB_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, saved);
	KUNIT_ASSERT_NOT_NULL(test, blob);
	KUNIT_ASSERT_EQ(test, fdt_create(blob, FDT_BLOB_SIZE), 0);
	fdt_finish_reservemap(blob);
	fdt_begin_node(blob, "");
	fdt_put_cell_counts(blob, shape->cells, fdt_shape_size_cells(shape));
	if (!shape->no_reserved_memory)
		fdt_put_reserved_memory(blob, shape, regions, nr_regions);
	fdt_end_node(blob);
	/* An earlier call that failed makes this one fail. */
	KUNIT_ASSERT_EQ_MSG(test, fdt_finish(blob), 0,
			    "cannot build a device tree of %u regions",
			    nr_regions);

	saved->boot_params = initial_boot_params;
	saved->addr_cells = dt_root_addr_cells;
	saved->size_cells = dt_root_size_cells;
	KUNIT_ASSERT_EQ(test, kunit_add_action(test, fdt_restore, saved), 0);
	initial_boot_params = blob;
	dt_root_addr_cells = shape->cells;
	dt_root_size_cells = fdt_shape_size_cells(shape);
}

#endif
