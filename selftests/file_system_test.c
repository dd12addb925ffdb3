// SPDX-License-Identifier: GPL-2.0
/*
 * A file system that is mounted while memory is short: what it holds for as
 * long as it is mounted must lie elsewhere, or the area cannot be taken.
 *
 *	area	[mmm ddd sss ....]  memory of others, data, the super block?
 *	area	[XXXXXXXXXXXXXXXX]  all of the room is taken; sss would stay
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>

#include "harness.h"
#include "mounted_disk.h"
#include "movable.h"
#include "testbed.h"
#include "zram.h"

#define DISK_BYTES (16ul << 20)
#define TAKEN_BYTES (2ul << 20)

FIXTURE(file_system)
{
	struct testbed bed;
	struct zram zram;
	struct mounted_disk disk;
	struct movable ballast;
};

FIXTURE_SETUP(file_system)
{
	int err;

	OPEN_QUIET_TESTBED(&self->bed, testbed_open_debugfs);
	err = zram_open(&self->zram, &self->bed.guard, DISK_BYTES);
	if (err == -ENODEV)
		SKIP_SETUP("needs CONFIG_ZRAM");
	ASSERT_EQ(0, err);
}

FIXTURE_TEARDOWN(file_system)
{
	movable_free(&self->ballast);
	EXPECT_EQ(0, testbed_give_back(&self->bed) - self->bed.used_at_start);
	EXPECT_EQ(0, mounted_disk_close(&self->disk));
	EXPECT_EQ(0, zram_close(&self->zram));
	CLOSE_QUIET_TESTBED(&self->bed);
}

/* What it wants of the disk is read anew, into the next pages that are free. */
static int mount_again(const struct mounted_disk *disk, const char *device)
{
	int fd, err = umount(disk->folder) ? -errno : 0;
	void *taken;

	fd = open(device, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		ioctl(fd, BLKFLSBUF);
		close(fd);
	}
	/* Those that this processor has had before go to others first. */
	taken = mmap(NULL, TAKEN_BYTES, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (taken != MAP_FAILED) {
		madvise(taken, TAKEN_BYTES, MADV_NOHUGEPAGE);
		memset(taken, 1, TAKEN_BYTES);
	}
	if (mount(device, disk->folder, "ext4", 0, NULL))
		err = -errno;
	if (taken != MAP_FAILED)
		munmap(taken, TAKEN_BYTES);
	return err;
}

/*
 * Guards a8ac900b8163 ("ext4: use non-movable memory for the ext4 superblock"):
 * on boards with an area, one of its pages was lost with each mount.
 */
TEST_F_TIMEOUT(file_system, mounted_one_holds_nothing_in_the_area, 110)
{
	struct testbed *bed = &self->bed;
	const char *device = self->zram.device, *reason;
	__u64 room;
	int err;

	err = mounted_disk_open(&self->disk, &bed->guard, device, DISK_BYTES, false);
	if (err == -ENODEV)
		SKIP(return, "needs CONFIG_EXT4_FS");
	ASSERT_EQ(0, err) {
		TH_LOG("no file system on %s: %s", device, strerror(-err));
	}
	reason = movable_press(&self->ballast, bed);
	if (reason)
		SKIP(return, "%s", reason);
	ASSERT_EQ(0, mount_again(&self->disk, device));
	movable_free(&self->ballast);
	err = testbed_take_room(bed, &room);
	EXPECT_ROOM(bed, err, room) {
		TH_LOG("area %s: a file system that is mounted keeps pages of it",
		       bed->area->name);
	}
}

TEST_HARNESS_MAIN
