/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The zone that an area lies in, from /proc/zoneinfo. A zone decides by
 * itself when movable pages go into CMA: once its free CMA pages are more than
 * half of its free pages.
 */
#ifndef CMABENCH_ZONE_H
#define CMABENCH_ZONE_H

#include <linux/types.h>

struct zone {
	__u64 start_pfn;
	__u64 spanned_pages;
	__u64 free_pages;	/* CMA included */
	__u64 free_cma_pages;
	__u64 high_pages;	/* watermark at which kswapd rests, with its boost */
	__u64 boost_pages;	/* what a fallback has added to all watermarks */
	__u64 highest_pages;	/* the high watermark, boosted as far as it can be */
	__u64 protection_pages;	/* kept for allocations that need this zone */
};

/*
 * zone_of_pfn - the zone around @pfn. @pfn 0: all zones added up, for when
 * the area's place is not known. Returns 0 or -errno; -ENOENT: no such zone.
 */
int zone_of_pfn(__u64 pfn, struct zone *zone);

/* Free pages that are not CMA's: what unmovable allocations can have. */
static inline __u64 zone_free_outside_pages(const struct zone *zone)
{
	return zone->free_pages > zone->free_cma_pages ?
	       zone->free_pages - zone->free_cma_pages : 0;
}

#endif
