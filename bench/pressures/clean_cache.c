// SPDX-License-Identifier: GPL-2.0
/*
 * Clean page cache, mapped once: what a reader of large files leaves behind.
 * The allocator need not migrate it, it may drop it; so that it was met is seen
 * from the pages that are missing afterwards.
 */
#include <linux/kernel-page-flags.h>

#include "../cached_file.h"
#include "../resident_pressure.h"

static bool is_clean_cache(__u64 flags)
{
	return !(flags & (1ull << KPF_ANON | 1ull << KPF_SWAPBACKED |
			  1ull << KPF_DIRTY | 1ull << KPF_WRITEBACK)) &&
	       (flags & (1ull << KPF_UPTODATE));
}

static const struct page_kind clean_cache_pages = {
	.name = "clean page-cache",
	.needs_ballast = true,
	.map = cached_file_map,
	.fault = cached_file_read,
	.drop = cached_file_drop,
	.unmap = cached_file_unmap,
	.is_as_expected = is_clean_cache,
};

static int clean_cache_open(const struct target *target, unsigned int percent,
			    void **state, struct reason *why)
{
	return resident_pressure_open(&clean_cache_pages, target, percent,
				      state, why);
}

static const struct pressure clean_cache = {
	.name = "clean-cache",
	.help = "clean page cache of a file (--folder, else on a zram disk)",
	.needs_area = true,
	.has_target = true,
	.costs = MODEL_MIGRATED_PAGE,
	.open = clean_cache_open,
	RESIDENT_PRESSURE_CALLBACKS
};

REGISTER_PRESSURE(clean_cache)
