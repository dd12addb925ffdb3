/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CMABENCH_LANDING_H
#define CMABENCH_LANDING_H

#include "bench.h"

/*
 * landing_find - where cma_alloc() will try first for @request: the first fit
 * in the area's bitmap. Empty (count_pages 0) when there is none.
 *
 * Returns 0 or -errno; -ENOENT without debugfs.
 */
int landing_find(const struct cma_area *area, const struct request *request,
		 struct cma_range *landing);

#endif
