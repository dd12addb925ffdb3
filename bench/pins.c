// SPDX-License-Identifier: GPL-2.0
#include "pins.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "descriptors.h"
#include "held_area.h"
#include "pagemap.h"
#include "pageblock.h"
#include "resident_window.h"

/* So much of the area is filled for a moment, to have pages to choose from. */
#define FILL_PERCENT_FOR_ONE 25
#define FILL_PERCENT_FOR_ALL 85

struct pins {
	const struct target *target;
	struct resident resident;	/* holds the pages' mapping */
	struct pin *pin;
	size_t wanted, count;
};

/* Where the i-th of all is wanted. */
static __u64 wanted_pfn(const struct pins *pins, size_t i)
{
	const struct cma_area *area = pins->target->area;

	if (pins->wanted == 1)
		return area->ranges[0].base_pfn + area->count_pages / 16;
	return area->ranges[0].base_pfn +
	       (2 * i + 1) * area->count_pages / (2 * pins->wanted);
}

static bool is_in(const struct cma_range *range, __u64 pfn)
{
	return pfn - range->base_pfn < range->count_pages;
}

static unsigned int count_pins(const struct pin *pin, size_t pins,
			       const struct cma_range *block)
{
	unsigned int count = 0;
	size_t i;

	for (i = 0; i < pins; i++)
		count += is_in(block, pin[i].pfn);
	return count;
}

static bool is_pinned(const struct pins *pins, __u64 slot)
{
	size_t i;

	for (i = 0; i < pins->count; i++)
		if (pins->pin[i].slot == slot)
			return true;
	return false;
}

/*
 * The resident whose frame is nearest to @pfn, in @block or anywhere in the area: its
 * slot, or ~0.
 */
static __u64 nearest_slot(const struct pins *pins, __u64 pfn,
			  const struct cma_range *block)
{
	const struct resident *resident = &pins->resident;
	__u64 slot, found, off, best_off = ~0ull, best = ~0ull;

	for (slot = resident->first_slot; slot < resident->end_slot; slot++) {
		found = window_pfn(resident, slot);
		if (block ? !is_in(block, found) :
		    !cma_area_contains(pins->target->area, found))
			continue;
		off = found > pfn ? found - pfn : pfn - found;
		if (off >= best_off || is_pinned(pins, slot))
			continue;
		best_off = off;
		best = slot;
	}
	return best;
}

static int pin_slot(struct pins *pins, const struct pin_method *method,
		    __u64 slot, struct reason *why)
{
	struct pin *pin = &pins->pin[pins->count];
	int err;

	pin->slot = slot;
	if (pipe2(pin->pipe, O_CLOEXEC))
		return refuse(why, -errno, "cannot open pipe %zu of %zu: %m",
			      pins->count, pins->wanted);
	err = method->pin(&pins->resident, pin->slot, pin->pipe[1]);
	if (!err)
		err = pagemap_pfn(window_address(&pins->resident, pin->slot),
				  &pin->pfn);
	if (!err) {
		pins->count++;
		return 0;
	}
	close(pin->pipe[0]);
	close(pin->pipe[1]);
	return refuse(why, err, "cannot pin a page: %s", strerror(-err));
}

/* All over the area, wherever pages are. */
static int pin_anywhere(struct pins *pins, const struct pin_method *method,
			struct reason *why)
{
	__u64 slot;
	int err = 0;

	while (pins->count < pins->wanted && !err) {
		slot = nearest_slot(pins, wanted_pfn(pins, pins->count), NULL);
		if (slot == ~0ull)
			return refuse(why, -ENOENT, "no page in the area is left to pin, after %zu of %zu",
				      pins->count, pins->wanted);
		err = pin_slot(pins, method, slot, why);
	}
	return err;
}

/* The page that was given back last, if nobody else came first. */
static int pin_faulted(struct pins *pins, const struct pin_method *method,
		       struct reason *why)
{
	struct resident *resident = &pins->resident;
	int err = window_fault(resident, 1);
	struct cma_range block;
	__u64 slot;

