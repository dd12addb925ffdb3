// SPDX-License-Identifier: GPL-2.0
/*
 * Counters and tracepoints: alloc_pages_success, _fail and
 * release_pages_success count pages, cma_alloc_success and _fail of
 * /proc/vmstat count calls, each event tells one call.
 */
#include "area_state.h"
#include "area_trace.h"

KUNIT_ARRAY_PARAM(area, area_rows, area_row_describe);

/* Five pages: five and one, not one and five. */
static void success(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	struct area_state before;
	struct page *page;

	area_state_take(test, cma, &before);

	page = cma_alloc_kunit(test, cma, 5, 0);
	area_expect_allocated(test, cma, page, 5, 0);
	area_expect_counted(test, &before, (struct area_counters) {
		.allocated_pages = 5,
		.success_events = 1,
	});

	cma_release_kunit(test, page);
	area_expect_counted(test, &before, (struct area_counters) {
		.allocated_pages = 5,
		.success_events = 1,
		.released_pages = 5,
	});
}

/* The area is full: the next call fails, and is counted as pages. */
static void failure_when_full(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	unsigned long count = area_largest_range(cma);
	struct area_state before, full;
	struct page *page;

	area_state_take(test, cma, &before);
	page = cma_alloc_kunit(test, cma, area_largest_free(&before), 0);
	KUNIT_ASSERT_NOT_NULL(test, page);

	area_state_take(test, cma, &full);
	KUNIT_EXPECT_NULL(test, cma_alloc_kunit(test, cma, count, 0));
	area_expect_counted(test, &full, (struct area_counters) {
		.failed_pages = count,
		.fail_events = 1,
	});
}

/*
 * Asked for more than there is, the CMA API fails to allocate these pages.
 * 6.12 returns before it counts them.
 */
static void failure_when_too_large(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	struct area_state before;

	area_state_take(test, cma, &before);
	KUNIT_EXPECT_NULL(test, cma_alloc_kunit(test, cma, cma->count + 1, 0));
	area_expect_counted(test, &before, (struct area_counters) {
		.failed_pages = cma->count + 1,
		.fail_events = 1,
	});
}

/* No pages asked for: no page succeeded, failed or was released. */
static void zero_pages(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	struct area_state before, after;

	area_state_take(test, cma, &before);
	KUNIT_EXPECT_NULL(test, cma_alloc_kunit(test, cma, 0, 0));
	area_state_take(test, cma, &after);
	KUNIT_EXPECT_EQ(test, before.counters.allocated_pages,
			after.counters.allocated_pages);
	KUNIT_EXPECT_EQ(test, before.counters.failed_pages,
			after.counters.failed_pages);
	KUNIT_EXPECT_EQ(test, before.counters.released_pages,
			after.counters.released_pages);
	KUNIT_EXPECT_EQ(test, before.counters.success_events,
			after.counters.success_events);
}

/* One area's calls are not another's. */
static void other_areas_do_not_count(struct kunit *test)
{
	struct cma *cma = area_default(test);
	struct cma *other = area_named(test, "kunit-pageblock");
	struct area_state before, after;

	area_state_take(test, other, &before);
	cma_alloc_kunit(test, cma, 3, 0);
	cma_alloc_kunit(test, cma, cma->count, 0);
	area_state_take(test, other, &after);
	KUNIT_EXPECT_EQ(test, before.counters.allocated_pages,
			after.counters.allocated_pages);
	KUNIT_EXPECT_EQ(test, before.counters.failed_pages,
			after.counters.failed_pages);
	KUNIT_EXPECT_EQ(test, 0, memcmp(before.bitmap, after.bitmap,
					BITS_TO_LONGS(other->count >> other->order_per_bit) *
					sizeof(long)));
}

