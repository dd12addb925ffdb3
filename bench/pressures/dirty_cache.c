// SPDX-License-Identifier: GPL-2.0
/*
 * Dirty page cache, mapped once, its writing set off for a quarter right before
 * each sample: on a slow disk these are still under writeback when the
 * allocation meets them and waits; a zram disk has written them at once.
 */
#include <fcntl.h>
#include <linux/kernel-page-flags.h>

#include "../cached_file.h"
#include "../resident_pressure.h"
#include "../resident_window.h"

static bool is_dirty_cache(__u64 flags)
{
	return !(flags & (1ull << KPF_ANON | 1ull << KPF_SWAPBACKED)) &&
	       (flags & (1ull << KPF_DIRTY | 1ull << KPF_WRITEBACK));
}

static const struct page_kind dirty_cache_pages = {
	.name = "dirty page-cache",
	.needs_ballast = true,
	.expected_percent = 50,
	.map = cached_file_map,
	.fault = populate_for_writing,
	.drop = cached_file_drop,
	.unmap = cached_file_unmap,
	.is_as_expected = is_dirty_cache,
};

static int dirty_cache_open(const struct target *target, unsigned int percent,
			    void **state, struct reason *why)
{
	return resident_pressure_open(&dirty_cache_pages, target, percent,
				      state, why);
}

/* The kernel writes when it likes: what it has cleaned is made dirty again. */
static void make_dirty_again(struct resident *resident)
{
	__u64 slot = resident->first_slot, run;

	while (slot < resident->end_slot) {
		for (run = 0; slot + run < resident->end_slot &&
		     window_pfn(resident, slot + run); run++)
			;
		if (run)
			populate_for_writing(resident, slot, run);
		slot += run + 1;
	}
}

static int dirty_cache_establish(void *state, const struct request *request,
				 struct reason *why)
{
	struct resident *resident = state;
	size_t page_size = resident->target->page_size_bytes;
	int err = resident_fill(resident, request, why);

	if (err)
		return err;
	make_dirty_again(resident);
	sync_file_range(cached_file_descriptor(resident),
			resident->first_slot * page_size,
			(resident->end_slot - resident->first_slot) / 4 *
			page_size, SYNC_FILE_RANGE_WRITE);
	return 0;
}

static const struct pressure dirty_cache = {
	.name = "dirty-cache",
	.help = "dirty page cache of a file, writeback under way (--folder, else zram)",
	.needs_area = true,
	.has_target = true,
	.costs = MODEL_MIGRATED_PAGE,
	.open = dirty_cache_open,
	.establish = dirty_cache_establish,
	.verify = resident_pressure_verify,
	.confirm = resident_pressure_confirm,
	.close = resident_pressure_close,
};

REGISTER_PRESSURE(dirty_cache)
