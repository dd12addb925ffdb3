// SPDX-License-Identifier: GPL-2.0
/*
 * The descriptor of a CMA heap's buffer: synchronising, position, name, what
 * fstat() and /proc tell of it. Mapping it is in dma_buf_mapping_test.c, sharing it
 * in dma_buf_sharing_test.c, the memory behind it in buffer_memory_test.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buffer.h"
#include "harness.h"
#include "testbed.h"
#include "text_file.h"

#define BUFFER_PAGES 16
/* Of the flags: start or end, of read, write, both or none. */
#define SYNC_KINDS 8
/* Beside the fixture's, of one page, of two and so on. */
#define OTHER_BUFFERS 3

FIXTURE(dma_buf)
{
	struct testbed bed;
	struct buffer buffer;
};

FIXTURE_SETUP(dma_buf)
{
	const char *reason;

	OPEN_QUIET_TESTBED(&self->bed, testbed_open_heap);
	reason = testbed_lacks_room(&self->bed, BUFFER_PAGES);
	if (reason)
		SKIP_SETUP("%s", reason);
	ASSERT_EQ(0, buffer_open(&self->buffer, self->bed.heap_fd, BUFFER_PAGES));
}

FIXTURE_TEARDOWN(dma_buf)
{
	buffer_close(&self->buffer);
	CLOSE_QUIET_TESTBED(&self->bed);
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
		EXPECT_EQ(syncs[i].err, dma_buf_sync(self->buffer.fd, syncs[i].flags)) {
			TH_LOG("%s", syncs[i].name);
		}
	}
	EXPECT_EQ(-1, ioctl(self->buffer.fd, DMA_BUF_IOCTL_SYNC, NULL));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, ioctl(self->buffer.fd, _IO('b', 255), NULL));
	EXPECT_EQ(ENOTTY, errno);
	/* The contents are not touched by any of it. */
	EXPECT_EQ(BUFFER_PAGES, buffer_first_wrong(self->buffer.map, 0, BUFFER_PAGES));
}

/* Legal: a direction, perhaps the end bit, and nothing else. */
static int expected_of_sync(__u64 flags)
{
	return !(flags & DMA_BUF_SYNC_RW) || flags & ~DMA_BUF_SYNC_VALID_FLAGS_MASK ?
	       -EINVAL : 0;
}

static void expect_sync(struct __test_metadata *_metadata, int fd, __u64 flags)
{
	ASSERT_EQ(expected_of_sync(flags), dma_buf_sync(fd, flags)) {
		TH_LOG("flags %llu", (unsigned long long)flags);
	}
}

/*
 * Every order of three: starts and ends of each direction and of none, nested,
 * crossed, doubled, left out. The kernel keeps no count of them: each call
 * stands alone, whatever came before.
 */
TEST_F(dma_buf, sync_in_every_order)
{
	__u64 first, second, third;

	for (first = 0; first < SYNC_KINDS; first++)
		for (second = 0; second < SYNC_KINDS; second++)
			for (third = 0; third < SYNC_KINDS; third++) {
				expect_sync(_metadata, self->buffer.fd, first);
				expect_sync(_metadata, self->buffer.fd, second);
				expect_sync(_metadata, self->buffer.fd, third);
			}
	EXPECT_EQ(BUFFER_PAGES, buffer_first_wrong(self->buffer.map, 0, BUFFER_PAGES));
}

/* Wrong ones between, and each bit of the flags alone. */
TEST_F(dma_buf, wrong_syncs_change_nothing)
{
	unsigned int bit;
	__u64 flags;

	for (flags = 0; flags < 64; flags++)
		expect_sync(_metadata, self->buffer.fd, flags);
	for (bit = 0; bit < 64; bit++) {
		expect_sync(_metadata, self->buffer.fd, 1ull << bit);
		expect_sync(_metadata, self->buffer.fd, DMA_BUF_SYNC_RW | 1ull << bit);
	}
	EXPECT_EQ(BUFFER_PAGES, buffer_first_wrong(self->buffer.map, 0, BUFFER_PAGES));
}

