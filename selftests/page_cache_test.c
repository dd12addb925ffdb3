// SPDX-License-Identifier: GPL-2.0
/*
 * Files: pages of a disk's page cache and of tmpfs lie in the area, dirty and
 * clean. The area is taken, the pages move or are written back and dropped,
 * and the files read as they were written, from memory and from the disk.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "harness.h"
#include "meminfo.h"
#include "movable.h"
#include "pagemap.h"
#include "pattern.h"
#include "testbed.h"
#include "zram.h"

#define DISK_BYTES (48ul << 20)
#define FILE_BYTES (8ul << 20)
#define SEED 11
#define ATTEMPTS 10
#define TMPFS_MAGIC 0x01021994

enum place { ON_DISK, IN_TMPFS };

FIXTURE(page_cache)
{
	struct testbed bed;
	struct zram zram;
	struct movable ballast;
	char path[96];
	int fd;
	unsigned char *map;
	int unlink_id;
};

FIXTURE_VARIANT(page_cache)
{
	enum place place;
	bool synced;	/* clean pages, else dirty ones */
};

FIXTURE_VARIANT_ADD(page_cache, disk_dirty)
{
	.place = ON_DISK,
	.synced = false,
};

FIXTURE_VARIANT_ADD(page_cache, disk_clean)
{
	.place = ON_DISK,
	.synced = true,
};

FIXTURE_VARIANT_ADD(page_cache, tmpfs)
{
	.place = IN_TMPFS,
	.synced = false,
};

/* The folder for the file, or NULL and the reason to skip. */
static const char *choose_folder(struct zram *zram, struct guard *guard, enum place place,
				 const char **reason)
{
	struct statfs status;
	int err;

	if (place == IN_TMPFS) {
		*reason = "needs a tmpfs on /tmp or /dev/shm";
		if (statfs("/tmp", &status) == 0 && status.f_type == TMPFS_MAGIC)
			return "/tmp";
		if (statfs("/dev/shm", &status) == 0 && status.f_type == TMPFS_MAGIC)
			return "/dev/shm";
		return NULL;
	}
	*reason = "needs CONFIG_ZRAM";
	if (zram_open(zram, guard, DISK_BYTES))
		return NULL;
	err = zram_mount(zram);
	*reason = err == -ENODEV ? "needs CONFIG_EXT4_FS" : strerror(-err);
	return err ? NULL : zram->folder;
}

FIXTURE_SETUP(page_cache)
{
	const char *folder, *reason;

	OPEN_QUIET_TESTBED(&self->bed, testbed_open_debugfs);
	folder = choose_folder(&self->zram, &self->bed.guard, variant->place, &reason);
	if (!folder && strncmp(reason, "needs", 5) == 0)
		SKIP_SETUP("%s", reason);
	ASSERT_NE(NULL, folder) {
		TH_LOG("no file system on %s: %s", self->zram.device, reason);
	}
	snprintf(self->path, sizeof(self->path), "%s/cma-tests-%d.file", folder, getpid());
	self->unlink_id = guard_unlink(&self->bed.guard, self->path);
	self->fd = open(self->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ASSERT_GE(self->fd, 0);
	ASSERT_EQ(0, ftruncate(self->fd, FILE_BYTES));
}

FIXTURE_TEARDOWN(page_cache)
{
	movable_free(&self->ballast);
	if (self->map)
		munmap(self->map, FILE_BYTES);
	close(self->fd);
	EXPECT_EQ(0, unlink(self->path));
	guard_cancel(&self->bed.guard, self->unlink_id);
	EXPECT_EQ(0, testbed_give_back(&self->bed) - self->bed.used_at_start);
	EXPECT_EQ(0, zram_close(&self->zram));
	CLOSE_QUIET_TESTBED(&self->bed);
}

/* Where the kernel had memory to take from, for the message. */
static const char *tell_free(char *text, size_t size)
{
	__u64 cma = 0, all = 0, lists = 0;

	zoneinfo_sum("nr_free_cma", &cma);
	zoneinfo_sum("pages free", &all);
	zoneinfo_sum("count:", &lists);
	snprintf(text, size, "%llu pages free, %llu of them CMA, %llu in the processors' lists",
		 (unsigned long long)all, (unsigned long long)cma, (unsigned long long)lists);
	return text;
}

TEST_F_TIMEOUT(page_cache, file_survives_the_area_being_taken, 110)
{
	struct testbed *bed = &self->bed;
	int attempt, err = -ENOMEM;
	const char *reason;
	char text[128];
	long in_area;
	__u64 room;

	reason = movable_press(&self->ballast, bed);
	if (reason)
		SKIP(return, "%s", reason);
	self->map = mmap(NULL, FILE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, self->fd, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->map);
	pattern_fill(self->map, FILE_BYTES, SEED);
	if (variant->synced)
		ASSERT_EQ(0, fsync(self->fd));
	in_area = pagemap_pages_in_area(self->map, FILE_BYTES, bed->area);
	ASSERT_LT(0, in_area) {
		TH_LOG("area %s: no page of the file came here: %s", bed->area->name,
		       tell_free(text, sizeof(text)));
	}
	movable_free(&self->ballast);
	ASSERT_EQ(0, cma_area_read(bed->area, CMA_MAXCHUNK_PAGES, &room));
	/* Pages under writeback are waited for, others come and go. */
	for (attempt = 0; err == -ENOMEM && attempt < ATTEMPTS; attempt++)
		err = testbed_debugfs_alloc(bed, room);
	EXPECT_EQ(0, err) {
		TH_LOG("area %s: %llu pages of room cannot be taken, %ld pages of a file there",
		       bed->area->name, (unsigned long long)room, in_area);
	}
	EXPECT_EQ(-1, pattern_first_wrong(self->map, FILE_BYTES, SEED));
	TH_LOG("area %s: %ld pages of the file there before, %ld after %d attempts",
	       bed->area->name, in_area,
	       pagemap_pages_in_area(self->map, FILE_BYTES, bed->area), attempt);

	/* Once more from the disk: nothing was lost on the way there. */
	munmap(self->map, FILE_BYTES);
	ASSERT_EQ(0, fsync(self->fd));
	posix_fadvise(self->fd, 0, FILE_BYTES, POSIX_FADV_DONTNEED);
	self->map = mmap(NULL, FILE_BYTES, PROT_READ, MAP_SHARED, self->fd, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->map);
	EXPECT_EQ(-1, pattern_first_wrong(self->map, FILE_BYTES, SEED));
}

TEST_HARNESS_MAIN
