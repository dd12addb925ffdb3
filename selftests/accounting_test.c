// SPDX-License-Identifier: GPL-2.0
/*
 * The accounts of one area agree, before, during and after an allocation.
 *
 *	debugfs	used, bitmap		pages taken now
 *	sysfs	available_pages		the complement, 6.15 and later
 *		alloc_pages_success	counts pages
 *		release_pages_success	counts pages, 6.9 and later
 *	vmstat	cma_alloc_success	counts calls
 *		nr_free_cma		free pages of all areas
 *	meminfo	CmaFree			the same in KiB
 *
 * Others may use the area meanwhile (a lab board): the test waits for a quiet
 * moment, repeats a measurement that does not add up, and fails only when it
 * never does though nobody else was seen.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "accounts.h"
#include "harness.h"
#include "kernel_log.h"
#include "meminfo.h"
#include "testbed.h"

#define ATTEMPTS 5
/* Of the room; fewer are no quarter to take. */
#define LEAST_PAGES 16

enum backend { DEBUGFS, DMA_HEAP };

FIXTURE(accounting)
{
	struct testbed bed;
	__u64 pages;
	int buf_fd;
};

FIXTURE_VARIANT(accounting)
{
	enum backend backend;
};

FIXTURE_VARIANT_ADD(accounting, debugfs)
{
	.backend = DEBUGFS,
};

FIXTURE_VARIANT_ADD(accounting, dma_heap)
{
	.backend = DMA_HEAP,
};

static int take(struct testbed *bed, enum backend backend, __u64 pages)
{
	if (backend == DEBUGFS)
		return testbed_debugfs_alloc(bed, pages);
	return dma_heap_alloc(bed->heap_fd, pages * bed->page_size);
}

static int give_back(struct testbed *bed, enum backend backend, int buf_fd)
{
	if (backend == DEBUGFS)
		return testbed_debugfs_free(bed);
	return close(buf_fd) ? -errno : 0;
}

FIXTURE_SETUP(accounting)
{
	self->buf_fd = -1;
	OPEN_QUIET_TESTBED(&self->bed, variant->backend == DEBUGFS ?
			   testbed_open_debugfs : testbed_open_heap);
	/* vmstat's counters are, and the free pages. */
	self->bed.compares_all_areas = true;
	/* Large against what the per-CPU lists can hold, odd on purpose. */
	self->pages = self->bed.room_pages / 4 + 1;
}

FIXTURE_TEARDOWN(accounting)
{
	if (self->buf_fd >= 0)
		close(self->buf_fd);
	CLOSE_QUIET_TESTBED(&self->bed);
}

/* Free CMA pages as three files tell it, read one after the other. */
static bool free_files_agree(const struct accounts *now)
{
	long long slack = now->pcp_pages + 1;

	return llabs((long long)(now->nr_free_cma - now->meminfo_free_pages)) <= slack &&
	       llabs((long long)(now->nr_free_cma - now->zoneinfo_free_pages)) <= slack;
}

TEST_F(accounting, idle_accounts_agree)
{
	const struct cma_area *area = self->bed.area;
	struct accounts now;
	__u64 total, zones;
	int attempt;

	accounts_read(&self->bed, &now);
	if (area->has_debugfs && area->order_per_bit == 0)
		EXPECT_EQ(now.bitmap_pages, now.area.value[CMA_USED_PAGES]);
	if (!now.area.err[CMA_TOTAL_PAGES] && area->has_debugfs) {
		EXPECT_EQ(area->count_pages, now.area.value[CMA_TOTAL_PAGES]);
		EXPECT_EQ(area->count_pages,
			  now.area.value[CMA_USED_PAGES] +
			  now.area.value[CMA_AVAILABLE_PAGES]);
	}
	EXPECT_LE(now.area.value[CMA_MAXCHUNK_PAGES],
		  self->bed.area_pages - now.area.value[CMA_USED_PAGES]);

	/* Somebody's page may come or go between two files: one look of a few agrees. */
	for (attempt = 0; !free_files_agree(&now) && attempt < ATTEMPTS; attempt++)
		accounts_read(&self->bed, &now);
	EXPECT_TRUE(free_files_agree(&now)) {
		TH_LOG("free CMA pages: vmstat %llu, meminfo %llu, zoneinfo %llu; %llu pages in the processors' lists",
		       (unsigned long long)now.nr_free_cma,
		       (unsigned long long)now.meminfo_free_pages,
		       (unsigned long long)now.zoneinfo_free_pages,
		       (unsigned long long)now.pcp_pages);
	}

	ASSERT_EQ(0, meminfo_bytes("CmaTotal", &total));
	ASSERT_EQ(0, zoneinfo_sum("cma", &zones));
	EXPECT_EQ(total / self->bed.page_size, zones) {
		TH_LOG("CmaTotal of meminfo against cma of zoneinfo, in pages");
	}
	EXPECT_LE(now.meminfo_free_pages, total / self->bed.page_size);
}

