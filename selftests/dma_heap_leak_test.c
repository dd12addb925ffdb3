// SPDX-License-Identifier: GPL-2.0
/*
 * Ten thousand buffers, one after the other: nothing of any of them is left,
 * by any account that the kernel keeps of a process, of the area, of itself.
 * Each allocation waits for every processor, so that a guest of one does them
 * all in less than twenty seconds. Who has not that much time for them fails for
 * what fewer have lost, and skips where they lost nothing: that is not proof.
 *
 *	CMA_TESTS_LEAK_SECONDS=<s>	time for them, twenty seconds if not said
 *
 *	descriptors	/proc/self/fd
 *	mappings	/proc/self/maps
 *	RssFile		/proc/self/status; where buffers count in it at all
 *	area		used
 *	kernel		SUnreclaim: an object of 32 bytes lost a cycle is 320 KB
 */
#include <errno.h>
#include <linux/dma-buf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "environment.h"
#include "harness.h"
#include "meminfo.h"
#include "slab.h"
#include "testbed.h"
#include "text_file.h"

#define CYCLES 10000
/* A slow machine does fewer, but not so few that they say nothing. */
#define MIN_CYCLES 100
#define BUDGET_SECONDS 20
/* Others' objects that come and go meanwhile, and ours: 5 bytes a cycle were seen. */
#define SLAB_NOISE_BYTES 32768
#define SLAB_NOISE_BYTES_PER_CYCLE 16
#define WARM_UP_CYCLES 200
/*
 * What is lost is lost each time; what others take for a while is not. More than two
 * attempts only where those were quick: 45 seconds are for all.
 */
#define ATTEMPTS 5

FIXTURE(dma_heap_leak)
{
	struct testbed bed;
};

FIXTURE_SETUP(dma_heap_leak)
{
	OPEN_QUIET_TESTBED(&self->bed, testbed_open_heap);
}

FIXTURE_TEARDOWN(dma_heap_leak)
{
	CLOSE_QUIET_TESTBED(&self->bed);
}

struct footprint {
	int descriptors;
	int mappings;
	__u64 rss_file_bytes;
	__u64 slab_bytes;
};

static int count_mappings(void)
{
	char *text, *line;
	int count = 0;

	if (text_file_read_all("/proc/self/maps", &text) < 0)
		return -1;
	for (line = text; *line; line++)
		count += *line == '\n';
	free(text);
	return count;
}

static __u64 rss_file_bytes(void)
{
	__u64 bytes = 0;

	self_status_bytes("RssFile", &bytes);
	return bytes;
}

static void take_footprint(struct footprint *now)
{
	now->slab_bytes = slab_unreclaimable_bytes();
	now->descriptors = testbed_open_descriptors();
	now->mappings = count_mappings();
	now->rss_file_bytes = rss_file_bytes();
}

/* One buffer, by one of the ways there are to have it, and to end it. */
static int cycle(const struct testbed *bed, int number)
{
	size_t bytes = (number % 7 * 8 + 1) * bed->page_size;
	int fd, err;
	char *map;

	if (number % 2)
		fd = dma_heap_alloc_larger(bed->heap_fd, bytes);
	else
		fd = dma_heap_alloc(bed->heap_fd, bytes);
	if (fd < 0)
		return fd;
	/* The second name takes the place of the first. */
	if (ioctl(fd, DMA_BUF_SET_NAME_B, "a name that fills what it may") ||
	    ioctl(fd, DMA_BUF_SET_NAME_B, "another one, and as long"))
		return -errno;
	if (number % 3 == 0)
		return close(fd);
	err = dma_buf_map(fd, bytes, (void **)&map);
	if (err)
		return err;
	map[bytes - 1] = 1;
	if (number % 3 == 1)
		munmap(map, bytes);
	close(fd);
	if (number % 3 == 2)
		munmap(map, bytes);
	return 0;
}

