// SPDX-License-Identifier: GPL-2.0
/*
 * Three questions that every text on CMA asks, answered with figures:
 *
 *	does free(1) count CMA?			yes: what is taken is "used"
 *	what if the rest of memory runs out?	movable pages go into CMA,
 *						unmovable ones do not: they run
 *						out while CmaFree is large
 *	what if the area is in pieces?		the longest free run is what can
 *						be had, however much is free
 *
 * The boot "load" asks them with 1280 of 1920 MiB in one area.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "meminfo.h"
#include "movable.h"
#include "pagemap.h"
#include "testbed.h"
#include "text_file.h"

#define STEP_BYTES (4ul << 20)
#define PIECES 16
#define PIECE_BYTES 0x100000ul
/* Half of a room of twice as much is more than what others may do to the figures. */
#define LEAST_BYTES (8ul << 20)

FIXTURE(free_memory)
{
	struct testbed bed;
};

FIXTURE_SETUP(free_memory)
{
	OPEN_QUIET_TESTBED(&self->bed, testbed_open_debugfs);
}

FIXTURE_TEARDOWN(free_memory)
{
	CLOSE_QUIET_TESTBED(&self->bed);
}

/* The figures that free(1) prints, and CMA's, in bytes. */
struct view {
	__u64 total, free, available, buffers, cached, cma_total, cma_free;
};

static int take_view(struct view *now)
{
	const struct {
		const char *field;
		__u64 *bytes;
	} fields[] = {
		{ "MemTotal", &now->total }, { "MemFree", &now->free },
		{ "MemAvailable", &now->available }, { "Buffers", &now->buffers },
		{ "Cached", &now->cached }, { "CmaTotal", &now->cma_total },
		{ "CmaFree", &now->cma_free },
	};
	size_t i;
	int err = 0;

	vm_stat_refresh();
	for (i = 0; !err && i < ARRAY_SIZE(fields); i++)
		err = meminfo_bytes(fields[i].field, fields[i].bytes);
	return err;
}

static long long mib(__u64 bytes)
{
	return (long long)bytes >> 20;
}

/* Take one of @parts equal parts of the room, and give it back. Returns false if it is refused. */
static bool take_once(struct __test_metadata *_metadata, struct testbed *bed, unsigned int parts)
{
	__u64 pages = 0;
	int err = testbed_take_part(bed, parts, &pages);

	EXPECT_ROOM(bed, err, pages) {
		TH_LOG("area %s: %llu pages cannot be taken", bed->area->name,
		       (unsigned long long)pages);
	}
	if (err)
		return false;
	EXPECT_EQ(0, testbed_debugfs_free(bed));
	return true;
}

/*
 *	total	[used      |available      ]
 *	total	[used XXXX |available  ]	XXXX: taken from the area
 */
TEST_F_TIMEOUT(free_memory, taken_pages_are_used_memory, 60)
{
	struct testbed *bed = &self->bed;
	__u64 pages = bed->room_pages / 2, bytes = pages * bed->page_size;
	/* Others' pages, lists of the processors, pages moved to make room. */
	__u64 slack = bytes / 4 + (4ul << 20);
	const char *reason = testbed_lacks_room(bed, LEAST_BYTES / bed->page_size);
	struct view before, during, after;

	if (reason)
		SKIP(return, "%s", reason);
	/* What is lent to others moves out: else the block would not be free before it is taken. */
	if (!take_once(_metadata, bed, 2))
		return;
	/* Allocating empties the lists of the processors, which count as used. */
	ASSERT_EQ(0, testbed_debugfs_alloc(bed, 1));
	ASSERT_EQ(0, testbed_debugfs_free(bed));
	ASSERT_EQ(0, take_view(&before));
	ASSERT_EQ(0, testbed_debugfs_alloc(bed, pages));
	ASSERT_EQ(0, take_view(&during));
	ASSERT_EQ(0, testbed_debugfs_free(bed));
	ASSERT_EQ(0, take_view(&after));

	EXPECT_EQ(before.total, during.total);
	EXPECT_EQ(before.cma_total, during.cma_total);
	EXPECT_LE(before.cma_total, before.total);
	EXPECT_LE(before.cma_free, before.free);
	EXPECT_LE(during.free + bytes, before.free + slack);
	EXPECT_LE(before.free, during.free + bytes + slack);
	EXPECT_LE(during.available + bytes, before.available + slack);
	EXPECT_LE(during.cma_free + bytes, before.cma_free + slack);
	EXPECT_LE(before.free, after.free + slack);
	TH_LOG("%lld MiB taken: free %lld to %lld, available %lld to %lld, CmaFree %lld to %lld MiB",
	       mib(bytes), mib(before.free), mib(during.free), mib(before.available),
	       mib(during.available), mib(before.cma_free), mib(during.cma_free));
}

