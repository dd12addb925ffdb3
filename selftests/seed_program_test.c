// SPDX-License-Identifier: GPL-2.0
/*
 * The program that tutorials print for a CMA heap, as printed and as it should
 * be. Printed, it takes the ioctl's return value for the descriptor, begins an
 * access without a direction and allocates 4 bytes for a page:
 *
 *	fd = ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &data);	0, which is stdin
 *	sync.flags = DMA_BUF_SYNC_START;		no direction
 *	ioctl(fd, DMA_BUF_IOCTL_SYNC, &sync);		of stdin
 *
 * What each mistake gets is pinned here, and that it harms nobody else.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness.h"
#include "testbed.h"

FIXTURE(seed_program)
{
	struct testbed bed;
	struct dma_heap_allocation_data data;
};

FIXTURE_SETUP(seed_program)
{
	OPEN_QUIET_TESTBED(&self->bed, testbed_open_heap);
	self->data = (struct dma_heap_allocation_data) {
		.len = 4, .fd_flags = O_RDWR | O_CLOEXEC,
	};
}

FIXTURE_TEARDOWN(seed_program)
{
	CLOSE_QUIET_TESTBED(&self->bed);
}

TEST_F(seed_program, as_it_should_be)
{
	const char *reason = testbed_lacks_room(&self->bed, 1);
	size_t bytes = self->bed.page_size;
	unsigned char *map;

	if (reason)
		SKIP(return, "%s", reason);
	ASSERT_EQ(0, ioctl(self->bed.heap_fd, DMA_HEAP_IOCTL_ALLOC, &self->data));
	ASSERT_LT(2, (int)self->data.fd);
	map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, self->data.fd, 0);
	ASSERT_NE(MAP_FAILED, (void *)map);
	EXPECT_EQ(0, dma_buf_sync(self->data.fd, DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW));
	memset(map, 0x5a, bytes);
	EXPECT_EQ(0, dma_buf_sync(self->data.fd, DMA_BUF_SYNC_END | DMA_BUF_SYNC_RW));
	EXPECT_EQ(0x5a, map[bytes - 1]);
	if (self->bed.knows_used)
		EXPECT_EQ(1ull << self->bed.area->order_per_bit,
			  testbed_used(&self->bed) - self->bed.used_at_start);
	EXPECT_EQ(0, munmap(map, bytes));
	EXPECT_EQ(0, close(self->data.fd));
}

TEST_F(seed_program, as_printed)
{
	const char *reason = testbed_lacks_room(&self->bed, 1);
	int zero, fd;

	if (reason)
		SKIP(return, "%s", reason);
	/* Descriptor 0 is something that certainly is no buffer. */
	zero = open("/dev/zero", O_RDWR | O_CLOEXEC);
	ASSERT_GE(zero, 0);
	ASSERT_EQ(0, dup2(zero, 0));
	close(zero);

	fd = ioctl(self->bed.heap_fd, DMA_HEAP_IOCTL_ALLOC, &self->data);
	EXPECT_EQ(0, fd) {
		TH_LOG("the ioctl returns 0; the descriptor is in the structure");
	}
	EXPECT_EQ(-ENOTTY, dma_buf_sync(fd, DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW));
	/* With the right descriptor, but without a direction. */
	EXPECT_EQ(-EINVAL, dma_buf_sync(self->data.fd, DMA_BUF_SYNC_START));
	/* Four bytes asked for are a page. */
	EXPECT_EQ((long long)self->bed.page_size, dma_buf_bytes(self->data.fd));
	/* It never closes the buffer: here it is closed. */
	EXPECT_EQ(0, close(self->data.fd));
}

/* The control: memory of the system heap is none of the area's. */
TEST_F(seed_program, system_heap_takes_none_of_the_area)
{
	const struct dma_heap system = { .name = "system" };
	int heap_fd = dma_heap_open(&system), fd;

	if (heap_fd < 0)
		SKIP(return, "needs CONFIG_DMABUF_HEAPS_SYSTEM");
	fd = dma_heap_alloc(heap_fd, 256 * self->bed.page_size);
	ASSERT_GE(fd, 0);
	EXPECT_EQ(self->bed.used_at_start, testbed_used(&self->bed));
	close(fd);
	close(heap_fd);
}

TEST_HARNESS_MAIN