	if (!err)
		err = window_scan(resident);
	if (err)
		return refuse(why, err, "cannot fault a page to pin: %s", strerror(-err));
	slot = resident->end_slot - 1;
	block = pageblock_of_pfn(pins->target->area, window_pfn(resident, slot));
	if (!block.count_pages || count_pins(pins->pin, pins->count, &block) >=
	    pins->target->settings.pins)
		return 0;
	return pin_slot(pins, method, slot, why);
}

/* Where a heap can hold the area, pages are had where they are wanted. */
static int pin_held_area(struct pins *pins, const struct pin_method *method,
			 struct reason *why)
{
	__u64 part_pages = pageblock_pages();
	struct held_area held;
	cpu_set_t before, here;
	int err;

	while (part_pages > 2 &&
	       part_pages * pins->target->settings.pins > pageblock_pages())
		part_pages /= 2;
	sched_getaffinity(0, sizeof(before), &before);
	CPU_ZERO(&here);
	CPU_SET(sched_getcpu(), &here);
	sched_setaffinity(0, sizeof(here), &here);
	err = held_area_take(&held, pins->target, part_pages, why);
	while (!err && held_area_give_single(&held))
		err = pin_faulted(pins, method, why);
	held_area_give(&held);
	sched_setaffinity(0, sizeof(before), &before);
	return err;
}

/* One that has too few pages is left with too few pins: pins_verify() tells. */
static int pin_pageblock(struct pins *pins, const struct pin_method *method,
			 const struct cma_range *block, struct reason *why)
{
	unsigned int wanted = pins->target->settings.pins;
	unsigned int have = count_pins(pins->pin, pins->count, block);
	__u64 slot;
	int err = 0;

	for (; have < wanted && !err; have++) {
		slot = nearest_slot(pins, block->base_pfn + (2 * have + 1) *
				    block->count_pages / (2 * wanted), block);
		if (slot == ~0ull)
			return 0;
		err = pin_slot(pins, method, slot, why);
	}
	return err;
}

static int pin_pageblocks(struct pins *pins, const struct pin_method *method,
			  struct reason *why)
{
	const struct cma_area *area = pins->target->area;
	struct cma_range block;
	size_t n;
	int err = 0;

	for (n = 0; n < pageblocks_count(area) && !err; n++) {
		block = pageblock_number(area, n);
		err = pin_pageblock(pins, method, &block, why);
	}
	return err;
}

/* All but the pinned pages go: the rest of the area is to be empty. */
static void drop_the_rest(struct pins *pins)
{
	struct resident *resident = &pins->resident;
	__u64 slot;

	for (slot = 0; slot < resident->end_slot; slot++)
		if (!is_pinned(pins, slot))
			resident->kind->drop(resident, slot, 1);
	if (resident->ballast) {
		resident_close(resident->ballast);
		free(resident->ballast);
		resident->ballast = NULL;
	}
}

/* Those that were empty get what a second fill brings: as much as can be had. */
static int pin_filled_area(struct pins *pins, const struct pin_method *method,
			   struct reason *why)
{
	const struct request request = { 1, 0 };
	struct reason unused;
	int err = pin_pageblocks(pins, method, why);

	if (err || pins->count == pins->wanted)
		return err;
	pins->resident.wanted_pages = pins->target->area->count_pages;
	resident_fill(&pins->resident, &request, &unused);
	return pin_pageblocks(pins, method, why);
}

static int place_pins(struct pins *pins, const struct pin_method *method,
		      struct reason *why)
{
	const struct request request = { 1, 0 };
	bool in_each = pins->target->settings.pins_per_pageblock;
	int err = 0;

	if (!pins->resident.exact)
		return refuse(why, -EPERM,
			      "cannot choose a page by its PFN (CAP_SYS_ADMIN, CONFIG_CMA_DEBUGFS)");
	if (in_each && pins->target->heap) {
		err = pin_held_area(pins, method, why);
	} else {
		err = resident_fill(&pins->resident, &request, why);
		if (!err)
			err = in_each ? pin_filled_area(pins, method, why) :
					pin_anywhere(pins, method, why);
	}
	drop_the_rest(pins);
	return err;
}