/* What a child that loads memory found, in memory that is shared with it. */
struct load {
	__u64 bytes;		/* put in place so far */
	__u64 cma_free;		/* when it last looked */
	__u64 free;
	long in_area;
};

/* Movable pages, up to @bytes of them. */
static void load_movable(struct load *load, __u64 bytes)
{
	unsigned char *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	__u64 done;

	if (map == MAP_FAILED)
		_exit(1);
	for (done = 0; done < bytes; done += STEP_BYTES) {
		if (madvise(map + done, STEP_BYTES, MADV_POPULATE_WRITE))
			memset(map + done, 1, STEP_BYTES);
		load->bytes = done + STEP_BYTES;
	}
	meminfo_bytes("CmaFree", &load->cma_free);
	_exit(0);
}

/* Pages of ramfs cannot be moved or given up: the child goes on until killed. */
static void load_unmovable(struct load *load, const char *folder)
{
	static char step[STEP_BYTES];
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "%s/file", folder);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	while (fd >= 0 && write(fd, step, sizeof(step)) == (ssize_t)sizeof(step)) {
		load->bytes += sizeof(step);
		meminfo_bytes("CmaFree", &load->cma_free);
		meminfo_bytes("MemFree", &load->free);
	}
	_exit(0);
}

static struct load *share_load(void)
{
	void *load = mmap(NULL, sizeof(struct load), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return load == MAP_FAILED ? NULL : load;
}

static pid_t fork_victim(struct guard *guard)
{
	pid_t pid = fork();

	if (pid == 0)
		text_file_write("/proc/self/oom_score_adj", "1000");
	else if (pid > 0)
		guard_kill(guard, pid);
	return pid;
}

/*
 *	other memory	[mmmmmmmmmmmm]
 *	area		[mmmm........]	what is more than the rest goes here
 */
TEST_F_TIMEOUT(free_memory, movable_load_goes_beyond_the_rest, 110)
{
	struct view before;
	struct load *load = share_load();
	__u64 rest, wanted;
	int status;
	pid_t pid;

	ASSERT_NE(NULL, load);
	if (!testbed_owns_machine())
		SKIP(return, "fills memory: needs CMA_TESTS_OWN_MACHINE=1");
	ASSERT_EQ(0, take_view(&before));
	rest = before.free - before.cma_free;
	/* A quarter of what is free in CMA must serve. */
	wanted = (rest + before.cma_free / 4) / STEP_BYTES * STEP_BYTES;
	pid = fork_victim(&self->bed.guard);
	ASSERT_GE(pid, 0);
	if (pid == 0)
		load_movable(load, wanted);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status) {
		TH_LOG("ended by signal %d after %lld of %lld MiB", WTERMSIG(status),
		       mib(load->bytes), mib(wanted));
	}
	EXPECT_LE(before.cma_free / 8, before.cma_free - load->cma_free);
	TH_LOG("of %lld MiB free, %lld of CMA: %lld MiB of movable pages fit, CmaFree then %lld MiB",
	       mib(before.free), mib(before.cma_free), mib(load->bytes), mib(load->cma_free));
}

/*
 *	other memory	[uuuuuuuuuuuu]	full: the kernel kills
 *	area		[............]	free, and no help
 */
