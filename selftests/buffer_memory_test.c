// SPDX-License-Identifier: GPL-2.0
/*
 * The memory behind a buffer of a CMA heap: zeroed, physically one run, and
 * aligned by its size.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bitmap.h"
#include "buffer.h"
#include "harness.h"
#include "kcore.h"
#include "movable.h"
#include "pagemap.h"
#include "testbed.h"

#define BUFFER_PAGES 64
/* Fewer are no sizes to compare. */
#define LEAST_PAGES 16
/* What CONFIG_CMA_ALIGNMENT can be, orders of pages. */
#define LEAST_ALIGN_ORDER 2
#define MOST_ALIGN_ORDER 12

/* Others' memory that must make room: a run of it. */
#define LEFT_BYTES (2ul << 20)
#define ATTEMPTS 10

FIXTURE(buffer_memory)
{
	struct testbed bed;
	struct movable memory;
};

FIXTURE_SETUP(buffer_memory)
{
	OPEN_QUIET_TESTBED(&self->bed, testbed_open_heap);
}

FIXTURE_TEARDOWN(buffer_memory)
{
	movable_free(&self->memory);
	CLOSE_QUIET_TESTBED(&self->bed);
}

/* Offset of the first byte that is not 0, or @bytes. */
static size_t first_dirty(const unsigned char *map, size_t bytes)
{
	size_t i;

	for (i = 0; i < bytes; i += sizeof(__u64))
		if (*(const __u64 *)(map + i))
			return i;
	return bytes;
}

/*
 * What earlier owners wrote never shows. The same pages are dirtied, given
 * back and taken again; the size changes so that other bounds are met. Up to
 * half of the room: others may want some meanwhile.
 *
 *	[AAAAAAAAAAAAAAAA]	dirtied in every byte, given back
 *	[0000000]		odd size
 *	[0000000000000000]	the whole
 */
TEST_F(buffer_memory, buffers_come_zeroed)
{
	const size_t pages[] = { 1, 3, 16, 255, 256, 511, 1024 };
	size_t page = self->bed.page_size;
	size_t most = self->bed.room_pages / 2 < 1024 ? self->bed.room_pages / 2 : 1024;
	const char *reason = testbed_lacks_room(&self->bed, LEAST_PAGES);
	unsigned char *map;
	size_t i, bytes;
	int fd;

	if (reason)
		SKIP(return, "%s", reason);
	for (i = 0; i < ARRAY_SIZE(pages) && pages[i] <= most; i++) {
		bytes = most * page;
		fd = dma_heap_alloc(self->bed.heap_fd, bytes);
		ASSERT_GE(fd, 0);
		ASSERT_EQ(0, dma_buf_map(fd, bytes, (void **)&map));
		memset(map, 0xa5, bytes);
		munmap(map, bytes);
		close(fd);

		bytes = pages[i] * page;
		fd = dma_heap_alloc(self->bed.heap_fd, bytes);
		ASSERT_GE(fd, 0);
		ASSERT_EQ(0, dma_buf_map(fd, bytes, (void **)&map));
		EXPECT_EQ(bytes, first_dirty(map, bytes)) {
			TH_LOG("area %s: %zu pages: not zero at that offset",
			       self->bed.area->name, pages[i]);
		}
		munmap(map, bytes);
		close(fd);
	}
}

/*
 * A buffer of as much of the area as can be had, or -errno: the longest free
 * run, less what aligning costs. A page on its way has a moment to arrive.
 */
static int take_the_most(const struct testbed *bed, size_t *bytes)
{
	int fd = -ENOMEM, attempt = 0;
	__u64 pages;

	if (cma_area_read(bed->area, CMA_MAXCHUNK_PAGES, &pages))
		pages = testbed_area_pages(bed);
	for (; fd == -ENOMEM && pages; pages -= ++attempt % ATTEMPTS ? 0 : (pages + 15) / 16) {
		*bytes = pages * bed->page_size;
		fd = dma_heap_alloc(bed->heap_fd, *bytes);
	}
	return fd;
}

/*
 * Nor does what a process wrote, be its pages gone or still about: to make room
 * they are copied, and the frames they leave keep the bytes.
 *
 *	area	[ff.ffmmmff.f]	f: freed, not cleared   m: a process has it
 *	area	[000000000000]	one buffer		m: elsewhere, whole
 */
