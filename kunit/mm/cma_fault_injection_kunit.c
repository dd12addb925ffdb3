// SPDX-License-Identifier: GPL-2.0
/*
 * Slab and page failures inside a call, by the kernel's own fault injection:
 * the 1st allocation that the call makes fails, then the 2nd, and so on until
 * it makes fewer. Whatever the call answers, the area is as it was.
 *
 * cma_alloc() allocates nothing for itself. It needs new homes for the pages
 * that live in the area, and each of them can fail to be found:
 *
 *	area     |.fff..ff.f|        f: a page of a file
 *	wanted   |xxxxxxxxxx|        a home for each f, or no allocation
 */
#include <cma-tests/device.h>
#include <linux/dma-map-ops.h>

#include "area_files.h"
#include "area_state.h"
#include "fault_injection.h"
#include "movable_file.h"

/* No call here makes nearly as many. */
#define MOST_ALLOCATIONS 2000
/* Few, so that they are all gone after some dozen failures. */
#define FILE_PAGES 256

/* What alignment can cost: dma_alloc_contiguous() aligns at most so. */
#ifdef CONFIG_CMA_ALIGNMENT
#define MOST_ALIGNED_PAGES BIT(CONFIG_CMA_ALIGNMENT)
#else
#define MOST_ALIGNED_PAGES 1UL
#endif

struct sweep {
	struct kunit *test;
	struct cma *cma;
	struct device *device;
	struct area_files *files;
	struct movable_file *file;
	unsigned long count;
	struct page *page;
};

/* What a failed call must not leave; pages of the file may have left. */
static void expect_nothing_taken(struct kunit *test,
				 const struct area_state *before,
				 unsigned int nth)
{
	const char *name = cma_get_name(before->cma);
	struct area_state now;

	area_state_take(test, before->cma, &now);
	KUNIT_EXPECT_EQ_MSG(test, before->used_bits, now.used_bits,
			    "area %s: bits set after failure %u", name, nth);
	KUNIT_EXPECT_EQ_MSG(test, before->available_pages, now.available_pages,
			    "area %s: pages available after failure %u", name,
			    nth);
	KUNIT_EXPECT_EQ_MSG(test, 0UL, now.not_cma_pageblocks,
			    "area %s: pageblocks that are not MIGRATE_CMA after failure %u",
			    name, nth);
	KUNIT_EXPECT_EQ_MSG(test, before->zone_isolated_pageblocks,
			    now.zone_isolated_pageblocks,
			    "area %s: isolated pageblocks after failure %u",
			    name, nth);
	KUNIT_EXPECT_EQ_MSG(test, before->zone_managed_pages,
			    now.zone_managed_pages,
			    "area %s: managed pages after failure %u", name,
			    nth);
	kunit_kfree(test, now.bitmap);
}

/* @take answers 0 or an error; what it took @give gives back. */
static void fail_each_allocation(struct sweep *sweep,
				 int (*take)(struct sweep *sweep),
				 void (*give)(struct sweep *sweep))
{
	unsigned int nth, refusals = 0;
	struct kunit *test = sweep->test;
	struct area_state before;

	fault_injection_kunit(test);
	area_state_take(test, sweep->cma, &before);
	for (nth = 1; nth < MOST_ALLOCATIONS; nth++) {
		bool failed;
		int err;

		fault_injection_begin(nth);
		err = take(sweep);
		failed = fault_injection_end();
		if (!failed)
			KUNIT_EXPECT_EQ_MSG(test, 0, err,
					    "area %s: %lu pages, and no allocation failed",
					    cma_get_name(sweep->cma),
					    sweep->count);
		refusals += !!err;
		if (!err)
			give(sweep);
		expect_nothing_taken(test, &before, nth);
		if (!failed)
			break;
	}
	kunit_info(test, "%u allocations failed, %u calls with them", nth - 1,
		   refusals);
	KUNIT_EXPECT_LT(test, nth, MOST_ALLOCATIONS);
	KUNIT_EXPECT_GT_MSG(test, refusals, 0,
			    "expected a call that fails with its allocations");
}

