// SPDX-License-Identifier: GPL-2.0
/*
 * Each area by itself. What is taken from one is in its accounts, and in no other's:
 * a counter, a bitmap or a file that belongs to another area tells of nothing here, or
 * of too much there.
 *
 *	area	   first	second		third
 *	take	   +1 block	as before	as before
 *	give back  as before	as before	as before
 *
 * The other tests choose the largest area, and look at no other.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "accounts.h"
#include "bitmap.h"
#include "harness.h"
#include "testbed.h"

/* Others may take from any area meanwhile, or hold a page just now. */
#define ATTEMPTS 5

/* What is known of one area at one time. */
struct account {
	struct cma_snapshot figures;
	__u64 bitmap_pages;	/* set bits, in pages */
};

/* The first thing that did not move as it must, and whose it is; NULL area: all did. */
struct complaint {
	const struct cma_area *area;
	struct mismatch mismatch;
};

/* Of each area of the list, in its order. */
struct accounts_of_all {
	struct account area[CMA_MAX_AREAS];
};

FIXTURE(areas)
{
	struct testbed bed;
};

/*
 * An area that could not be activated has no pages. Before c0ca59beb525 ("mm/cma_debug:
 * fix invalid accesses for inactive CMA areas") it has files: they are left alone.
 */
static bool is_active(const struct cma_area *area)
{
	return area->count_pages > 0;
}

static size_t count_areas(const struct cma_area_list *areas)
{
	size_t i, count = 0;

	for (i = 0; i < areas->count; i++)
		count += areas->area[i].has_debugfs && is_active(&areas->area[i]);
	return count;
}

FIXTURE_SETUP(areas)
{
	size_t count;

	OPEN_QUIET_TESTBED(&self->bed, testbed_open_debugfs);
	self->bed.compares_all_areas = true;
	count = count_areas(&self->bed.areas);
	if (count < 2)
		SKIP_SETUP("needs a second CMA area, as hugetlb_cma=1G or a reserved-memory node makes, found %zu",
			   count);
}

FIXTURE_TEARDOWN(areas)
{
	CLOSE_QUIET_TESTBED(&self->bed);
}

static __u64 bitmap_pages(const struct cma_area *area)
{
	struct cma_bitmap bitmap;
	unsigned int range;
	__u64 pages = 0;

	for (range = 0; range < area->nranges; range++) {
		if (cma_bitmap_read(area, range, &bitmap))
			continue;
		pages += (__u64)cma_bitmap_weight(&bitmap) << bitmap.order_per_bit;
		cma_bitmap_free(&bitmap);
	}
	return pages;
}

static void read_accounts(const struct cma_area_list *areas, struct accounts_of_all *now)
{
	size_t i;

	for (i = 0; i < areas->count; i++) {
		if (!is_active(&areas->area[i]))
			continue;
		cma_area_snapshot(&areas->area[i], &now->area[i].figures);
		now->area[i].bitmap_pages = bitmap_pages(&areas->area[i]);
	}
}

/*
 * What each figure of an area does when @taken pages are taken from it; negative: when
 * they are given back. The longest free run depends on where they were.
 */
static const struct {
	enum cma_figure figure;
	int when_taken, when_given_back;	/* times the pages */
} moves[] = {
	{ CMA_USED_PAGES, 1, -1 },
	{ CMA_TOTAL_PAGES, 0, 0 },
	{ CMA_AVAILABLE_PAGES, -1, 1 },
	{ CMA_ALLOC_PAGES_SUCCESS, 1, 0 },
	{ CMA_ALLOC_PAGES_FAIL, 0, 0 },
	{ CMA_RELEASE_PAGES_SUCCESS, 0, 1 },
};

static void check_area(struct mismatch *mismatch, const struct account *before,
		       const struct account *after, long long taken)
{
	size_t i;

	accounts_moved(mismatch, "bitmap", before->bitmap_pages, after->bitmap_pages, taken);
	for (i = 0; i < ARRAY_SIZE(moves); i++) {
		enum cma_figure figure = moves[i].figure;
		int times = taken < 0 ? moves[i].when_given_back : moves[i].when_taken;

		if (before->figures.err[figure] || after->figures.err[figure])
			continue;
		accounts_moved(mismatch, cma_figure_name(figure), before->figures.value[figure],
			       after->figures.value[figure],
			       times * (taken < 0 ? -taken : taken));
	}
}

