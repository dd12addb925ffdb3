// SPDX-License-Identifier: GPL-2.0
/*
 * A buffer of a CMA heap, mapped and synchronised as the dma-buf interface
 * promises. The memory behind it is in buffer_memory_test.c.
 */
#include <errno.h>
#include <linux/dma-buf.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "testbed.h"

#define BUFFER_PAGES 64
#define MAGIC 0xc0ffee5eed000000ull

FIXTURE(dma_buf)
{
	struct testbed bed;
	size_t page;		/* bytes of a page */
	size_t bytes;		/* of the buffer */
	int fd;
	unsigned char *map;
};

/* A buffer of BUFFER_PAGES, mapped, each page beginning with its number. */
FIXTURE_SETUP(dma_buf)
{
	const char *reason = testbed_open_heap(&self->bed);
	size_t i;

	self->fd = -1;
	if (reason)
		SKIP_SETUP("%s", reason);
	self->page = self->bed.page_size;
	self->bytes = BUFFER_PAGES * self->page;
	self->fd = dma_heap_alloc(self->bed.heap_fd, self->bytes);
	ASSERT_GE(self->fd, 0) {
		TH_LOG("heap %s: %zu bytes: %s", self->bed.heap->name,
		       self->bytes, strerror(-self->fd));
	}
	ASSERT_EQ(0, dma_buf_map(self->fd, self->bytes, (void **)&self->map));
	for (i = 0; i < BUFFER_PAGES; i++)
		*(__u64 *)(self->map + i * self->page) = MAGIC + i;
}

FIXTURE_TEARDOWN(dma_buf)
{
	if (self->map)
		munmap(self->map, self->bytes);
	if (self->fd >= 0)
		close(self->fd);
	SKIP_IF_OTHERS_DISTURBED(&self->bed);
	EXPECT_EQ(0, testbed_close(&self->bed));
}

/* DMA_BUF_IOCTL_SYNC: what is legal, and what is refused with what. */
static const struct {
	const char *name;
	__u64 flags;
	int err;
} syncs[] = {
	{ "start read", DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ, 0 },
	{ "end read", DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ, 0 },
	{ "start write", DMA_BUF_SYNC_START | DMA_BUF_SYNC_WRITE, 0 },
	{ "end write", DMA_BUF_SYNC_END | DMA_BUF_SYNC_WRITE, 0 },
	{ "start both", DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW, 0 },
	{ "start again", DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW, 0 },
	{ "end both", DMA_BUF_SYNC_END | DMA_BUF_SYNC_RW, 0 },
	{ "end without start", DMA_BUF_SYNC_END | DMA_BUF_SYNC_RW, 0 },
	{ "start, no direction", DMA_BUF_SYNC_START, -EINVAL },
	{ "end, no direction", DMA_BUF_SYNC_END, -EINVAL },
	{ "unknown flag 8", DMA_BUF_SYNC_RW | 8, -EINVAL },
	{ "unknown flag 2^32", DMA_BUF_SYNC_RW | 1ull << 32, -EINVAL },
	{ "every flag", ~0ull, -EINVAL },
};

TEST_F(dma_buf, sync_takes_a_direction_and_nothing_else)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(syncs); i++) {
		EXPECT_EQ(syncs[i].err, dma_buf_sync(self->fd, syncs[i].flags)) {
			TH_LOG("%s", syncs[i].name);
		}
	}
	EXPECT_EQ(-1, ioctl(self->fd, DMA_BUF_IOCTL_SYNC, NULL));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, ioctl(self->fd, _IO('b', 255), NULL));
	EXPECT_EQ(ENOTTY, errno);
	/* The contents are not touched by any of it. */
	EXPECT_EQ(MAGIC + 1, *(__u64 *)(self->map + self->page));
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
	{ "longer than the buffer", MAP_SHARED, 0, BUFFER_PAGES + 1, EINVAL },
	{ "across the end", MAP_SHARED, BUFFER_PAGES - 1, 2, EINVAL },
	{ "behind the end", MAP_SHARED, BUFFER_PAGES, 1, EINVAL },
};