TEST_F_TIMEOUT(buffer_memory, what_a_process_wrote_does_not_show, 110)
{
	struct testbed *bed = &self->bed;
	unsigned char *map;
	const char *reason;
	size_t bytes;
	long moved;
	int fd;

	if (geteuid())
		SKIP(return, "needs root, to see which pages of ours are in the area");
	reason = movable_press(&self->memory, bed);
	if (reason)
		SKIP(return, "%s", reason);
	moved = movable_keep_reached(&self->memory, bed->area, LEFT_BYTES);
	ASSERT_LT(0, moved) {
		TH_LOG("area %s: no page of ours is there", bed->area->name);
	}
	fd = take_the_most(bed, &bytes);
	ASSERT_GE(fd, 0);
	ASSERT_EQ(0, dma_buf_map(fd, bytes, (void **)&map));
	EXPECT_EQ(bytes, first_dirty(map, bytes)) {
		TH_LOG("area %s: %zu bytes: not zero at that offset", bed->area->name, bytes);
	}
	munmap(map, bytes);
	close(fd);
	EXPECT_EQ(-1, movable_first_bad(&self->memory));
	moved -= pagemap_pages_in_area(self->memory.map, LEFT_BYTES, bed->area);
	TH_LOG("area %s: a buffer of %zu bytes, %ld of our pages made room", bed->area->name,
	       bytes, moved);
}

/* Does page @i of the area's block begin with the number of page @i? */
static int check_frames(const struct kcore *kcore, __u64 base_pfn, size_t page,
			size_t *bad)
{
	__u64 word;
	size_t i;

	for (i = 0; i < BUFFER_PAGES; i++) {
		int err = kcore_read(kcore, (base_pfn + i) * page, &word,
				     sizeof(word));

		if (err)
			return err;
		if (word != buffer_number(i)) {
			*bad = i;
			return 0;
		}
	}
	*bad = BUFFER_PAGES;
	return 0;
}

/* The block that a second buffer takes in the bitmap; true when it is one. */
static bool take_known_block(struct testbed *bed, size_t bytes, int *fd,
			     __u64 *base_pfn)
{
	struct cma_bitmap before, after;
	struct cma_run run = { 0 };
	size_t taken = 0;

	*fd = -1;
	if (cma_bitmap_read(bed->area, 0, &before))
		return false;
	*fd = dma_heap_alloc(bed->heap_fd, bytes);
	if (*fd >= 0 && cma_bitmap_read(bed->area, 0, &after) == 0) {
		taken = cma_bitmap_taken(&before, &after, &run);
		*base_pfn = after.base_pfn +
			    ((__u64)run.start << after.order_per_bit);
		cma_bitmap_free(&after);
	}
	cma_bitmap_free(&before);
	return taken && taken == run.length &&
	       taken == (bytes / bed->page_size +
			 (1u << bed->area->order_per_bit) - 1) >>
			bed->area->order_per_bit;
}

/*
 * The pages of a buffer are one physical run, in order. The bitmap says which
 * block the buffer took; the numbers written through the mapping must lie in
 * that block's frames, page by page, read as physical memory.
 *
 *	mapping	[0][1][2]...[63]
 *		 |  |  |     |		the same bytes
 *	frames	[b][b+1] ...[b+63]	b: first bit taken
 */
