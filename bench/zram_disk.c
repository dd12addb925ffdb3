// SPDX-License-Identifier: GPL-2.0
#include "zram_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/swap.h>
#include <unistd.h>

#include "text_file.h"

#define ZRAM_CONTROL "/sys/class/zram-control"

static int add_disk(struct zram_disk *disk, struct reason *why)
{
	char number[16];
	int told = guard_create(&disk->guard, ZRAM_CONTROL "/hot_add",
				ZRAM_CONTROL "/hot_remove", number, sizeof(number));

	if (told < 0)
		return refuse(why, told,
			      "cannot add a zram disk through " ZRAM_CONTROL "/hot_add: %s (CONFIG_ZRAM, root)",
			      strerror(-told));
	snprintf(disk->path, sizeof(disk->path), "/dev/zram%.8s", number);
	return 0;
}

int zram_disk_open(struct zram_disk *disk, __u64 bytes, struct reason *why)
{
	char path[64];
	int err;

	memset(disk, 0, sizeof(*disk));
	err = guard_open(&disk->guard);
	if (err)
		return refuse(why, err, "cannot start a guard process: %s",
			      strerror(-err));
	err = add_disk(disk, why);
	if (err)
		return err;
	snprintf(path, sizeof(path), "/sys/block/%s/disksize",
		 disk->path + strlen("/dev/"));
	err = text_file_write_u64(path, bytes);
	return err ? refuse(why, err, "%s refuses %llu bytes: %s", path, bytes,
			    strerror(-err)) : 0;
}

/*
 * The first page of swap space, include/linux/swap.h: version and last page
 * behind a kilobyte of boot block, the magic in the last ten bytes.
 */
static int write_swap_header(const char *path, size_t page_size_bytes,
			     __u64 bytes)
{
	char *page = calloc(1, page_size_bytes);
	__u32 header[2] = { 1, bytes / page_size_bytes - 1 };
	int fd = open(path, O_WRONLY | O_CLOEXEC), err = 0;

	if (!page || fd < 0) {
		err = fd < 0 ? -errno : -ENOMEM;
	} else {
		memcpy(page + 1024, header, sizeof(header));
		memcpy(page + page_size_bytes - 10, "SWAPSPACE2", 10);
		if (pwrite(fd, page, page_size_bytes, 0) < 0 || fsync(fd))
			err = -errno;
	}
	if (fd >= 0)
		close(fd);
	free(page);
	return err;
}

int zram_disk_swap_on(struct zram_disk *disk, size_t page_size_bytes,
		      __u64 bytes, struct reason *why)
{
	int err = write_swap_header(disk->path, page_size_bytes, bytes);

	if (err)
		return refuse(why, err, "cannot write swap space to %s: %s",
			      disk->path, strerror(-err));
	guard_swapoff(&disk->guard, disk->path);
	if (swapon(disk->path, SWAP_FLAG_PREFER | SWAP_FLAG_PRIO_MASK))
		return refuse(why, -errno, "cannot swap to %s: %m (CONFIG_SWAP, root)",
			      disk->path);
	disk->is_swap = true;
	return 0;
}

/* The guard undoes what was done: it is told of everything. */
void zram_disk_close(struct zram_disk *disk)
{
	guard_close(&disk->guard);
}
