// SPDX-License-Identifier: GPL-2.0
#include "resident_window.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "area_frames.h"

/* Bits of a pagemap entry, Documentation/admin-guide/mm/pagemap.rst */
#define ENTRY_PRESENT	0x8000000000000000ull
#define ENTRY_PFN_MASK	0x007fffffffffffffull

static bool is_landing(const struct resident *resident, __u64 entry)
{
	return (entry & ENTRY_PRESENT) &&
	       (entry & ENTRY_PFN_MASK) - resident->landing.base_pfn <
	       resident->landing.count_pages;
}

static bool is_inside(const struct resident *resident, __u64 entry)
{
	return (entry & ENTRY_PRESENT) &&
	       cma_area_contains(resident->target->area,
				 entry & ENTRY_PFN_MASK);
}

__u64 window_pfn(const struct resident *resident, __u64 slot)
{
	return resident->entries[slot] & ENTRY_PRESENT ?
	       resident->entries[slot] & ENTRY_PFN_MASK : 0;
}

void *window_address(const struct resident *resident, __u64 slot)
{
	return resident->base + slot * resident->target->page_size_bytes;
}

static void count_pages(struct resident *resident)
{
	__u64 slot;

	resident->inside_pages = 0;
	resident->outside_pages = 0;
	resident->landing_pages = 0;
	for (slot = resident->first_slot; slot < resident->end_slot; slot++) {
		if (is_inside(resident, resident->entries[slot]))
			resident->inside_pages++;
		else if (resident->entries[slot] & ENTRY_PRESENT)
			resident->outside_pages++;
		resident->landing_pages +=
			is_landing(resident, resident->entries[slot]);
	}
}

/* Read the pagemap of the window and count. */
int window_scan(struct resident *resident)
{
	size_t page_size = resident->target->page_size_bytes;
	__u64 slot = resident->first_slot;
	__u64 first_page = (unsigned long)resident->base / page_size;

	while (slot < resident->end_slot) {
		ssize_t got = pread(resident->pagemap_fd,
				    resident->entries + slot,
				    (resident->end_slot - slot) * sizeof(__u64),
				    (first_page + slot) * sizeof(__u64));

		if (got <= 0)
			return got ? -errno : -EIO;
		slot += got / sizeof(__u64);
	}
	count_pages(resident);
	return 0;
}

/* How many pages are there that may be ours, by what the kernel tells. */
static int count_lent(struct resident *resident, __u64 *lent)
{
	bool (*counts)(__u64 flags) = resident->kind->is_in_frame;
	struct occupancy now = { 0 };
	int err;

	if (!resident->by_flags) {
		err = area_lent_pages(resident->target, &now);
		*lent = now.pages;
		return err;
	}
	err = area_frames_count(resident->target->area, counts, lent);
	return err ? err : range_frames_count(&resident->landing, counts,
					      &resident->landing_pages);
}

int window_look(struct resident *resident)
{
	__u64 lent;
	int err;

	if (resident->exact)
		return window_scan(resident);
	err = count_lent(resident, &lent);
	if (err)
		return err;
	resident->inside_pages = lent > resident->lent_before_pages ?
				 lent - resident->lent_before_pages : 0;
	resident->outside_pages = resident->end_slot - resident->first_slot;
	return 0;
}

/* Fill holes in the window first, so that it stays small; then extend it. */
int window_fault(struct resident *resident, __u64 pages)
{
	__u64 slot = resident->first_slot, run;
	int err = 0;

	while (!err && pages && resident->exact && slot < resident->end_slot) {
		for (run = 0; slot + run < resident->end_slot && run < pages &&
		     !(resident->entries[slot + run] & ENTRY_PRESENT); run++)
			;
		if (run)
			err = resident->kind->fault(resident, slot, run);
		pages -= run;
		slot += run + 1;
	}
	if (err || !pages)
		return err;
	if (pages > resident->capacity_slots - resident->end_slot)
		return -ENOMEM;
	err = resident->kind->fault(resident, resident->end_slot, pages);
	resident->end_slot += pages;
	return err;
}

static void drop_run(struct resident *resident, __u64 slot, __u64 slots)
{
	resident->kind->drop(resident, slot, slots);
	memset(resident->entries + slot, 0, slots * sizeof(__u64));
}

