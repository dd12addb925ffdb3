// SPDX-License-Identifier: GPL-2.0
/*
 * The state of an area, taken and compared.
 *
 * Freed pages wait in per-cpu lists, and vmstat in per-cpu differences, before
 * they are counted where everyone looks. So a comparison drains first, and
 * asks again until a deadline when the numbers disagree.
 */
#include <linux/bitmap.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/swap.h>
#include <linux/vmstat.h>

#include "area_state.h"
#include "mm_internal.h"

#define SETTLE_DEADLINE HZ

static unsigned long area_total_bits(const struct cma *cma)
{
	unsigned long bits = 0;
	unsigned int i;

	for (i = 0; i < area_nr_ranges(cma); i++)
		bits += area_range_bits(cma, i);

	return bits;
}

/* One bitmap for all ranges, one after the other. */
static void copy_bitmap(struct cma *cma, unsigned long *copy)
{
	unsigned long bit, to = 0;
	unsigned int i;

	spin_lock_irq(&cma->lock);
	for (i = 0; i < area_nr_ranges(cma); i++) {
		unsigned long *from = area_range(cma, i).bitmap;

		for (bit = 0; bit < area_range_bits(cma, i); bit++, to++)
			__assign_bit(to, copy, test_bit(bit, from));
	}
	spin_unlock_irq(&cma->lock);
}

static unsigned long count_free_pages(struct zone *zone, unsigned long base_pfn,
				      unsigned long count)
{
	unsigned long end_pfn = base_pfn + count;
	unsigned long pfn = base_pfn, free_pages = 0;

	spin_lock_irq(&zone->lock);
	while (pfn < end_pfn) {
		struct page *page = pfn_to_page(pfn);
		unsigned long step = 1;

		if (PageBuddy(page)) {
			step = min(1UL << buddy_order(page), end_pfn - pfn);
			free_pages += step;
		}
		pfn += step;
	}
	spin_unlock_irq(&zone->lock);

	return free_pages;
}

static unsigned long count_not_cma_pageblocks(unsigned long base_pfn,
					      unsigned long count)
{
	unsigned long pfn, strangers = 0;

	for (pfn = base_pfn; pfn < base_pfn + count; pfn += pageblock_nr_pages)
		strangers += !is_migrate_cma_page(pfn_to_page(pfn));

	return strangers;
}

static unsigned long vm_events(enum vm_event_item item)
{
	unsigned long events = 0;
#ifdef CONFIG_VM_EVENT_COUNTERS
	int cpu;

	for_each_possible_cpu(cpu)
		events += per_cpu(vm_event_states, cpu).event[item];
#endif

	return events;
}

static void read_counters(struct cma *cma, struct area_counters *counters)
{
	memset(counters, 0, sizeof(*counters));
#ifdef CONFIG_CMA_SYSFS
	counters->allocated_pages = atomic64_read(&cma->nr_pages_succeeded);
	counters->failed_pages = atomic64_read(&cma->nr_pages_failed);
#ifdef CMA_TESTS_HAS_CMA_RELEASED_COUNTER
	counters->released_pages = atomic64_read(&cma->nr_pages_released);
#endif
#endif
	counters->success_events = vm_events(CMA_ALLOC_SUCCESS);
	counters->fail_events = vm_events(CMA_ALLOC_FAIL);
}

static void read_state(struct cma *cma, struct area_state *state)
{
	struct zone *zone = area_zone(cma);
	unsigned int i;

	drain_all_pages(zone);

	state->cma = cma;
	copy_bitmap(cma, state->bitmap);
	state->used_bits = bitmap_weight(state->bitmap, area_total_bits(cma));
	state->available_pages = 0;
#ifdef CMA_TESTS_HAS_CMA_AVAILABLE
	state->available_pages = cma->available_count;
#endif
	state->free_pages = 0;
	state->not_cma_pageblocks = 0;
	for (i = 0; i < area_nr_ranges(cma); i++) {
		struct area_range range = area_range(cma, i);

		state->free_pages += count_free_pages(zone, range.base_pfn,
						      range.count);
		state->not_cma_pageblocks +=
			count_not_cma_pageblocks(range.base_pfn, range.count);
	}

	state->zone_free_cma_pages = zone_page_state_snapshot(zone,
							      NR_FREE_CMA_PAGES);
	state->zone_cma_pages = zone_cma_pages(zone);
	state->zone_managed_pages = zone_managed_pages(zone);
	state->zone_isolated_pageblocks = 0;
#ifdef CONFIG_MEMORY_ISOLATION
	state->zone_isolated_pageblocks = zone->nr_isolate_pageblock;
#endif
	state->total_cma_pages = totalcma_pages;
	read_counters(cma, &state->counters);
}

