// SPDX-License-Identifier: GPL-2.0
/*
 * The bitmap of an area, as debugfs shows it, and the figures that follow from
 * it: used and maxchunk. While blocks come and go, also in another process.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bitmap.h"
#include "harness.h"
#include "testbed.h"

#define READS 200
#define READS_DEADLINE_MS 10000

FIXTURE(bitmap)
{
	struct testbed bed;
};

FIXTURE_SETUP(bitmap)
{
	OPEN_QUIET_TESTBED(&self->bed, testbed_open_debugfs);
}

FIXTURE_TEARDOWN(bitmap)
{
	CLOSE_QUIET_TESTBED(&self->bed);
}

/* used and maxchunk are what the bitmap says. */
static void check_bitmap(struct __test_metadata *_metadata,
			 const struct cma_area *area)
{
	__u64 used, maxchunk, weight = 0, longest = 0;
	struct cma_bitmap bitmap;
	unsigned int range;

	for (range = 0; range < area->nranges; range++) {
		__u64 run;

		ASSERT_EQ(0, cma_bitmap_read(area, range, &bitmap));
		EXPECT_EQ(0, cma_bitmap_stray(&bitmap));
		weight += cma_bitmap_weight(&bitmap) << area->order_per_bit;
		run = cma_bitmap_longest_free(&bitmap).length
		      << area->order_per_bit;
		if (run > longest)
			longest = run;
		cma_bitmap_free(&bitmap);
	}
	ASSERT_EQ(0, cma_area_read(area, CMA_USED_PAGES, &used));
	ASSERT_EQ(0, cma_area_read(area, CMA_MAXCHUNK_PAGES, &maxchunk));
	EXPECT_EQ(longest, maxchunk) {
		TH_LOG("area %s: longest run of clear bits against maxchunk",
		       area->name);
	}
	if (area->order_per_bit == 0)
		EXPECT_EQ(weight, used) {
			TH_LOG("area %s: set bits against used", area->name);
		}
}

/* The bitmap is shown whole: its ranges have as many bits as the area has pages. */
TEST_F(bitmap, ranges_add_up_to_the_area)
{
	const struct cma_area *area = self->bed.area;
	unsigned int range;
	__u64 pages = 0;

	for (range = 0; range < area->nranges; range++)
		pages += area->ranges[range].count_pages;
	EXPECT_EQ(area->count_pages, pages) {
		TH_LOG("area %s: count against what its bitmap shows", area->name);
	}
}

/*
 *	[1][2][33333][4][5]	blocks of 1, 2, 3 ... bits, the last freed first
 */
TEST_F(bitmap, used_and_maxchunk_follow_the_bitmap)
{
	struct testbed *bed = &self->bed;
	int block;

	check_bitmap(_metadata, bed->area);
	for (block = 1; block <= 12; block++) {
		__u64 pages = (__u64)block * block
			      << bed->area->order_per_bit;

		/* Small areas, or of coarse bits, have not so much room. */
		if (pages > bed->room_pages / 4)
			break;
		ASSERT_EQ(0, testbed_debugfs_alloc(bed, pages)) {
			TH_LOG("area %s: %llu pages", bed->area->name,
			       (unsigned long long)pages);
		}
		check_bitmap(_metadata, bed->area);
	}
	while (bed->nblocks) {
		EXPECT_EQ(0, testbed_debugfs_free(bed));
		check_bitmap(_metadata, bed->area);
	}
}

/* A part of a block can be freed where a bit is a page, else not. */
TEST_F(bitmap, partial_free)
{
	struct testbed *bed = &self->bed;
	__u64 bit_pages = 1ull << bed->area->order_per_bit;
	const char *reason = testbed_lacks_room(bed, 4 * bit_pages);

	if (reason)
		SKIP(return, "%s", reason);
	ASSERT_EQ(0, testbed_debugfs_alloc(bed, 4 * bit_pages));
	ASSERT_EQ(0, cma_debugfs_free(bed->area, bit_pages));
	if (bit_pages == 1)
		bed->block_pages[bed->nblocks - 1] -= bit_pages;
	EXPECT_EQ(bed->used_at_start + bed->block_pages[bed->nblocks - 1],
		  testbed_used(bed));
	check_bitmap(_metadata, bed->area);
	EXPECT_EQ(0, testbed_debugfs_free(bed));
	EXPECT_EQ(bed->used_at_start, testbed_used(bed));
}

