/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A FAT32 file system with one file in it, as no mkfs is in an initramfs.
 *
 *	sector	0 boot | 1 information | the FAT ... | root folder | the file
 *
 * The file's clusters are only chained, never written: on a zram disk they
 * read as zeros and take no memory.
 */
#ifndef CMABENCH_FAT_IMAGE_H
#define CMABENCH_FAT_IMAGE_H

#include <linux/types.h>

#define FAT_IMAGE_FILE "PAGES"	/* the name of the file */

/* fat_image_bytes - size of a disk for a file of @file_bytes. */
__u64 fat_image_bytes(__u64 file_bytes);

/* fat_image_write - onto the disk @path. Returns 0 or -errno. */
int fat_image_write(const char *path, __u64 file_bytes);

#endif
