/* SPDX-License-Identifier: GPL-2.0 */
/* A block device of ours with a small file system on it, mounted below /tmp. */
#ifndef CMA_TESTS_MOUNTED_DISK_H
#define CMA_TESTS_MOUNTED_DISK_H

#include <linux/types.h>
#include <stdbool.h>

#include "guard.h"

struct mounted_disk {
	char folder[64];	/* where it is mounted; empty: it is not */
	struct guard *guard;
	int unmount_id, rmdir_id;
};

/*
 * mounted_disk_open - format @device, of @bytes, and mount it.
 * @has_journal: as ext4_format().
 *
 * What was on it is lost. Returns 0 or -errno; -ENODEV: needs CONFIG_EXT4_FS.
 */
int mounted_disk_open(struct mounted_disk *disk, struct guard *guard, const char *device,
		      __u64 bytes, bool has_journal);

/* mounted_disk_mount - as mounted_disk_open, with the file system that is on it, to be read. */
int mounted_disk_mount(struct mounted_disk *disk, struct guard *guard, const char *device);

/* mounted_disk_close - unmount it. Harmless where it is not mounted. Returns 0 or -errno. */
int mounted_disk_close(struct mounted_disk *disk);

#endif
