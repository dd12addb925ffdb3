// SPDX-License-Identifier: GPL-2.0
/*
 * Pages that cannot be moved away. The bitmap says free, the page is in use:
 * alloc_contig_range() answers -EBUSY, and cma_alloc() must try elsewhere.
 *
 *     bitmap:  |........|
 *     pages:   |..#.....|    # taken behind the bitmap's back
 *
 * Each case computes where a search over all aligned places, lowest first,
 * comes to its end, and expects that place and no other: a retry that starts
 * too low spins or hands out a busy page, one that starts too high passes over
 * free memory.
 */
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/sched/signal.h>
#include <linux/swap.h>

#include "area_state.h"
#include "area_trace.h"

KUNIT_ARRAY_PARAM(area, area_rows, area_row_describe);

static void unpin(void *data)
{
	struct page *page = data;

	free_contig_range(page_to_pfn(page), 1);
}

/* Takes one page of the area, as a long-lived pin would keep it. */
static void pin_kunit(struct kunit *test, unsigned long pfn)
{
	KUNIT_ASSERT_EQ_MSG(test, 0,
			    alloc_contig_range(pfn, pfn + 1,
					       CMA_TESTS_CONTIG_CMA, GFP_KERNEL),
			    "expected to take pfn %#lx for this case", pfn);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, unpin,
							   pfn_to_page(pfn)));
}

/*
 * Expect the first aligned place without the pinned page, a retry at each
 * place before it that the bitmap calls free, and not one retry more.
 */
static void expect_first_place(struct kunit *test, struct area_trace *trace,
			       const struct area_state *bitmap,
			       const struct area_state *truth,
			       unsigned long count, unsigned int align)
{
	struct cma *cma = bitmap->cma;
	unsigned long step = 1UL << max(align, cma->order_per_bit);
	unsigned long pfn = area_first_place(bitmap, count, align);
	unsigned long expected = area_first_place(truth, count, align);
	unsigned int retries = 0;
	struct page *page;

	area_trace_clear(trace);
	page = cma_alloc_kunit(test, cma, count, align);
	KUNIT_ASSERT_LE_MSG(test, trace->retries, AREA_TRACE_ENDLESS,
			    "area %s: the search does not end",
			    cma_get_name(cma));
	KUNIT_EXPECT_EQ_MSG(test, expected, page ? page_to_pfn(page) : NO_PLACE,
			    "area %s: %lu pages of alignment order %u",
			    cma_get_name(cma), count, align);
	if (!page)
		return;

	for (; pfn < expected; pfn += step) {
		if (area_is_blocked(bitmap, pfn, count))
			continue;
		KUNIT_EXPECT_EQ_MSG(test, pfn, trace->retry_pfns[retries],
				    "area %s: retry %u, %lu pages of alignment order %u",
				    cma_get_name(cma), retries, count, align);
		retries++;
	}
	KUNIT_EXPECT_EQ(test, retries, trace->retries);
	KUNIT_EXPECT_EQ_MSG(test, 0U, trace->contradictions,
			    "events that say another area, count or alignment than the start");

	area_expect_allocated(test, cma, page, count, align);
	cma_release_kunit(test, page);
}

/*
 * A pinned page in each of the first eight positions, and requests of 1 and 3
 * bits at alignments of 1 and 4 bits.
 */
static void one_pinned_page(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	struct area_trace *trace = area_trace_kunit(test, current);
	unsigned long bit_pages = 1UL << cma->order_per_bit;
	unsigned int position, bits, order;
	struct area_state bitmap, truth;
	unsigned long first;

	area_state_take(test, cma, &bitmap);
	first = area_first_place(&bitmap, 8 * bit_pages, 0);
	KUNIT_ASSERT_NE(test, NO_PLACE, first);

	for (position = 0; position < 8; position++) {
		unsigned long pinned = first + position * bit_pages +
				       bit_pages / 2;

		area_state_take(test, cma, &truth);
		area_block(&truth, pinned, 1);
		pin_kunit(test, pinned);
		for (bits = 1; bits <= 3; bits += 2)
			for (order = 0; order <= 2; order += 2)
				expect_first_place(test, trace, &bitmap, &truth,
						   bits * bit_pages,
						   cma->order_per_bit + order);
		kunit_release_action(test, unpin, pfn_to_page(pinned));
	}
	area_expect_as_before(test, &bitmap);
}

/*
 * |#|#|#|#|#|#|#|.|  The last place alone is without a pinned page.
 * Expect it to be found: the search goes on to the very end.
 */
