// SPDX-License-Identifier: GPL-2.0
/*
 * A buffer lives as long as anything refers to it: descriptors, their
 * duplicates, mappings, descriptors on their way in a socket, in any process.
 * And not longer.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buffer.h"
#include "descriptor.h"
#include "harness.h"
#include "testbed.h"

#define BUFFER_PAGES 64
#define SENT_NUMBER 1000

FIXTURE(dma_buf_sharing)
{
	struct testbed bed;
	struct buffer buffer;
	__u64 used_with_buffer;
};

FIXTURE_SETUP(dma_buf_sharing)
{
	const char *reason;

	OPEN_QUIET_TESTBED(&self->bed, testbed_open_heap);
	if (!self->bed.knows_used)
		SKIP_SETUP("needs CONFIG_CMA_DEBUGFS and root, or Linux 6.15: used pages of %s unknown",
			   self->bed.area->name);
	reason = testbed_lacks_room(&self->bed, BUFFER_PAGES);
	if (reason)
		SKIP_SETUP("%s", reason);
	ASSERT_EQ(0, buffer_open(&self->buffer, self->bed.heap_fd, BUFFER_PAGES));
	self->used_with_buffer = testbed_used(&self->bed);
	ASSERT_LT(self->bed.used_at_start, self->used_with_buffer);
}

FIXTURE_TEARDOWN(dma_buf_sharing)
{
	buffer_close(&self->buffer);
	CLOSE_QUIET_TESTBED(&self->bed);
}

/* Nothing was given back, since there is still @what. */
static void expect_kept(struct __test_metadata *_metadata, const struct testbed *bed,
			__u64 used_with_buffer, const char *what)
{
	EXPECT_EQ(used_with_buffer, testbed_used(bed)) {
		TH_LOG("area %s: memory given back though there is %s", bed->area->name, what);
	}
}

static void expect_freed(struct __test_metadata *_metadata, const struct testbed *bed,
			 const char *after)
{
	EXPECT_EQ(bed->used_at_start, testbed_wait_used(bed, bed->used_at_start)) {
		TH_LOG("area %s: memory stays taken after %s", bed->area->name, after);
	}
}

TEST_F(dma_buf_sharing, mapping_outlives_the_descriptor)
{
	buffer_close_fd(&self->buffer);
	expect_kept(_metadata, &self->bed, self->used_with_buffer, "a mapping");
	EXPECT_EQ(BUFFER_PAGES, buffer_first_wrong(self->buffer.map, 0, BUFFER_PAGES));
	buffer_unmap(&self->buffer);
	expect_freed(_metadata, &self->bed, "the last mapping");
}

/* One page of a mapping holds the whole buffer. */
TEST_F(dma_buf_sharing, last_page_holds_the_buffer)
{
	unsigned char *last = self->buffer.map + self->buffer.bytes - self->buffer.page;

	buffer_close_fd(&self->buffer);
	ASSERT_EQ(0, munmap(self->buffer.map, self->buffer.bytes - self->buffer.page));
	self->buffer.map = NULL;
	expect_kept(_metadata, &self->bed, self->used_with_buffer, "one page of a mapping");
	EXPECT_EQ(1, buffer_first_wrong(last, BUFFER_PAGES - 1, 1));
	munmap(last, self->buffer.page);
	expect_freed(_metadata, &self->bed, "the last page of the mapping");
}

/* The same inode; another buffer's is another one, see dma_buf_test.c. */
TEST_F(dma_buf_sharing, duplicates_are_the_same_buffer)
{
	int duplicate = fcntl(self->buffer.fd, F_DUPFD_CLOEXEC, 0);
	struct stat first, second;
	void *map;

	ASSERT_GE(duplicate, 0);
	ASSERT_EQ(0, fstat(self->buffer.fd, &first));
	ASSERT_EQ(0, fstat(duplicate, &second));
	EXPECT_EQ(first.st_ino, second.st_ino);
	EXPECT_EQ((long long)self->buffer.bytes, dma_buf_bytes(duplicate));

	buffer_close(&self->buffer);
	expect_kept(_metadata, &self->bed, self->used_with_buffer, "a duplicate");
	ASSERT_EQ(0, dma_buf_map(duplicate, self->buffer.bytes, &map));
	EXPECT_EQ(BUFFER_PAGES, buffer_first_wrong(map, 0, BUFFER_PAGES));
	munmap(map, self->buffer.bytes);
	EXPECT_EQ(0, close(duplicate));
	expect_freed(_metadata, &self->bed, "the last duplicate");
	EXPECT_EQ(-1, close(duplicate));
	EXPECT_EQ(EBADF, errno);
}

