/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A disk that takes its time: null_blk, made through configfs, answers each
 * request after a delay of ours. What waits for it is held as long.
 */
#ifndef CMA_TESTS_SLOW_DISK_H
#define CMA_TESTS_SLOW_DISK_H

#include <linux/types.h>

#include "guard.h"

#define SLOW_DISK_BYTES (64ul << 20)

struct slow_disk {
	char folder[128];	/* in configfs */
	char device[64];
	struct guard *guard;
	int rmdir_id;
	int unmount_id;
};

/*
 * slow_disk_open - make one that answers after @delay_ms; @guard removes it.
 *
 * Returns 0 or -errno; -ENODEV: needs CONFIG_BLK_DEV_NULL_BLK and configfs (and root).
 * Only that is a reason to skip.
 */
int slow_disk_open(struct slow_disk *disk, struct guard *guard, int delay_ms);

/*
 * slow_disk_set_delay - let it take another time from now on.
 *
 * For that it is taken away and comes back with what was written to it: nobody
 * may use it meanwhile. Returns 0 or -errno.
 */
int slow_disk_set_delay(struct slow_disk *disk, int delay_ms);
void slow_disk_close(struct slow_disk *disk);

#endif
