// SPDX-License-Identifier: GPL-2.0
/*
 * Many threads on one area, and on several at once. Each thread holds pages,
 * writes its name into them, and looks again before it gives them back.
 *
 * With room in the area, most calls allocate, isolate and migrate. Then all but
 * a few pages are taken first: most calls are decided by the bitmap alone,
 * where a lock that is missing shows, and there can be 100,000 of them.
 */
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/moduleparam.h>
#include <linux/random.h>

#include "area_state.h"

static unsigned int calls = 100000;
module_param(calls, uint, 0444);
MODULE_PARM_DESC(calls, "calls of a case whose area is nearly full");

static unsigned int roomy_calls = 2000;
module_param(roomy_calls, uint, 0444);
MODULE_PARM_DESC(roomy_calls, "calls of a case whose area has room");

static unsigned int seed;
module_param(seed, uint, 0444);
MODULE_PARM_DESC(seed, "seed of the threads' choices, 0 for a new one");

#define NR_WORKERS 8
#define NR_HELD 8
#define MOST_PAGES 16
#define FEW_PAGES 8
/* For a machine that does much else; KUnit itself gives a case 300 seconds. */
#define DEADLINE (200 * HZ)

struct held {
	struct page *page;
	unsigned long count;
};

struct worker {
	struct contest *contest;
	struct cma *cma;
	unsigned int id;
	u32 random;
	struct held held[NR_HELD];
	unsigned long allocated_pages;
	unsigned long successes;
	unsigned long refusals;
	unsigned long overlapped_calls;
	/* What must not happen. */
	unsigned long overwritten_pages;
	unsigned long clear_bits;
	unsigned long misplaced;
	unsigned long failed_releases;
	struct completion done;
};

/* What the threads of a case share. */
struct contest {
	atomic_t calls_left;
	atomic_t in_flight;
	unsigned long deadline;
	unsigned int most_pages;
	/* How often a thread looks at pages before it gives them back. */
	unsigned int visits_held;
	unsigned int calls;
	struct worker workers[NR_WORKERS];
};

static u32 next_random(struct worker *worker)
{
	worker->random ^= worker->random << 13;
	worker->random ^= worker->random >> 17;
	worker->random ^= worker->random << 5;

	return worker->random;
}

/* A call overlaps when another was under way as it began. */
static void call_begins(struct worker *worker)
{
	if (atomic_inc_return(&worker->contest->in_flight) > 1)
		worker->overlapped_calls++;
}

static void call_ends(struct worker *worker)
{
	atomic_dec(&worker->contest->in_flight);
	atomic_dec(&worker->contest->calls_left);
}

static void take(struct worker *worker, struct held *held)
{
	struct cma *cma = worker->cma;
	unsigned int align = next_random(worker) % 4;

	held->count = 1 + next_random(worker) % worker->contest->most_pages;
	call_begins(worker);
	held->page = cma_alloc(cma, held->count, align, true);
	call_ends(worker);

	if (!held->page) {
		worker->refusals++;
		return;
	}
	worker->successes++;
	worker->allocated_pages += held->count;
	worker->misplaced += !IS_ALIGNED(page_to_pfn(held->page), 1UL << align) ||
			     !area_contains(cma, page_to_pfn(held->page),
					    held->count);
	pages_stamp(held->page, held->count, worker->id);
}

static void give_back(struct worker *worker, struct held *held)
{
	worker->overwritten_pages += pages_count_overwritten(held->page,
							     held->count,
							     worker->id);
	call_begins(worker);
	worker->failed_releases += !cma_release(worker->cma, held->page,
						held->count);
	call_ends(worker);
	held->page = NULL;
}

static int work(void *data)
{
	struct worker *worker = data;
	struct contest *contest = worker->contest;
	unsigned int i;

	while (atomic_read(&contest->calls_left) > 0 &&
	       time_before(jiffies, contest->deadline)) {
		struct held *held = &worker->held[next_random(worker) % NR_HELD];

		if (!held->page)
			take(worker, held);
		else if (next_random(worker) % contest->visits_held == 0)
			give_back(worker, held);
		else
			worker->clear_bits += area_count_clear_bits(worker->cma,
								    page_to_pfn(held->page),
								    held->count);
		cond_resched();
	}

	for (i = 0; i < NR_HELD; i++)
		if (worker->held[i].page)
			give_back(worker, &worker->held[i]);
	complete(&worker->done);

	return 0;
}

static void run_contest(struct kunit *test, struct contest *contest,
			struct cma *const *areas, unsigned int nr_areas)
{
	unsigned int i, used_seed = seed ? seed : get_random_u32();

	kunit_info(test, "%u threads on %u areas, seed=%u", NR_WORKERS,
		   nr_areas, used_seed);
	atomic_set(&contest->calls_left, contest->calls);
	contest->deadline = jiffies + DEADLINE;

	for (i = 0; i < NR_WORKERS; i++) {
		struct worker *worker = &contest->workers[i];

		worker->contest = contest;
		worker->cma = areas[i % nr_areas];
		worker->id = i + 1;
		worker->random = used_seed * (2 * i + 1) | 1;
		init_completion(&worker->done);
	}
	for (i = 0; i < NR_WORKERS; i++) {
		struct worker *worker = &contest->workers[i];

		/* One that cannot start counts as one that is done. */
		if (IS_ERR(kthread_run(work, worker, "cma_kunit/%u", i))) {
			KUNIT_FAIL(test, "could not start thread %u", i);
			complete(&worker->done);
		}
	}
	for (i = 0; i < NR_WORKERS; i++)
		wait_for_completion(&contest->workers[i].done);
}