/* A pipe for each pin: two descriptors. */
static int make_room(struct pins *pins, struct reason *why)
{
	int err = descriptors_allow(2 * pins->wanted, "ends of pipes", why);

	if (err)
		return err;
	pins->pin = calloc(pins->wanted, sizeof(*pins->pin));
	return pins->pin ? 0 : refuse(why, -ENOMEM, "out of memory");
}

int pins_open(const struct pin_method *method, const struct target *target,
	      void **state, struct reason *why)
{
	struct pins *pins = calloc(1, sizeof(*pins));
	int err;

	if (!pins)
		return refuse(why, -ENOMEM, "out of memory");
	pins->target = target;
	pins->wanted = target->settings.pins;
	if (target->settings.pins_per_pageblock)
		pins->wanted *= pageblocks_count(target->area);
	err = resident_open(&pins->resident, method->kind, target,
			    pins->wanted == 1 ? FILL_PERCENT_FOR_ONE :
			    FILL_PERCENT_FOR_ALL, why);
	if (!err && !pins->wanted)
		err = refuse(why, -EINVAL, "the area is smaller than a pageblock of %llu pages: name a total with --pins",
			     pageblock_pages());
	if (!err)
		err = make_room(pins, why);
	if (!err)
		err = place_pins(pins, method, why);
	if (err) {
		pins_close(pins);
		return err;
	}
	*state = pins;
	return 0;
}

void pins_close(void *state)
{
	struct pins *pins = state;

	while (pins->count) {
		pins->count--;
		close(pins->pin[pins->count].pipe[0]);
		close(pins->pin[pins->count].pipe[1]);
	}
	free(pins->pin);
	resident_close(&pins->resident);
	free(pins);
}

/* Pins stay where they are, whatever is allocated around them. */
int pins_establish(void *state, const struct request *request,
		   struct reason *why)
{
	(void)state;
	(void)request;
	(void)why;
	return 0;
}

int pins_check_pageblocks(const struct cma_area *area, const struct pin *pin,
			  size_t pins, unsigned int wanted, struct reason *why)
{
	size_t count = pageblocks_count(area), lacking = 0, n;
	struct cma_range block, first = { 0 };

	for (n = 0; n < count; n++) {
		block = pageblock_number(area, n);
		if (count_pins(pin, pins, &block) < wanted && !lacking++)
			first = block;
	}
	if (!lacking)
		return 0;
	return refuse(why, -ENOENT, "%zu of %zu pageblocks lack pinned pages: the one at page frame %llu has %u, expected %u",
		      lacking, count, first.base_pfn,
		      count_pins(pin, pins, &first), wanted);
}

int pins_verify(void *state, struct occupancy *now, struct reason *why)
{
	struct pins *pins = state;
	__u64 pfn;
	size_t i;

	now->source = OCCUPANCY_PAGEMAP;
	now->pages = 0;
	for (i = 0; i < pins->count; i++) {
		pfn = 0;
		pagemap_pfn(window_address(&pins->resident, pins->pin[i].slot),
			    &pfn);
		if (pfn != pins->pin[i].pfn)
			return refuse(why, -ENOENT,
				      "a pinned page is not where it was: expected page frame %llu of the area, found %llu",
				      pins->pin[i].pfn, pfn);
		now->pages += cma_area_contains(pins->target->area, pfn);
	}
	if (pins->target->settings.pins_per_pageblock)
		return pins_check_pageblocks(pins->target->area, pins->pin,
					     pins->count,
					     pins->target->settings.pins, why);
	if (now->pages == pins->wanted)
		return 0;
	return refuse(why, -ENOENT, "%llu pinned pages in the area, expected %zu",
		      now->pages, pins->wanted);
}
