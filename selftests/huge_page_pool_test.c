// SPDX-License-Identifier: GPL-2.0
/*
 * Huge pages that nobody uses just now, in an area that is taken: they are not given
 * up but replaced, and the pool stays as large as somebody wanted it.
 *
 *	pool	[hhhh] in the area  ->  [hhhh] elsewhere
 *
 * Those in use are a kind of movable_kinds_test.c.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "harness.h"
#include "meminfo.h"
#include "movable.h"
#include "page_kinds.h"
#include "pagemap.h"
#include "testbed.h"

/* The pool of hugetlb: how many, and how many of them are free and surplus. */
struct pool {
	__u64 total, free, surplus;
};

static int read_pool(struct pool *pool)
{
	const struct {
		const char *field;
		__u64 *pages;
	} fields[] = {
		{ "HugePages_Total", &pool->total }, { "HugePages_Free", &pool->free },
		{ "HugePages_Surp", &pool->surplus },
	};
	size_t i;
	int err = 0;

	for (i = 0; !err && i < ARRAY_SIZE(fields); i++)
		err = meminfo_number(fields[i].field, fields[i].pages);
	return err;
}

FIXTURE(huge_page_pool)
{
	struct testbed bed;
	struct movable ballast;
	struct kind_pages pages;
};

FIXTURE_SETUP(huge_page_pool)
{
	const char *reason;

	OPEN_QUIET_TESTBED(&self->bed, testbed_open_debugfs);
	reason = movable_press(&self->ballast, &self->bed);
	if (reason)
		SKIP_SETUP("%s", reason);
}

FIXTURE_TEARDOWN(huge_page_pool)
{
	movable_free(&self->ballast);
	page_kind_unmake(&self->pages);
	CLOSE_QUIET_TESTBED(&self->bed);
}

TEST_F_TIMEOUT(huge_page_pool, free_pages_are_replaced, 110)
{
	struct testbed *bed = &self->bed;
	struct kind_pages *pages = &self->pages;
	struct pool before, after;
	int err = page_kind_make(page_kind_find("hugetlb"), pages, &bed->guard, 1);
	long in_area;
	__u64 room;

	if (err == -EOPNOTSUPP)
		SKIP(return, "needs %s", page_kind_needs(page_kind_find("hugetlb")));
	ASSERT_EQ(0, err);
	in_area = pagemap_pages_in_area(pages->map, pages->bytes, bed->area);
	EXPECT_LT(0, in_area) {
		TH_LOG("area %s: no page of the pool came here", bed->area->name);
	}
	munmap(pages->map, pages->bytes);
	pages->map = NULL;
	movable_free(&self->ballast);
	ASSERT_EQ(0, read_pool(&before));
	EXPECT_LE(PAGE_KIND_HUGE_PAGES, before.free);
	err = testbed_take_room(bed, &room);
	EXPECT_ROOM(bed, err, room) {
		TH_LOG("area %s: %llu pages of room, huge pages of nobody's in it, cannot be taken",
		       bed->area->name, (unsigned long long)room);
	}
	ASSERT_EQ(0, read_pool(&after));
	EXPECT_EQ(before.total, after.total);
	EXPECT_EQ(before.free, after.free);
	EXPECT_EQ(before.surplus, after.surplus);
	TH_LOG("area %s: %ld pages of the pool in it", bed->area->name, in_area);
}

TEST_HARNESS_MAIN