TEST_F(accounting, all_areas_sum_to_cma_total)
{
	__u64 total, sum = 0;
	size_t i;

	for (i = 0; i < self->bed.areas.count; i++) {
		if (!self->bed.areas.area[i].count_pages)
			SKIP(return, "needs CONFIG_CMA_DEBUGFS: the size of area %s is unknown",
			     self->bed.areas.area[i].name);
		sum += self->bed.areas.area[i].count_pages;
	}
	ASSERT_EQ(0, meminfo_bytes("CmaTotal", &total));
	EXPECT_EQ(total / self->bed.page_size, sum);
}

/*
 *	before		during			after
 *	[......]	[XXXX..]		[......]
 *	   take: +pages	    give back: -pages	   as before
 */
TEST_F(accounting, allocation_moves_every_account_by_its_size)
{
	struct testbed *bed = &self->bed;
	const char *reason = testbed_lacks_room(bed, LEAST_PAGES);
	struct accounts before, during, after;
	struct mismatch mismatch;
	int attempt;

	if (reason)
		SKIP(return, "%s", reason);
	for (attempt = 0; attempt < ATTEMPTS; attempt++) {
		memset(&mismatch, 0, sizeof(mismatch));
		accounts_read(bed, &before);
		self->buf_fd = take(bed, variant->backend, self->pages);
		ASSERT_GE(self->buf_fd, 0) {
			TH_LOG("area %s: %llu of %llu pages: %s", bed->area->name,
			       (unsigned long long)self->pages,
			       (unsigned long long)self->bed.area_pages,
			       strerror(-self->buf_fd));
		}
		accounts_read(bed, &during);
		accounts_check_step(&mismatch, bed->area, &before, &during, self->pages);

		ASSERT_EQ(0, give_back(bed, variant->backend, self->buf_fd));
		self->buf_fd = -1;
		accounts_read(bed, &after);
		accounts_check_step(&mismatch, bed->area, &during, &after,
				    -(long long)self->pages);
		if (!mismatch.name)
			break;
		if (!testbed_wait_quiet(bed))
			SKIP(return, "area %s is in use by others",
			     bed->area->name);
	}
	EXPECT_EQ(NULL, mismatch.name) {
		TH_LOG("area %s, %llu pages: %s expected to move by %lld, not %lld (%d attempts)",
		       bed->area->name, (unsigned long long)self->pages,
		       mismatch.name, mismatch.expected, mismatch.found,
		       attempt);
	}
}

/*
 * Take and give back one page: allocating empties the per-CPU lists, where
 * pages that were freed just now wait and are not counted as free.
 */
static int settle(struct testbed *bed, enum backend backend)
{
	int taken = take(bed, backend, 1);

	return taken < 0 ? taken : give_back(bed, backend, taken);
}

/*
 * Every page of the block leaves the free pages and comes back to them.
 *
 *	free	[..........]  [....]	[..........]
 *	block		      [XXXX]	 none is lost
 */
TEST_F(accounting, free_pages_fall_and_rise_by_the_block)
{
	struct testbed *bed = &self->bed;
	const char *reason = testbed_lacks_room(bed, LEAST_PAGES);
	struct accounts before, during, after;
	struct mismatch mismatch;
	int attempt;

	if (reason)
		SKIP(return, "%s", reason);
	for (attempt = 0; attempt < ATTEMPTS; attempt++) {
		memset(&mismatch, 0, sizeof(mismatch));
		ASSERT_EQ(0, settle(bed, variant->backend));
		accounts_read(bed, &before);
		self->buf_fd = take(bed, variant->backend, self->pages);
		ASSERT_GE(self->buf_fd, 0);
		accounts_read(bed, &during);
		ASSERT_EQ(0, give_back(bed, variant->backend, self->buf_fd));
		self->buf_fd = -1;
		ASSERT_EQ(0, settle(bed, variant->backend));
		accounts_read(bed, &after);
		accounts_check_free(&mismatch, &before, &during, self->pages);
		accounts_check_free(&mismatch, &before, &after, 0);
		if (!mismatch.name)
			break;
	}
	EXPECT_EQ(NULL, mismatch.name) {
		TH_LOG("area %s, %llu pages: %s expected to move by %lld, not %lld",
		       bed->area->name, (unsigned long long)self->pages,
		       mismatch.name, mismatch.expected, mismatch.found);
		TH_LOG("per-CPU lists before, during, after: %llu, %llu, %llu pages",
		       (unsigned long long)before.pcp_pages,
		       (unsigned long long)during.pcp_pages,
		       (unsigned long long)after.pcp_pages);
	}
}

/*
 * A failure is counted: pages in sysfs, one call in vmstat, and nothing else
 * moves. With a page taken there is no room for the whole area, so that the
 * search itself fails, on every kernel.
 *
 *	[X.....................]
 *	 [______whole area______] no room
 */
