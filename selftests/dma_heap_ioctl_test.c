// SPDX-License-Identifier: GPL-2.0
/*
 * The ioctl of /dev/dma_heap on a CMA area: every argument that it refuses, and
 * with what; commands that are not its own; arguments of other sizes than its
 * own. What a call that is well formed gets is in dma_heap_test.c.
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

FIXTURE(dma_heap_ioctl)
{
	struct testbed bed;
};

FIXTURE_SETUP(dma_heap_ioctl)
{
	OPEN_QUIET_TESTBED(&self->bed, testbed_open_heap);
}

/* Whatever a test did, the area is again as it was. */
FIXTURE_TEARDOWN(dma_heap_ioctl)
{
	CLOSE_QUIET_TESTBED(&self->bed);
}

/* Arguments that DMA_HEAP_IOCTL_ALLOC refuses, and with what. */
static const struct {
	const char *name;
	struct dma_heap_allocation_data data;
	int err;
} bad_requests[] = {
	{ "length 0", { .len = 0, .fd_flags = O_RDWR }, -EINVAL },
	{ "length that rounds up to 0", { .len = ~0ull, .fd_flags = O_RDWR }, -EINVAL },
	{ "length of half the address space", { .len = 1ull << 62, .fd_flags = O_RDWR }, -ENOMEM },
	{ "descriptor not 0", { .len = 1, .fd = 1, .fd_flags = O_RDWR }, -EINVAL },
	{ "descriptor -1", { .len = 1, .fd = -1, .fd_flags = O_RDWR }, -EINVAL },
	{ "every descriptor flag", { .len = 1, .fd_flags = -1 }, -EINVAL },
	{ "every heap flag", { .len = 1, .fd_flags = O_RDWR, .heap_flags = ~0ull }, -EINVAL },
};

TEST_F(dma_heap_ioctl, bad_requests_are_refused)
{
	int descriptors = testbed_open_descriptors();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad_requests); i++) {
		struct dma_heap_allocation_data data = bad_requests[i].data;
		int err = dma_heap_alloc_raw(self->bed.heap_fd, &data);

		EXPECT_EQ(bad_requests[i].err, err) {
			TH_LOG("heap %s, %s: got %s", self->bed.heap->name,
			       bad_requests[i].name, strerror(-err));
		}
	}
	EXPECT_EQ(descriptors, testbed_open_descriptors());
}

/*
 * Of the flags, each bit by itself: a descriptor may be for reading or writing and
 * end with exec(), a heap has no flags at all.
 */
TEST_F(dma_heap_ioctl, each_unknown_flag_is_refused)
{
	int descriptors = testbed_open_descriptors(), bit;
	const char *reason = testbed_lacks_room(&self->bed, 1);

	if (reason)
		SKIP(return, "%s", reason);
	for (bit = 0; bit < 32; bit++) {
		struct dma_heap_allocation_data data = { .len = 1, .fd_flags = 1u << bit };
		bool is_known = data.fd_flags & (O_ACCMODE | O_CLOEXEC);
		int err = dma_heap_alloc_raw(self->bed.heap_fd, &data);

		EXPECT_EQ(is_known ? 0 : -EINVAL, err) {
			TH_LOG("heap %s, descriptor flag 0%o", self->bed.heap->name, 1u << bit);
		}
		if (!err)
			close(data.fd);
	}
	for (bit = 0; bit < 64; bit++) {
		struct dma_heap_allocation_data data = {
			.len = 1, .fd_flags = O_RDWR, .heap_flags = 1ull << bit,
		};

		EXPECT_EQ(-EINVAL, dma_heap_alloc_raw(self->bed.heap_fd, &data)) {
			TH_LOG("heap %s, heap flag 2^%d", self->bed.heap->name, bit);
		}
	}
	EXPECT_EQ(descriptors, testbed_open_descriptors());
}