TEST_F(dma_buf, bad_mappings_are_refused)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad_maps); i++) {
		void *map = mmap(NULL, bad_maps[i].length_pages * self->page,
				 PROT_READ | PROT_WRITE, bad_maps[i].flags,
				 self->fd,
				 bad_maps[i].offset_pages * self->page);

		EXPECT_EQ(MAP_FAILED, map) {
			TH_LOG("%s", bad_maps[i].name);
		}
		EXPECT_EQ(bad_maps[i].err, errno) {
			TH_LOG("%s", bad_maps[i].name);
		}
	}
}

/* No two pages of a mapping are the same page. */
TEST_F(dma_buf, pages_are_distinct)
{
	size_t i;

	for (i = 0; i < BUFFER_PAGES; i++) {
		EXPECT_EQ(MAGIC + i, *(__u64 *)(self->map + i * self->page)) {
			TH_LOG("page %zu of %d", i, BUFFER_PAGES);
		}
	}
}

TEST_F(dma_buf, partial_mapping_shows_its_part)
{
	size_t first;

	for (first = 1; first < BUFFER_PAGES; first += BUFFER_PAGES / 4) {
		__u64 *part = mmap(NULL, self->page, PROT_READ, MAP_SHARED,
				   self->fd, first * self->page);

		ASSERT_NE(MAP_FAILED, (void *)part);
		EXPECT_EQ(MAGIC + first, *part);
		munmap(part, self->page);
	}
}

TEST_F(dma_buf, position_tells_the_length_only)
{
	EXPECT_EQ((off_t)self->bytes, lseek(self->fd, 0, SEEK_END));
	EXPECT_EQ(0, lseek(self->fd, 0, SEEK_SET));
	EXPECT_EQ(-1, lseek(self->fd, 1, SEEK_SET));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, lseek(self->fd, 0, SEEK_CUR));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, read(self->fd, &self->page, 1));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, write(self->fd, &self->page, 1));
	EXPECT_EQ(EINVAL, errno);
}

TEST_F(dma_buf, mapping_outlives_the_descriptor)
{
	__u64 used = testbed_used(&self->bed);

	ASSERT_EQ(0, close(self->fd));
	self->fd = -1;
	EXPECT_EQ(used, testbed_used(&self->bed)) {
		TH_LOG("area %s: memory given back below a mapping",
		       self->bed.area->name);
	}
	EXPECT_EQ(MAGIC + 7, *(__u64 *)(self->map + 7 * self->page));
}

TEST_F(dma_buf, child_writes_into_the_same_pages)
{
	int status;
	pid_t pid = fork();

	ASSERT_GE(pid, 0);
	if (pid == 0) {
		*(__u64 *)self->map = MAGIC + 1000;
		_exit(0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(MAGIC + 1000, *(__u64 *)self->map);
}

static sigjmp_buf fault_return;

static void on_fault(int signal)
{
	siglongjmp(fault_return, signal);
}

/* Write one byte; returns 0 or the signal that came of it. */
static int signal_of_write(unsigned char *address)
{
	struct sigaction action = { .sa_handler = on_fault };
	int caught;

	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
	caught = sigsetjmp(fault_return, 1);
	if (caught == 0)
		__atomic_store_n(address, 1, __ATOMIC_SEQ_CST);
	signal(SIGBUS, SIG_DFL);
	signal(SIGSEGV, SIG_DFL);
	return caught;
}

/*
 *	[buffer......][beyond]
 *		       ^ a mapping grown by mremap: refused, or a fault; never
 *			 the next block of the area
 */
TEST_F(dma_buf, grown_mapping_shows_nothing_beyond)
{
	unsigned char *grown = mremap(self->map, self->bytes,
				      self->bytes + self->page, MREMAP_MAYMOVE);

	if (grown == MAP_FAILED) {
		/* VM_DONTEXPAND, after 6.1 */
		EXPECT_EQ(EFAULT, errno);
		return;
	}
	self->map = grown;
	self->bytes += self->page;
	EXPECT_EQ(SIGBUS, signal_of_write(grown + BUFFER_PAGES * self->page));
}

TEST_F(dma_buf, write_protection_holds)
{
	ASSERT_EQ(0, mprotect(self->map, self->page, PROT_READ));
	EXPECT_EQ(SIGSEGV, signal_of_write(self->map));
	ASSERT_EQ(0, mprotect(self->map, self->page, PROT_READ | PROT_WRITE));
	EXPECT_EQ(0, signal_of_write(self->map));
}

TEST_HARNESS_MAIN
