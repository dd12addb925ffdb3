// SPDX-License-Identifier: GPL-2.0
/*
 * The counters against the events: what the trace saw of an area is what its
 * counters in sysfs and those of vmstat moved by, page by page, call by call.
 *
 *	cma_alloc_start		each call	      cma_alloc_success + _fail
 *	cma_alloc_finish	with its errno	      alloc_pages_success, _fail
 *	cma_release		each release	      release_pages_success
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "accounts.h"
#include "harness.h"
#include "testbed.h"
#include "trace_event.h"

/* Of the room, of which a quarter is one block at most. */
#define LEAST_PAGES 16
#define MOST_PAGES 257

FIXTURE(events)
{
	struct testbed bed;
	struct trace trace;
};

FIXTURE_SETUP(events)
{
	const char *reason;

	OPEN_QUIET_TESTBED(&self->bed, testbed_open_debugfs);
	/* vmstat's counters are. */
	self->bed.compares_all_areas = true;
	reason = testbed_lacks_room(&self->bed, LEAST_PAGES);
	if (reason)
		SKIP_SETUP("%s", reason);
	if (trace_open(&self->trace, &self->bed.guard, "events"))
		SKIP_SETUP("needs CONFIG_FTRACE and tracefs on /sys/kernel/tracing");
	ASSERT_EQ(0, trace_enable(&self->trace, "cma/cma_alloc_start"));
	ASSERT_EQ(0, trace_enable(&self->trace, "cma/cma_alloc_finish"));
	ASSERT_EQ(0, trace_enable(&self->trace, "cma/cma_release"));
}

FIXTURE_TEARDOWN(events)
{
	trace_close(&self->trace);
	CLOSE_QUIET_TESTBED(&self->bed);
}

/* Blocks of many sizes, one request that finds no room, and all of it back. */
static int allocate_and_free(struct testbed *bed, __u64 *taken, __u64 *calls)
{
	__u64 pages;
	int err;

	*taken = 0;
	*calls = 0;
	for (pages = 1; pages <= MOST_PAGES && pages <= bed->room_pages / 4; pages *= 4) {
		err = testbed_debugfs_alloc(bed, pages);
		if (err)
			return err;
		*taken += pages;
		(*calls)++;
	}
	err = testbed_debugfs_alloc(bed, bed->area_pages);
	if (err != -ENOMEM)
		return err ? err : -EEXIST;
	while (bed->nblocks) {
		err = testbed_debugfs_free(bed);
		if (err)
			return err;
	}
	return 0;
}

/* No page is all zeros; its pfn is told as -1 up to 6.12 and as 0 by 7.2. */
static bool tells_no_page(const char *event)
{
	const char *page = strstr(event, " page=");

	return page && page[strlen(" page=") + strspn(page + strlen(" page="), "0")] == ' ';
}

TEST_F(events, counters_move_by_what_the_trace_saw)
{
	struct testbed *bed = &self->bed;
	struct accounts before, after;
	struct mismatch mismatch = { 0 };
	char area[CMA_NAME_SIZE + 8], whole[CMA_NAME_SIZE + 64], finish[512] = "";
	__u64 taken, calls;
	long failures;

	ASSERT_EQ(0, trace_clear(&self->trace));
	accounts_read(bed, &before);
	ASSERT_EQ(0, allocate_and_free(bed, &taken, &calls));
	accounts_read(bed, &after);

	snprintf(area, sizeof(area), "name=%s ", bed->area->name);
	EXPECT_EQ((long)calls + 1, trace_count(&self->trace, "cma_alloc_start", area));
	EXPECT_EQ((long)calls + 1, trace_count(&self->trace, "cma_alloc_finish", area));
	EXPECT_EQ((long)calls, trace_count(&self->trace, "cma_release", area));
	/* The last of them is the one that found no room: it gave no page. */
	ASSERT_EQ(0, trace_last(&self->trace, "cma_alloc_finish", finish, sizeof(finish)));
	snprintf(whole, sizeof(whole), "count=%llu ", (unsigned long long)bed->area_pages);
	EXPECT_NE(NULL, strstr(finish, whole)) {
		TH_LOG("expected %s in: %s", whole, finish);
	}
	EXPECT_TRUE(tells_no_page(finish)) {
		TH_LOG("a failure that tells of a page: %s", finish);
	}
	/* 6.1 does not tell the errno; later ones have it for each call. */
	if (strstr(finish, "errorno=")) {
		EXPECT_EQ((long)calls, trace_count(&self->trace, "cma_alloc_finish",
						   " errorno=0"));
		failures = trace_count(&self->trace, "cma_alloc_finish", " errorno=-");
		EXPECT_EQ(1, failures);
	}

	accounts_moved(&mismatch, "cma_alloc_success", before.success_calls, after.success_calls,
		       calls);
	accounts_moved(&mismatch, "cma_alloc_fail", before.fail_calls, after.fail_calls, 1);
	accounts_figure_moved(&mismatch, CMA_ALLOC_PAGES_SUCCESS, &before, &after, taken);
	accounts_figure_moved(&mismatch, CMA_ALLOC_PAGES_FAIL, &before, &after, bed->area_pages);
	accounts_figure_moved(&mismatch, CMA_RELEASE_PAGES_SUCCESS, &before, &after, taken);
	EXPECT_EQ(NULL, mismatch.name) {
		TH_LOG("area %s: %s expected to move by %lld, as the trace says, not %lld",
		       bed->area->name, mismatch.name, mismatch.expected, mismatch.found);
	}
}

TEST_HARNESS_MAIN