static void alloc_bitmap(struct kunit *test, struct cma *cma,
			 struct area_state *state)
{
	state->bitmap = kunit_kcalloc(test, BITS_TO_LONGS(area_total_bits(cma)),
				      sizeof(long), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, state->bitmap);
}

void area_state_take(struct kunit *test, struct cma *cma,
		     struct area_state *state)
{
	alloc_bitmap(test, cma, state);
	read_state(cma, state);
}

/*
 * Pages on their way to the buddy settle; pages that are lost do not, and a
 * case that has failed already does not wait for them again.
 */
static void read_settled_state(struct kunit *test, struct cma *cma,
			       struct area_state *now,
			       unsigned long free_pages,
			       unsigned long zone_free_cma_pages)
{
	unsigned long patience = READ_ONCE(test->status) == KUNIT_FAILURE ?
				 0 : SETTLE_DEADLINE;
	unsigned long deadline = jiffies + patience;

	do {
		read_state(cma, now);
		if (now->free_pages == free_pages &&
		    now->zone_free_cma_pages == zone_free_cma_pages)
			return;
		/* A page of a process that has ended may wait to join the LRU. */
		lru_add_drain_all();
		schedule_timeout_uninterruptible(1);
	} while (time_before(jiffies, deadline));
}

static void expect_equal(struct kunit *test, const struct cma *cma,
			 const char *what, unsigned long expected,
			 unsigned long got)
{
	KUNIT_EXPECT_EQ_MSG(test, expected, got,
			    "area %s: expected %lu %s, got %lu",
			    cma_get_name(cma), expected, what, got);
}

static void expect_zone_unchanged(struct kunit *test,
				  const struct area_state *before,
				  const struct area_state *now)
{
	expect_equal(test, now->cma, "CMA pages in the zone",
		     before->zone_cma_pages, now->zone_cma_pages);
	expect_equal(test, now->cma, "managed pages in the zone",
		     before->zone_managed_pages, now->zone_managed_pages);
	expect_equal(test, now->cma, "isolated pageblocks in the zone",
		     before->zone_isolated_pageblocks,
		     now->zone_isolated_pageblocks);
	expect_equal(test, now->cma, "CMA pages in total",
		     before->total_cma_pages, now->total_cma_pages);
}

void area_expect_taken(struct kunit *test, const struct area_state *before,
		       unsigned long pages, unsigned long bits)
{
	struct cma *cma = before->cma;
	struct area_state now;

	alloc_bitmap(test, cma, &now);
	read_settled_state(test, cma, &now, before->free_pages - pages,
			   before->zone_free_cma_pages - pages);

	expect_equal(test, cma, "bits set", before->used_bits + bits,
		     now.used_bits);
	expect_equal(test, cma, "pages free in its pageblocks",
		     before->free_pages - pages, now.free_pages);
	expect_equal(test, cma, "free CMA pages in the zone",
		     before->zone_free_cma_pages - pages,
		     now.zone_free_cma_pages);
	expect_equal(test, cma, "pageblocks that are not MIGRATE_CMA",
		     0, now.not_cma_pageblocks);
#ifdef CMA_TESTS_HAS_CMA_AVAILABLE
	expect_equal(test, cma, "pages available",
		     before->available_pages - pages, now.available_pages);
#endif
	expect_zone_unchanged(test, before, &now);
}

void area_expect_as_before(struct kunit *test, const struct area_state *before)
{
	unsigned long bits = area_total_bits(before->cma);
	struct area_state now;

	area_expect_taken(test, before, 0, 0);

	alloc_bitmap(test, before->cma, &now);
	copy_bitmap(before->cma, now.bitmap);
	bitmap_xor(now.bitmap, now.bitmap, before->bitmap, bits);
	KUNIT_EXPECT_TRUE_MSG(test, bitmap_empty(now.bitmap, bits),
			      "area %s: expected the bitmap as before, bit %lu differs",
			      cma_get_name(before->cma),
			      find_first_bit(now.bitmap, bits));
}

