// SPDX-License-Identifier: GPL-2.0
/*
 * Dirty page cache, mapped once, its writing set off for every fourth piece of
 * it right before each sample: on a slow disk these are still under writeback
 * when the allocation meets them and waits; a zram disk has written them at once.
 *
 *	|dddddwdddddwdddddwdddddw|	wherever the allocation goes
 *
 * The kernel begins to write when a tenth of the memory that could be dirty is,
 * and with the ballast in place half an area is more than that: vm.dirty_ratio
 * is 100 as long as the pressure lasts, and writing begins at a half.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kernel-page-flags.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../cached_file.h"
#include "../resident_pressure.h"
#include "../resident_window.h"
#include "guard.h"
#include "text_file.h"

#define DIRTY_RATIO "/proc/sys/vm/dirty_ratio"
#define DIRTY_BACKGROUND_RATIO "/proc/sys/vm/dirty_background_ratio"

/* One piece of so many is written, of so many pages each. */
#define WRITTEN_PAGES 16
#define WRITTEN_PART 4

struct dirty_cache {
	struct resident *resident;
	unsigned int turn;	/* which of the parts is written next */
	struct guard guard;	/* puts the limits back */
};

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
	.fault = cached_file_read,
	.drop = cached_file_drop,
	.unmap = cached_file_unmap,
	.is_as_expected = is_dirty_cache,
};

/*
 * A limit is one of a pair, a ratio and a number of bytes: writing one makes the
 * other 0, so whichever is not 0 is put back last.
 */
static int lift_limit(struct guard *guard, const char *ratio, const char *bytes,
		      const char *value)
{
	char text[24];
	__u64 set;
	int err;

	if (!text_file_read_u64(bytes, &set) && set) {
		snprintf(text, sizeof(text), "%llu\n", set);
		err = guard_write(guard, bytes, text);
		if (err < 0)
			return err;
	}
	return guard_set_file(guard, ratio, value);
}

static int lift_limits(struct guard *guard, struct reason *why)
{
	int err = guard_open(guard);

	if (!err)
		err = lift_limit(guard, DIRTY_RATIO, "/proc/sys/vm/dirty_bytes",
				 "100\n");
	if (!err)
		err = lift_limit(guard, DIRTY_BACKGROUND_RATIO,
				 "/proc/sys/vm/dirty_background_bytes", "100\n");
	return err ? refuse(why, err, "cannot keep pages dirty by " DIRTY_RATIO ": %s (root)",
			    strerror(-err)) : 0;
}

static void dirty_cache_close(void *state)
{
	struct dirty_cache *dirty = state;

	if (dirty->resident)
		resident_pressure_close(dirty->resident);
	guard_close(&dirty->guard);
	free(dirty);
}

static int dirty_cache_open(const struct target *target, unsigned int percent,
			    void **state, struct reason *why)
{
	struct dirty_cache *dirty = calloc(1, sizeof(*dirty));
	void *resident = NULL;
	int err;

	if (!dirty)
		return refuse(why, -ENOMEM, "out of memory");
	err = lift_limits(&dirty->guard, why);
	if (!err)
		err = resident_pressure_open(&dirty_cache_pages, target,
					     percent, &resident, why);
	dirty->resident = resident;
	if (err) {
		dirty_cache_close(dirty);
		return err;
	}
	*state = dirty;
	return 0;
}

/*
 * Of those in the area only: what is dirty outside counts against the limit,
 * too. The kernel writes when it likes: what it has cleaned is dirtied again.
 */
static void make_dirty(const struct resident *resident)
{
	__u64 slot;

	for (slot = resident->first_slot; slot < resident->end_slot; slot++)
		if (cma_area_contains(resident->target->area,
				      window_pfn(resident, slot)))
			__atomic_fetch_add((char *)window_address(resident, slot),
					   0, __ATOMIC_RELAXED);
}

/*
 * Another part each time: the allocation drops what was written, and new pages
 * in its stead are the next ones to be in its way.
 */
static void write_a_part(struct dirty_cache *dirty)
{
	const struct resident *resident = dirty->resident;
	size_t page_size = resident->target->page_size_bytes;
	__u64 slot = resident->first_slot +
		     dirty->turn++ % WRITTEN_PART * WRITTEN_PAGES;

	for (; slot < resident->end_slot; slot += WRITTEN_PAGES * WRITTEN_PART)
		sync_file_range(cached_file_descriptor(resident),
				slot * page_size, WRITTEN_PAGES * page_size,
				SYNC_FILE_RANGE_WRITE);
}

static int dirty_cache_establish(void *state, const struct request *request,
				 struct reason *why)
{
	struct dirty_cache *dirty = state;
	int err = resident_fill(dirty->resident, request, why);

	if (err)
		return err;
	make_dirty(dirty->resident);
	write_a_part(dirty);
	return 0;
}

static int dirty_cache_verify(void *state, struct occupancy *now,
			      struct reason *why)
{
	return resident_pressure_verify(((struct dirty_cache *)state)->resident,
					now, why);
}

static int dirty_cache_confirm(void *state, const struct sample *sample,
			       const struct request *request,
			       struct reason *why)
{
	return resident_pressure_confirm(((struct dirty_cache *)state)->resident,
					 sample, request, why);
}

static const struct pressure dirty_cache = {
	.name = "dirty-cache",
	.help = "dirty page cache of a file, its writing set off (--folder, else a zram disk)",
	.needs_area = true,
	.has_target = true,
	.costs = MODEL_MIGRATED_PAGE,
	.open = dirty_cache_open,
	.establish = dirty_cache_establish,
	.verify = dirty_cache_verify,
	.confirm = dirty_cache_confirm,
	.close = dirty_cache_close,
};

REGISTER_PRESSURE(dirty_cache)
