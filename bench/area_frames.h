/* SPDX-License-Identifier: GPL-2.0 */
/* Everybody's pages inside an area. */
#ifndef CMABENCH_AREA_FRAMES_H
#define CMABENCH_AREA_FRAMES_H

#include "bench.h"

/*
 * area_frames_occupied - movable pages, of whatever program, in the area.
 *
 * From /proc/kpageflags frame by frame where that may be read, else from the
 * counters. Without an area: 0 pages, source unknown. Returns 0 or -errno.
 */
int area_frames_occupied(const struct target *target, struct occupancy *now);

/*
 * area_frames_count, range_frames_count - frames whose /proc/kpageflags say yes
 * to @counts. Return 0 or -errno; -ENOENT where that cannot be read.
 */
int area_frames_count(const struct cma_area *area,
		      bool (*counts)(__u64 flags), __u64 *pages);
int range_frames_count(const struct cma_range *range,
		       bool (*counts)(__u64 flags), __u64 *pages);

/*
 * area_frames_expect_empty - likewise, and no more of them than a twentieth of the area.
 *
 * Returns 0, or -errno and the reason. *now is set in both cases.
 */
int area_frames_expect_empty(const struct target *target, struct occupancy *now,
			     struct reason *why);

/*
 * area_lent_pages - by the counters alone: CMA pages neither free nor taken
 * by CMA's users. Of all areas together, and free pages on per-CPU lists are
 * in it. Where the kernel does not tell of each area what is taken, drivers'
 * buffers are in it as well: the source is OCCUPANCY_NOT_FREE then. Returns 0
 * or -errno.
 */
int area_lent_pages(const struct target *target, struct occupancy *now);

#endif
