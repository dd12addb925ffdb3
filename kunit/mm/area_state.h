/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Everything that the kernel counts about an area, in one place, so that every
 * case can say "as before" or "as before, less these pages".
 */
#ifndef _CMA_TESTS_AREA_STATE_H
#define _CMA_TESTS_AREA_STATE_H

#include "area.h"

/* Pages, as alloc_pages_success & co count them, and calls, as vmstat does. */
struct area_counters {
	unsigned long allocated_pages;
	unsigned long failed_pages;
	unsigned long released_pages;
	unsigned long success_events;
	unsigned long fail_events;
};

struct area_state {
	struct cma *cma;
	/* In the area: its bitmap, its pages in the buddy, its pageblocks. */
	unsigned long used_bits;
	unsigned long available_pages;
	unsigned long free_pages;
	unsigned long not_cma_pageblocks;
	unsigned long *bitmap;
	/* In its zone and in the kernel. */
	unsigned long zone_free_cma_pages;
	unsigned long zone_cma_pages;
	unsigned long zone_managed_pages;
	unsigned long zone_isolated_pageblocks;
	unsigned long total_cma_pages;
	struct area_counters counters;
};

void area_state_take(struct kunit *test, struct cma *cma,
		     struct area_state *state);

/* As before. The counters are the only thing that may have moved. */
void area_expect_as_before(struct kunit *test, const struct area_state *before);

/* As before, but @pages are allocated, in @bits bits. */
void area_expect_taken(struct kunit *test, const struct area_state *before,
		       unsigned long pages, unsigned long bits);

/* The counters moved by exactly this much since @before. */
void area_expect_counted(struct kunit *test, const struct area_state *before,
			 struct area_counters moved);

/* This allocation is whole: in the area, marked, exclusive, usable. */
void area_expect_allocated(struct kunit *test, struct cma *cma,
			   struct page *page, unsigned long count,
			   unsigned int align);

/*
 * For a suite's .init: when the case and all its clean-up are over, every
 * area must be as it is now.
 */
int areas_must_be_restored(struct kunit *test);

#endif
