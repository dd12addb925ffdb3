// SPDX-License-Identifier: GPL-2.0
/*
 * "PFNs busy": a page of the area that cannot be moved.
 *
 * vmsplice() holds an anonymous page in an unread pipe; it survives munmap()
 * and is let go when the pipe is drained. An allocation over it must fail or
 * step aside, must hand out nothing of what it tried, and must succeed once
 * the page is let go. Movable pages, by contrast, must get out of the way with
 * their contents.
 *
 * Which errno userspace sees: -ENOMEM on every kernel so far (debugfs turns
 * any failure into it). The true one is in the event cma_alloc_finish, -EBUSY,
 * where the event has that field (after 6.1).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bitmap.h"
#include "harness.h"
#include "meminfo.h"
#include "movable.h"
#include "page_pipe.h"
#include "pagemap.h"
#include "testbed.h"
#include "trace_event.h"

/* Clear pages left beside the pinned one; runs up to this length stay free. */
#define MARGIN_PAGES 8
#define WANTED_PAGES 64
#define REACH_DEADLINE_MS 60000
#define TEST_SECONDS 110

FIXTURE(busy)
{
	struct testbed bed;
	struct trace trace;
	struct movable memory;
	__u64 used_at_start;
	int pipe[2];
	size_t pinned_page;	/* number of the page in memory */
	__u64 pinned_bit;	/* its place in the bitmap; a bit is a page */
	int blocks_at_start;
};

/* The run of clear bits around @bit; length 0 when the bit is set. */
static struct cma_run free_run_around(const struct cma_bitmap *bitmap, size_t bit)
{
	struct cma_run run = { bit, 0 };

	while (run.start > 0 && !cma_bitmap_test(bitmap, run.start) &&
	       !cma_bitmap_test(bitmap, run.start - 1))
		run.start--;
	while (run.start + run.length < bitmap->nbits &&
	       !cma_bitmap_test(bitmap, run.start + run.length))
		run.length++;
	return run;
}

/* A page of the memory with free room on both sides; -ENOENT: there is none. */
static int choose_page(struct testbed *bed, const struct movable *memory,
		       size_t *page, __u64 *bit)
{
	size_t size = bed->page_size, pages = memory->filled_bytes / size;
	struct cma_bitmap bitmap;
	int err = cma_bitmap_read(bed->area, 0, &bitmap);
	__u64 pfn;

	if (err)
		return err;
	err = -ENOENT;
	for (*page = pages; err && (*page)-- > 0;) {
		struct cma_run run;

		if (pagemap_pfn(memory->map + *page * size, &pfn) ||
		    !cma_area_contains(bed->area, pfn))
			continue;
		*bit = pfn - bitmap.base_pfn;
		run = free_run_around(&bitmap, *bit);
		if (run.length && *bit - run.start > 2 * MARGIN_PAGES &&
		    run.start + run.length - *bit > 2 * MARGIN_PAGES)
			err = 0;
	}
	cma_bitmap_free(&bitmap);
	return err;
}

/* Hold the page in the pipe and give all memory back. */
static int pin_page(int pipe_write, struct movable *memory, size_t page,
		    size_t size)
{
	int err = page_pipe_hold(pipe_write, memory->map + page * size, size);

	if (err)
		return err;
	movable_free(memory);
	return 0;
}

FIXTURE_SETUP(busy)
{
	const char *reason = testbed_open_debugfs(&self->bed);
	struct testbed *bed = &self->bed;
	long placed;
	int err;

	if (reason)
		SKIP_SETUP("%s", reason);
	if (bed->area->order_per_bit)
		SKIP_SETUP("needs an area with order_per_bit 0");
	if (!testbed_wait_quiet(bed))
		SKIP_SETUP("area %s is in use by others", bed->area->name);
	if (trace_open(&self->trace, &bed->guard, "busy"))
		SKIP_SETUP("needs CONFIG_FTRACE and tracefs on /sys/kernel/tracing");
	ASSERT_EQ(0, trace_enable(&self->trace, "cma/cma_alloc_busy_retry"));
	ASSERT_EQ(0, trace_enable(&self->trace, "cma/cma_alloc_finish"));
	self->used_at_start = testbed_used(bed);

	placed = movable_reach(&self->memory, bed->area, WANTED_PAGES,
			       REACH_DEADLINE_MS);
	if (placed == -ENOSPC || placed == -ETIME)
		SKIP_SETUP("needs less memory or CMA_TESTS_OWN_MACHINE=1: no page reached %s",
			   bed->area->name);
	if (placed == -ENOENT)
		SKIP_SETUP("needs CONFIG_PROC_PAGE_MONITOR, for /proc/self/pagemap");
	ASSERT_LE(WANTED_PAGES, placed) {
		TH_LOG("pages in area %s: %s", bed->area->name,
		       strerror(-placed));
	}
	ASSERT_EQ(0, pipe2(self->pipe, O_CLOEXEC));
	err = choose_page(bed, &self->memory, &self->pinned_page,
			  &self->pinned_bit);
	ASSERT_EQ(0, err) {
		TH_LOG("area %s: none of %ld pages has %d free pages on both sides",
		       bed->area->name, placed, 2 * MARGIN_PAGES);
	}
}