TEST_F(dma_heap_ioctl, bad_pointers_are_refused)
{
	int next = testbed_next_descriptor();
	const char *reason = testbed_lacks_room(&self->bed, 1);
	size_t size = self->bed.page_size;
	struct dma_heap_allocation_data *readonly;

	if (reason)
		SKIP(return, "%s", reason);
	EXPECT_EQ(-EFAULT, dma_heap_alloc_raw(self->bed.heap_fd, NULL));
	EXPECT_EQ(-EFAULT, dma_heap_alloc_raw(self->bed.heap_fd, (void *)-1));

	/* Read, allocated, and then the answer cannot be written: undone. */
	readonly = mmap(NULL, size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)readonly);
	readonly->len = 1;
	readonly->fd_flags = O_RDWR;
	ASSERT_EQ(0, mprotect(readonly, size, PROT_READ));
	EXPECT_EQ(-EFAULT, dma_heap_alloc_raw(self->bed.heap_fd, readonly));
	EXPECT_EQ(self->bed.used_at_start,
		  testbed_wait_used(&self->bed, self->bed.used_at_start)) {
		TH_LOG("heap %s: a buffer whose descriptor could not be told is kept",
		       self->bed.heap->name);
	}
	EXPECT_EQ(next, testbed_next_descriptor());
	munmap(readonly, size);
}

TEST_F(dma_heap_ioctl, unknown_ioctls_are_refused)
{
	struct dma_heap_allocation_data data = { .len = 1, .fd_flags = O_RDWR };

	EXPECT_EQ(-1, ioctl(self->bed.heap_fd,
			    _IOWR('H', 1, struct dma_heap_allocation_data),
			    &data));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, ioctl(self->bed.heap_fd, _IO('H', 255), &data));
	EXPECT_EQ(EINVAL, errno);
	/* No size: nothing is copied in, so the length is 0. */
	EXPECT_EQ(-1, ioctl(self->bed.heap_fd, _IO('H', 0), &data));
	EXPECT_EQ(EINVAL, errno);
}

/* With what this kernel's heap refuses another driver's command, or 0. */
static int refusal_of_strangers(int heap_fd)
{
	/* Neither the letter nor the number is a heap's. */
	return ioctl(heap_fd, _IO('b', 255), NULL) ? errno : 0;
}

/*
 * DMA_BUF_IOCTL_SYNC has another driver's letter, 'b', but the same number 0.
 * dma_heap_ioctl() looks at the number only: it allocates, by a size that was
 * flags, and the descriptor of it is told to nobody (known issue). It is to be
 * refused as the rest of that driver's commands are.
 */
TEST_F(dma_heap_ioctl, ioctl_of_another_driver_is_refused)
{
	struct dma_buf_sync sync = { .flags = DMA_BUF_SYNC_RW };
	int refusal = refusal_of_strangers(self->bed.heap_fd);
	int lost = dup(self->bed.heap_fd), result, err;

	ASSERT_GE(lost, 0);
	close(lost);
	result = ioctl(self->bed.heap_fd, DMA_BUF_IOCTL_SYNC, &sync);
	err = errno;
	/* The lowest free number is where it is. */
	close(lost);
	ASSERT_EQ(-1, result) {
		TH_LOG("heap %s takes DMA_BUF_IOCTL_SYNC for DMA_HEAP_IOCTL_ALLOC",
		       self->bed.heap->name);
	}
	EXPECT_EQ(refusal, err);
}

/* Commands of other drivers whose numbers no heap has. */
TEST_F(dma_heap_ioctl, strangers_commands_are_refused)
{
	static const unsigned int commands[] = {
		_IO('b', 255), DMA_BUF_SET_NAME_B, TIOCGWINSZ, _IOWR('H', 2, __u64), ~0u,
	};
	__u64 argument[32] = { 0 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		EXPECT_EQ(-1, ioctl(self->bed.heap_fd, commands[i], argument));
		EXPECT_EQ(EINVAL, errno) {
			TH_LOG("heap %s, command 0x%x", self->bed.heap->name, commands[i]);
		}
	}
}

/* What is no heap, or nothing, gives no buffer. */
TEST_F(dma_heap_ioctl, only_heaps_give_buffers)
{
	struct dma_heap_allocation_data data = { .len = 1, .fd_flags = O_RDWR };
	const char *reason = testbed_lacks_room(&self->bed, 1);
	int zero, buffer;

	if (reason)
		SKIP(return, "%s", reason);
	zero = open("/dev/zero", O_RDWR | O_CLOEXEC);
	buffer = dma_heap_alloc(self->bed.heap_fd, 1);
	ASSERT_GE(zero, 0);
	ASSERT_GE(buffer, 0);
	EXPECT_EQ(-ENOTTY, dma_heap_alloc_raw(zero, &data));
	EXPECT_EQ(-ENOTTY, dma_heap_alloc_raw(buffer, &data));
	close(buffer);
	close(zero);
	EXPECT_EQ(-EBADF, dma_heap_alloc_raw(zero, &data));
	EXPECT_EQ(-EBADF, dma_heap_alloc_raw(-1, &data));
}

