// SPDX-License-Identifier: GPL-2.0
/* How residents are brought into the area, and what stays free for others. */
#include <errno.h>
#include <string.h>

#include "area_sweep.h"
#include "landing.h"
#include "meminfo.h"
#include "resident_window.h"
#include "zone.h"

#define MAX_ROUNDS 256
#define MAX_BACK_OFFS 3
/*
 * What one fault can take from the zone beyond its page, for the CPU's list (a
 * thousand pages since 6.7), and others meanwhile; a small machine has less to give.
 */
#define MOST_MARGIN_PAGES 1024

/*
 * So many pages stay free outside the area while it is filled. Above the high
 * watermark kswapd sleeps; below the min watermark the OOM killer is thought of.
 * Where they are now does not count: they are boosted while memory is filled.
 * More would be kinder, but pages come into an area of 64 MiB only once no more
 * than it has free is free outside.
 */
static __u64 floor_pages(const struct zone *zone)
{
	__u64 high = zone->highest_pages;
	__u64 margin = high < MOST_MARGIN_PAGES ? high : MOST_MARGIN_PAGES;

	return high + margin + zone->protection_pages;
}

static __u64 base_pfn(const struct resident *resident)
{
	return resident->exact ? resident->target->area->ranges[0].base_pfn : 0;
}

/*
 * The window's own pages first, then the ballast, where it is a mapping apart.
 * By the counters nobody can tell which pages of the window are outside: there
 * the ballast goes first.
 */
static int give_back_outside(struct resident *resident, __u64 pages)
{
	struct resident *first = resident, *then = resident->ballast;
	__u64 given;
	int err;

	if (then && !resident->exact) {
		first = resident->ballast;
		then = resident;
	}
	given = first->outside_pages < pages ? first->outside_pages : pages;
	err = window_drop_outside(first, pages);
	if (err || !then || given == pages)
		return err;
	return window_drop_outside(then, pages - given);
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
	return outside < wanted ? give_back_outside(resident, wanted - outside) : 0;
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
	/*
	 * Single pages come off the CPU's list, and what is free stays the same:
	 * a few pages to spare can be faulted a thousand times.
	 */
	if (spare < faults && spare < SMALL_PAGES)
		spare = 0;
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

/*
 * Ballast that came to lie in the area goes at once. It is not the pressure that
 * is asked for, and it parts what is free there:
 *
 *	|..........RRRRRRRR..b...b....b..b......b....|
 *	 hole of the last release  ^ these are smaller: faults go here first
 */
static int clear_area_of_ballast(struct resident *ballast)
{
	int err = window_scan(ballast);

	if (err || !ballast->exact || !ballast->inside_pages)
		return err;
	return window_drop_inside(ballast, ballast->inside_pages);
}

/*
 * Pages of other kinds are too dear to be ballast: anonymous ones use up what
 * is free outside the area, until the next fault can go into it.
 * Returns 1 when that was done, 0 when there is nothing to do, -errno.
 */
static int fault_ballast(struct resident *resident, const struct zone *zone)
{
	__u64 outside = zone_free_outside_pages(zone);
	__u64 cma = zone->free_cma_pages, floor = floor_pages(zone), pages;
	int err;

	if (!resident->ballast || outside <= cma + SMALL_PAGES ||
	    outside <= floor + SMALL_PAGES)
		return 0;
	pages = outside - (cma > floor ? cma : floor);
	err = window_fault(resident->ballast, pages);
	/* By the counters the two cannot be told apart: the window would refill. */
	if (!err)
		err = resident->exact || resident->by_flags ?
		      clear_area_of_ballast(resident->ballast) :
		      window_scan(resident->ballast);
	return err ? err : 1;
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
	err = fault_ballast(resident, &zone);
	if (err)
		return err > 0 ? 0 : refuse(why, err, "cannot fault anonymous pages: %s",
					    strerror(-err));
	chunk = next_chunk(resident, &zone);
	if (!chunk)
		return back_off(resident, &zone, why);
	err = window_fault(resident, chunk);
	if (err)
		return refuse(why, err, "cannot fault %llu %s pages: %s",
			      chunk, resident->kind->name, strerror(-err));
	err = window_look(resident);
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
	err = window_drop_inside(resident, resident->inside_pages - wanted);
	return err ? cannot_count(why, err) : 0;
}

/* Where frames are seen; without a landing the total alone counts. */
static void find_landing(struct resident *resident,
			 const struct request *request)
{
	if ((!resident->exact && !resident->by_flags) ||
	    landing_find(resident->target->area, request, &resident->landing))
		resident->landing.count_pages = 0;
}

int resident_fill(struct resident *resident, const struct request *request,
		  struct reason *why)
{
	struct reason unused;
	int err, balanced;

	find_landing(resident, request);
	resident->settled_slot = resident->end_slot;
	err = window_look(resident);
	if (err)
		return cannot_count(why, err);
	if (resident->landing_pages < landing_goal_pages(resident))
		area_drain(resident->target);
	err = fill_to_goal(resident, why);
	if (!err && !resident->ballast_is_known) {
		window_forget_ballast(resident);
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
