// SPDX-License-Identifier: GPL-2.0
/*
 * The helpers of these suites: that they release what they took, and that they
 * turn red. Each case runs them in a test of its own, whose end it can watch;
 * what that test prints as failed here is meant to fail.
 */
#include "area_state.h"

static struct kunit *begin(struct kunit *test)
{
	struct kunit *inner = kunit_kzalloc(test, sizeof(*inner), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, inner);
	kunit_init_test(inner, "meant_to_fail", NULL);

	return inner;
}

static void end(struct kunit *test, struct kunit *inner)
{
	kunit_cleanup(inner);
	/* The clean-up of the inner test took away the outer one. */
	current->kunit_test = test;
}

/* What a case does not release itself is released when it ends. */
static void pages_are_released(struct kunit *test)
{
	struct cma *cma = area_default(test);
	struct kunit *inner = begin(test);
	struct area_state before;

	area_state_take(test, cma, &before);
	area_expect_allocated(test, cma, cma_alloc_kunit(inner, cma, 3, 0), 3, 0);
	area_expect_allocated(test, cma, cma_alloc_kunit(inner, cma, 5, 2), 5, 2);
	area_expect_taken(test, &before, 8, 8);

	end(test, inner);
	area_expect_as_before(test, &before);
	KUNIT_EXPECT_EQ(test, KUNIT_SUCCESS, inner->status);
}

/* A page that stays behind fails the case that left it. */
static void leak_is_seen(struct kunit *test)
{
	struct cma *cma = area_default(test);
	struct kunit *inner = begin(test);
	struct page *leaked;

	KUNIT_ASSERT_EQ(test, 0, areas_must_be_restored(inner));
	leaked = cma_alloc_kunit(test, cma, 1, 0);
	end(test, inner);
	KUNIT_EXPECT_EQ(test, KUNIT_FAILURE, inner->status);
	cma_release_kunit(test, leaked);
}

/* Clean-up in order is no leak. */
static void no_leak_is_seen(struct kunit *test)
{
	struct cma *cma = area_default(test);
	struct kunit *inner = begin(test);

	KUNIT_ASSERT_EQ(test, 0, areas_must_be_restored(inner));
	cma_alloc_kunit(inner, cma, 1, 0);
	end(test, inner);
	KUNIT_EXPECT_EQ(test, KUNIT_SUCCESS, inner->status);
}

/* A page that is taken behind the bitmap's back is missing from the area. */
static void lost_page_is_seen(struct kunit *test)
{
	struct cma *cma = area_default(test);
	struct kunit *inner = begin(test);
	struct area_state before;
	unsigned long pfn;

	area_state_take(test, cma, &before);
	pfn = area_first_place(&before, 1, 0);
	KUNIT_ASSERT_EQ(test, 0, alloc_contig_range(pfn, pfn + 1,
						    CMA_TESTS_CONTIG_CMA,
						    GFP_KERNEL));
	area_expect_as_before(inner, &before);
	free_contig_range(pfn, 1);
	end(test, inner);
	KUNIT_EXPECT_EQ(test, KUNIT_FAILURE, inner->status);
}

/* An allocation that is not what was asked for fails its case. */
static void wrong_alignment_is_seen(struct kunit *test)
{
	struct cma *cma = area_default(test);
	struct kunit *inner = begin(test);
	struct page *pages = cma_alloc_kunit(test, cma, 2, 1);

	KUNIT_ASSERT_NOT_NULL(test, pages);
	area_expect_allocated(inner, cma, pages + 1, 1, 1);
	end(test, inner);
	KUNIT_EXPECT_EQ(test, KUNIT_FAILURE, inner->status);
}

static void overwritten_page_is_seen(struct kunit *test)
{
	struct cma *cma = area_default(test);
	struct page *page = cma_alloc_kunit(test, cma, 2, 0);

	KUNIT_ASSERT_NOT_NULL(test, page);
	pages_stamp(page, 2, 1);
	KUNIT_EXPECT_EQ(test, 0UL, pages_count_overwritten(page, 2, 1));
	pages_stamp(page + 1, 1, 2);
	KUNIT_EXPECT_EQ(test, 1UL, pages_count_overwritten(page, 2, 1));
}

static struct kunit_case cma_helpers_cases[] = {
	KUNIT_CASE(pages_are_released),
	KUNIT_CASE(leak_is_seen),
	KUNIT_CASE(no_leak_is_seen),
	KUNIT_CASE(lost_page_is_seen),
	KUNIT_CASE(wrong_alignment_is_seen),
	KUNIT_CASE(overwritten_page_is_seen),
	{}
};

static struct kunit_suite cma_helpers_suite = {
	.name = "cma_helpers",
	.init = areas_must_be_restored,
	.test_cases = cma_helpers_cases,
};

kunit_test_suite(cma_helpers_suite);
