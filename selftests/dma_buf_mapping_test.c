// SPDX-License-Identifier: GPL-2.0
/*
 * A CMA heap's buffer, mapped: which mappings there are, what they show, and
 * that none shows more than the buffer. Limits, and calls that ask for what cannot
 * be, are in dma_buf_limits_test.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buffer.h"
#include "fault.h"
#include "harness.h"
#include "testbed.h"
#include "text_file.h"

#define BUFFER_PAGES 64
#define WRITERS 4

FIXTURE(dma_buf_mapping)
{
	struct testbed bed;
	struct buffer buffer;
};

FIXTURE_SETUP(dma_buf_mapping)
{
	const char *reason;

	OPEN_QUIET_TESTBED(&self->bed, testbed_open_heap);
	reason = testbed_lacks_room(&self->bed, BUFFER_PAGES);
	if (reason)
		SKIP_SETUP("%s", reason);
	ASSERT_EQ(0, buffer_open(&self->buffer, self->bed.heap_fd, BUFFER_PAGES));
}

FIXTURE_TEARDOWN(dma_buf_mapping)
{
	buffer_close(&self->buffer);
	CLOSE_QUIET_TESTBED(&self->bed);
}

/* Mappings that must fail, and with what. Offset and length in pages. */
static const struct {
	const char *name;
	int flags;
	size_t offset_pages;
	size_t length_pages;
	int err;
} bad_maps[] = {
	{ "private", MAP_PRIVATE, 0, 1, EINVAL },
	{ "of nothing", MAP_SHARED, 0, 0, EINVAL },
	{ "longer than the buffer", MAP_SHARED, 0, BUFFER_PAGES + 1, EINVAL },
	{ "across the end", MAP_SHARED, BUFFER_PAGES - 1, 2, EINVAL },
	{ "behind the end", MAP_SHARED, BUFFER_PAGES, 1, EINVAL },
};

TEST_F(dma_buf_mapping, bad_mappings_are_refused)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad_maps); i++) {
		void *map = mmap(NULL, bad_maps[i].length_pages * self->buffer.page,
				 PROT_READ | PROT_WRITE, bad_maps[i].flags,
				 self->buffer.fd,
				 bad_maps[i].offset_pages * self->buffer.page);

		EXPECT_EQ(MAP_FAILED, map) {
			TH_LOG("%s", bad_maps[i].name);
		}
		EXPECT_EQ(bad_maps[i].err, errno) {
			TH_LOG("%s", bad_maps[i].name);
		}
	}
}

/* No two pages of a mapping are the same page. */
TEST_F(dma_buf_mapping, pages_are_distinct)
{
	EXPECT_EQ(BUFFER_PAGES, buffer_first_wrong(self->buffer.map, 0, BUFFER_PAGES));
}

TEST_F(dma_buf_mapping, partial_mapping_shows_its_part)
{
	size_t first;

	for (first = 1; first < BUFFER_PAGES; first += BUFFER_PAGES / 4) {
		__u64 *part = mmap(NULL, self->buffer.page, PROT_READ, MAP_SHARED,
				   self->buffer.fd, first * self->buffer.page);

		ASSERT_NE(MAP_FAILED, (void *)part);
		EXPECT_EQ(buffer_number(first), *part);
		munmap(part, self->buffer.page);
	}
}

/*
 *	[buffer......][beyond]
 *		       ^ a mapping grown by mremap: refused, or a fault; never
 *			 the next block of the area
 */
TEST_F(dma_buf_mapping, grown_mapping_shows_nothing_beyond)
{
	unsigned char *grown = mremap(self->buffer.map, self->buffer.bytes,
				      self->buffer.bytes + self->buffer.page, MREMAP_MAYMOVE);

	if (grown == MAP_FAILED) {
		/* VM_DONTEXPAND, after 6.1 */
		EXPECT_EQ(EFAULT, errno);
		return;
	}
	self->buffer.map = grown;
	self->buffer.bytes += self->buffer.page;
	EXPECT_EQ(SIGBUS, fault_of_write(grown + BUFFER_PAGES * self->buffer.page));
}

/*
 * A mapping of page frames (after 6.1) must be one that cannot grow, is no
 * part of a core dump and is treated as a device's: each flag guards the next.
 */
TEST_F(dma_buf_mapping, mapping_of_frames_is_marked_as_one)
{
	static const char wanted[][8] = { " io ", " de ", " dd " };
	char flags[256];
	size_t i;

	buffer_mapping_flags(self->buffer.map, flags, sizeof(flags));
	if (!*flags)
		SKIP(return, "needs CONFIG_PROC_PAGE_MONITOR");
	if (!strstr(flags, " pf "))
		return;
	for (i = 0; i < ARRAY_SIZE(wanted); i++) {
		EXPECT_NE(NULL, strstr(flags, wanted[i])) {
			TH_LOG("expected%sin VmFlags:%s", wanted[i], flags);
		}
	}
}