static void expect_moved(struct kunit *test, const struct cma *cma,
			 const char *what, unsigned long expected,
			 unsigned long before, unsigned long now)
{
	if (expected == AREA_COUNTER_ANY)
		return;
	KUNIT_EXPECT_EQ_MSG(test, expected, now - before,
			    "area %s: expected %s to move by %lu, got %lu",
			    cma_get_name(cma), what, expected, now - before);
}

void area_expect_counted(struct kunit *test, const struct area_state *before,
			 struct area_counters moved)
{
	const struct area_counters *was = &before->counters;
	struct cma *cma = before->cma;
	struct area_counters now;

	read_counters(cma, &now);
	if (IS_ENABLED(CONFIG_CMA_SYSFS)) {
		expect_moved(test, cma, "alloc_pages_success",
			     moved.allocated_pages, was->allocated_pages,
			     now.allocated_pages);
		expect_moved(test, cma, "alloc_pages_fail", moved.failed_pages,
			     was->failed_pages, now.failed_pages);
#ifdef CMA_TESTS_HAS_CMA_RELEASED_COUNTER
		expect_moved(test, cma, "release_pages_success",
			     moved.released_pages, was->released_pages,
			     now.released_pages);
#endif
	}
	if (IS_ENABLED(CONFIG_VM_EVENT_COUNTERS)) {
		expect_moved(test, cma, "cma_alloc_success",
			     moved.success_events, was->success_events,
			     now.success_events);
		expect_moved(test, cma, "cma_alloc_fail", moved.fail_events,
			     was->fail_events, now.fail_events);
	}
}

unsigned long area_count_clear_bits(struct cma *cma, unsigned long pfn,
				    unsigned long count)
{
	unsigned long bit, last, clear = 0;
	unsigned int i;

	for (i = 0; i < area_nr_ranges(cma); i++) {
		struct area_range range = area_range(cma, i);

		if (pfn < range.base_pfn || pfn >= range.base_pfn + range.count)
			continue;
		bit = (pfn - range.base_pfn) >> cma->order_per_bit;
		last = (pfn + count - 1 - range.base_pfn) >> cma->order_per_bit;
		for (; bit <= last; bit++)
			clear += !test_bit(bit, range.bitmap);
	}

	return clear;
}

void area_expect_allocated(struct kunit *test, struct cma *cma,
			   struct page *page, unsigned long count,
			   unsigned int align)
{
	unsigned long i, shared = 0, wrong_zone = 0, flagged = 0, not_cma = 0;
	unsigned long pfn;

	KUNIT_ASSERT_NOT_NULL_MSG(test, page,
				  "area %s: expected %lu pages of alignment order %u, got NULL",
				  cma_get_name(cma), count, align);
	pfn = page_to_pfn(page);

	KUNIT_EXPECT_TRUE_MSG(test, IS_ALIGNED(pfn, 1UL << align),
			      "area %s: expected a pfn aligned to order %u, got %#lx",
			      cma_get_name(cma), align, pfn);
	KUNIT_ASSERT_TRUE_MSG(test, area_contains(cma, pfn, count),
			      "area %s: expected %lu pages inside it, got pfn %#lx",
			      cma_get_name(cma), count, pfn);
	expect_equal(test, cma, "bits of the allocation that are clear", 0,
		     area_count_clear_bits(cma, pfn, count));

	for (i = 0; i < count; i++) {
		struct page *each = pfn_to_page(pfn + i);

		shared += page_ref_count(each) != 1;
		wrong_zone += page_zone(each) != area_zone(cma);
		flagged += PageReserved(each) || PageBuddy(each) ||
			   PageCompound(each) || PageLRU(each);
		not_cma += !is_migrate_cma_page(each);
	}
	expect_equal(test, cma, "pages whose refcount is not 1", 0, shared);
	expect_equal(test, cma, "pages of another zone", 0, wrong_zone);
	expect_equal(test, cma, "reserved, buddy, compound or LRU pages", 0,
		     flagged);
	expect_equal(test, cma, "pages in a pageblock that is not MIGRATE_CMA",
		     0, not_cma);
}