/* A block of a few bits, so that the other can hold it while it is looked at. */
#define OTHERS_PAGES 64

/* @allocated: how often it did, for us to see. */
static void allocate_and_free(const struct cma_area *area, unsigned int *allocated)
{
	for (;;) {
		if (cma_debugfs_alloc(area, OTHERS_PAGES))
			continue;
		__atomic_add_fetch(allocated, 1, __ATOMIC_SEQ_CST);
		cma_debugfs_free(area, OTHERS_PAGES);
	}
}

/* What is read just now is within bounds. Returns the used pages. */
static __u64 check_reads(struct __test_metadata *_metadata, const struct testbed *bed)
{
	const __u64 count = bed->area->count_pages;
	struct cma_snapshot now;
	struct cma_bitmap bitmap;

	cma_area_snapshot(bed->area, &now);
	EXPECT_LE(now.value[CMA_USED_PAGES],
		  bed->used_at_start + (OTHERS_PAGES << bed->area->order_per_bit));
	EXPECT_LE(now.value[CMA_MAXCHUNK_PAGES], count);
	EXPECT_LE(now.value[CMA_AVAILABLE_PAGES], count);
	ASSERT_EQ(0, cma_bitmap_read(bed->area, 0, &bitmap));
	EXPECT_EQ(0, cma_bitmap_stray(&bitmap));
	cma_bitmap_free(&bitmap);
	return now.value[CMA_USED_PAGES];
}

/*
 * What is read while another process allocates is within bounds. It goes on until
 * the other has allocated meanwhile, and its block has been seen.
 */
TEST_F(bitmap, reads_while_others_allocate)
{
	long long end = monotonic_deadline_ms(READS_DEADLINE_MS);
	int free_id, kill_id, status, reads, seen = 0;
	struct testbed *bed = &self->bed;
	const char *reason = testbed_lacks_room(bed, OTHERS_PAGES);
	unsigned int *allocated, before, during;
	char path[CMA_PATH_SIZE], text[16];
	pid_t pid;

	if (reason)
		SKIP(return, "%s", reason);
	allocated = mmap(NULL, sizeof(*allocated), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)allocated);
	/* The child may be killed while it holds a block. */
	cma_area_debugfs_path(bed->area, "free", path);
	snprintf(text, sizeof(text), "%d", OTHERS_PAGES);
	free_id = guard_write(&bed->guard, path, text);
	ASSERT_LT(0, free_id);
	pid = fork();
	ASSERT_GE(pid, 0);
	if (pid == 0)
		allocate_and_free(bed->area, allocated);
	kill_id = guard_kill(&bed->guard, pid);
	ASSERT_LT(0, kill_id);
	before = __atomic_load_n(allocated, __ATOMIC_SEQ_CST);
	for (reads = 0; reads < READS || !seen; reads++) {
		if (monotonic_ms() > end)
			break;
		seen += check_reads(_metadata, bed) > bed->used_at_start;
	}
	during = __atomic_load_n(allocated, __ATOMIC_SEQ_CST) - before;
	kill(pid, SIGKILL);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, guard_cancel(&bed->guard, kill_id));
	EXPECT_LE(READS, reads);
	EXPECT_LT(0, seen) {
		TH_LOG("area %s: in none of %d reads the other's block was there", bed->area->name,
		       reads);
	}
	EXPECT_LT(0, during) {
		TH_LOG("area %s: the other did not allocate between %d reads", bed->area->name,
		       reads);
	}
	TH_LOG("area %s: %u allocations during %d reads, the block seen in %d", bed->area->name,
	       during, reads, seen);
	/* Nothing to free when the child held no block. */
	if (testbed_used(bed) > bed->used_at_start)
		EXPECT_EQ(0, cma_debugfs_free(bed->area, OTHERS_PAGES));
	EXPECT_EQ(0, guard_cancel(&bed->guard, free_id));
	munmap(allocated, sizeof(*allocated));
}

TEST_HARNESS_MAIN