/* Nobody writes to it or reads from it: it is ready for both. */
TEST_F(dma_buf, idle_buffer_is_ready)
{
	struct pollfd ready = { .fd = self->buffer.fd, .events = POLLIN | POLLOUT };

	ASSERT_EQ(1, poll(&ready, 1, 0));
	EXPECT_EQ(POLLIN | POLLOUT, ready.revents);
}

/* Fences to and from a file: a direction, and a file that has one. */
TEST_F(dma_buf, fences_want_a_direction_and_a_fence)
{
	static const __u32 bad_flags[] = { 0, 4, DMA_BUF_SYNC_RW | 4, ~0u };
	struct dma_buf_export_sync_file export = { .flags = DMA_BUF_SYNC_READ, .fd = -1 };
	struct dma_buf_import_sync_file import = { .flags = DMA_BUF_SYNC_READ, .fd = -1 };
	int descriptors = testbed_open_descriptors();
	size_t i;

	if (ioctl(self->buffer.fd, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &export) && errno == ENOTTY)
		SKIP(return, "needs CONFIG_SYNC_FILE (Linux 6.0)");
	ASSERT_LE(0, export.fd);
	import.fd = export.fd;
	EXPECT_EQ(0, ioctl(self->buffer.fd, DMA_BUF_IOCTL_IMPORT_SYNC_FILE, &import));
	close(export.fd);
	for (i = 0; i < ARRAY_SIZE(bad_flags); i++) {
		export.flags = bad_flags[i];
		import.flags = bad_flags[i];
		EXPECT_EQ(-1, ioctl(self->buffer.fd, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &export));
		EXPECT_EQ(EINVAL, errno);
		EXPECT_EQ(-1, ioctl(self->buffer.fd, DMA_BUF_IOCTL_IMPORT_SYNC_FILE, &import));
		EXPECT_EQ(EINVAL, errno);
	}
	import.flags = DMA_BUF_SYNC_READ;
	import.fd = -1;
	EXPECT_EQ(-1, ioctl(self->buffer.fd, DMA_BUF_IOCTL_IMPORT_SYNC_FILE, &import));
	EXPECT_EQ(EINVAL, errno);
	import.fd = self->buffer.fd;
	EXPECT_EQ(-1, ioctl(self->buffer.fd, DMA_BUF_IOCTL_IMPORT_SYNC_FILE, &import));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, ioctl(self->buffer.fd, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, NULL));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(descriptors, testbed_open_descriptors());
}

TEST_F(dma_buf, position_tells_the_length_only)
{
	char byte = 0;

	EXPECT_EQ((off_t)self->buffer.bytes, lseek(self->buffer.fd, 0, SEEK_END));
	EXPECT_EQ(0, lseek(self->buffer.fd, 0, SEEK_SET));
	EXPECT_EQ(-1, lseek(self->buffer.fd, 1, SEEK_SET));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, lseek(self->buffer.fd, 0, SEEK_CUR));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, read(self->buffer.fd, &byte, 1));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, write(self->buffer.fd, &byte, 1));
	EXPECT_EQ(EINVAL, errno);
}

/*
 * Each buffer is a file of its own, as long as the buffer: by the inode's number /proc
 * and the statistics tell buffers apart. dma_buf_getfile() gives it one that is unique
 * among buffers ("Override ->i_ino with the unique"), and both of its sizes.
 */
TEST_F(dma_buf, each_buffer_is_a_file_of_its_own)
{
	int fds[OTHER_BUFFERS + 1] = { self->buffer.fd }, i, j;
	struct stat files[OTHER_BUFFERS + 1];

	for (i = 0; i <= OTHER_BUFFERS; i++) {
		long long bytes = i ? i * self->buffer.page : self->buffer.bytes;

		if (i)
			fds[i] = dma_heap_alloc(self->bed.heap_fd, bytes);
		ASSERT_LE(0, fds[i]);
		ASSERT_EQ(0, fstat(fds[i], &files[i]));
		EXPECT_EQ(bytes, (long long)files[i].st_size);
		EXPECT_EQ(bytes, (long long)files[i].st_blocks * 512);
		for (j = 0; j < i; j++) {
			EXPECT_NE(files[j].st_ino, files[i].st_ino) {
				TH_LOG("two buffers are inode %llu",
				       (unsigned long long)files[i].st_ino);
			}
		}
	}
	for (i = 1; i <= OTHER_BUFFERS; i++)
		close(fds[i]);
}

