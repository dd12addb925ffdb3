// SPDX-License-Identifier: GPL-2.0
#include "mounted_disk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "ext4_format.h"

static int mount_below_tmp(struct mounted_disk *disk, struct guard *guard, const char *device,
			   unsigned long flags)
{
	char folder[sizeof(disk->folder)];
	int err;

	memset(disk, 0, sizeof(*disk));
	disk->guard = guard;
	snprintf(folder, sizeof(folder), "/tmp/cma-tests-%d", getpid());
	disk->rmdir_id = guard_mkdir(guard, folder);
	if (disk->rmdir_id < 0)
		return disk->rmdir_id;
	disk->unmount_id = guard_unmount(guard, folder);
	if (mount(device, folder, "ext4", flags, NULL)) {
		err = -errno;
		guard_cancel(guard, disk->unmount_id);
		return err;
	}
	memcpy(disk->folder, folder, sizeof(folder));
	return 0;
}

int mounted_disk_open(struct mounted_disk *disk, struct guard *guard, const char *device,
		      __u64 bytes, bool has_journal)
{
	int err = ext4_format(device, bytes, has_journal);

	if (!err)
		return mount_below_tmp(disk, guard, device, 0);
	memset(disk, 0, sizeof(*disk));
	return err;
}

int mounted_disk_mount(struct mounted_disk *disk, struct guard *guard, const char *device)
{
	return mount_below_tmp(disk, guard, device, MS_RDONLY);
}

int mounted_disk_close(struct mounted_disk *disk)
{
	if (!disk->folder[0])
		return 0;
	if (umount(disk->folder))
		return -errno;
	guard_cancel(disk->guard, disk->unmount_id);
	if (rmdir(disk->folder) == 0)
		guard_cancel(disk->guard, disk->rmdir_id);
	disk->folder[0] = '\0';
	return 0;
}
