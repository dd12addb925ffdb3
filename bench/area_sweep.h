/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CMABENCH_AREA_SWEEP_H
#define CMABENCH_AREA_SWEEP_H

#include "bench.h"

/*
 * area_sweep - take the whole area piece by piece, then give it back, the
 * highest piece first.
 *
 * Two things come of it. Movable pages of others are migrated out. And the
 * page allocator, which hands out what was freed last, will from now on fill
 * the area from its base upwards: where cma_alloc(), which takes the first
 * fit, will look for memory.
 *
 * Through the heap, whose buffers die with this process, else through debugfs.
 * Returns the pages that were taken, or -errno: -ENOENT when neither is there.
 */
long long area_sweep(const struct target *target);

/*
 * area_drain - move free pages from the per-CPU lists to the common ones.
 *
 * 7.x frees a range in large blocks, and a block of pageblock size waits on a
 * per-CPU list for a huge page fault: small faults cannot have it. Allocating
 * a page of the area drains those lists. Returns 0 or -errno.
 */
int area_drain(const struct target *target);

#endif
