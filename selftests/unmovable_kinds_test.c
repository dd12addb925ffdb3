// SPDX-License-Identifier: GPL-2.0
/*
 * The other controls of busy_test.c: memory that the kernel cannot move must
 * never come into an area, however full the rest is, or the area could not be
 * taken as long as somebody holds it.
 *
 *	rest	[mmmmmmmm rrr ppp aaa]	nearly full; r, p, a: held, not movable
 *	area	[..mm................]	new movable pages come here
 *	area	[XXXXXXXXXXXXXXXXXXXX]	all of it is taken, r, p, a stay
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness.h"
#include "meminfo.h"
#include "movable.h"
#include "pagemap.h"
#include "pattern.h"
#include "testbed.h"

#ifndef SYS_memfd_secret
#define SYS_memfd_secret 447
#endif

#define KIND_BYTES 0x100000ul
#define MOVABLE_BYTES 0x200000ul
#define PIPES 4
#define PIPE_BYTES 65536
#define AIO_EVENTS 8192
#define PERF_PAGES 32
#define TABLES 256
#define SEED 5

/* What is held, until give_up(). */
struct held {
	unsigned char *map;	/* NULL: its pages cannot be seen */
	size_t bytes;
	int fd;
	int pipes[PIPES][2];
	aio_context_t aio;
	char folder[64];
	int unmount_id;
};

static int map_file(struct held *held, size_t bytes)
{
	void *map;

	if (ftruncate(held->fd, bytes))
		return -errno;
	map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, held->fd, 0);
	if (map == MAP_FAILED)
		return errno == EAGAIN ? -EOPNOTSUPP : -errno;
	held->map = map;
	held->bytes = bytes;
	pattern_fill(map, bytes, SEED);
	return 0;
}

static int hold_ramfs(struct held *held, struct guard *guard)
{
	char path[96];

	snprintf(held->folder, sizeof(held->folder), "/tmp/cma-tests-ramfs-%d", getpid());
	if (guard_mkdir(guard, held->folder) < 0)
		return -EOPNOTSUPP;
	held->unmount_id = guard_unmount(guard, held->folder);
	if (mount("ramfs", held->folder, "ramfs", 0, NULL)) {
		guard_cancel(guard, held->unmount_id);
		held->unmount_id = 0;
		return -EOPNOTSUPP;
	}
	snprintf(path, sizeof(path), "%s/file", held->folder);
	held->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	return held->fd < 0 ? -errno : map_file(held, KIND_BYTES);
}

/* Memory that not even the kernel maps. */
static int hold_secret(struct held *held, struct guard *guard)
{
	(void)guard;
	held->fd = syscall(SYS_memfd_secret, O_CLOEXEC);
	return held->fd < 0 ? -EOPNOTSUPP : map_file(held, KIND_BYTES);
}

/* What write() puts into a pipe is copied into pages of the pipe's own. */
static int hold_pipe_buffers(struct held *held, struct guard *guard)
{
	static const char contents[PIPE_BYTES];
	int i;

	(void)guard;
	for (i = 0; i < PIPES; i++) {
		if (pipe2(held->pipes[i], O_CLOEXEC | O_NONBLOCK))
			return -errno;
		if (write(held->pipes[i][1], contents, PIPE_BYTES) != PIPE_BYTES)
			return errno ? -errno : -EIO;
	}
	return 0;
}

/* The ring lies where the context's number says. */
static int hold_aio_ring(struct held *held, struct guard *guard)
{
	(void)guard;
	if (syscall(SYS_io_setup, AIO_EVENTS, &held->aio))
		return -EOPNOTSUPP;
	held->map = (unsigned char *)held->aio;
	held->bytes = AIO_EVENTS * sizeof(struct io_event);
	return 0;
}

static int hold_perf_ring(struct held *held, struct guard *guard)
{
	struct perf_event_attr attributes = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof(attributes),
		.config = PERF_COUNT_SW_DUMMY, .exclude_kernel = 1,
	};
	void *map;

	(void)guard;
	held->fd = syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	if (held->fd < 0)
		return -EOPNOTSUPP;
	held->bytes = (1 + PERF_PAGES) * pagemap_page_size();
	map = mmap(NULL, held->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, held->fd, 0);
	if (map == MAP_FAILED)
		return errno == EPERM ? -EOPNOTSUPP : -errno;
	held->map = map;
	return 0;
}