FIXTURE_TEARDOWN(busy)
{
	close(self->pipe[0]);
	close(self->pipe[1]);
	movable_free(&self->memory);
	trace_close(&self->trace);
	while (self->bed.nblocks)
		EXPECT_EQ(0, testbed_debugfs_free(&self->bed));
	EXPECT_EQ(self->used_at_start,
		  testbed_wait_used(&self->bed, self->used_at_start));
	SKIP_IF_OTHERS_DISTURBED(&self->bed);
	EXPECT_EQ(0, testbed_close(&self->bed));
}

/* Let the pinned page go; it must still hold what was written. */
static void drain(struct __test_metadata *_metadata, int pipe_read, size_t page,
		  size_t size)
{
	unsigned char contents[size];

	ASSERT_EQ(0, page_pipe_drain(pipe_read, contents, size));
	EXPECT_TRUE(movable_page_is_good(contents, page)) {
		TH_LOG("page %zu changed while it was pinned", page);
	}
}

/*
 * The next block to take so that nothing but the surroundings of the pinned
 * page stays free; 0 when that is so.
 *
 *	[XXXXXXXXXXXXX][...P][XXXXXXXXX][.]
 *			^ margin	 ^ runs up to the margin stay
 */
static __u64 next_filler(const struct cma_bitmap *bitmap, __u64 pinned)
{
	struct cma_run run;
	size_t bit;

	for (bit = 0; bit < bitmap->nbits; bit = run.start + run.length + 1) {
		run = free_run_around(bitmap, bit);
		if (run.length <= MARGIN_PAGES)
			continue;
		if (pinned - run.start >= run.length)
			return run.length;
		if (pinned - run.start > 2 * MARGIN_PAGES)
			return pinned - run.start - MARGIN_PAGES;
		run.length -= pinned + 1 - run.start;
		if (run.length > MARGIN_PAGES)
			return run.length;
		run.start = pinned + 1;
	}
	return 0;
}

/* Fill the area up to the window that ends with the pinned page. */
static struct cma_run fill_around(struct __test_metadata *_metadata,
				  struct testbed *bed, __u64 pinned)
{
	struct cma_run window = { 0, 0 };
	struct cma_bitmap bitmap;
	__u64 filler = 1;

	while (filler) {
		ASSERT_EQ(0, cma_bitmap_read(bed->area, 0, &bitmap));
		filler = next_filler(&bitmap, pinned);
		window.start = free_run_around(&bitmap, pinned).start;
		window.length = pinned - window.start + 1;
		cma_bitmap_free(&bitmap);
		if (filler)
			ASSERT_EQ(0, testbed_debugfs_alloc(bed, filler)) {
				TH_LOG("area %s: filling it with a block of %llu pages",
				       bed->area->name,
				       (unsigned long long)filler);
			}
	}
	return window;
}

/*
 *	[XXXXXXXXXXX][.......P][XXXXXXXXXX]
 *		     [ request ] the only slot: busy, then free
 */
TEST_F_TIMEOUT(busy, only_slot_is_busy_then_free, TEST_SECONDS)
{
	struct testbed *bed = &self->bed;
	struct cma_snapshot before, after;
	__u64 fails_before = 0, fails_after = 0;
	struct cma_run window;
	char finish[512];
	bool counts_fails;

	ASSERT_EQ(0, pin_page(self->pipe[1], &self->memory, self->pinned_page,
			      bed->page_size));
	window = fill_around(_metadata, bed, self->pinned_bit);
	ASSERT_LT(MARGIN_PAGES, window.length);

	ASSERT_EQ(0, trace_clear(&self->trace));
	counts_fails = !vmstat_read("cma_alloc_fail", &fails_before);
	cma_area_snapshot(bed->area, &before);
	EXPECT_EQ(-ENOMEM, testbed_debugfs_alloc(bed, window.length)) {
		TH_LOG("area %s: bits %zu to %llu, the last one pinned",
		       bed->area->name, window.start,
		       (unsigned long long)self->pinned_bit);
	}
	cma_area_snapshot(bed->area, &after);
	ASSERT_EQ(counts_fails, !vmstat_read("cma_alloc_fail", &fails_after));

	/* It failed because it was busy, once, and kept nothing. */
	EXPECT_EQ(1, trace_count(&self->trace, "cma_alloc_busy_retry", ""));
	ASSERT_EQ(0, trace_last(&self->trace, "cma_alloc_finish", finish,
				sizeof(finish)));
	if (strstr(finish, "errorno="))
		EXPECT_NE(NULL, strstr(finish, "errorno=-16")) {
			TH_LOG("expected -EBUSY in: %s", finish);
		}
	EXPECT_EQ(before.value[CMA_USED_PAGES], after.value[CMA_USED_PAGES]);
	EXPECT_EQ(before.value[CMA_MAXCHUNK_PAGES],
		  after.value[CMA_MAXCHUNK_PAGES]);
	/* Without CONFIG_VM_EVENT_COUNTERS nothing tells. */
	if (counts_fails)
		EXPECT_EQ(1, fails_after - fails_before);
	if (bed->area->has_sysfs)
		EXPECT_EQ(window.length, after.value[CMA_ALLOC_PAGES_FAIL] -
					 before.value[CMA_ALLOC_PAGES_FAIL]);

	drain(_metadata, self->pipe[0], self->pinned_page, bed->page_size);
	EXPECT_EQ(0, testbed_debugfs_alloc(bed, window.length)) {
		TH_LOG("area %s: the page was let go, its slot stays busy",
		       bed->area->name);
	}
}