/* Is there a line "<name>:<blanks><value>" in our fdinfo of @fd? */
static bool fdinfo_says(int fd, const char *name, const char *value)
{
	char path[64], text[1024], mark[32], *line;

	snprintf(mark, sizeof(mark), "\n%s:", name);
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	if (text_file_read(path, text, sizeof(text)) < 0)
		return false;
	line = strstr(text, mark);
	if (!line)
		return false;
	line += strlen(mark);
	line += strspn(line, " \t");
	return strncmp(line, value, strlen(value)) == 0 && line[strlen(value)] == '\n';
}

TEST_F(dma_buf, fdinfo_tells_size_and_heap)
{
	char size[32];

	snprintf(size, sizeof(size), "%zu", self->buffer.bytes);
	EXPECT_TRUE(fdinfo_says(self->buffer.fd, "size", size));
	EXPECT_TRUE(fdinfo_says(self->buffer.fd, "exp_name", self->bed.heap->name)) {
		TH_LOG("expected exp_name %s", self->bed.heap->name);
	}
}

/* Who has it: descriptors, and mappings of it. */
TEST_F(dma_buf, fdinfo_counts_who_has_it)
{
	int duplicate;

	EXPECT_TRUE(fdinfo_says(self->buffer.fd, "count", "2"));
	duplicate = fcntl(self->buffer.fd, F_DUPFD_CLOEXEC, 0);
	ASSERT_GE(duplicate, 0);
	EXPECT_TRUE(fdinfo_says(duplicate, "count", "3"));
	buffer_unmap(&self->buffer);
	EXPECT_TRUE(fdinfo_says(duplicate, "count", "2"));
	close(duplicate);
	EXPECT_TRUE(fdinfo_says(self->buffer.fd, "count", "1"));
}

TEST_F(dma_buf, name_is_kept_and_bounded)
{
	char too_long[DMA_BUF_NAME_LEN + 1];

	memset(too_long, 'x', sizeof(too_long));
	too_long[DMA_BUF_NAME_LEN] = '\0';
	ASSERT_EQ(0, ioctl(self->buffer.fd, DMA_BUF_SET_NAME_B, "camera"));
	EXPECT_TRUE(fdinfo_says(self->buffer.fd, "name", "camera"));
	EXPECT_EQ(-1, ioctl(self->buffer.fd, DMA_BUF_SET_NAME_B, too_long));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, ioctl(self->buffer.fd, DMA_BUF_SET_NAME_B, NULL));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_TRUE(fdinfo_says(self->buffer.fd, "name", "camera"));
	/* Given anew, it is the new one. */
	ASSERT_EQ(0, ioctl(self->buffer.fd, DMA_BUF_SET_NAME_B, "display"));
	EXPECT_TRUE(fdinfo_says(self->buffer.fd, "name", "display"));
	EXPECT_FALSE(fdinfo_says(self->buffer.fd, "name", "camera"));
}

/* An ordinary file is no dma-buf, a closed one is nothing. */
TEST_F(dma_buf, others_cannot_be_synchronised)
{
	int zero = open("/dev/zero", O_RDWR | O_CLOEXEC);

	ASSERT_GE(zero, 0);
	EXPECT_EQ(-ENOTTY, dma_buf_sync(zero, DMA_BUF_SYNC_RW));
	close(zero);
	EXPECT_EQ(-EBADF, dma_buf_sync(zero, DMA_BUF_SYNC_RW));
}

TEST_HARNESS_MAIN