/* So many buffers, or as many as there is time for. Returns how many. */
static int do_cycles(struct __test_metadata *_metadata, const struct testbed *bed, int cycles,
		     long long end_ms)
{
	int done;

	for (done = 0; done < cycles && (done < MIN_CYCLES || monotonic_ms() < end_ms); done++) {
		int err = cycle(bed, done);

		ASSERT_EQ(0, err) {
			TH_LOG("heap %s, cycle %d: %s", bed->heap->name, done, strerror(-err));
		}
	}
	return done;
}

TEST_F_TIMEOUT(dma_heap_leak, ten_thousand_buffers, 3600)
{
	struct testbed *bed = &self->bed;
	long long limit_ms = environment_number("CMA_TESTS_LEAK_SECONDS", BUDGET_SECONDS) * 1000 *
			     monotonic_patience();
	long long start_ms = monotonic_ms();
	struct footprint before, after;
	bool has_lost = true;
	int done, attempt;

	/* What is made once is made now. */
	do_cycles(_metadata, bed, WARM_UP_CYCLES, start_ms + limit_ms);
	for (attempt = 0; has_lost && attempt < ATTEMPTS; attempt++) {
		if (attempt >= 2 && monotonic_ms() > start_ms + BUDGET_SECONDS * 1000)
			break;
		take_footprint(&before);
		done = do_cycles(_metadata, bed, CYCLES, monotonic_ms() + limit_ms);
		take_footprint(&after);
		has_lost = after.slab_bytes > before.slab_bytes + SLAB_NOISE_BYTES +
					      (__u64)done * SLAB_NOISE_BYTES_PER_CYCLE;
		TH_LOG("%d cycles, unreclaimable slab %+lld bytes", done,
		       (long long)(after.slab_bytes - before.slab_bytes));
	}
	EXPECT_EQ(before.descriptors, after.descriptors);
	/* malloc() may have one more. */
	EXPECT_LE(after.mappings, before.mappings + 1);
	EXPECT_EQ(bed->used_at_start, testbed_wait_used(bed, bed->used_at_start));
	/* Each thread keeps up to 64 pages of its count to itself. */
	EXPECT_LE(after.rss_file_bytes, before.rss_file_bytes + 128 * bed->page_size);
	EXPECT_FALSE(has_lost) {
		TH_LOG("%d cycles: the kernel keeps %llu bytes of each", done,
		       (unsigned long long)(after.slab_bytes - before.slab_bytes) / done);
	}
	if (done < CYCLES && !test_has_failed(_metadata))
		SKIP(return, "needs more time, CMA_TESTS_LEAK_SECONDS=<seconds>: %d of %d buffers in %lld s, nothing lost",
		     done, CYCLES, limit_ms / 1000);
}

/* While a buffer is mapped it counts in RssFile wholly or not at all. */
TEST_F(dma_heap_leak, rss_file_returns)
{
	struct testbed *bed = &self->bed;
	size_t pages = bed->room_pages > 2048 ? 1024 : bed->room_pages / 2;
	size_t page = bed->page_size, i;
	__u64 before, during, after;
	int fd = dma_heap_alloc(bed->heap_fd, pages * page);
	unsigned char *map;

	ASSERT_GE(fd, 0);
	before = rss_file_bytes();
	ASSERT_EQ(0, dma_buf_map(fd, pages * page, (void **)&map));
	for (i = 0; i < pages; i++)
		map[i * page] = 1;
	during = rss_file_bytes();
	munmap(map, pages * page);
	after = rss_file_bytes();
	close(fd);
	/* After 6.1 the mapping is of page frames, which do not count. */
	if (pages > 128 && during > before + 128 * page)
		EXPECT_LE(before + (pages - 128) * page, during);
	EXPECT_LE(after, before + 128 * page);
	TH_LOG("RssFile with %zu pages mapped: %+lld bytes", pages,
	       (long long)(during - before));
}

TEST_HARNESS_MAIN