/*
 * The next block to take so that the first room for a request, from the start
 * of the area, is what ends with the pinned page; 0 when that is so.
 *
 *	[XX].[XXXXXX][.......P..................]
 *	    ^ runs up to the margin stay, too short for the request
 */
static __u64 next_filler_before(const struct cma_bitmap *bitmap, __u64 pinned)
{
	struct cma_run run;
	size_t bit;

	for (bit = 0; bit <= pinned; bit = run.start + run.length + 1) {
		run = free_run_around(bitmap, bit);
		if (pinned - run.start < run.length)
			return pinned - run.start > MARGIN_PAGES ?
			       pinned - run.start - MARGIN_PAGES : 0;
		if (run.length > MARGIN_PAGES)
			return run.length;
	}
	return 0;
}

/*
 *	[XXXXXXXXXXX][.......P..................]
 *		     [ request ] busy, and again one page further ...
 *			      [ request ] beside it
 */
TEST_F_TIMEOUT(busy, request_steps_over_the_busy_page, TEST_SECONDS)
{
	struct testbed *bed = &self->bed;
	struct cma_bitmap before, after;
	struct cma_run run;
	__u64 filler = 1;
	long retries;

	ASSERT_EQ(0, pin_page(self->pipe[1], &self->memory, self->pinned_page,
			      bed->page_size));
	while (filler) {
		ASSERT_EQ(0, cma_bitmap_read(bed->area, 0, &before));
		filler = next_filler_before(&before, self->pinned_bit);
		cma_bitmap_free(&before);
		if (filler)
			ASSERT_EQ(0, testbed_debugfs_alloc(bed, filler));
	}

	ASSERT_EQ(0, trace_clear(&self->trace));
	ASSERT_EQ(0, cma_bitmap_read(bed->area, 0, &before));
	EXPECT_EQ(0, testbed_debugfs_alloc(bed, MARGIN_PAGES + 1));
	ASSERT_EQ(0, cma_bitmap_read(bed->area, 0, &after));
	retries = trace_count(&self->trace, "cma_alloc_busy_retry", "");

	EXPECT_EQ(MARGIN_PAGES + 1, cma_bitmap_taken(&before, &after, &run));
	EXPECT_EQ(MARGIN_PAGES + 1, run.length);
	EXPECT_FALSE(cma_bitmap_test(&after, self->pinned_bit)) {
		TH_LOG("area %s: bit %llu was handed out though it is in use",
		       bed->area->name, (unsigned long long)self->pinned_bit);
	}
	/* One page a step: at most once for each page up to the pinned one. */
	EXPECT_LE(1, retries);
	EXPECT_GE(MARGIN_PAGES + 1, retries);
	cma_bitmap_free(&before);
	cma_bitmap_free(&after);
	drain(_metadata, self->pipe[0], self->pinned_page, bed->page_size);
}

/*
 * Movable pages leave the range that is taken, and keep their contents.
 *
 *	area	[.mm.mmm.m....]  ->  [XXXXXXXXXXXXX]
 *	process	 mm mmm m		m m m m m m  elsewhere
 */
TEST_F_TIMEOUT(busy, movable_pages_make_room_unchanged, TEST_SECONDS)
{
	struct testbed *bed = &self->bed;
	struct movable *memory = &self->memory;
	long before, after, bad;
	__u64 maxchunk, pages;

	before = pagemap_pages_in_area(memory->map, memory->filled_bytes,
				       bed->area);
	ASSERT_LT(0, before);
	ASSERT_EQ(0, cma_area_read(bed->area, CMA_MAXCHUNK_PAGES, &maxchunk));
	/* All of the room if the rest of memory can take the pages in. */
	for (pages = maxchunk; pages; pages /= 2)
		if (testbed_debugfs_alloc(bed, pages) == 0)
			break;
	ASSERT_LT(maxchunk / 4, pages) {
		TH_LOG("area %s: %ld movable pages, %llu of %llu pages could be taken",
		       bed->area->name, before, (unsigned long long)pages,
		       (unsigned long long)maxchunk);
	}
	after = pagemap_pages_in_area(memory->map, memory->filled_bytes,
				      bed->area);
	EXPECT_LE(after, (long)(bed->area->count_pages - pages));
	if (pages == maxchunk)
		EXPECT_LT(after, before);
	bad = movable_first_bad(memory);
	EXPECT_EQ(-1, bad) {
		TH_LOG("area %s: contents of page %ld changed by migration",
		       bed->area->name, bad);
	}
}

TEST_HARNESS_MAIN