static int take_pages(struct sweep *sweep)
{
	sweep->page = cma_alloc(sweep->cma, sweep->count, 0, true);

	return sweep->page ? 0 : -ENOMEM;
}

static void give_pages(struct sweep *sweep)
{
	KUNIT_EXPECT_TRUE(sweep->test, cma_release(sweep->cma, sweep->page,
						   sweep->count));
}

static int take_contiguous(struct sweep *sweep)
{
	sweep->page = dma_alloc_contiguous(sweep->device,
					   sweep->count << PAGE_SHIFT,
					   GFP_KERNEL | __GFP_NOWARN);

	return sweep->page ? 0 : -ENOMEM;
}

static void give_contiguous(struct sweep *sweep)
{
	dma_free_contiguous(sweep->device, sweep->page,
			    sweep->count << PAGE_SHIFT);
}

static int take_by_file(struct sweep *sweep)
{
	return area_file_write(sweep->files, "alloc", "3");
}

static void give_by_file(struct sweep *sweep)
{
	KUNIT_EXPECT_EQ(sweep->test, 0,
			area_file_write(sweep->files, "free", "3"));
}

/* Nearly all of the area, so that pages of the file are in the way. */
static void crowd(struct sweep *sweep)
{
	struct area_state state;

	area_state_take(sweep->test, sweep->cma, &state);
	sweep->count = area_largest_free(&state);
	if (sweep->count < 2 * MOST_ALIGNED_PAGES)
		kunit_skip(sweep->test, "too little memory is CMA: boot with more CMA");
	sweep->count -= MOST_ALIGNED_PAGES;
	sweep->file = movable_file_kunit(sweep->test, sweep->cma, FILE_PAGES);
}

/* A page that moved, or that stayed because its move failed, is the same. */
static void expect_file_unharmed(struct sweep *sweep)
{
	KUNIT_EXPECT_EQ_MSG(sweep->test, 0UL,
			    movable_file_count_wrong(sweep->file),
			    "expected every page of the file to keep its contents");
}

static void pages_in_the_way_cannot_move(struct kunit *test)
{
	struct sweep sweep = { .test = test, .cma = area_default(test) };

	crowd(&sweep);
	fail_each_allocation(&sweep, take_pages, give_pages);
	expect_file_unharmed(&sweep);
}

static void pages_in_the_way_of_dma_cannot_move(struct kunit *test)
{
	struct sweep sweep = {
		.test = test,
		.cma = area_default(test),
		.device = device_kunit(test, "fault_injection"),
	};

	crowd(&sweep);
	fail_each_allocation(&sweep, take_contiguous, give_contiguous);
	expect_file_unharmed(&sweep);
}

/* The file remembers its allocations in slab memory. */
static void debugfs_cannot_remember(struct kunit *test)
{
	struct cma *cma = area_default(test);
	struct sweep sweep = {
		.test = test,
		.cma = cma,
		.files = area_files_kunit(test, cma, AREA_DEBUGFS),
		.count = 3,
	};
	struct area_state before;

	area_state_take(test, cma, &before);
	fail_each_allocation(&sweep, take_by_file, give_by_file);
	area_expect_as_before(test, &before);
}

static struct kunit_case cma_fault_injection_cases[] = {
	KUNIT_CASE_SLOW(pages_in_the_way_cannot_move),
	KUNIT_CASE_SLOW(pages_in_the_way_of_dma_cannot_move),
	KUNIT_CASE_SLOW(debugfs_cannot_remember),
	{}
};

static struct kunit_suite cma_fault_injection_suite = {
	.name = "cma_fault_injection",
	.init = areas_must_be_restored,
	.test_cases = cma_fault_injection_cases,
};

kunit_test_suite(cma_fault_injection_suite);
