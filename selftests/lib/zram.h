/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A zram disk of our own, so that others' are left alone. All of it is undone by
 * the guard.
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
	int swapoff_id;		/* 0: it is no swap */
	struct guard *guard;
};

/*
 * zram_add - make a disk that has no size yet.
 * zram_open - make a disk of @bytes.
 *
 * Return 0 or -errno; -ENODEV: needs CONFIG_ZRAM (and root). Only that is a reason to skip.
 */
int zram_add(struct zram *zram, struct guard *guard);
int zram_open(struct zram *zram, struct guard *guard, __u64 bytes);

/* zram_entry - path of the file @entry of the disk in sysfs. */
void zram_entry(const struct zram *zram, const char *entry, char *path, size_t size);

/*
 * zram_mkswap - write what mkswap writes.
 * zram_swapon - mkswap and swapon, before other swap.
 *
 * Return 0 or -errno; -ENOSYS: needs CONFIG_SWAP.
 */
int zram_mkswap(const struct zram *zram);
int zram_swapon(struct zram *zram);

/*
 * zram_close - swapoff, remove. Whoever looks into the disk has some seconds to let it go.
 *
 * Returns 0 or -errno.
 */
int zram_close(struct zram *zram);

#endif
