// SPDX-License-Identifier: GPL-2.0
/*
 * What makes a page frame busy, from plain libc: one page of the area is held
 * by each recipe in turn, and all the room around it is asked for.
 *
 *	[......P...............]
 *	[ request ____________ ]  busy while P is held, granted when it is not
 *
 * vmsplice() is in busy_test.c, with where and how often the kernel retries;
 * what is busy for a moment only is in busy_moments_test.c, what an allocation
 * waits for in page_cache_test.c, what must not be busy in movable_kinds_test.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/udmabuf.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness.h"
#include "kernel_version.h"
#include "metadata_disk.h"
#include "movable.h"
#include "page_pipe.h"
#include "pagemap.h"
#include "pattern.h"
#include "slow_disk.h"
#include "testbed.h"
#include "trace_event.h"

#define FILE_BYTES (4ul << 20)
#define FILE_SEED 99
#define DISK_DELAY_MS 3000

/* A page that is held, and by what. */
struct hold {
	struct testbed *bed;
	struct movable *ballast;
	unsigned char *map;	/* the page */
	__u64 pfn;
	int memfd;
	unsigned char *file;	/* the memfd, mapped */
	int pipe[2];
	int udmabuf;
	struct slow_disk disk;
	int disk_fd;
	aio_context_t aio;
	struct iocb request;
	struct metadata_disk metadata;
};