/* A page of each stretch that a table maps: as many tables, of the page of zeros. */
static int hold_page_tables(struct held *held, struct guard *guard)
{
	size_t size = pagemap_page_size(), stretch = size * (size / sizeof(__u64)), i;
	size_t tables = TABLES * 4096 / size;
	unsigned char *map;

	(void)guard;
	map = mmap(NULL, tables * stretch, PROT_READ,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (map == MAP_FAILED)
		return -EOPNOTSUPP;
	madvise(map, tables * stretch, MADV_NOHUGEPAGE);
	for (i = 0; i < tables; i++)
		__atomic_load_n(map + i * stretch, __ATOMIC_RELAXED);
	/* Not to be looked at: what is mapped is one page of everybody's. */
	held->map = map;
	held->bytes = tables * stretch;
	return 0;
}

FIXTURE(unmovable_kinds)
{
	struct testbed bed;
	struct movable ballast;
	struct held held;
	unsigned char *movable;
};

FIXTURE_VARIANT(unmovable_kinds)
{
	/* -EOPNOTSUPP: this kernel or this user cannot have it */
	int (*hold)(struct held *held, struct guard *guard);
	const char *needs;
	bool is_unseen;		/* pagemap does not tell where its pages are */
};

FIXTURE_VARIANT_ADD(unmovable_kinds, ramfs)
{
	.hold = hold_ramfs,
	.needs = "root, to mount a ramfs",
};

FIXTURE_VARIANT_ADD(unmovable_kinds, secretmem)
{
	.hold = hold_secret,
	.needs = "CONFIG_SECRETMEM and secretmem.enable=1",
};

FIXTURE_VARIANT_ADD(unmovable_kinds, pipe_buffers)
{
	.hold = hold_pipe_buffers,
	.is_unseen = true,
};

FIXTURE_VARIANT_ADD(unmovable_kinds, aio_ring)
{
	.hold = hold_aio_ring,
	.needs = "CONFIG_AIO, and less of fs.aio-max-nr in use",
};

FIXTURE_VARIANT_ADD(unmovable_kinds, perf_ring)
{
	.hold = hold_perf_ring,
	.needs = "CONFIG_PERF_EVENTS and kernel.perf_event_mlock_kb",
};

FIXTURE_VARIANT_ADD(unmovable_kinds, page_tables)
{
	.hold = hold_page_tables,
	.needs = "vm.overcommit_memory not 2",
	.is_unseen = true,
};

FIXTURE_SETUP(unmovable_kinds)
{
	const char *reason;
	int p;

	self->held.fd = -1;
	for (p = 0; p < PIPES; p++) {
		self->held.pipes[p][0] = -1;
		self->held.pipes[p][1] = -1;
	}
	OPEN_QUIET_TESTBED(&self->bed, testbed_open_debugfs);
	reason = movable_press(&self->ballast, &self->bed);
	if (reason)
		SKIP_SETUP("%s", reason);
}

static void give_up(struct held *held, struct guard *guard)
{
	int i;

	if (held->aio)
		syscall(SYS_io_destroy, held->aio);
	else if (held->map)
		munmap(held->map, held->bytes);
	for (i = 0; i < PIPES; i++) {
		close(held->pipes[i][0]);
		close(held->pipes[i][1]);
		held->pipes[i][0] = -1;
		held->pipes[i][1] = -1;
	}
	if (held->fd >= 0)
		close(held->fd);
	if (held->unmount_id > 0 && umount(held->folder) == 0)
		guard_cancel(guard, held->unmount_id);
	held->map = NULL;
	held->fd = -1;
}

FIXTURE_TEARDOWN(unmovable_kinds)
{
	movable_free(&self->ballast);
	give_up(&self->held, &self->bed.guard);
	if (self->movable)
		munmap(self->movable, MOVABLE_BYTES);
	CLOSE_QUIET_TESTBED(&self->bed);
}

/* A ring is mapped page by page, as it is read: before that pagemap shows nothing of it. */
static long read_pages(const struct held *held)
{
	size_t offset;
	long seen = 0;
	__u64 pfn;

	for (offset = 0; offset < held->bytes; offset += pagemap_page_size()) {
		__atomic_load_n(held->map + offset, __ATOMIC_RELAXED);
		seen += !pagemap_pfn(held->map + offset, &pfn);
	}
	return seen;
}

/* Would a page that can be moved have come here? */
static long place_movable(unsigned char **map, const struct cma_area *area)
{
	void *pages = mmap(NULL, MOVABLE_BYTES, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED)
		return -errno;
	*map = pages;
	madvise(pages, MOVABLE_BYTES, MADV_NOHUGEPAGE);
	pattern_fill(pages, MOVABLE_BYTES, SEED);
	return pagemap_pages_in_area(pages, MOVABLE_BYTES, area);
}

TEST_F_TIMEOUT(unmovable_kinds, stays_out_of_the_area, 110)
{
	struct testbed *bed = &self->bed;
	struct held *held = &self->held;
	long came, seen = 0;
	__u64 tables_before = 0, tables = 0, room;
	int err;

	self_status_bytes("VmPTE", &tables_before);
	err = variant->hold(held, &bed->guard);
	if (err == -EOPNOTSUPP)
		SKIP(return, "needs %s", variant->needs);
	ASSERT_EQ(0, err) {
		TH_LOG("%s", strerror(-err));
	}
	self_status_bytes("VmPTE", &tables);
	if (variant->hold == hold_page_tables)
		EXPECT_LE(TABLES * 4096, tables - tables_before) {
			TH_LOG("VmPTE grew by %lld bytes", (long long)(tables - tables_before));
		}
	if (!variant->is_unseen) {
		seen = read_pages(held);
		EXPECT_LT(0, seen) {
			TH_LOG("none of its pages is seen: nothing was looked at");
		}
		EXPECT_EQ(0, pagemap_pages_in_area(held->map, held->bytes, bed->area)) {
			TH_LOG("pages in area %s, which can never leave it", bed->area->name);
		}
	}
	/* Nobody relented meanwhile: what can be moved does come. */
	came = place_movable(&self->movable, bed->area);
	EXPECT_LT(0, came) {
		TH_LOG("area %s: no movable page comes either", bed->area->name);
	}
	movable_free(&self->ballast);
	err = testbed_take_room(bed, &room);
	EXPECT_ROOM(bed, err, room) {
		TH_LOG("area %s: %llu pages of room cannot be taken: something in it does not move",
		       bed->area->name, (unsigned long long)room);
	}
	EXPECT_EQ(-1, pattern_first_wrong(self->movable, MOVABLE_BYTES, SEED));
	TH_LOG("area %s: %ld of its pages seen, none there, %ld movable pages came after them",
	       bed->area->name, seen, came);
}

TEST_HARNESS_MAIN
