// SPDX-License-Identifier: GPL-2.0
/*
 * A CMA heap's buffer and the limits of a process: what it may map and lock, and
 * calls that ask for a place that no buffer has. Each is refused with the errno
 * that it has in mmap(2), mlock(2), mremap(2), and leaves the buffer as it was.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buffer.h"
#include "fault.h"
#include "harness.h"
#include "meminfo.h"
#include "program.h"
#include "testbed.h"

#define BUFFER_PAGES 64

FIXTURE(dma_buf_limits)
{
	struct testbed bed;
	struct buffer buffer;
};

FIXTURE_SETUP(dma_buf_limits)
{
	const char *reason;

	OPEN_QUIET_TESTBED(&self->bed, testbed_open_heap);
	reason = testbed_lacks_room(&self->bed, BUFFER_PAGES);
	if (reason)
		SKIP_SETUP("%s", reason);
	ASSERT_EQ(0, buffer_open(&self->buffer, self->bed.heap_fd, BUFFER_PAGES));
}

FIXTURE_TEARDOWN(dma_buf_limits)
{
	if (self->buffer.map)
		EXPECT_EQ(BUFFER_PAGES, buffer_first_wrong(self->buffer.map, 0, BUFFER_PAGES));
	buffer_close(&self->buffer);
	CLOSE_QUIET_TESTBED(&self->bed);
}

/* Of page frames, which are not the kernel's to lock or to grow; after 6.1. */
static bool maps_frames(struct __test_metadata *_metadata, const struct buffer *buffer)
{
	char flags[256];

	buffer_mapping_flags(buffer->map, flags, sizeof(flags));
	if (!*flags)
		SKIP(_exit(SKIPPED_SETUP_STATUS), "needs CONFIG_PROC_PAGE_MONITOR");
	return strstr(flags, " pf ");
}

TEST_F(dma_buf_limits, address_space_limit_is_an_error)
{
	struct rlimit old, none;
	void *map;
	int err;

	ASSERT_EQ(0, getrlimit(RLIMIT_AS, &old));
	none = old;
	none.rlim_cur = self->buffer.page;
	ASSERT_EQ(0, setrlimit(RLIMIT_AS, &none));
	map = mmap(NULL, self->buffer.bytes, PROT_READ, MAP_SHARED, self->buffer.fd, 0);
	err = errno;
	ASSERT_EQ(0, setrlimit(RLIMIT_AS, &old));
	EXPECT_EQ(MAP_FAILED, map);
	EXPECT_EQ(ENOMEM, err);
}

/* What a process without CAP_IPC_LOCK is told. */
struct locking {
	int raise, enough, unlock, little, map_little, none, map_none;
	__u64 locked_bytes;
};

static void limit_locking(rlim_t bytes)
{
	struct rlimit limit;

	getrlimit(RLIMIT_MEMLOCK, &limit);
	limit.rlim_cur = bytes;
	setrlimit(RLIMIT_MEMLOCK, &limit);
}

static int map_locked(const struct buffer *buffer)
{
	void *map = mmap(NULL, buffer->bytes, PROT_READ, MAP_SHARED | MAP_LOCKED, buffer->fd, 0);

	return map == MAP_FAILED ? errno : 0;
}

static void lock_as_nobody(const struct buffer *buffer, struct locking *told)
{
	const struct rlimit all = { buffer->bytes, buffer->bytes };

	told->raise = setrlimit(RLIMIT_MEMLOCK, &all) ? errno : 0;
	if (geteuid() == 0 && setuid(NOBODY))
		_exit(1);
	told->enough = mlock(buffer->map, buffer->bytes) ? errno : 0;
	self_status_bytes("VmLck", &told->locked_bytes);
	told->unlock = munlock(buffer->map, buffer->bytes) ? errno : 0;
	limit_locking(buffer->page);
	told->little = mlock(buffer->map, buffer->bytes) ? errno : 0;
	told->map_little = map_locked(buffer);
	limit_locking(0);
	told->none = mlock(buffer->map, buffer->bytes) ? errno : 0;
	told->map_none = map_locked(buffer);
	_exit(0);
}

TEST_F(dma_buf_limits, locking_is_limited)
{
	struct locking *told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	__u64 expected = maps_frames(_metadata, &self->buffer) ? 0 : self->buffer.bytes;
	int status;
	pid_t pid;

	ASSERT_NE(MAP_FAILED, (void *)told);
	pid = fork();
	ASSERT_GE(pid, 0);
	if (pid == 0)
		lock_as_nobody(&self->buffer, told);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_EQ(0, status);
	if (told->raise)
		SKIP(return, "needs RLIMIT_MEMLOCK of %zu bytes", self->buffer.bytes);
	EXPECT_EQ(0, told->enough);
	EXPECT_EQ(expected, told->locked_bytes);
	EXPECT_EQ(0, told->unlock);
	EXPECT_EQ(ENOMEM, told->little);
	EXPECT_EQ(EAGAIN, told->map_little);
	EXPECT_EQ(EPERM, told->none);
	EXPECT_EQ(EPERM, told->map_none);
	munmap(told, sizeof(*told));
}

