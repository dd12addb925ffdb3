// SPDX-License-Identifier: GPL-2.0
#include "slow_disk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "text_file.h"

#define CONFIGFS "/sys/kernel/config"
#define NULLB CONFIGFS "/nullb"

static int set(const struct slow_disk *disk, const char *entry, __u64 value)
{
	char path[192];

	snprintf(path, sizeof(path), "%s/%s", disk->folder, entry);
	return text_file_write_u64(path, value);
}

/* Kernels name the device after the folder or after a number of their own. */
static int find_device(struct slow_disk *disk)
{
	char path[192];
	__u64 index;

	snprintf(disk->device, sizeof(disk->device), "/dev/cma-tests-%d", getpid());
	if (text_file_exists(disk->device))
		return 0;
	snprintf(path, sizeof(path), "%s/index", disk->folder);
	if (text_file_read_u64(path, &index))
		return -ENODEV;
	snprintf(disk->device, sizeof(disk->device), "/dev/nullb%llu",
		 (unsigned long long)index);
	return text_file_exists(disk->device) ? 0 : -ENODEV;
}

static int start(struct slow_disk *disk, int delay_ms)
{
	int err = set(disk, "completion_nsec", delay_ms * 1000000ull);

	if (!err)
		err = set(disk, "power", 1);
	return err ? err : find_device(disk);
}

static int mount_configfs(struct slow_disk *disk)
{
	int err;

	if (text_file_exists(NULLB))
		return 0;
	if (!text_file_exists(CONFIGFS))
		return -ENODEV;
	disk->unmount_id = guard_unmount(disk->guard, CONFIGFS);
	if (mount("configfs", CONFIGFS, "configfs", 0, NULL)) {
		err = -errno;
		guard_cancel(disk->guard, disk->unmount_id);
		return err;
	}
	return text_file_exists(NULLB) ? 0 : -ENODEV;
}

static int make(struct slow_disk *disk)
{
	int err = mount_configfs(disk);

	if (err)
		return err;
	snprintf(disk->folder, sizeof(disk->folder), NULLB "/cma-tests-%d", getpid());
	disk->rmdir_id = guard_mkdir(disk->guard, disk->folder);
	return disk->rmdir_id < 0 ? disk->rmdir_id : 0;
}

int slow_disk_open(struct slow_disk *disk, struct guard *guard, int delay_ms)
{
	int err;

	memset(disk, 0, sizeof(*disk));
	disk->guard = guard;
	err = make(disk);
	if (err)
		return guard_lacks(err) ? -ENODEV : err;
	/* A timer answers. */
	err = set(disk, "size", SLOW_DISK_BYTES >> 20);
	if (!err)
		err = set(disk, "memory_backed", 1);
	if (!err)
		err = set(disk, "irqmode", 2);
	return err ? err : start(disk, delay_ms);
}

int slow_disk_set_delay(struct slow_disk *disk, int delay_ms)
{
	int err = set(disk, "power", 0);

	return err ? err : start(disk, delay_ms);
}

void slow_disk_close(struct slow_disk *disk)
{
	if (disk->folder[0] && rmdir(disk->folder) == 0)
		guard_cancel(disk->guard, disk->rmdir_id);
	disk->folder[0] = '\0';
}
