// SPDX-License-Identifier: GPL-2.0
/*
 * Makes areas of the nodes in dts-fixtures/kunit-areas.dtso, with shapes that
 * no command line can ask for: a chosen order_per_bit, any name or none, and,
 * where the kernel has them, several ranges. Areas can only be made at boot.
 */
#include <linux/of_fdt.h>
#include <linux/of_reserved_mem.h>

#include "area.h"

/*
 * A node whose label is taken is another range of that area, in whichever
 * order the nodes come. Where an area has one range, the memory stays unused.
 */
static int __init join_area(struct cma *cma, struct reserved_mem *rmem)
{
#ifdef CMA_MAX_RANGES
	struct cma_memrange *range = &cma->ranges[cma->nranges++];

	range->base_pfn = PFN_DOWN(rmem->base);
	range->early_pfn = range->base_pfn;
	range->count = rmem->size >> PAGE_SHIFT;
	cma->count += range->count;
	cma->available_count += range->count;
	totalcma_pages += range->count;
#endif
	return 0;
}

static int __init kunit_area_setup(unsigned long node,
				   struct reserved_mem *rmem)
{
	const char *name = of_get_flat_dt_prop(node, "label", NULL);
	const __be32 *order;
	struct cma *cma = name ? area_find(name) : NULL;

	if (cma)
		return join_area(cma, rmem);

	order = of_get_flat_dt_prop(node, "cma-tests,order-per-bit", NULL);

	return cma_init_reserved_mem(rmem->base, rmem->size,
				     order ? be32_to_cpup(order) : 0, name,
				     &cma);
}

CMA_TESTS_RESERVEDMEM(kunit_area, "cma-tests,kunit-area", kunit_area_setup);
