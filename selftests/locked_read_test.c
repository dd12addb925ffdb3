// SPDX-License-Identifier: GPL-2.0
/*
 * Pages that a disk is reading into: they are locked until it has answered. An
 * allocation over them waits, it is not refused, and what was read is right.
 *
 *	area	[..LLLLLLLL......]	L: locked, the disk takes its time
 *	area	[XXXXXXXXXXXXXXXX]	taken once they are read
 *
 * Pages on their way to a disk are in page_cache_test.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kernel-page-flags.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness.h"
#include "mounted_disk.h"
#include "movable.h"
#include "pagemap.h"
#include "pattern.h"
#include "slow_disk.h"
#include "testbed.h"

#define FILE_BYTES (2ul << 20)
#define SEED 13
/* Of a request; mounting takes several, one after the other. */
#define DELAY_MS 500
#define TRIES 8

FIXTURE(locked_read)
{
	struct testbed bed;
	struct slow_disk slow;
	struct mounted_disk disk;
	struct movable ballast;
	int fd;
	unsigned char *map;
};

FIXTURE_SETUP(locked_read)
{
	int err;

	self->fd = -1;
	OPEN_QUIET_TESTBED(&self->bed, testbed_open_debugfs);
	err = slow_disk_open(&self->slow, &self->bed.guard, 0);
	if (err == -ENODEV)
		SKIP_SETUP("needs CONFIG_BLK_DEV_NULL_BLK and CONFIG_CONFIGFS_FS");
	ASSERT_EQ(0, err);
}

FIXTURE_TEARDOWN(locked_read)
{
	movable_free(&self->ballast);
	if (self->map)
		munmap(self->map, FILE_BYTES);
	if (self->fd >= 0)
		close(self->fd);
	EXPECT_EQ(0, testbed_give_back(&self->bed) - self->bed.used_at_start);
	EXPECT_EQ(0, mounted_disk_close(&self->disk));
	slow_disk_close(&self->slow);
	CLOSE_QUIET_TESTBED(&self->bed);
}

static int open_file(const struct mounted_disk *disk, int flags)
{
	char path[96];
	int fd;

	snprintf(path, sizeof(path), "%s/file", disk->folder);
	fd = open(path, flags | O_CLOEXEC, 0600);
	return fd < 0 ? -errno : fd;
}

/* A file on the disk, and nothing of it in memory. */
static int write_file(struct mounted_disk *disk)
{
	int fd = open_file(disk, O_RDWR | O_CREAT), err = 0;
	unsigned char *map;

	if (fd < 0)
		return fd;
	if (ftruncate(fd, FILE_BYTES))
		err = -errno;
	map = mmap(NULL, FILE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (!err && map == MAP_FAILED)
		err = -errno;
	if (!err)
		pattern_fill(map, FILE_BYTES, SEED);
	if (map != MAP_FAILED)
		munmap(map, FILE_BYTES);
	if (!err && fsync(fd))
		err = -errno;
	close(fd);
	return err ? err : mounted_disk_close(disk);
}

/* Pages of the area that are locked and not read yet. */
static long count_locked(const struct cma_area *area)
{
	const struct cma_range *range = &area->ranges[0];
	__u64 flags[512];
	__u64 pfn, end = range->base_pfn + range->count_pages;
	int fd = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	long locked = 0;

	if (fd < 0)
		return -errno;
	for (pfn = range->base_pfn; pfn < end; pfn += ARRAY_SIZE(flags)) {
		ssize_t got = pread(fd, flags, sizeof(flags), pfn * sizeof(*flags));
		size_t i;

		for (i = 0; got > 0 && i < got / sizeof(*flags) && pfn + i < end; i++)
			locked += flags[i] >> KPF_LOCKED & ~(flags[i] >> KPF_UPTODATE) & 1;
	}
	close(fd);
	return locked;
}

TEST_F_TIMEOUT(locked_read, allocation_waits_for_the_disk, 110)
{
	struct testbed *bed = &self->bed;
	long long start_ms;
	const char *reason;
	__u64 room;
	long locked = 0;
	int err, try;

	err = mounted_disk_open(&self->disk, &bed->guard, self->slow.device, SLOW_DISK_BYTES,
				false);
	if (err == -ENODEV)
		SKIP(return, "needs CONFIG_EXT4_FS");
	ASSERT_EQ(0, err);
	ASSERT_EQ(0, write_file(&self->disk));
	ASSERT_EQ(0, slow_disk_set_delay(&self->slow, DELAY_MS));
	ASSERT_EQ(0, mounted_disk_mount(&self->disk, &bed->guard, self->slow.device));
	self->fd = open_file(&self->disk, O_RDONLY);
	ASSERT_LE(0, self->fd);
	reason = movable_press(&self->ballast, bed);
	if (reason)
		SKIP(return, "%s", reason);
	ASSERT_EQ(0, cma_area_read(bed->area, CMA_MAXCHUNK_PAGES, &room));
	/* Who stands still for so long, as a guest may, finds all of them read: again. */
	for (try = 0; !locked && try < TRIES; try++) {
		ASSERT_EQ(0, posix_fadvise(self->fd, 0, FILE_BYTES, POSIX_FADV_DONTNEED));
		ASSERT_EQ(0, posix_fadvise(self->fd, 0, FILE_BYTES, POSIX_FADV_WILLNEED));
		locked = count_locked(bed->area);
	}
	ASSERT_LT(0, locked) {
		TH_LOG("area %s: the disk reads no page that lies here", bed->area->name);
	}
	/* The ballast has room outside: its part here is a small one. Once is enough. */
	start_ms = monotonic_ms();
	err = testbed_debugfs_alloc(bed, room);
	EXPECT_ROOM(bed, err, room) {
		TH_LOG("area %s: refused, where %ld pages are being read", bed->area->name, locked);
	}
	TH_LOG("area %s: %ld pages being read, %s after %lld ms", bed->area->name, locked,
	       err ? "refused" : "taken", monotonic_ms() - start_ms);
	movable_free(&self->ballast);
	self->map = mmap(NULL, FILE_BYTES, PROT_READ, MAP_SHARED, self->fd, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->map);
	EXPECT_EQ(-1, pattern_first_wrong(self->map, FILE_BYTES, SEED));
	if (testbed_used(bed) == bed->area_pages)
		EXPECT_EQ(0, pagemap_pages_in_area(self->map, FILE_BYTES, bed->area));
}

TEST_HARNESS_MAIN
