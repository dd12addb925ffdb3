// SPDX-License-Identifier: GPL-2.0
#include "resident.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "area_frames.h"
#include "area_sweep.h"
#include "landing.h"
#include "meminfo.h"
#include "text_file.h"
#include "zone.h"

#ifndef MADV_POPULATE_WRITE	/* 5.14; older C libraries lack the name */
#define MADV_POPULATE_WRITE 23
#endif

/* Bits of a pagemap entry, Documentation/admin-guide/mm/pagemap.rst */
#define ENTRY_PRESENT	0x8000000000000000ull
#define ENTRY_PFN_MASK	0x007fffffffffffffull

/* Fewer pages than this are not worth a round of their own. */
#define SMALL_PAGES 64
#define MAX_ROUNDS 256
#define MAX_BACK_OFFS 3

/*
 * So many pages stay free outside the area while it is filled. Above the high
 * watermark kswapd sleeps; at the min watermark, at most half of that, the OOM
 * killer begins to be thought of.
 */
static __u64 floor_pages(const struct zone *zone)
{
	return 2 * zone->high_pages + zone->protection_pages + 256;
}

static __u64 base_pfn(const struct resident *resident)
{
	return resident->exact ? resident->target->area->ranges[0].base_pfn : 0;
}

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

static void *slot_address(const struct resident *resident, __u64 slot)
{
	return resident->base + slot * resident->target->page_size_bytes;
}

static void count_window(struct resident *resident)
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
static int scan_window(struct resident *resident)
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
	count_window(resident);
	return 0;
}

static int look(struct resident *resident)
{
	__u64 lent;
	int err;

	if (resident->exact)
		return scan_window(resident);
	err = area_lent_pages(resident->target, &lent);
	if (err)
		return err;
	resident->inside_pages = lent > resident->lent_before_pages ?
				 lent - resident->lent_before_pages : 0;
	resident->outside_pages = resident->end_slot - resident->first_slot;
	return 0;
}

/* Make the slots' pages present, without a system call a page where we can. */
static int fault_run(struct resident *resident, __u64 slot, __u64 slots)
{
	size_t page_size = resident->target->page_size_bytes;
	char *page = slot_address(resident, slot);

	if (!madvise(page, slots * page_size, MADV_POPULATE_WRITE))
		return 0;
	if (errno != EINVAL)
		return errno == EAGAIN ? 0 : -errno;
	for (; slots; slots--, page += page_size)
		__atomic_store_n(page, 1, __ATOMIC_RELAXED);
	return 0;
}

/* Fill holes in the window first, so that it stays small; then extend it. */
static int fault_pages(struct resident *resident, __u64 pages)
{
	__u64 slot = resident->first_slot, run;
	int err = 0;

	while (!err && pages && resident->exact && slot < resident->end_slot) {
		for (run = 0; slot + run < resident->end_slot && run < pages &&
		     !(resident->entries[slot + run] & ENTRY_PRESENT); run++)
			;
		if (run)
			err = fault_run(resident, slot, run);
		pages -= run;
		slot += run + 1;
	}
	if (err || !pages)
		return err;
	if (pages > resident->capacity_slots - resident->end_slot)
		return -ENOMEM;
	err = fault_run(resident, resident->end_slot, pages);
	resident->end_slot += pages;
	return err;
}

