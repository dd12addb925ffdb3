/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Areas that a case declares and does not activate. Include after
 * "cma_copy.c". Addresses are counted in blocks, the smallest area:
 *
 *	0                                              1024
 *	|----------------------------------------------|  end of DRAM
 */
#ifndef _DECLARED_AREA_H
#define _DECLARED_AREA_H

#include "copied_area.h"

#define DRAM_BLOCKS 1024
#define DRAM_END BLOCKS(DRAM_BLOCKS)
#define PAGES(blocks) ((unsigned long)(blocks) << FAKE_PAGEBLOCK_ORDER)

/* A declaration that fails leaves no trace: no area, no page, no memory. */
static __maybe_unused void
expect_no_trace(struct kunit *test, unsigned int nr_reserved)
{
	KUNIT_EXPECT_EQ_MSG(test, cma_area_count, 0, "areas");
	KUNIT_EXPECT_EQ_MSG(test, fake.cma_total, 0UL, "CmaTotal pages");
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_reserved, nr_reserved,
			    "regions that stay reserved");
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_bad_frees, 0,
			    "regions freed that were not reserved so");
}

static int declared_areas_begin(struct kunit *test)
{
	cma_fakes_reset();
	fake.end_of_dram = DRAM_END;
	fake.lowmem_end = DRAM_END;

	return 0;
}

static void declared_areas_end(struct kunit *test)
{
	memset(cma_areas, 0, sizeof(cma_areas));
	cma_area_count = 0;
}

#endif
