// SPDX-License-Identifier: GPL-2.0
/*
 * Every area of the boot as a case found it, when the case is over.
 */
#include <linux/init.h>
#include <linux/initrd.h>
#include <linux/mm.h>
#include <linux/swap.h>

#include "area_state.h"

/*
 * Where memory is short, movable pages of others live in areas, those of the
 * initramfs say:
 *
 *     |..mm.m.##.m.|    m: a movable page, #: a driver's buffer
 *
 * The first case to want their places would make them go, and the area would
 * not be as before: so they go before a case begins. Every free run of every
 * area is taken at once, or the pages would go from one to the next.
 */
#define MOST_RUNS 16	/* of one area */

struct evacuation {
	struct kunit *test;
	unsigned int nr;
	struct {
		struct cma *cma;
		struct page *page;
		unsigned long count;
	} taken[MAX_CMA_AREAS * MOST_RUNS];
};

static int find_others(struct cma *cma, void *unused)
{
	unsigned long i, pfn;

	for (i = 0; area_is_active(cma) && i < area_nr_ranges(cma); i++) {
		struct area_range range = area_range(cma, i);

		for (pfn = range.base_pfn;
		     pfn < range.base_pfn + range.count; pfn++)
			if (PageLRU(pfn_to_page(pfn)))
				return 1;
	}

	return 0;
}

static int take_area(struct cma *cma, void *data)
{
	struct evacuation *evacuation = data;
	struct area_state state;
	unsigned long count;
	struct page *page;

	while (area_is_active(cma) &&
	       evacuation->nr < ARRAY_SIZE(evacuation->taken)) {
		area_state_take(evacuation->test, cma, &state);
		count = area_largest_free(&state);
		page = count ? cma_alloc(cma, count, 0, true) : NULL;
		if (!page)
			break;
		evacuation->taken[evacuation->nr].cma = cma;
		evacuation->taken[evacuation->nr].page = page;
		evacuation->taken[evacuation->nr++].count = count;
	}

	return 0;
}

static int move_others_out(struct kunit *test)
{
	struct evacuation *evacuation;

	if (!cma_for_each_area(find_others, NULL))
		return 0;

	evacuation = kunit_kzalloc(test, sizeof(*evacuation), GFP_KERNEL);
	if (!evacuation)
		return -ENOMEM;
	evacuation->test = test;
	cma_for_each_area(take_area, evacuation);
	while (evacuation->nr--)
		cma_release(evacuation->taken[evacuation->nr].cma,
			    evacuation->taken[evacuation->nr].page,
			    evacuation->taken[evacuation->nr].count);

	return 0;
}

struct area_guard {
	struct kunit *test;
	struct area_state before;
};

static void expect_restored(void *data)
{
	struct area_guard *guard = data;

	area_expect_as_before(guard->test, &guard->before);
}

static int guard_area(struct cma *cma, void *data)
{
	struct area_guard *guard;
	struct kunit *test = data;

	if (!area_is_active(cma))
		return 0;

	guard = kunit_kzalloc(test, sizeof(*guard), GFP_KERNEL);
	if (!guard)
		return -ENOMEM;
	guard->test = test;
	area_state_take(test, cma, &guard->before);

	return kunit_add_action(test, expect_restored, guard);
}

int areas_must_be_restored(struct kunit *test)
{
	int err;

	/* The initramfs unpacks in parallel, into movable pages. */
	wait_for_initramfs();
	/* Those that wait in a CPU's list to join the LRU are not seen as others'. */
	lru_add_drain_all();
	err = move_others_out(test);
	if (err)
		return err;

	return cma_for_each_area(guard_area, test);
}
