// SPDX-License-Identifier: GPL-2.0
/*
 * Anonymous pages that were swapped out to zram: what lies in the area is
 * zsmalloc's, movable by a method of its own. No mapping shows where, but the
 * flags of the frames do. The contents are random, since pages that compress
 * well would need hardly any room.
 */
#include <errno.h>
#include <linux/kernel-page-flags.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../resident_pressure.h"
#include "../resident_window.h"
#include "../zram_disk.h"
#include "random.h"

#ifndef MADV_PAGEOUT	/* 5.4; older C libraries lack the name */
#define MADV_PAGEOUT 21
#endif

#define ENTRY_PRESENT 0x8000000000000000ull
#define ENTRY_SWAPPED 0x4000000000000000ull
#define CHECKED_SLOTS 64

/* KPF_PRIVATE, from the part of kernel-page-flags.h that programs do not get. */
#define FRAME_PRIVATE 0x800000000ull
#define FRAME_OF_USER ((1ull << KPF_LRU) | (1ull << KPF_MMAP))

/* At most so many at once, see swapped_fault(). */
#define MOST_SWAPPED_PAGES 8

struct swapped {
	struct zram_disk disk;
	struct random random;
};

static int swapped_map(struct resident *resident, struct reason *why)
{
	size_t page_size = resident->target->page_size_bytes;
	__u64 bytes = resident->capacity_slots * page_size;
	struct swapped *swapped = calloc(1, sizeof(*swapped));
	int err;

	if (!swapped)
		return refuse(why, -ENOMEM, "out of memory");
	resident->kind_state = swapped;
	random_seed(&swapped->random, resident->target->seed);
	err = zram_disk_open(&swapped->disk, bytes, why);
	if (!err)
		err = zram_disk_swap_on(&swapped->disk, page_size, bytes, why);
	return err ? err : anonymous_map(resident, why);
}

static void swapped_unmap(struct resident *resident)
{
	struct swapped *swapped = resident->kind_state;

	if (swapped)
		zram_disk_close(&swapped->disk);
	free(swapped);
}

static int swap_out(struct resident *resident, __u64 slot, __u64 slots)
{
	struct swapped *swapped = resident->kind_state;
	__u64 bytes = slots * resident->target->page_size_bytes, i;
	__u64 *word = window_address(resident, slot);

	for (i = 0; i < bytes / sizeof(*word); i++)
		word[i] = random_next(&swapped->random);
	return madvise(word, bytes, MADV_PAGEOUT) ? -errno : 0;
}

/*
 * A page to be swapped out is there before zsmalloc's is, and so takes the place
 * that was meant for that one, a hole in the area. What it leaves goes back to
 * the front of the free lists, where the next one takes it again:
 *
 *	|.zzzz|	-> |Azzzz|z -> |.zzzz|z -> |Azzzz|zz
 *
 * Few at a time leave a small hole, and ever changing numbers of them, the last
 * freed first, leave one to zsmalloc at last.
 */
static int swapped_fault(struct resident *resident, __u64 slot, __u64 slots)
{
	struct swapped *swapped = resident->kind_state;
	__u64 some;
	int err = 0;

	for (; slots && !err; slot += some, slots -= some) {
		some = 1 + random_below(&swapped->random, MOST_SWAPPED_PAGES);
		if (some > slots)
			some = slots;
		err = swap_out(resident, slot, some);
	}
	return err;
}

/* zsmalloc marks the first page of an object so, here each: no list has it. */
static bool is_zsmalloc(__u64 flags)
{
	return (flags & FRAME_PRIVATE) && !(flags & FRAME_OF_USER);
}

static const struct page_kind swapped_pages = {
	.name = "swapped",
	.by_counters = true,
	.is_in_frame = is_zsmalloc,
	.needs_ballast = true,
	.map = swapped_map,
	.fault = swapped_fault,
	.drop = anonymous_drop,
	.unmap = swapped_unmap,
};

static int zram_swap_open(const struct target *target, unsigned int percent,
			  void **state, struct reason *why)
{
	return resident_pressure_open(&swapped_pages, target, percent, state,
				      why);
}

/* That pages are swapped out everybody may see; where they lie nobody. */
static int check_swapped(const struct resident *resident, struct reason *why)
{
	__u64 slots = resident->end_slot - resident->first_slot;
	__u64 step = slots / CHECKED_SLOTS + 1, slot, entry;
	unsigned int seen = 0, good = 0;

	for (slot = resident->first_slot; slot < resident->end_slot;
	     slot += step) {
		unsigned long page = (unsigned long)window_address(resident, slot) /
				     resident->target->page_size_bytes;

		if (pread(resident->pagemap_fd, &entry, sizeof(entry),
			  page * sizeof(entry)) != sizeof(entry))
			continue;
		/* Given back: not there, in neither way. */
		if (!(entry & (ENTRY_PRESENT | ENTRY_SWAPPED)))
			continue;
		seen++;
		good += (entry & ENTRY_SWAPPED) != 0;
	}
	if (4 * good >= 3 * seen)
		return 0;
	return refuse(why, -ENOENT,
		      "%u of %u pages looked at are swapped out, expected three of four",
		      good, seen);
}

static int zram_swap_verify(void *state, struct occupancy *now,
			    struct reason *why)
{
	int err = resident_pressure_verify(state, now, why);

	return err ? err : check_swapped(state, why);
}

static const struct pressure zram_swap = {
	.name = "zram-swap",
	.help = "pages swapped out to zram, which keeps them in the area",
	.needs_area = true,
	.has_target = true,
	.costs = MODEL_MIGRATED_PAGE,
	.open = zram_swap_open,
	.establish = resident_pressure_establish,
	.verify = zram_swap_verify,
	.confirm = resident_pressure_confirm,
	.close = resident_pressure_close,
};

REGISTER_PRESSURE(zram_swap)