TEST_F_TIMEOUT(free_memory, unmovable_load_ends_with_cma_free, 110)
{
	struct guard *guard = &self->bed.guard;
	char folder[] = "/tmp/cma-tests-ramfs";
	struct load *load = share_load();
	struct view before, after;
	int status, unmount_id;
	__u64 rest;
	pid_t pid;

	ASSERT_NE(NULL, load);
	if (!testbed_owns_machine())
		SKIP(return, "exhausts memory: needs CMA_TESTS_OWN_MACHINE=1");
	ASSERT_LT(0, guard_mkdir(guard, folder));
	unmount_id = guard_unmount(guard, folder);
	ASSERT_EQ(0, mount("ramfs", folder, "ramfs", 0, NULL));
	ASSERT_EQ(0, take_view(&before));
	pid = fork_victim(guard);
	ASSERT_GE(pid, 0);
	if (pid == 0)
		load_unmovable(load, folder);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(SIGKILL, WTERMSIG(status));
	EXPECT_EQ(0, umount(folder));
	guard_cancel(guard, unmount_id);

	/* What could be given up beside it is little. */
	rest = before.free - before.cma_free;
	EXPECT_LE(load->bytes, rest + rest / 8) {
		TH_LOG("%lld MiB of unmovable pages in %lld MiB: some went into the area",
		       mib(load->bytes), mib(rest));
	}
	EXPECT_LE(before.cma_free - before.cma_free / 4, load->cma_free) {
		TH_LOG("CmaFree %lld of %lld MiB when memory was out", mib(load->cma_free),
		       mib(before.cma_free));
	}
	ASSERT_EQ(0, take_view(&after));
	EXPECT_LE(before.free - before.free / 8, after.free);
	TH_LOG("of %lld MiB free, %lld of CMA: killed after %lld MiB of unmovable pages, CmaFree then %lld MiB",
	       mib(before.free), mib(before.cma_free), mib(load->bytes), mib(load->cma_free));
}

/*
 *	[X..X..X..X..]	much is free, but no run of four
 */
TEST_F_TIMEOUT(free_memory, longest_run_is_what_can_be_had, 60)
{
	struct testbed *bed = &self->bed;
	__u64 pages = bed->room_pages / (4 * PIECES), maxchunk;
	const char *reason = testbed_lacks_room(bed, 4 * PIECES);
	int fds[2 * PIECES], heap_fd, count, taken = 0;
	const struct dma_heap *heap;

	if (reason)
		SKIP(return, "%s", reason);
	if (dma_heap_discover(&bed->heaps, &bed->areas))
		SKIP(return, "needs CONFIG_DMABUF_HEAPS_CMA");
	heap = dma_heap_of_area(&bed->heaps, bed->area);
	heap_fd = heap ? dma_heap_open(heap) : -ENOENT;
	if (heap_fd < 0)
		SKIP(return, "needs a heap of area %s", bed->area->name);
	/* A page that somebody else holds would be in the way of the longest run, too. */
	if (!testbed_owns_machine() && !take_once(_metadata, bed, 1))
		return;
	/* One block first, then pieces, of which every other one is given back. */
	if (pages > PIECE_BYTES / bed->page_size)
		pages = PIECE_BYTES / bed->page_size;
	ASSERT_EQ(0, testbed_debugfs_alloc(bed, bed->room_pages - 3 * PIECES * pages));
	for (count = 0; count < 2 * PIECES; count++) {
		fds[count] = dma_heap_alloc(heap_fd, pages * bed->page_size);
		if (fds[count] < 0)
			break;
	}
	ASSERT_LE(PIECES, count);
	for (taken = 0; taken < count; taken += 2)
		close(fds[taken]);
	ASSERT_EQ(0, cma_area_read(bed->area, CMA_MAXCHUNK_PAGES, &maxchunk));
	EXPECT_EQ(-ENOMEM, testbed_debugfs_alloc(bed, maxchunk + 1));
	EXPECT_EQ(0, testbed_debugfs_alloc(bed, maxchunk));
	TH_LOG("area %s: %llu of %llu pages used, longest run %llu: one page more is refused",
	       bed->area->name, (unsigned long long)(testbed_used(bed) - maxchunk),
	       (unsigned long long)bed->area_pages, (unsigned long long)maxchunk);
	EXPECT_EQ(0, testbed_debugfs_free(bed));
	for (taken = 1; taken < count; taken += 2)
		close(fds[taken]);
	close(heap_fd);
}

TEST_HARNESS_MAIN