/* @taken pages are of the testbed's area; every other area is as it was. */
static void check_areas(struct complaint *complaint, const struct testbed *bed,
			const struct accounts_of_all *before, const struct accounts_of_all *after,
			long long taken)
{
	size_t i;

	for (i = 0; i < bed->areas.count && !complaint->area; i++) {
		const struct cma_area *area = &bed->areas.area[i];

		if (!is_active(area))
			continue;
		check_area(&complaint->mismatch, &before->area[i], &after->area[i],
			   area == bed->area ? taken : 0);
		if (complaint->mismatch.name)
			complaint->area = area;
	}
}

/* A page of the block may be on its way elsewhere: it is asked for again. */
static int take_block(struct testbed *bed, __u64 pages, struct accounts_of_all *before)
{
	int attempt, err = -ENOMEM;

	for (attempt = 0; err == -ENOMEM && attempt < ATTEMPTS; attempt++) {
		read_accounts(&bed->areas, before);
		err = testbed_debugfs_alloc(bed, pages);
	}
	return err;
}

/* Take a block, give it back, look at all areas each time. Returns 0 or -errno. */
static int take_and_give_back(struct testbed *bed, __u64 pages, struct complaint *complaint)
{
	struct accounts_of_all before, during, after;
	int err = take_block(bed, pages, &before);

	if (err)
		return err;
	read_accounts(&bed->areas, &during);
	check_areas(complaint, bed, &before, &during, pages);
	err = testbed_debugfs_free(bed);
	if (err)
		return err;
	read_accounts(&bed->areas, &after);
	check_areas(complaint, bed, &during, &after, -(long long)pages);
	return 0;
}

/* The smallest block that there is: a bit of the bitmap. */
static void try_area(struct __test_metadata *_metadata, struct testbed *bed)
{
	__u64 pages = 1ull << bed->area->order_per_bit;
	struct complaint complaint;
	int attempt, err;

	for (attempt = 0; attempt < ATTEMPTS; attempt++) {
		complaint = (struct complaint) { 0 };
		err = take_and_give_back(bed, pages, &complaint);
		ASSERT_EQ(0, err) {
			TH_LOG("area %s, a block of %llu pages: %s", bed->area->name,
			       (unsigned long long)pages, strerror(-err));
		}
		if (!complaint.area || !testbed_wait_quiet(bed))
			break;
	}
	EXPECT_EQ(NULL, complaint.area) {
		TH_LOG("%llu pages of area %s taken and given back: %s of area %s expected to move by %lld, not %lld",
		       (unsigned long long)pages, bed->area->name, complaint.mismatch.name,
		       complaint.area->name, complaint.mismatch.expected,
		       complaint.mismatch.found);
	}
}

TEST_F_TIMEOUT(areas, block_counts_for_its_area_alone, 110)
{
	struct testbed *bed = &self->bed;
	__u64 room_pages;
	size_t i, tried = 0;

	for (i = 0; i < bed->areas.count; i++) {
		const struct cma_area *area = &bed->areas.area[i];

		if (!area->has_debugfs || !is_active(area))
			continue;
		ASSERT_EQ(0, cma_area_read(area, CMA_MAXCHUNK_PAGES, &room_pages));
		if (!room_pages) {
			TH_LOG("area %s is full: left out", area->name);
			continue;
		}
		/* The one that is looked at when the test ends, however it ends. */
		bed->area = area;
		bed->used_at_start = testbed_used(bed);
		try_area(_metadata, bed);
		tried++;
	}
	if (!tried)
		SKIP(return, "needs room in one of %zu CMA areas: others have all of it",
		     count_areas(&bed->areas));
	TH_LOG("%zu of %zu areas", tried, count_areas(&bed->areas));
}

static bool overlap(const struct cma_range *one, const struct cma_range *other)
{
	return one->base_pfn < other->base_pfn + other->count_pages &&
	       other->base_pfn < one->base_pfn + one->count_pages;
}

static bool areas_overlap(const struct cma_area *one, const struct cma_area *other)
{
	unsigned int i, j;

	for (i = 0; i < one->nranges; i++)
		for (j = 0; j < other->nranges; j++)
			if (overlap(&one->ranges[i], &other->ranges[j]))
				return true;
	return false;
}

/* A base_pfn, a count that is another area's: they would share pages. */
TEST_F(areas, lie_apart)
{
	const struct cma_area_list *areas = &self->bed.areas;
	size_t i, j;

	for (i = 0; i < areas->count; i++)
		for (j = 0; j < i; j++) {
			EXPECT_FALSE(areas_overlap(&areas->area[i], &areas->area[j])) {
				TH_LOG("areas %s and %s", areas->area[j].name, areas->area[i].name);
			}
		}
}

TEST_HARNESS_MAIN
