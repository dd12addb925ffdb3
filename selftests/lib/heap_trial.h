/* SPDX-License-Identifier: GPL-2.0 */
/* A heap that somebody exported: is it one, and whose memory does it give? */
#ifndef CMA_TESTS_HEAP_TRIAL_H
#define CMA_TESTS_HEAP_TRIAL_H

#include "area.h"

/*
 * heap_trial - take a buffer, use it, give it back: the area must pay, and be paid.
 *
 * Returns NULL, or what is wrong with the heap.
 */
const char *heap_trial(const struct cma_area_list *areas, const char *heap_name,
		       const char *area_name);

#endif
