// SPDX-License-Identifier: GPL-2.0
/*
 * Memory runs out in the middle of DMA_HEAP_IOCTL_ALLOC: at the first place
 * that asks for some, at the second, and so on until it succeeds. Each time
 * the caller gets -ENOMEM and nothing stays behind: no page of the area, no
 * descriptor, and none of the kernel's own memory, seen over many repetitions:
 * SUnreclaim, and the number of inodes, which are not in it.
 *
 * /proc/thread-self/fail-nth makes the n-th allocation of this thread fail, and
 * no other's.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "slab.h"
#include "testbed.h"
#include "text_file.h"

#define FAIL_NTH "/proc/thread-self/fail-nth"
#define MAX_PLACES 400
/* Its list of pages is more than half a page of pointers: no small loss. */
#define BUFFER_PAGES 257
#define REPETITIONS 200
/* 82 bytes lost of each time, at one place. */
#define SLAB_NOISE_BYTES 16384
/* An inode lost every other time, at one place. Others open files as well. */
#define INODE_NOISE (REPETITIONS / 2)
/* Others' objects come and go; what is lost is lost each time. */
#define ATTEMPTS 3

FIXTURE(dma_heap_faults)
{
	struct testbed bed;
};

/* Which allocations are to fail, and how quietly. Left out: not all are there. */
static const struct {
	const char *path;
	const char *value;
} settings[] = {
	{ "/sys/kernel/debug/failslab/ignore-gfp-wait", "N" },
	/* Each fault would count it down. */
	{ "/sys/kernel/debug/failslab/times", "-1" },
	{ "/sys/kernel/debug/failslab/verbose", "0" },
	{ "/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait", "N" },
	{ "/sys/kernel/debug/fail_page_alloc/min-order", "0" },
	{ "/sys/kernel/debug/fail_page_alloc/times", "-1" },
	{ "/sys/kernel/debug/fail_page_alloc/verbose", "0" },
};

FIXTURE_SETUP(dma_heap_faults)
{
	size_t i;

	OPEN_QUIET_TESTBED(&self->bed, testbed_open_heap);
	if (!text_file_exists(FAIL_NTH) || !text_file_exists(settings[0].path))
		SKIP_SETUP("needs CONFIG_FAILSLAB and CONFIG_FAULT_INJECTION_DEBUG_FS");
	for (i = 0; i < ARRAY_SIZE(settings); i++)
		guard_set_file(&self->bed.guard, settings[i].path, settings[i].value);
}

FIXTURE_TEARDOWN(dma_heap_faults)
{
	CLOSE_QUIET_TESTBED(&self->bed);
}

/* Allocate with the @nth allocation failing; *reached: did it come to that? */
static int alloc_with_fault(const struct testbed *bed, int nth, bool *reached)
{
	__u64 left = 0;
	int fd;

	if (text_file_write_u64(FAIL_NTH, nth))
		return -EIO;
	fd = dma_heap_alloc(bed->heap_fd, BUFFER_PAGES * bed->page_size);
	if (text_file_read_u64(FAIL_NTH, &left))
		left = 0;
	text_file_write(FAIL_NTH, "0");
	*reached = left == 0;
	return fd;
}

TEST_F(dma_heap_faults, every_allocation_may_fail)
{
	struct testbed *bed = &self->bed;
	int descriptors = testbed_open_descriptors(), nth, failed = 0;
	bool reached = true;

	for (nth = 1; nth < MAX_PLACES && reached; nth++) {
		int fd = alloc_with_fault(bed, nth, &reached);

		ASSERT_NE(-EIO, fd);
		if (fd >= 0)
			close(fd);
		else
			failed++;
		/* Some can be done without; the others say that memory is out. */
		if (fd < 0)
			EXPECT_EQ(-ENOMEM, fd) {
				TH_LOG("heap %s, allocation %d fails: %s", bed->heap->name, nth,
				       strerror(-fd));
			}
		EXPECT_EQ(bed->used_at_start, testbed_wait_used(bed, bed->used_at_start)) {
			TH_LOG("heap %s, allocation %d fails: pages are lost", bed->heap->name,
			       nth);
		}
		EXPECT_EQ(descriptors, testbed_open_descriptors());
	}
	EXPECT_FALSE(reached) {
		TH_LOG("more than %d places: raise MAX_PLACES", MAX_PLACES);
	}
	/* The buffer, its list of pages, its file: at least these are asked for. */
	EXPECT_LE(3, failed);
	TH_LOG("%d places that allocate, %d of them refused the buffer", nth - 1, failed);
}

/* Fail at each place that refuses the buffer, so many @times; how many there are. */
static int fail_everywhere(const struct testbed *bed, int times)
{
	int nth, count = 0, i;
	bool reached = true;

	for (nth = 1; nth < MAX_PLACES && reached; nth++) {
		int fd = alloc_with_fault(bed, nth, &reached);

		if (fd >= 0)
			close(fd);
		if (fd >= 0 || !reached)
			continue;
		count++;
		for (i = 1; i < times; i++) {
			fd = alloc_with_fault(bed, nth, &reached);
			if (fd >= 0)
				close(fd);
		}
		reached = true;
	}
	return count;
}

TEST_F_TIMEOUT(dma_heap_faults, failed_allocation_loses_no_memory, 110)
{
	struct testbed *bed = &self->bed;
	long long lost = LLONG_MAX, lost_inodes = LLONG_MAX;
	int places, attempt = 0;

	/* What is made once is made now. */
	places = fail_everywhere(bed, REPETITIONS / 4);
	while ((lost > SLAB_NOISE_BYTES || lost_inodes > INODE_NOISE) && attempt++ < ATTEMPTS) {
		/* With KASAN it takes seconds to let all freed objects go. */
		__u64 before = slab_unreclaimable_bytes();
		long long inodes_before = slab_inodes_in_use();

		fail_everywhere(bed, REPETITIONS);
		lost = slab_unreclaimable_bytes() - before;
		lost_inodes = slab_inodes_in_use() - inodes_before;
	}
	EXPECT_LT(0, places);
	EXPECT_LE(lost, SLAB_NOISE_BYTES) {
		TH_LOG("heap %s, %d allocations fail: the kernel keeps %lld bytes each time",
		       bed->heap->name, places, lost / REPETITIONS);
	}
	EXPECT_LE(lost_inodes, INODE_NOISE) {
		TH_LOG("heap %s, %d allocations fail: the kernel keeps %lld inodes of %d times",
		       bed->heap->name, places, lost_inodes, REPETITIONS);
	}
	TH_LOG("%d places, %lld bytes and %lld inodes more", places, lost, lost_inodes);
}

TEST_HARNESS_MAIN