/*
 * Behind the end. An offset is a number of bytes without a sign: with the length it
 * may be more than fits into 64 bits, which is an error of its own.
 */
TEST_F(dma_buf_limits, far_offsets_are_refused)
{
	const long long page = self->buffer.page;
	const long long offsets[] = {
		1ll << 32, 1ll << 40, 1ll << 62, LLONG_MAX - page + 1, LLONG_MIN,
		-2 * page, -page,
	};
	long long pages;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(offsets); i++)
		for (pages = 1; pages <= BUFFER_PAGES; pages *= 2) {
			bool wraps = offsets[i] < 0 && offsets[i] + pages * page >= 0;
			void *map = mmap(NULL, pages * page, PROT_READ, MAP_SHARED,
					 self->buffer.fd, offsets[i]);

			EXPECT_EQ(MAP_FAILED, map);
			EXPECT_EQ(wraps ? EOVERFLOW : EINVAL, errno) {
				TH_LOG("%lld pages at 0x%llx", pages, offsets[i]);
			}
		}
}

/*
 * By remap_file_pages(), which counts in pages: their bytes may not fit into 64 bits,
 * and at the very end not even their number.
 */
TEST_F(dma_buf_limits, other_pages_at_the_same_place)
{
	static const struct {
		size_t page;
		int err;
	} refused[] = {
		{ BUFFER_PAGES, EINVAL }, { BUFFER_PAGES + 1, EINVAL }, { 1ul << 40, EINVAL },
		{ 1ul << 52, EOVERFLOW }, { ~0ul >> 1, EOVERFLOW }, { ~0ul - 1, EOVERFLOW },
		{ ~0ul, EINVAL },
	};
	size_t page = self->buffer.page, i;
	unsigned char *map = self->buffer.map;

	/* Others, and then its own again. */
	ASSERT_EQ(0, remap_file_pages(map, 2 * page, 0, 7, 0)) {
		TH_LOG("%s", strerror(errno));
	}
	EXPECT_EQ(2, buffer_first_wrong(map, 7, 2));
	EXPECT_EQ(BUFFER_PAGES - 2, buffer_first_wrong(map + 2 * page, 2, BUFFER_PAGES - 2));
	ASSERT_EQ(0, remap_file_pages(map, 2 * page, 0, 0, 0));
	/* A refusal may cost what was mapped there, up to 6.12 at least. */
	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		void *spare = mmap(NULL, page, PROT_READ, MAP_SHARED, self->buffer.fd, 0);

		ASSERT_NE(MAP_FAILED, spare);
		EXPECT_EQ(-1, remap_file_pages(spare, page, 0, refused[i].page, 0));
		EXPECT_EQ(refused[i].err, errno) {
			TH_LOG("page 0x%zx", refused[i].page);
		}
		munmap(spare, page);
	}
}

/* Sizes and places that mremap() cannot give, or not of a buffer. */
TEST_F(dma_buf_limits, no_size_and_no_place_to_remap)
{
	size_t bytes = self->buffer.bytes, page = self->buffer.page;
	bool of_frames = maps_frames(_metadata, &self->buffer);
	unsigned char *map = self->buffer.map;
	void *twice;

	EXPECT_EQ(MAP_FAILED, mremap(map, bytes, 0, 0));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(MAP_FAILED, mremap(map, bytes, 0, MREMAP_MAYMOVE));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(MAP_FAILED, mremap(map + 1, page, page, MREMAP_MAYMOVE));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(MAP_FAILED, mremap(map, bytes, bytes, MREMAP_FIXED, map));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(MAP_FAILED, mremap(map, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, map));
	EXPECT_EQ(EINVAL, errno);

	/* From nothing: shared memory once more, but not frames. */
	twice = mremap(map, 0, bytes, MREMAP_MAYMOVE);
	if (of_frames) {
		EXPECT_EQ(MAP_FAILED, twice);
		EXPECT_EQ(EFAULT, errno);
	} else {
		ASSERT_NE(MAP_FAILED, twice);
		EXPECT_EQ(BUFFER_PAGES, buffer_first_wrong(twice, 0, BUFFER_PAGES));
	}
	if (twice != MAP_FAILED)
		munmap(twice, bytes);
}

TEST_HARNESS_MAIN