TEST_F(dma_buf_mapping, write_protection_holds)
{
	unsigned char *map = self->buffer.map;

	ASSERT_EQ(0, mprotect(map, self->buffer.page, PROT_READ));
	EXPECT_EQ(SIGSEGV, fault_of_write(map));
	EXPECT_EQ(0, fault_of_read(map));
	ASSERT_EQ(0, mprotect(map, self->buffer.page, PROT_NONE));
	EXPECT_EQ(SIGSEGV, fault_of_read(map));
	ASSERT_EQ(0, mprotect(map, self->buffer.page, PROT_READ | PROT_WRITE));
	EXPECT_EQ(BUFFER_PAGES, buffer_first_wrong(map, 0, BUFFER_PAGES));
	EXPECT_EQ(0, fault_of_write(map));
}

/* A descriptor for reading gives no mapping that can be written later. */
TEST_F(dma_buf_mapping, read_only_descriptor_stays_read_only)
{
	struct dma_heap_allocation_data data = {
		.len = self->buffer.page, .fd_flags = O_RDONLY | O_CLOEXEC,
	};
	unsigned char *map;

	ASSERT_EQ(0, dma_heap_alloc_raw(self->bed.heap_fd, &data));
	map = mmap(NULL, self->buffer.page, PROT_READ, MAP_SHARED, data.fd, 0);
	ASSERT_NE(MAP_FAILED, (void *)map);
	EXPECT_EQ(0, *map);
	EXPECT_EQ(-1, mprotect(map, self->buffer.page, PROT_READ | PROT_WRITE));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(SIGSEGV, fault_of_write(map));
	munmap(map, self->buffer.page);
	close(data.fd);
}

/*
 *	[0][1]..[31][      ]	a hole: no access; both sides as they were
 *	[0][1]..[31][  ][48]..[63]
 */
TEST_F(dma_buf_mapping, hole_in_the_middle)
{
	unsigned char *map = self->buffer.map;
	size_t page = self->buffer.page;

	ASSERT_EQ(0, munmap(map + 32 * page, 16 * page));
	EXPECT_EQ(32, buffer_first_wrong(map, 0, 32));
	EXPECT_EQ(16, buffer_first_wrong(map + 48 * page, 48, 16));
	EXPECT_EQ(SIGSEGV, fault_of_read(map + 32 * page));
	EXPECT_EQ(SIGSEGV, fault_of_read(map + 47 * page));
	/* The hole mapped again shows its own pages. */
	ASSERT_NE(MAP_FAILED, mmap(map + 32 * page, 16 * page, PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_FIXED, self->buffer.fd, 32 * page));
	EXPECT_EQ(BUFFER_PAGES, buffer_first_wrong(map, 0, BUFFER_PAGES));
}

/* A mapping that is moved takes its pages along, the old place is empty. */
TEST_F(dma_buf_mapping, moved_mapping_shows_the_same)
{
	size_t bytes = self->buffer.bytes;
	unsigned char *old = self->buffer.map, *place, *moved;

	place = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)place);
	moved = mremap(old, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, place);
	ASSERT_EQ((void *)place, (void *)moved) {
		TH_LOG("mremap to %p: %s", place, strerror(errno));
	}
	self->buffer.map = moved;
	EXPECT_EQ(BUFFER_PAGES, buffer_first_wrong(moved, 0, BUFFER_PAGES));
	EXPECT_EQ(SIGSEGV, fault_of_read(old));

	/* Shrunk: the rest stays, what is cut off is gone. */
	ASSERT_EQ((void *)moved, mremap(moved, bytes, bytes / 2, 0));
	EXPECT_EQ(BUFFER_PAGES / 2, buffer_first_wrong(moved, 0, BUFFER_PAGES / 2));
	EXPECT_EQ(SIGSEGV, fault_of_read(moved + bytes / 2));
	munmap(moved, bytes / 2);
	self->buffer.map = NULL;
}

/*
 * Advice that would drop a page's contents drops none of a buffer's. Frames
 * (after 6.1) are not the kernel's to advise on, which it says; pages are.
 */