static void drop_run(struct resident *resident, __u64 slot, __u64 slots)
{
	madvise(slot_address(resident, slot),
		slots * resident->target->page_size_bytes, MADV_DONTNEED);
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

/* From the top: the base is where the next allocation looks for memory. */
static int drop_inside(struct resident *resident, __u64 pages)
{
	__u64 slot, from_pfn;

	if (!resident->exact) {
		/* The newest pages: about every second one is inside. */
		if (pages > resident->end_slot - resident->first_slot)
			pages = resident->end_slot - resident->first_slot;
		resident->end_slot -= pages;
		drop_run(resident, resident->end_slot, pages);
		return look(resident);
	}
	from_pfn = frame_to_drop_from(resident, pages);
	for (slot = resident->first_slot; slot < resident->end_slot; slot++)
		if (is_inside(resident, resident->entries[slot]) &&
		    (resident->entries[slot] & ENTRY_PFN_MASK) >= from_pfn)
			drop_run(resident, slot, 1);
	count_window(resident);
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

static int drop_outside(struct resident *resident, __u64 pages)
{
	int err;

	if (!resident->exact) {	/* the oldest pages: ballast */
		if (pages > resident->end_slot - resident->first_slot)
			pages = resident->end_slot - resident->first_slot;
		drop_run(resident, resident->first_slot, pages);
		resident->first_slot += pages;
		return look(resident);
	}
	if (pages > resident->outside_pages && resident->first_slot) {
		/* Go into the ballast, and keep an eye on it from now on. */
		resident->first_slot = 0;
		resident->ballast_is_known = true;
		err = look(resident);
		if (err)
			return err;
	}
	drop_outside_slots(resident, pages);
	count_window(resident);
	return 0;
}

/*
 * What must be free outside the area when an allocation begins: more than is
 * free inside, to the last migrated page, or victims would be moved to another
 * place in the area, and the next allocation would find fewer of them.
 */
static int balance(struct resident *resident, __u64 request_pages)
{
	__u64 outside, wanted;
	struct zone zone;
	int err = zone_of_pfn(base_pfn(resident), &zone);

	if (err)
		return err;
	wanted = floor_pages(&zone);
	if (wanted < zone.free_cma_pages)
		wanted = zone.free_cma_pages;
	wanted += request_pages + 4 * SMALL_PAGES;
	outside = zone_free_outside_pages(&zone);
	return outside < wanted ? drop_outside(resident, wanted - outside) : 0;
}

/* Clean page cache can be had without harm; only then go below the floor. */
static bool cache_to_reclaim(const struct resident *resident, __u64 floor)
{
	__u64 available_bytes, cma_free_bytes;

	if (meminfo_bytes("MemAvailable", &available_bytes) ||
	    meminfo_bytes("CmaFree", &cma_free_bytes))
		return false;
	return available_bytes > cma_free_bytes &&
	       (available_bytes - cma_free_bytes) /
	       resident->target->page_size_bytes > 4 * floor;
}

/* Counters cannot pick a page: there half of the tolerance must do. */
static __u64 slack_pages(const struct resident *resident)
{
	return resident->exact ? 0 : resident->tolerance_pages / 2;
}

/* Residents that must be where the request will land: all but a few. */
static __u64 landing_goal_pages(const struct resident *resident)
{
	__u64 pages = resident->landing.count_pages;

	if (pages > resident->wanted_pages)
		pages = resident->wanted_pages;
	return pages - pages / 16;
}

/*
 * Two things may be missing: residents altogether, and residents in the hole
 * that the last release left. Faults for the second may end in other small
 * holes first, so there can be too many residents before the hole is filled;
 * but not without an end, since a page of somebody else may be in it.
 */
static __u64 missing_pages(const struct resident *resident)
{
	__u64 inside = resident->inside_pages, landing = 0;
	__u64 goal = resident->wanted_pages - slack_pages(resident);
	__u64 most = resident->wanted_pages + resident->landing.count_pages +
		     resident->target->area->count_pages / 8;

	if (resident->landing_pages < landing_goal_pages(resident) &&
	    inside < most)
		landing = landing_goal_pages(resident) -
			  resident->landing_pages + SMALL_PAGES;
	if (inside < goal && goal - inside > landing)
		return goal - inside;
	return landing;
}

/*
 * How many faults the missing pages take: while F > C all go outside, while
 * C > F all go inside, from F == C on every second one.
 */
static __u64 faults_needed(__u64 missing, __u64 outside, __u64 cma)
{
	__u64 straight;

	if (outside >= cma)
		return outside - cma + missing;
	straight = cma - outside;
	return missing <= straight ? missing : 2 * missing - straight;
}

/* How many pages may be faulted now; 0: no more without harm to others. */
static __u64 next_chunk(const struct resident *resident,
			const struct zone *zone)
{
	__u64 missing = missing_pages(resident);
	__u64 outside = zone_free_outside_pages(zone);
	__u64 cma = zone->free_cma_pages, floor = floor_pages(zone);
	__u64 spare = outside > floor ? outside - floor : 0;
	__u64 faults = faults_needed(missing, outside, cma);

	if (cma > outside + 2 * SMALL_PAGES)
		spare += cma - outside;
	if (!spare && cache_to_reclaim(resident, floor))
		spare = SMALL_PAGES;
	return faults < spare ? faults : spare;
}

static int back_off(struct resident *resident, const struct zone *zone,
		    struct reason *why)
{
	resident->backed_off++;
	return refuse(why, -ENOMEM,
		      "backed off at %llu of %llu pages inside the area: %llu pages are free outside it, at least %llu stay free for others; lower --occupancy or give the machine more memory",
		      resident->inside_pages, resident->wanted_pages,
		      zone_free_outside_pages(zone), floor_pages(zone));
}

static int cannot_count(struct reason *why, int err)
{
	return refuse(why, err, "cannot count pages in the area: %s",
		      strerror(-err));
}

/* One step towards the goal. Returns 1 at the goal, 0 for more, -errno. */
static int fill_step(struct resident *resident, struct reason *why)
{
	struct zone zone;
	__u64 chunk;
	int err;

	if (!missing_pages(resident))
		return 1;
	if (resident->backed_off >= MAX_BACK_OFFS)
		return refuse(why, -ENOMEM,
			      "gave up after backing off %u samples in a row, with %llu of %llu pages inside the area",
			      resident->backed_off, resident->inside_pages,
			      resident->wanted_pages);
	err = zone_of_pfn(base_pfn(resident), &zone);
	if (err)
		return refuse(why, err, "/proc/zoneinfo does not show the zone of the area: %s",
			      strerror(-err));
	chunk = next_chunk(resident, &zone);
	if (!chunk)
		return back_off(resident, &zone, why);
	err = fault_pages(resident, chunk);
	if (err)
		return refuse(why, err, "cannot fault %llu anonymous pages: %s",
			      chunk, strerror(-err));
	err = look(resident);
	return err ? cannot_count(why, err) : 0;
}

static int fill_to_goal(struct resident *resident, struct reason *why)
{
	int round, result = 0;

	for (round = 0; !result; round++) {
		if (interrupted())
			return refuse(why, -EINTR, "interrupted");
		if (round == MAX_ROUNDS)
			return refuse(why, -EAGAIN,
				      "%llu pages inside the area after %d rounds, expected %llu",
				      resident->inside_pages, round,
				      resident->wanted_pages);
		result = fill_step(resident, why);
	}
	if (result > 0)
		resident->backed_off = 0;
	return result < 0 ? result : 0;
}

/* A few too many stay: each one given back is a small hole elsewhere. */
static int drop_surplus(struct resident *resident, struct reason *why)
{
	__u64 wanted = resident->wanted_pages;
	int err;

	if (resident->inside_pages <= wanted + resident->tolerance_pages / 2)
		return 0;
	err = drop_inside(resident, resident->inside_pages - wanted);
	return err ? cannot_count(why, err) : 0;
}

/*
 * Once, after the first fill: let the window begin where residents get dense.
 * The ballast below it, most of the slots, need not be looked at again. The
 * few residents among it, from per-CPU lists, are given back.
 */
static void forget_ballast(struct resident *resident)
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
	count_window(resident);
}

/* Only in exact mode; without a landing the total alone counts. */
static void find_landing(struct resident *resident,
			 const struct request *request)
{
	if (!resident->exact ||
	    landing_find(resident->target->area, request, &resident->landing))
		resident->landing.count_pages = 0;
}

int resident_fill(struct resident *resident, const struct request *request,
		  struct reason *why)
{
	struct reason unused;
	int err, balanced;

	find_landing(resident, request);
	err = look(resident);
	if (err)
		return cannot_count(why, err);
	if (resident->landing_pages < landing_goal_pages(resident))
		area_drain(resident->target);
	err = fill_to_goal(resident, why);
	if (!err && !resident->ballast_is_known) {
		forget_ballast(resident);
		err = fill_to_goal(resident, why);
	}
	if (!err)
		err = drop_surplus(resident, why);
	/* Also after backing off: others are to have their memory back. */
	balanced = balance(resident, request->pages);
	if (balanced)
		refuse(err ? &unused : why, balanced,
		       "cannot balance free memory: %s", strerror(-balanced));
	return err ? err : balanced;
}

int resident_look(struct resident *resident, struct occupancy *now)
{
	int err = look(resident);

	now->pages = resident->inside_pages;
	now->source = resident->exact ? OCCUPANCY_PAGEMAP : OCCUPANCY_COUNTERS;
	return err;
}

int resident_check(const struct resident *resident, struct reason *why)
{
	__u64 inside = resident->inside_pages;
	__u64 wanted = resident->wanted_pages;
	__u64 off = inside > wanted ? inside - wanted : wanted - inside;

	if (off <= resident->tolerance_pages)
		return 0;
	return refuse(why, -ENOENT,
		      "%llu pages of ours inside the area, expected %llu +- %llu",
		      inside, wanted, resident->tolerance_pages);
}

int resident_confirm(const struct resident *resident,
		     const struct sample *sample,
		     const struct request *request, struct reason *why)
{
	__u64 expected = request->pages;

	if (expected > resident->wanted_pages)
		expected = resident->wanted_pages;
	/* Half: pages that others hold, or that were free, may lie between. */
	if (sample->error || !sample->has_migrations ||
	    sample->migrated_pages >= (expected + 1) / 2)
		return 0;
	return refuse(why, -ENOENT,
		      "the allocation took a place without pressure: %llu pages migrated, expected at least %llu of %llu",
		      sample->migrated_pages, (expected + 1) / 2,
		      request->pages);
}

void *resident_page_near(const struct resident *resident, __u64 pfn)
{
	__u64 slot, found, off, best_off = ~0ull;
	void *best = NULL;

	for (slot = resident->first_slot;
	     resident->exact && slot < resident->end_slot; slot++) {
		if (!is_inside(resident, resident->entries[slot]))
			continue;
		found = resident->entries[slot] & ENTRY_PFN_MASK;
		off = found > pfn ? found - pfn : pfn - found;
		if (off >= best_off)
			continue;
		best_off = off;
		best = slot_address(resident, slot);
	}
	return best;
}

/* May this process read PFNs, and is the area's place known? */
static bool can_see_frames(struct resident *resident)
{
	return resident->target->area->nranges && fault_pages(resident, 1) == 0 &&
	       scan_window(resident) == 0 &&
	       (resident->entries[0] & ENTRY_PFN_MASK);
}

static int map_slots(struct resident *resident)
{
	size_t page_size = resident->target->page_size_bytes;
	__u64 total_bytes;
	int err = meminfo_bytes("MemTotal", &total_bytes);

	if (err)
		return err;
	/* Twice what there is: in counters mode the window only moves on. */
	resident->capacity_slots = 2 * total_bytes / page_size;
	resident->base = mmap(NULL, resident->capacity_slots * page_size,
			      PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (resident->base == MAP_FAILED)
		return -errno;
	madvise(resident->base, resident->capacity_slots * page_size,
		MADV_NOHUGEPAGE);
	resident->entries = mmap(NULL, resident->capacity_slots * sizeof(__u64),
				 PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
				 -1, 0);
	return resident->entries == MAP_FAILED ? -errno : 0;
}

int resident_open(struct resident *resident, const struct target *target,
		  unsigned int percent, struct reason *why)
{
	__u64 area_pages = target->area->count_pages;
	int err;

	memset(resident, 0, sizeof(*resident));
	resident->target = target;
	resident->base = MAP_FAILED;
	resident->entries = MAP_FAILED;
	resident->pagemap_fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	/* Should the kernel ever have to choose, it chooses this program. */
	text_file_write("/proc/self/oom_score_adj", "1000");
	if (!area_pages)
		return refuse(why, -ENOENT,
			      "the size of area %s is not known (CONFIG_CMA_DEBUGFS, debugfs mounted, root)",
			      target_name(target));
	err = area_lent_pages(target, &resident->lent_before_pages);
	if (err)
		return refuse(why, err, "/proc/meminfo has no CmaTotal and CmaFree");
	err = map_slots(resident);
	if (err)
		return refuse(why, err, "cannot map address space for the pressure: %s",
			      strerror(-err));
	resident->exact = can_see_frames(resident);
	/* Where it cannot be done the check after each sample will tell. */
	area_sweep(target);
	resident->wanted_pages = area_pages * percent / 100;
	resident->tolerance_pages = area_pages / 100;
	if (resident->tolerance_pages < SMALL_PAGES / 2)
		resident->tolerance_pages = SMALL_PAGES / 2;
	return 0;
}

void resident_close(struct resident *resident)
{
	size_t page_size = resident->target->page_size_bytes;

	if (resident->base != MAP_FAILED)
		munmap(resident->base, resident->capacity_slots * page_size);
	if (resident->entries != MAP_FAILED)
		munmap(resident->entries,
		       resident->capacity_slots * sizeof(__u64));
	if (resident->pagemap_fd >= 0)
		close(resident->pagemap_fd);
}
