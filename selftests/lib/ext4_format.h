/* SPDX-License-Identifier: GPL-2.0 */
/* The smallest file system that ext4 mounts: one group, no journal. */
#ifndef CMA_TESTS_EXT4_FORMAT_H
#define CMA_TESTS_EXT4_FORMAT_H

#include <linux/types.h>

/*
 * ext4_format - write an empty file system on @device.
 * @bytes: its size, at most 128 MiB.
 *
 * Returns 0 or -errno. What was on the device is lost.
 */
int ext4_format(const char *device, __u64 bytes);

#endif