TEST_F(buffer_memory, buffer_is_one_physical_run)
{
	struct testbed *bed = &self->bed;
	size_t page = bed->page_size, bytes = BUFFER_PAGES * page;
	__u64 base_pfn = 0, mapped_pfn;
	struct kcore kcore;
	unsigned char *map;
	const char *reason;
	size_t i, bad = 0;
	int fd, told;
	bool has_kcore;

	if (!bed->area->has_debugfs || bed->area->nranges != 1)
		SKIP(return, "needs CONFIG_CMA_DEBUGFS and root, to read the bitmap");
	reason = testbed_lacks_room(bed, BUFFER_PAGES);
	if (reason)
		SKIP(return, "%s", reason);
	EXPECT_EQ(true, take_known_block(bed, bytes, &fd, &base_pfn)) {
		TH_LOG("area %s: %d pages are not one run of new bits",
		       bed->area->name, BUFFER_PAGES);
	}
	ASSERT_GE(fd, 0);
	EXPECT_TRUE(cma_area_contains(bed->area, base_pfn));
	ASSERT_EQ(0, dma_buf_map(fd, bytes, (void **)&map));
	for (i = 0; i < BUFFER_PAGES; i++)
		*(__u64 *)(map + i * page) = buffer_number(i);

	/* 6.1 shows the frames of the mapping; later kernels show none. */
	told = pagemap_is_contiguous(map, bytes, &mapped_pfn);
	if (told >= 0) {
		EXPECT_EQ(1, told);
		EXPECT_EQ(base_pfn, mapped_pfn);
	}
	has_kcore = kcore_open(&kcore) == 0;
	if (has_kcore) {
		EXPECT_EQ(0, check_frames(&kcore, base_pfn, page, &bad));
		EXPECT_EQ(BUFFER_PAGES, bad) {
			TH_LOG("area %s: frame 0x%llx does not hold page %zu of the buffer",
			       bed->area->name, (unsigned long long)(base_pfn + bad), bad);
		}
		kcore_close(&kcore);
	}
	munmap(map, bytes);
	close(fd);
	if (told < 0 && !has_kcore && !test_has_failed(_metadata))
		SKIP(return, "needs CONFIG_PROC_KCORE and CAP_SYS_RAWIO");
}

/* The number behind @name in a line of the trace; ~0 without it. */
static __u64 traced_number(const char *line, const char *name)
{
	const char *at = strstr(line, name);

	return at ? strtoull(at + strlen(name), NULL, 0) : ~0ull;
}

static unsigned int order_of(__u64 pages)
{
	unsigned int order = 0;

	while (1ull << order < pages)
		order++;
	return order;
}

/* The alignment that the heap asks the area for, and what it gets. */
static unsigned int align_of_buffer(struct __test_metadata *_metadata, struct testbed *bed,
				    struct trace *trace, __u64 pages)
{
	int fd = dma_heap_alloc(bed->heap_fd, pages * bed->page_size);
	char finish[512];
	__u64 align;

	ASSERT_GE(fd, 0) {
		TH_LOG("area %s: %llu pages: %s", bed->area->name, (unsigned long long)pages,
		       strerror(-fd));
	}
	close(fd);
	ASSERT_EQ(0, trace_last(trace, "cma_alloc_finish", finish, sizeof(finish)));
	align = traced_number(finish, "align=");
	EXPECT_EQ(pages, traced_number(finish, "count=")) {
		TH_LOG("%s", finish);
	}
	EXPECT_GE(MOST_ALIGN_ORDER, align);
	EXPECT_EQ(0, traced_number(finish, "pfn=") & ((1ull << (align & 31)) - 1)) {
		TH_LOG("area %s, %llu pages: not aligned: %s", bed->area->name,
		       (unsigned long long)pages, finish);
	}
	return align;
}

/*
 * A buffer is aligned by the order of its size, so that hardware can map it in
 * large pages; but no further than CONFIG_CMA_ALIGNMENT, or large buffers would
 * find no place in an area with room for them.
 */
TEST_F(buffer_memory, alignment_follows_the_size_up_to_a_limit)
{
	struct testbed *bed = &self->bed;
	const char *reason = testbed_lacks_room(bed, LEAST_PAGES);
	__u64 pages = bed->room_pages / 2;
	struct trace trace;
	unsigned int limit;

	if (reason)
		SKIP(return, "%s", reason);
	if (trace_open(&trace, &bed->guard, "align"))
		SKIP(return, "needs CONFIG_FTRACE, tracefs on /sys/kernel/tracing and root");
	ASSERT_EQ(0, trace_enable(&trace, "cma/cma_alloc_finish"));
	limit = align_of_buffer(_metadata, bed, &trace, pages);
	if (order_of(pages) >= LEAST_ALIGN_ORDER)
		EXPECT_LE(LEAST_ALIGN_ORDER, limit);
	for (; pages; pages /= 3) {
		unsigned int order = order_of(pages);

		EXPECT_EQ(order < limit ? order : limit,
			  align_of_buffer(_metadata, bed, &trace, pages)) {
			TH_LOG("area %s, %llu pages; the limit is order %u", bed->area->name,
			       (unsigned long long)pages, limit);
		}
	}
	trace_close(&trace);
}

TEST_HARNESS_MAIN