/* Residents at @pfn or higher. */
static __u64 count_from(const struct resident *resident, __u64 pfn)
{
	__u64 slot, count = 0;

	for (slot = resident->first_slot; slot < resident->end_slot; slot++)
		count += is_inside(resident, resident->entries[slot]) &&
			 (resident->entries[slot] & ENTRY_PFN_MASK) >= pfn;
	return count;
}

/* The highest frame from which on there are at least @pages residents. */
static __u64 frame_to_drop_from(const struct resident *resident, __u64 pages)
{
	const struct cma_area *area = resident->target->area;
	const struct cma_range *last = &area->ranges[area->nranges - 1];
	__u64 low = area->ranges[0].base_pfn;
	__u64 high = last->base_pfn + last->count_pages;

	while (low < high) {
		__u64 middle = low + (high - low + 1) / 2;

		if (count_from(resident, middle) >= pages)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

/*
 * Which slot lies where is not seen. The first fill went up from the base, so
 * its last slots are the highest; those of this sample fill the hole where it
 * will land, and stay.
 */
static int drop_unseen(struct resident *resident, __u64 pages)
{
	__u64 enough = resident->inside_pages > pages ?
		       resident->inside_pages - pages : 0;
	int err = 0, rounds = 0;

	while (!err && resident->inside_pages > enough) {
		__u64 left, slots;

		if (resident->top_slot <= resident->first_slot) {
			resident->top_slot = resident->settled_slot;
			if (rounds++ || resident->top_slot <= resident->first_slot)
				break;
		}
		left = resident->top_slot - resident->first_slot;
		slots = left < SMALL_PAGES ? left : SMALL_PAGES;
		resident->top_slot -= slots;
		drop_run(resident, resident->top_slot, slots);
		err = window_look(resident);
	}
	return err;
}

/* From the top: the base is where the next allocation looks for memory. */
int window_drop_inside(struct resident *resident, __u64 pages)
{
	__u64 slot, from_pfn;

	if (!resident->exact)
		return drop_unseen(resident, pages);
	from_pfn = frame_to_drop_from(resident, pages);
	for (slot = resident->first_slot; slot < resident->end_slot; slot++)
		if (is_inside(resident, resident->entries[slot]) &&
		    (resident->entries[slot] & ENTRY_PFN_MASK) >= from_pfn)
			drop_run(resident, slot, 1);
	count_pages(resident);
	return 0;
}

/* @pages outside pages of the window, the lowest slots first, run by run. */
static void drop_outside_slots(struct resident *resident, __u64 pages)
{
	__u64 slot = resident->first_slot, run;

	while (pages && slot < resident->end_slot) {
		for (run = 0; slot + run < resident->end_slot && run < pages &&
		     (resident->entries[slot + run] & ENTRY_PRESENT) &&
		     !is_inside(resident, resident->entries[slot + run]); run++)
			;
		if (run)
			drop_run(resident, slot, run);
		pages -= run;
		slot += run + 1;
	}
}

int window_drop_outside(struct resident *resident, __u64 pages)
{
	int err;

	if (!resident->exact) {	/* the oldest pages: ballast */
		if (pages > resident->end_slot - resident->first_slot)
			pages = resident->end_slot - resident->first_slot;
		drop_run(resident, resident->first_slot, pages);
		resident->first_slot += pages;
		return window_look(resident);
	}
	if (pages > resident->outside_pages && resident->first_slot) {
		/* Go into the ballast, and keep an eye on it from now on. */
		resident->first_slot = 0;
		resident->ballast_is_known = true;
		err = window_look(resident);
		if (err)
			return err;
	}
	drop_outside_slots(resident, pages);
	count_pages(resident);
	return 0;
}

/*
 * Once, after the first fill: let the window begin where residents get dense.
 * The ballast below it, most of the slots, need not be looked at again. The
 * few residents among it, from per-CPU lists, are given back.
 */
void window_forget_ballast(struct resident *resident)
{
	__u64 few = resident->wanted_pages / 16;

	resident->ballast_is_known = true;
	if (!resident->exact)
		return;
	for (; resident->first_slot < resident->end_slot; resident->first_slot++) {
		if (!is_inside(resident,
			       resident->entries[resident->first_slot]))
			continue;
		if (!few--)
			break;
		drop_run(resident, resident->first_slot, 1);
	}
	count_pages(resident);
}
