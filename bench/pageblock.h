/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CMABENCH_PAGEBLOCK_H
#define CMABENCH_PAGEBLOCK_H

#include <linux/types.h>
#include <stddef.h>

#include "area.h"

/*
 * pageblock_pages - pages of a pageblock: what isolation works in. From
 * /proc/pagetypeinfo; 512 where that may not be read, as with 4K pages.
 */
__u64 pageblock_pages(void);

/*
 * pageblocks_count - of an area, over all of its ranges. pageblock_number - the n-th
 * of them. pageblock_of_pfn - the one that @pfn is in; of no pages when none is.
 */
size_t pageblocks_count(const struct cma_area *area);
struct cma_range pageblock_number(const struct cma_area *area, size_t n);
struct cma_range pageblock_of_pfn(const struct cma_area *area, __u64 pfn);

#endif