/* There is no way to the buffer but a descriptor: /proc gives no new one. */
TEST_F(dma_buf_sharing, cannot_be_opened_by_path)
{
	char path[64];
	int again;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", self->buffer.fd);
	again = open(path, O_RDWR | O_CLOEXEC);
	EXPECT_EQ(-1, again);
	EXPECT_EQ(ENXIO, errno);
	if (again >= 0)
		close(again);
}

/* The receiver: sees the pages, changes one, says so, waits to be killed. */
static void live_as_receiver(int socket, size_t bytes)
{
	int fd = descriptor_receive(socket);
	char answer = 'n';
	void *map;

	if (fd >= 0 && dma_buf_map(fd, bytes, &map) == 0 &&
	    buffer_first_wrong(map, 0, BUFFER_PAGES) == BUFFER_PAGES) {
		*(__u64 *)map = buffer_number(SENT_NUMBER);
		answer = 'y';
	}
	if (write(socket, &answer, 1) == 1)
		pause();
	_exit(0);
}

/*
 *	sender	   fd x map x		receiver   fd map, killed
 *		   [...buffer.................]  then nothing is left
 */
TEST_F(dma_buf_sharing, passed_on_and_receiver_killed)
{
	int pair[2], status, kill_id;
	char answer = 0;
	pid_t pid;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
	pid = fork();
	ASSERT_GE(pid, 0);
	if (pid == 0) {
		/* What was inherited would keep the buffer as well. */
		buffer_close(&self->buffer);
		close(pair[0]);
		live_as_receiver(pair[1], BUFFER_PAGES * self->bed.page_size);
	}
	kill_id = guard_kill(&self->bed.guard, pid);
	close(pair[1]);
	ASSERT_EQ(0, descriptor_send(pair[0], self->buffer.fd));
	ASSERT_EQ(1, read(pair[0], &answer, 1));
	EXPECT_EQ('y', answer);
	EXPECT_EQ(buffer_number(SENT_NUMBER), *(__u64 *)self->buffer.map);

	buffer_close(&self->buffer);
	expect_kept(_metadata, &self->bed, self->used_with_buffer, "a receiver");
	kill(pid, SIGKILL);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	guard_cancel(&self->bed.guard, kill_id);
	expect_freed(_metadata, &self->bed, "the receiver was killed");
	close(pair[0]);
}

/* Sent, never received: the socket holds it, and gives it up when closed. */
TEST_F(dma_buf_sharing, lost_in_a_socket)
{
	int pair[2];

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
	ASSERT_EQ(0, descriptor_send(pair[0], self->buffer.fd));
	buffer_close(&self->buffer);
	expect_kept(_metadata, &self->bed, self->used_with_buffer, "a descriptor on its way");
	close(pair[0]);
	expect_kept(_metadata, &self->bed, self->used_with_buffer, "a descriptor to be received");
	close(pair[1]);
	expect_freed(_metadata, &self->bed, "both ends of the socket");
}

TEST_F(dma_buf_sharing, child_writes_into_the_same_pages)
{
	int status;
	pid_t pid = fork();

	ASSERT_GE(pid, 0);
	if (pid == 0) {
		*(__u64 *)self->buffer.map = buffer_number(SENT_NUMBER);
		_exit(0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(buffer_number(SENT_NUMBER), *(__u64 *)self->buffer.map);
	EXPECT_EQ(BUFFER_PAGES - 1,
		  buffer_first_wrong(self->buffer.map + self->buffer.page, 1,
				     BUFFER_PAGES - 1));
}

/* What a child inherited holds the buffer when the parent has let go. */
TEST_F(dma_buf_sharing, child_outlives_the_parents_part)
{
	int pair[2], status;
	char byte = 0;
	pid_t pid;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
	pid = fork();
	ASSERT_GE(pid, 0);
	if (pid == 0) {
		close(pair[0]);
		/* Ends when the parent says so, or is gone. */
		status = read(pair[1], &byte, 1) == 1 &&
			 buffer_first_wrong(self->buffer.map, 0, BUFFER_PAGES) == BUFFER_PAGES;
		_exit(!status);
	}
	close(pair[1]);
	buffer_close(&self->buffer);
	expect_kept(_metadata, &self->bed, self->used_with_buffer, "a child with a mapping");
	ASSERT_EQ(1, write(pair[0], &byte, 1));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	expect_freed(_metadata, &self->bed, "the child's exit");
	close(pair[0]);
}

TEST_HARNESS_MAIN