static void events_of_success(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	struct area_trace *trace = area_trace_kunit(test, current);
	struct page *page = cma_alloc_kunit(test, cma, 3, 1);

	area_expect_allocated(test, cma, page, 3, 1);
	KUNIT_EXPECT_EQ(test, 1U, trace->starts);
	KUNIT_EXPECT_STREQ(test, cma_get_name(cma), trace->name);
	KUNIT_EXPECT_EQ(test, 3UL, trace->count);
	KUNIT_EXPECT_EQ(test, 1U, trace->align);
	KUNIT_EXPECT_EQ(test, 1U, trace->finishes);
	KUNIT_EXPECT_EQ(test, page_to_pfn(page), trace->finish_pfn);
	KUNIT_EXPECT_PTR_EQ(test, (const struct page *)page, trace->finish_page);
	KUNIT_EXPECT_EQ(test, 0, trace->finish_errno);
	KUNIT_EXPECT_EQ(test, 0U, trace->retries);

	cma_release_kunit(test, page);
	KUNIT_EXPECT_EQ(test, 1U, trace->releases);
	KUNIT_EXPECT_EQ(test, page_to_pfn(page), trace->release_pfn);
	KUNIT_EXPECT_EQ(test, 3UL, trace->release_count);
	KUNIT_EXPECT_EQ_MSG(test, 0U, trace->contradictions,
			    "events that say another area, count or alignment than the start");
}

/* A call that finds no place says so, with an error and without a page. */
static void events_of_failure(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	struct area_trace *trace = area_trace_kunit(test, current);
	struct area_state before;

	area_state_take(test, cma, &before);
	KUNIT_ASSERT_NOT_NULL(test, cma_alloc_kunit(test, cma,
						    area_largest_free(&before), 0));
	area_trace_clear(trace);

	KUNIT_EXPECT_NULL(test, cma_alloc_kunit(test, cma,
						area_largest_range(cma), 0));
	KUNIT_EXPECT_EQ(test, 1U, trace->starts);
	KUNIT_EXPECT_EQ(test, 1U, trace->finishes);
	KUNIT_EXPECT_NULL(test, trace->finish_page);
	KUNIT_EXPECT_EQ(test, 0U, trace->retries);
	if (area_trace_has_errno())
		KUNIT_EXPECT_LT(test, trace->finish_errno, 0);
	KUNIT_EXPECT_EQ(test, 0U, trace->releases);
}

/*
 * Who traces pairs the two: a start without its finish is a call that never
 * came back. A kernel may trace neither, for a call that it does not begin.
 */
static void expect_start_and_finish(struct kunit *test, struct cma *cma,
				    unsigned long count)
{
	struct area_trace *trace = area_trace_kunit(test, current);

	KUNIT_EXPECT_NULL(test, cma_alloc_kunit(test, cma, count, 0));
	KUNIT_EXPECT_EQ_MSG(test, trace->starts, trace->finishes,
			    "area %s: expected as many cma_alloc_finish as cma_alloc_start for %lu pages",
			    cma_get_name(cma), count);
	KUNIT_EXPECT_EQ(test, 0U, trace->retries);
	KUNIT_EXPECT_EQ(test, 0U, trace->releases);
}

static void events_when_too_large(struct kunit *test)
{
	struct cma *cma = area_of_row(test);

	expect_start_and_finish(test, cma, cma->count + 1);
}

static void events_when_nothing_is_asked(struct kunit *test)
{
	expect_start_and_finish(test, area_of_row(test), 0);
}

/* What is refused is no release. */
static void no_event_when_refused(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	struct area_trace *trace = area_trace_kunit(test, current);

	KUNIT_EXPECT_FALSE(test, cma_release(cma, virt_to_page(test), 1));
	KUNIT_EXPECT_EQ(test, 0U, trace->releases);
}

static struct kunit_case cma_counters_cases[] = {
	KUNIT_CASE_PARAM(success, area_gen_params),
	KUNIT_CASE_PARAM(failure_when_full, area_gen_params),
	KUNIT_CASE_PARAM(failure_when_too_large, area_gen_params),
	KUNIT_CASE_PARAM(zero_pages, area_gen_params),
	KUNIT_CASE(other_areas_do_not_count),
	KUNIT_CASE_PARAM(events_of_success, area_gen_params),
	KUNIT_CASE_PARAM(events_of_failure, area_gen_params),
	KUNIT_CASE_PARAM(events_when_too_large, area_gen_params),
	KUNIT_CASE_PARAM(events_when_nothing_is_asked, area_gen_params),
	KUNIT_CASE_PARAM(no_event_when_refused, area_gen_params),
	{}
};

static struct kunit_suite cma_counters_suite = {
	.name = "cma_counters",
	.init = areas_must_be_restored,
	.test_cases = cma_counters_cases,
};

kunit_test_suite(cma_counters_suite);