static const struct {
	const char *name;
	int advice, err_of_frames, err_of_pages;
} advices[] = {
	{ "DONTNEED", MADV_DONTNEED, EINVAL, 0 },
	{ "FREE", MADV_FREE, EINVAL, EINVAL },
	{ "COLD", MADV_COLD, EINVAL, 0 },
	{ "PAGEOUT", MADV_PAGEOUT, EINVAL, 0 },
	{ "WILLNEED", MADV_WILLNEED, 0, 0 },
};

TEST_F(dma_buf_mapping, advice_loses_nothing)
{
	char flags[256];
	size_t i;

	buffer_mapping_flags(self->buffer.map, flags, sizeof(flags));
	for (i = 0; i < ARRAY_SIZE(advices); i++) {
		int expected = strstr(flags, " pf ") ? advices[i].err_of_frames :
						       advices[i].err_of_pages;
		int err = madvise(self->buffer.map, self->buffer.bytes, advices[i].advice) ?
			  errno : 0;

		EXPECT_EQ(BUFFER_PAGES,
			  buffer_first_wrong(self->buffer.map, 0, BUFFER_PAGES)) {
			TH_LOG("after MADV_%s", advices[i].name);
		}
		if (*flags)
			EXPECT_EQ(expected, err) {
				TH_LOG("MADV_%s of a mapping with VmFlags:%s", advices[i].name,
				       flags);
			}
	}
	if (!*flags && !test_has_failed(_metadata))
		SKIP(return, "needs CONFIG_PROC_PAGE_MONITOR, to know what the advice is refused with");
}

/* A part of a buffer cannot be given back: no hole, by the mapping or the file, no end. */
TEST_F(dma_buf_mapping, no_part_can_be_given_back)
{
	EXPECT_EQ(-1, fallocate(self->buffer.fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
				self->buffer.page));
	EXPECT_EQ(ENODEV, errno);
	EXPECT_EQ(-1, madvise(self->buffer.map, self->buffer.bytes, MADV_REMOVE));
	EXPECT_EQ(ENODEV, errno);
	EXPECT_EQ(-1, ftruncate(self->buffer.fd, 0));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(BUFFER_PAGES, buffer_first_wrong(self->buffer.map, 0, BUFFER_PAGES));
}

/* System calls that copy take the mapping as memory, in both directions. */
TEST_F(dma_buf_mapping, read_and_write_copy_through_it)
{
	size_t page = self->buffer.page;
	unsigned char *map = self->buffer.map;
	int ends[2];

	ASSERT_EQ(0, pipe2(ends, O_CLOEXEC));
	ASSERT_EQ((ssize_t)page, write(ends[1], map + 3 * page, page));
	ASSERT_EQ((ssize_t)page, read(ends[0], map + 5 * page, page));
	EXPECT_EQ(buffer_number(3), *(__u64 *)(map + 5 * page));
	*(__u64 *)(map + 5 * page) = buffer_number(5);
	EXPECT_EQ(BUFFER_PAGES, buffer_first_wrong(map, 0, BUFFER_PAGES));
	close(ends[0]);
	close(ends[1]);
}

/* Write a mark of ours into every page, in an order of ours. */
static void mark_every_page(int fd, size_t page, size_t writer)
{
	unsigned char *map;
	size_t i;

	if (dma_buf_map(fd, BUFFER_PAGES * page, (void **)&map))
		_exit(1);
	for (i = 0; i < BUFFER_PAGES; i++) {
		size_t which = writer % 2 ? BUFFER_PAGES - 1 - i : i;

		((__u64 *)(map + which * page))[1 + writer] = buffer_number(which) + writer;
	}
	_exit(0);
}

/*
 * In mappings of their own, which nobody has touched yet, by several processes at
 * once: each fault must end at the page of the buffer that it asked for.
 */
TEST_F(dma_buf_mapping, first_faults_at_the_same_time)
{
	size_t page = self->buffer.page, writer, i;
	pid_t pids[WRITERS];
	int status;

	for (writer = 0; writer < WRITERS; writer++) {
		pids[writer] = fork();
		ASSERT_GE(pids[writer], 0);
		if (pids[writer] == 0)
			mark_every_page(self->buffer.fd, page, writer);
	}
	for (writer = 0; writer < WRITERS; writer++) {
		ASSERT_EQ(pids[writer], waitpid(pids[writer], &status, 0));
		EXPECT_EQ(0, status);
	}
	for (i = 0; i < BUFFER_PAGES * WRITERS; i++) {
		EXPECT_EQ(buffer_number(i / WRITERS) + i % WRITERS,
			  ((__u64 *)(self->buffer.map + i / WRITERS * page))[1 + i % WRITERS]) {
			TH_LOG("page %zu, writer %zu", i / WRITERS, i % WRITERS);
		}
	}
}

TEST_HARNESS_MAIN