static void expect_fair(struct kunit *test, struct contest *contest)
{
	struct worker sum = {};
	unsigned int i;

	for (i = 0; i < NR_WORKERS; i++) {
		struct worker *worker = &contest->workers[i];

		sum.successes += worker->successes;
		sum.refusals += worker->refusals;
		sum.overlapped_calls += worker->overlapped_calls;
		sum.overwritten_pages += worker->overwritten_pages;
		sum.clear_bits += worker->clear_bits;
		sum.misplaced += worker->misplaced;
		sum.failed_releases += worker->failed_releases;
	}
	kunit_info(test, "%lu calls: %lu allocations, %lu refused, %lu overlapped another",
		   2 * sum.successes + sum.refusals, sum.successes,
		   sum.refusals, sum.overlapped_calls);

	KUNIT_EXPECT_LE_MSG(test, atomic_read(&contest->calls_left), 0,
			    "expected %u calls before the deadline",
			    contest->calls);
	KUNIT_EXPECT_EQ_MSG(test, 0UL, sum.overwritten_pages,
			    "expected no page with two holders");
	KUNIT_EXPECT_EQ_MSG(test, 0UL, sum.clear_bits,
			    "expected the bits of pages that are held to be set");
	KUNIT_EXPECT_EQ_MSG(test, 0UL, sum.misplaced,
			    "expected pages inside the area, aligned");
	KUNIT_EXPECT_EQ(test, 0UL, sum.failed_releases);
	KUNIT_EXPECT_GT(test, sum.successes, 0UL);
	if (num_online_cpus() > 1)
		KUNIT_EXPECT_GT_MSG(test, sum.overlapped_calls, 0UL,
				    "expected calls at the same time on %u cpus",
				    num_online_cpus());
}

/* Takes all but FEW_PAGES of the area. */
static void crowd(struct kunit *test, struct cma *cma)
{
	struct area_state state;
	unsigned long count;

	for (;;) {
		area_state_take(test, cma, &state);
		count = area_largest_free(&state);
		if (count <= FEW_PAGES)
			return;
		if (count > 2 * FEW_PAGES)
			count -= FEW_PAGES;
		KUNIT_ASSERT_NOT_NULL(test, cma_alloc_kunit(test, cma, count, 0));
	}
}

/* What the threads did is what the area has counted, to the page. */
static void expect_all_counted(struct kunit *test, struct contest *contest,
			       const struct area_state *before)
{
	struct area_counters moved = {};
	unsigned int i;

	for (i = 0; i < NR_WORKERS; i++) {
		struct worker *worker = &contest->workers[i];

		moved.success_events += worker->successes;
		moved.fail_events += worker->refusals;
		if (worker->cma != before->cma)
			continue;
		moved.allocated_pages += worker->allocated_pages;
		moved.released_pages += worker->allocated_pages;
	}
	moved.failed_pages = AREA_COUNTER_ANY;
	area_expect_counted(test, before, moved);
}

static void on_areas(struct kunit *test, struct cma *const *areas,
		     unsigned int nr_areas, bool full)
{
	struct area_state before[NR_WORKERS];
	struct contest *contest;
	unsigned int i;

	contest = kunit_kzalloc(test, sizeof(*contest), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, contest);
	contest->calls = full ? calls : roomy_calls;
	contest->most_pages = full ? FEW_PAGES / 4 : MOST_PAGES;
	contest->visits_held = full && nr_areas > 1 ? 64 : 4;

	for (i = 0; full && i < nr_areas; i++)
		crowd(test, areas[i]);
	for (i = 0; i < nr_areas; i++)
		area_state_take(test, areas[i], &before[i]);

	run_contest(test, contest, areas, nr_areas);
	expect_fair(test, contest);

	for (i = 0; i < nr_areas; i++) {
		area_expect_as_before(test, &before[i]);
		expect_all_counted(test, contest, &before[i]);
	}
}

static void on_one_area(struct kunit *test, bool full)
{
	struct cma *areas[] = { area_default(test) };

	on_areas(test, areas, ARRAY_SIZE(areas), full);
}

static void on_several_areas(struct kunit *test, bool full)
{
	struct cma *areas[] = {
		area_default(test),
		area_named(test, "kunit-odd-base"),
		area_named(test, "kunit-four-pages-a-bit"),
		area_named(test, "kunit-two-ranges"),
	};

	on_areas(test, areas, ARRAY_SIZE(areas), full);
}

static void one_area(struct kunit *test)
{
	on_one_area(test, false);
}

static void one_full_area(struct kunit *test)
{
	on_one_area(test, true);
}

static void several_areas(struct kunit *test)
{
	on_several_areas(test, false);
}

static void several_full_areas(struct kunit *test)
{
	on_several_areas(test, true);
}

static struct kunit_case cma_concurrency_cases[] = {
	KUNIT_CASE_SLOW(one_area),
	KUNIT_CASE_SLOW(one_full_area),
	KUNIT_CASE_SLOW(several_areas),
	KUNIT_CASE_SLOW(several_full_areas),
	{}
};

static struct kunit_suite cma_concurrency_suite = {
	.name = "cma_concurrency",
	.init = areas_must_be_restored,
	.test_cases = cma_concurrency_cases,
};

kunit_test_suite(cma_concurrency_suite);