/* The ioctl's size may grow: the kernel fills up and passes over the rest. */
TEST_F(dma_heap_ioctl, larger_argument_is_accepted)
{
	const char *reason = testbed_lacks_room(&self->bed, 1);
	int fd;

	if (reason)
		SKIP(return, "%s", reason);
	fd = dma_heap_alloc_larger(self->bed.heap_fd, 1);
	ASSERT_LE(0, fd) {
		TH_LOG("errno %d (%s)", -fd, strerror(-fd));
	}
	EXPECT_EQ(0, close(fd));
}

/*
 * An older program's smaller argument: what it lacks is 0, and not what the
 * last call left on the kernel's stack, or in the memory for larger ones.
 */
TEST_F(dma_heap_ioctl, smaller_argument_is_filled_up)
{
	struct {
		__u64 len;
		__u32 fd, fd_flags;
	} smaller;
	struct dma_heap_allocation_data refused = {
		.len = 1, .fd_flags = O_RDWR, .heap_flags = ~0ull,
	};
	struct dma_heap_larger_argument larger = {
		.data = { .len = 1ull << 62, .fd_flags = O_RDWR },
	};
	const char *reason = testbed_lacks_room(&self->bed, 1);
	int round;

	if (reason)
		SKIP(return, "%s", reason);
	for (round = 0; round < 8; round++) {
		smaller.len = 1;
		smaller.fd = 0;
		smaller.fd_flags = O_RDWR | O_CLOEXEC;
		EXPECT_EQ(-EINVAL, dma_heap_alloc_raw(self->bed.heap_fd, &refused));
		ASSERT_EQ(0, ioctl(self->bed.heap_fd, _IOWR('H', 0, smaller), &smaller)) {
			TH_LOG("errno %d (%s)", errno, strerror(errno));
		}
		EXPECT_EQ(0, close(smaller.fd));

		/* Of what only comes out, nothing is read: a length of 0. */
		EXPECT_EQ(-1, ioctl(self->bed.heap_fd, DMA_HEAP_IOCTL_ALLOC_LARGER, &larger));
		EXPECT_EQ(ENOMEM, errno);
		EXPECT_EQ(-1, ioctl(self->bed.heap_fd, _IOR('H', 0, larger), &larger));
		EXPECT_EQ(EINVAL, errno);
	}
}

TEST_F(dma_heap_ioctl, descriptor_flags_are_honoured)
{
	struct dma_heap_allocation_data data = { .len = 1 };
	const char *reason = testbed_lacks_room(&self->bed, 1);
	int flags;

	if (reason)
		SKIP(return, "%s", reason);
	data.fd_flags = O_RDONLY;
	ASSERT_EQ(0, dma_heap_alloc_raw(self->bed.heap_fd, &data));
	EXPECT_EQ(O_RDONLY, fcntl(data.fd, F_GETFL) & O_ACCMODE);
	EXPECT_EQ(0, fcntl(data.fd, F_GETFD) & FD_CLOEXEC);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, self->bed.page_size,
				   PROT_READ | PROT_WRITE, MAP_SHARED, data.fd,
				   0));
	EXPECT_EQ(EACCES, errno);
	close(data.fd);

	/* For writing only, or for neither: no mapping, which always reads. */
	for (flags = O_WRONLY; flags <= O_ACCMODE; flags += 2) {
		data = (struct dma_heap_allocation_data) { .len = 1, .fd_flags = flags };
		ASSERT_EQ(0, dma_heap_alloc_raw(self->bed.heap_fd, &data));
		EXPECT_EQ(flags, fcntl(data.fd, F_GETFL) & O_ACCMODE);
		EXPECT_EQ(MAP_FAILED, mmap(NULL, self->bed.page_size, PROT_WRITE, MAP_SHARED,
					   data.fd, 0));
		EXPECT_EQ(EACCES, errno);
		close(data.fd);
	}

	data = (struct dma_heap_allocation_data) {
		.len = 1, .fd_flags = O_RDWR | O_CLOEXEC,
	};
	ASSERT_EQ(0, dma_heap_alloc_raw(self->bed.heap_fd, &data));
	EXPECT_EQ(O_RDWR, fcntl(data.fd, F_GETFL) & O_ACCMODE);
	EXPECT_EQ(FD_CLOEXEC, fcntl(data.fd, F_GETFD) & FD_CLOEXEC);
	close(data.fd);
}

TEST_HARNESS_MAIN