/* A memfd whose pages reach into the area; *page: one that does. */
static int file_in_area(struct hold *hold, size_t *page)
{
	size_t size = hold->bed->page_size, pages = FILE_BYTES / size;

	hold->memfd = memfd_create("cma-tests", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (hold->memfd < 0 || ftruncate(hold->memfd, FILE_BYTES))
		return -errno;
	hold->file = mmap(NULL, FILE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, hold->memfd, 0);
	if (hold->file == MAP_FAILED)
		return -errno;
	pattern_fill(hold->file, FILE_BYTES, FILE_SEED);
	for (*page = 0; *page < pages; (*page)++)
		if (pagemap_pfn(hold->file + *page * size, &hold->pfn) == 0 &&
		    cma_area_contains(hold->bed->area, hold->pfn))
			return 0;
	return -ENOENT;
}

/* splice: the page cache's page itself lies in the pipe until it is read. */
static int hold_by_splice(struct hold *hold)
{
	size_t page;
	loff_t offset;
	int err = file_in_area(hold, &page);

	if (err)
		return err;
	offset = page * hold->bed->page_size;
	if (pipe2(hold->pipe, O_CLOEXEC) ||
	    splice(hold->memfd, &offset, hold->pipe[1], NULL, hold->bed->page_size, 0) !=
	    (ssize_t)hold->bed->page_size)
		return -errno;
	return 0;
}

static void release_pipe(struct hold *hold)
{
	char contents[hold->bed->page_size];

	page_pipe_drain(hold->pipe[0], contents, sizeof(contents));
	close(hold->pipe[0]);
	close(hold->pipe[1]);
}

/* O_DIRECT: the disk writes into the page, some time; until then it is pinned. */
static int hold_by_direct_io(struct hold *hold)
{
	size_t size = hold->bed->page_size;
	struct iocb *requests[] = { &hold->request };
	int err = slow_disk_open(&hold->disk, &hold->bed->guard, DISK_DELAY_MS);

	if (err == -ENODEV)
		return -EOPNOTSUPP;
	if (err)
		return err;
	hold->disk_fd = open(hold->disk.device, O_RDONLY | O_DIRECT | O_CLOEXEC);
	if (hold->disk_fd < 0)
		return -errno;
	if (movable_keep_reached(hold->ballast, hold->bed->area, size) < 0)
		return -ENOENT;
	hold->map = hold->ballast->map;
	err = pagemap_pfn(hold->map, &hold->pfn);
	if (err)
		return err;
	if (syscall(SYS_io_setup, 1, &hold->aio))
		return errno == EAGAIN ? -EAGAIN : -EOPNOTSUPP;
	hold->request = (struct iocb) {
		.aio_lio_opcode = IOCB_CMD_PREAD, .aio_fildes = hold->disk_fd,
		.aio_buf = (__u64)(unsigned long)hold->map, .aio_nbytes = size,
	};
	return syscall(SYS_io_submit, hold->aio, 1, requests) == 1 ? 0 : -errno;
}

/* Has the disk not answered yet? If it has, the page is not held any more. */
static bool is_in_flight(struct hold *hold)
{
	struct timespec none = { 0 };
	struct io_event event;

	return syscall(SYS_io_getevents, hold->aio, 1, 1, &event, &none) == 0;
}

static void release_direct_io(struct hold *hold)
{
	struct io_event event;

	syscall(SYS_io_getevents, hold->aio, 1, 1, &event, NULL);
	syscall(SYS_io_destroy, hold->aio);
	close(hold->disk_fd);
	slow_disk_close(&hold->disk);
}

/* udmabuf: from 6.11 on the kernel moves the page out before it holds it. */
static bool udmabuf_moves_out(void)
{
	return kernel_is_since(6, 11);
}

static int hold_by_udmabuf(struct hold *hold)
{
	size_t page;
	int device = open("/dev/udmabuf", O_RDWR | O_CLOEXEC), err;
	struct udmabuf_create create = { 0 };

	if (device < 0)
		return -EOPNOTSUPP;
	err = file_in_area(hold, &page);
	if (!err && fcntl(hold->memfd, F_ADD_SEALS, F_SEAL_SHRINK))
		err = -errno;
	create.memfd = hold->memfd;
	create.flags = UDMABUF_FLAGS_CLOEXEC;
	create.offset = page * hold->bed->page_size;
	create.size = hold->bed->page_size;
	if (!err)
		hold->udmabuf = ioctl(device, UDMABUF_CREATE, &create);
	if (!err && hold->udmabuf < 0)
		err = -errno;
	close(device);
	if (!err)
		err = pagemap_pfn(hold->file + page * hold->bed->page_size, &hold->pfn);
	return err;
}

static void release_udmabuf(struct hold *hold)
{
	close(hold->udmabuf);
}

static int change_metadata(struct hold *hold, bool has_journal)
{
	int err = metadata_disk_open(&hold->metadata, hold->bed, has_journal);

	hold->pfn = hold->metadata.pfn;
	return err == -ENODEV ? -EOPNOTSUPP : err;
}

/*
 * A journal holds the blocks that it has written to itself until they are written
 * where they belong: its checkpoint.
 */
static int hold_by_journal(struct hold *hold)
{
	return change_metadata(hold, true);
}

static void release_journal(struct hold *hold)
{
	int err = metadata_disk_checkpoint(&hold->metadata);

	if (err)
		fprintf(stderr, "EXT4_IOC_CHECKPOINT: %s\n", strerror(-err));
}

/* The control: without a journal nobody holds such blocks, however dirty. */
static int change_without_journal(struct hold *hold)
{
	return change_metadata(hold, false);
}

static void release_nothing(struct hold *hold)
{
	(void)hold;
}

FIXTURE(busy_recipes)
{
	struct testbed bed;
	struct trace trace;
	struct movable ballast;
	struct hold hold;
};

FIXTURE_VARIANT(busy_recipes)
{
	int (*hold)(struct hold *hold);	/* -EOPNOTSUPP: not on this machine */
	void (*release)(struct hold *hold);
	const char *needs;
	bool (*moves_out)(void);	/* the page is held elsewhere; NULL: where it is */
	bool is_movable;	/* a control: nothing is busy */
};

FIXTURE_VARIANT_ADD(busy_recipes, splice)
{
	.hold = hold_by_splice,
	.release = release_pipe,
	.needs = "splice()",
};

FIXTURE_VARIANT_ADD(busy_recipes, direct_io)
{
	.hold = hold_by_direct_io,
	.release = release_direct_io,
	.needs = "CONFIG_BLK_DEV_NULL_BLK and CONFIG_AIO",
};

FIXTURE_VARIANT_ADD(busy_recipes, udmabuf)
{
	.hold = hold_by_udmabuf,
	.release = release_udmabuf,
	.needs = "CONFIG_UDMABUF",
	.moves_out = udmabuf_moves_out,
};

FIXTURE_VARIANT_ADD(busy_recipes, journal)
{
	.hold = hold_by_journal,
	.release = release_journal,
	.needs = "CONFIG_ZRAM and CONFIG_EXT4_FS",
};

FIXTURE_VARIANT_ADD(busy_recipes, no_journal)
{
	.hold = change_without_journal,
	.release = release_nothing,
	.needs = "CONFIG_ZRAM and CONFIG_EXT4_FS",
	.is_movable = true,
};

FIXTURE_SETUP(busy_recipes)
{
	struct testbed *bed = &self->bed;
	const char *reason;

	OPEN_QUIET_TESTBED(bed, testbed_open_debugfs);
	if (trace_open(&self->trace, &bed->guard, "recipes"))
		SKIP_SETUP("needs CONFIG_FTRACE and tracefs on /sys/kernel/tracing");
	ASSERT_EQ(0, trace_enable(&self->trace, "cma/cma_alloc_busy_retry"));
	ASSERT_EQ(0, trace_enable(&self->trace, "cma/cma_alloc_finish"));
	reason = movable_press(&self->ballast, &self->bed);
	if (reason)
		SKIP_SETUP("%s", reason);
	self->hold.bed = bed;
	self->hold.ballast = &self->ballast;
	self->hold.memfd = -1;
}

FIXTURE_TEARDOWN(busy_recipes)
{
	if (self->hold.file)
		munmap(self->hold.file, FILE_BYTES);
	if (self->hold.memfd >= 0)
		close(self->hold.memfd);
	movable_free(&self->ballast);
	trace_close(&self->trace);
	EXPECT_EQ(0, testbed_give_back(&self->bed) - self->bed.used_at_start);
	EXPECT_EQ(0, metadata_disk_close(&self->hold.metadata));
	CLOSE_QUIET_TESTBED(&self->bed);
}

/* Asked for once: every page but the held one leaves. */
static void check_refused(struct __test_metadata *_metadata, struct testbed *bed,
			  struct trace *trace, const struct hold *hold)
{
	long long start_ms = monotonic_ms();
	char finish[512];
	__u64 room;

	ASSERT_EQ(0, trace_clear(trace));
	ASSERT_EQ(0, cma_area_read(bed->area, CMA_MAXCHUNK_PAGES, &room));
	EXPECT_EQ(-ENOMEM, testbed_debugfs_alloc(bed, room)) {
		TH_LOG("area %s: page frame 0x%llx was handed out while it is held",
		       bed->area->name, (unsigned long long)hold->pfn);
	}
	TH_LOG("area %s: asked for %lld ms, page frame 0x%llx is held in it", bed->area->name,
	       monotonic_ms() - start_ms, (unsigned long long)hold->pfn);
	EXPECT_LE(1, trace_count(trace, "cma_alloc_busy_retry", ""));
	ASSERT_EQ(0, trace_last(trace, "cma_alloc_finish", finish, sizeof(finish)));
	if (strstr(finish, "errorno="))
		EXPECT_NE(NULL, strstr(finish, "errorno=-16")) {
			TH_LOG("expected -EBUSY in: %s", finish);
		}
	EXPECT_EQ(bed->used_at_start, testbed_used(bed));
}

/* What is not held in the area, or by nobody, is not in the way. */
static void check_granted(struct __test_metadata *_metadata, struct testbed *bed,
			  const struct hold *hold)
{
	__u64 room;
	int err = testbed_take_room(bed, &room);

	EXPECT_ROOM(bed, err, room) {
		TH_LOG("area %s: %llu pages of room cannot be taken, page frame 0x%llx is busy",
		       bed->area->name, (unsigned long long)room, (unsigned long long)hold->pfn);
	}
	TH_LOG("area %s: %s, page frame 0x%llx is not held in it", bed->area->name,
	       err ? "refused" : "granted", (unsigned long long)hold->pfn);
	EXPECT_EQ(bed->used_at_start, testbed_give_back(bed));
}

TEST_F_TIMEOUT(busy_recipes, held_page_is_busy_until_released, 110)
{
	bool moves_out = variant->moves_out && variant->moves_out();
	struct testbed *bed = &self->bed;
	struct hold *hold = &self->hold;
	__u64 room;
	int err;

	err = variant->hold(hold);
	if (err == -EOPNOTSUPP)
		SKIP(return, "needs %s", variant->needs);
	ASSERT_EQ(0, err) {
		TH_LOG("area %s: %s %s", bed->area->name, strerror(-err), hold->metadata.why_not);
	}
	EXPECT_EQ(!moves_out, cma_area_contains(bed->area, hold->pfn)) {
		TH_LOG("area %s: page frame 0x%llx", bed->area->name,
		       (unsigned long long)hold->pfn);
	}
	if (!hold->aio)
		movable_free(&self->ballast);
	if (moves_out || variant->is_movable)
		check_granted(_metadata, bed, hold);
	else
		check_refused(_metadata, bed, &self->trace, hold);
	if (hold->aio)
		EXPECT_TRUE(is_in_flight(hold)) {
			TH_LOG("the disk answered before the request was refused: %d ms are too few here",
			       DISK_DELAY_MS);
		}
	if (hold->file)
		EXPECT_EQ(-1, pattern_first_wrong(hold->file, FILE_BYTES, FILE_SEED));
	variant->release(hold);
	err = testbed_take_room(bed, &room);
	EXPECT_ROOM(bed, err, room) {
		TH_LOG("area %s: the page was let go, its frame stays busy", bed->area->name);
	}
	if (hold->file)
		EXPECT_EQ(-1, pattern_first_wrong(hold->file, FILE_BYTES, FILE_SEED));
}

TEST_HARNESS_MAIN
