/* SPDX-License-Identifier: GPL-2.0 */
/* The smallest file system that ext4 mounts: one group. */
#ifndef CMA_TESTS_EXT4_FORMAT_H
#define CMA_TESTS_EXT4_FORMAT_H

#include <linux/types.h>
#include <stdbool.h>

/* The fewest that a journal may have; the last ones of the device. */
#define EXT4_JOURNAL_BLOCKS 1024

/*
 * ext4_format - write an empty file system on @device.
 * @bytes: its size, at most 128 MiB.
 * @has_journal: else what is changed is written where it belongs.
 *
 * Returns 0 or -errno. What was on the device is lost.
 */
int ext4_format(const char *device, __u64 bytes, bool has_journal);

#endif
