/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The area of a heap on a kernel that shows no areas: neither CONFIG_CMA_SYSFS nor a
 * debugfs that may be read. What a dma-buf promises is promised there too.
 */
#ifndef CMA_TESTS_UNSEEN_AREA_H
#define CMA_TESTS_UNSEEN_AREA_H

#include "area.h"
#include "dma_heap.h"

/*
 * unseen_area_find_heap - the first heap of @heaps that takes its memory from an area.
 * @heaps:	from dma_heap_discover() without areas.
 * @area:	is filled in: called as the heap is, of unknown size, with no files.
 *
 * CmaFree rises when a buffer from an area is given back, and not for one from elsewhere.
 * Returns NULL where no heap can be opened, or none makes it rise.
 */
const struct dma_heap *unseen_area_find_heap(struct dma_heap_list *heaps, struct cma_area *area);

#endif