static void only_the_last_place(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	unsigned long bit_pages = 1UL << cma->order_per_bit;
	unsigned long count = max(pageblock_nr_pages, bit_pages);
	unsigned int order = ilog2(count), places = 0;
	/* Ends a search that would not end. */
	struct area_trace *trace = area_trace_kunit(test, current);
	struct area_state model;
	unsigned long pfn, last;
	struct page *page;

	area_state_take(test, cma, &model);
	pfn = area_first_place(&model, count, order);
	KUNIT_ASSERT_NE(test, NO_PLACE, pfn);
	for (;;) {
		area_block(&model, pfn, count);
		last = pfn;
		pfn = area_first_place(&model, count, order);
		if (pfn == NO_PLACE)
			break;
		pin_kunit(test, last + count / 2);
		places++;
	}

	page = cma_alloc_kunit(test, cma, count, order);
	area_expect_allocated(test, cma, page, count, order);
	KUNIT_EXPECT_EQ(test, last, page_to_pfn(page));
	KUNIT_EXPECT_EQ(test, places, trace->retries);
}

/*
 * |#...|#...|#...|  Each place of this size has a pinned page.
 * Expect NULL, -EBUSY, the whole bitmap and every pageblock as before, and a
 * smaller request to be served all the same.
 */
static void every_place_is_busy(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	struct area_trace *trace = area_trace_kunit(test, current);
	unsigned long bit_pages = 1UL << cma->order_per_bit;
	unsigned long count = max(pageblock_nr_pages, bit_pages);
	unsigned int order = ilog2(count), places = 0;
	struct area_state model, pinned;
	unsigned long pfn;
	struct page *page;

	area_state_take(test, cma, &model);
	for (;;) {
		pfn = area_first_place(&model, count, order);
		if (pfn == NO_PLACE)
			break;
		area_block(&model, pfn, count);
		pin_kunit(test, pfn + 1);
		places++;
	}

	area_state_take(test, cma, &pinned);
	area_trace_clear(trace);
	page = cma_alloc_kunit(test, cma, count, order);
	KUNIT_EXPECT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, places, trace->retries);
	KUNIT_EXPECT_EQ(test, 1, trace->finishes);
	KUNIT_EXPECT_NULL(test, trace->finish_page);
	if (area_trace_has_errno())
		KUNIT_EXPECT_EQ(test, -EBUSY, trace->finish_errno);
	area_expect_as_before(test, &pinned);
	area_expect_counted(test, &pinned, (struct area_counters) {
		.failed_pages = count,
		.fail_events = 1,
	});

	if (bit_pages < pageblock_nr_pages) {
		page = cma_alloc_kunit(test, cma, bit_pages, 0);
		area_expect_allocated(test, cma, page, bit_pages, 0);
	}
}

struct doomed_call {
	struct cma *cma;
	struct area_trace *trace;
	struct page *page;
	struct completion done;
};

/* A fatal signal is pending when the allocation begins. */
static int allocate_when_killed(void *data)
{
	struct doomed_call *call = data;

	call->trace->task = current;
	allow_signal(SIGKILL);
	send_sig(SIGKILL, current, 1);
	call->page = cma_alloc(call->cma, 1, 0, true);
	flush_signals(current);
	complete(&call->done);

	return 0;
}

/*
 * A dying task stops at once: NULL, -EINTR, no walk through the rest of the
 * area, and nothing kept.
 */
static void fatal_signal(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	struct area_trace *trace = area_trace_kunit(test, current);
	struct doomed_call call = { .cma = cma, .trace = trace };
	struct area_state before;
	struct task_struct *task;

	/* At a multiple of this the isolation of pages looks for a signal, too. */
	if (1UL << cma->order_per_bit < COMPACT_CLUSTER_MAX)
		cma_alloc_kunit(test, cma, 1, 0);
	area_trace_clear(trace);
	area_state_take(test, cma, &before);
	init_completion(&call.done);
	task = kthread_run(allocate_when_killed, &call, "cma_kunit_killed");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	wait_for_completion(&call.done);

	KUNIT_EXPECT_NULL(test, call.page);
	KUNIT_EXPECT_EQ(test, 0, trace->retries);
	KUNIT_EXPECT_EQ(test, 1, trace->finishes);
	if (area_trace_has_errno())
		KUNIT_EXPECT_EQ(test, -EINTR, trace->finish_errno);
	area_expect_as_before(test, &before);
	area_expect_counted(test, &before, (struct area_counters) {
		.failed_pages = 1,
		.fail_events = 1,
	});
}

static struct kunit_case cma_busy_cases[] = {
	KUNIT_CASE_PARAM(one_pinned_page, area_gen_params),
	KUNIT_CASE_PARAM(only_the_last_place, area_gen_params),
	KUNIT_CASE_PARAM(every_place_is_busy, area_gen_params),
	KUNIT_CASE_PARAM(fatal_signal, area_gen_params),
	{}
};

static struct kunit_suite cma_busy_suite = {
	.name = "cma_busy",
	.init = areas_must_be_restored,
	.test_cases = cma_busy_cases,
};

kunit_test_suite(cma_busy_suite);