TEST_F(accounting, failure_is_counted_once)
{
	struct testbed *bed = &self->bed;
	const char *reason = testbed_lacks_room(bed, 1);
	struct accounts before, after;
	struct mismatch mismatch = { 0 };
	__u64 whole = self->bed.area_pages;
	int taken, attempt;

	if (reason)
		SKIP(return, "%s", reason);
	taken = take(bed, variant->backend, 1);
	ASSERT_GE(taken, 0);
	for (attempt = 0; attempt < ATTEMPTS; attempt++) {
		memset(&mismatch, 0, sizeof(mismatch));
		accounts_read(bed, &before);
		EXPECT_EQ(-ENOMEM, take(bed, variant->backend, whole));
		accounts_read(bed, &after);
		accounts_figure_moved(&mismatch, CMA_ALLOC_PAGES_FAIL, &before, &after,
				      whole);
		accounts_moved(&mismatch, "cma_alloc_fail", before.fail_calls,
			       after.fail_calls, 1);
		accounts_moved(&mismatch, "cma_alloc_success", before.success_calls,
			       after.success_calls, 0);
		accounts_moved(&mismatch, "bitmap", before.bitmap_pages,
			       after.bitmap_pages, 0);
		accounts_figure_moved(&mismatch, CMA_USED_PAGES, &before, &after, 0);
		accounts_figure_moved(&mismatch, CMA_AVAILABLE_PAGES, &before, &after, 0);
		accounts_check_free(&mismatch, &before, &after, 0);
		if (!mismatch.name || !testbed_wait_quiet(bed))
			break;
	}
	EXPECT_EQ(NULL, mismatch.name) {
		TH_LOG("area %s, %llu pages failed: %s expected to move by %lld, not %lld",
		       bed->area->name, (unsigned long long)whole,
		       mismatch.name, mismatch.expected, mismatch.found);
	}
	EXPECT_EQ(0, give_back(bed, variant->backend, taken));
}

/*
 *	Memory: 570932K/1966080K available (..., 82492K reserved, 1310720K cma-reserved)
 *
 * counts the areas that were declared. All of them are active on a sound board.
 */
TEST(boot_log_tells_the_areas)
{
	unsigned long long declared = 0;
	const char *line, *number;
	struct kernel_log log;
	__u64 total = 0;

	if (kernel_log_open(&log, false))
		SKIP(return, "needs CAP_SYSLOG and CONFIG_PRINTK, to read the boot's log");
	kernel_log_read(&log);
	line = kernel_log_find(&log, "Memory: ", "K cma-reserved)");
	if (line) {
		for (number = strstr(line, "K cma-reserved)"); number[-1] != ' '; number--)
			;
		declared = strtoull(number, NULL, 10);
	}
	kernel_log_close(&log);
	if (!line)
		SKIP(return, "needs the boot's log, the kernel's buffer has lost it");
	/* A kernel without CMA says "0K cma-reserved" all the same. */
	if (!declared && meminfo_bytes("CmaTotal", &total))
		SKIP(return, "needs CONFIG_CMA");
	ASSERT_EQ(0, meminfo_bytes("CmaTotal", &total));
	EXPECT_EQ(total, declared * 1024);
}

/*
 * A request beyond the area fails before any search. 6.12 to 6.14 return there
 * without counting it (known issue, from "mm/cma: add cma_{alloc,free}_folio()"
 * until the areas of several ranges): monitoring misses these failures.
 */
TEST(oversize_failure_is_counted)
{
	struct testbed opened, *bed = &opened;
	const char *reason = testbed_open_debugfs(bed);
	struct accounts before, after;
	struct mismatch mismatch = { 0 };
	__u64 oversize;

	if (reason)
		SKIP(return, "%s", reason);
	bed->compares_all_areas = true;
	if (!testbed_wait_quiet(bed))
		SKIP(return, "area %s is in use by others", bed->area->name);
	oversize = bed->area->count_pages + 1;
	accounts_read(bed, &before);
	ASSERT_EQ(-ENOMEM, cma_debugfs_alloc(bed->area, oversize));
	accounts_read(bed, &after);
	accounts_moved(&mismatch, "cma_alloc_fail", before.fail_calls, after.fail_calls,
		       1);
	accounts_figure_moved(&mismatch, CMA_ALLOC_PAGES_FAIL, &before, &after, oversize);
	EXPECT_EQ(NULL, mismatch.name) {
		TH_LOG("area %s, %llu of %llu pages: %s expected to move by %lld, not %lld",
		       bed->area->name, (unsigned long long)oversize,
		       (unsigned long long)bed->area->count_pages,
		       mismatch.name, mismatch.expected, mismatch.found);
	}
	if (test_has_failed(_metadata) && testbed_saw_others(bed))
		SKIP(testbed_close(bed); return, "areas were used by others meanwhile");
	testbed_close(bed);
}

TEST_HARNESS_MAIN
