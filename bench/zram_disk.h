/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A zram disk of our own: memory that looks like a block device, for swap and
 * for a file system. A guard process takes it away however this one ends.
 */
#ifndef CMABENCH_ZRAM_DISK_H
#define CMABENCH_ZRAM_DISK_H

#include "bench.h"
#include "guard.h"

struct zram_disk {
	struct guard guard;
	char path[32];		/* /dev/zram1 */
	bool is_swap;
};

/* zram_disk_open - add a disk of @bytes. zram_disk_close() in every case. */
int zram_disk_open(struct zram_disk *disk, __u64 bytes, struct reason *why);

/* zram_disk_swap_on - make it swap space, preferred to all that others have. */
int zram_disk_swap_on(struct zram_disk *disk, size_t page_size_bytes,
		      __u64 bytes, struct reason *why);
void zram_disk_close(struct zram_disk *disk);

#endif
