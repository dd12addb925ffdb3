/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A small ext4 on zram whose own blocks lie in an area, changed: in the page cache
 * of the disk, dirty. With a journal they are held until they are written where
 * they belong.
 */
#ifndef CMA_TESTS_METADATA_DISK_H
#define CMA_TESTS_METADATA_DISK_H

#include <linux/types.h>
#include <stdbool.h>

#include "mounted_disk.h"
#include "testbed.h"
#include "zram.h"

struct metadata_disk {
	struct zram zram;
	struct mounted_disk mounted;
	__u64 pfn;		/* of a dirty block in the area */
	char why_not[128];	/* for the message: there is none because of it */
};

/*
 * metadata_disk_open - make it, and folders on it, until a dirty block is in @bed's area.
 *
 * Returns 0 or -errno; -ENODEV: needs CONFIG_ZRAM and CONFIG_EXT4_FS; -ENOENT: no
 * such block came there. Undo with metadata_disk_close() in every case.
 */
int metadata_disk_open(struct metadata_disk *disk, struct testbed *bed, bool has_journal);

/* metadata_disk_checkpoint - write where they belong what the journal holds. 0 or -errno. */
int metadata_disk_checkpoint(const struct metadata_disk *disk);

/* metadata_disk_close - harmless where it is not open. Returns 0 or -errno. */
int metadata_disk_close(struct metadata_disk *disk);

#endif
