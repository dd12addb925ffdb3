/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A zram disk of our own, as swap or with a small file system, so that others'
 * are left alone. All of it is undone by the guard.
 */
#ifndef CMA_TESTS_ZRAM_H
#define CMA_TESTS_ZRAM_H

#include <linux/types.h>
#include <stddef.h>

#include "guard.h"

struct zram {
	int number;
	char device[32];
	__u64 bytes;
	int remove_id;
	int in_use_id;		/* swapoff or unmount, 0: neither */
	char folder[64];	/* where it is mounted */
	int rmdir_id;
	struct guard *guard;
};

/*
 * zram_open - make a disk of @bytes.
 *
 * Returns 0 or -errno; -ENODEV: needs CONFIG_ZRAM (and root).
 */
int zram_open(struct zram *zram, struct guard *guard, __u64 bytes);

/* zram_swapon - mkswap and swapon, before other swap. Returns 0 or -errno. */
int zram_swapon(struct zram *zram);

/*
 * zram_mount - an ext4 file system on it, mounted on zram->folder.
 *
 * Returns 0 or -errno; -ENODEV: needs CONFIG_EXT4_FS.
 */
int zram_mount(struct zram *zram);

/* zram_close - swapoff or unmount, remove. Returns 0 or -errno. */
int zram_close(struct zram *zram);

#endif
