// SPDX-License-Identifier: GPL-2.0
/*
 * Blocks of 4096 bytes:
 *
 *	0	1		2	3	4 ... 11     12
 *	[super]	[descriptor]	[block	[inode	[inode table][root folder]
 *				 bitmap] bitmap]
 */
#include "ext4_format.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_BYTES 4096
#define INODES 256
#define INODE_BYTES 128
#define FIRST_INODE 11
#define ROOT_INODE 2

enum { DESCRIPTOR = 1, BLOCK_BITMAP, INODE_BITMAP, INODE_TABLE, ROOT_FOLDER = 12, USED_BLOCKS };

/* Little endian, whatever the machine. */
static void put(unsigned char *at, size_t offset, size_t bytes, __u64 value)
{
	for (; bytes--; value >>= 8)
		at[offset++] = value;
}

static void write_super(unsigned char *image, __u64 blocks)
{
	unsigned char *super = image + 1024;

	put(super, 0x00, 4, INODES);
	put(super, 0x04, 4, blocks);
	put(super, 0x0c, 4, blocks - USED_BLOCKS);	/* free */
	put(super, 0x10, 4, INODES - FIRST_INODE + 1);	/* free */
	put(super, 0x18, 4, 2);				/* 1024 << 2 a block */
	put(super, 0x1c, 4, 2);				/* and a cluster */
	put(super, 0x20, 4, 8 * BLOCK_BYTES);		/* blocks a group */
	put(super, 0x24, 4, 8 * BLOCK_BYTES);
	put(super, 0x28, 4, INODES);			/* inodes a group */
	put(super, 0x36, 2, 0xffff);			/* no check by count */
	put(super, 0x38, 2, 0xef53);			/* magic */
	put(super, 0x3a, 2, 1);				/* clean */
	put(super, 0x3c, 2, 1);				/* errors: go on */
	put(super, 0x4c, 4, 1);				/* revision */
	put(super, 0x54, 4, FIRST_INODE);
	put(super, 0x58, 2, INODE_BYTES);
	put(super, 0x60, 4, 2);				/* folders know types */
}

static void write_group(unsigned char *image, __u64 blocks)
{
	unsigned char *descriptor = image + DESCRIPTOR * BLOCK_BYTES, *map;
	size_t bit;

	put(descriptor, 0x00, 4, BLOCK_BITMAP);
	put(descriptor, 0x04, 4, INODE_BITMAP);
	put(descriptor, 0x08, 4, INODE_TABLE);
	put(descriptor, 0x0c, 2, blocks - USED_BLOCKS);
	put(descriptor, 0x0e, 2, INODES - FIRST_INODE + 1);
	put(descriptor, 0x10, 2, 1);			/* folders */
	map = image + BLOCK_BITMAP * BLOCK_BYTES;
	for (bit = 0; bit < 8 * BLOCK_BYTES; bit++)
		if (bit < USED_BLOCKS || bit >= blocks)
			map[bit / 8] |= 1 << bit % 8;
	map = image + INODE_BITMAP * BLOCK_BYTES;
	for (bit = 0; bit < 8 * BLOCK_BYTES; bit++)
		if (bit < FIRST_INODE - 1 || bit >= INODES)
			map[bit / 8] |= 1 << bit % 8;
}

static void write_root(unsigned char *image)
{
	unsigned char *inode = image + INODE_TABLE * BLOCK_BYTES + (ROOT_INODE - 1) * INODE_BYTES;
	unsigned char *folder = image + ROOT_FOLDER * BLOCK_BYTES;

	put(inode, 0x00, 2, 040755);
	put(inode, 0x04, 4, BLOCK_BYTES);
	put(inode, 0x1a, 2, 2);				/* links */
	put(inode, 0x1c, 4, BLOCK_BYTES / 512);
	put(inode, 0x28, 4, ROOT_FOLDER);
	/* "." and "..": inode, length of the record, of the name, type, name */
	put(folder, 0, 4, ROOT_INODE);
	put(folder, 4, 2, 12);
	put(folder, 6, 1, 1);
	put(folder, 7, 1, 2);
	put(folder, 8, 1, '.');
	put(folder, 12, 4, ROOT_INODE);
	put(folder, 16, 2, BLOCK_BYTES - 12);
	put(folder, 18, 1, 2);
	put(folder, 19, 1, 2);
	put(folder, 20, 2, '.' << 8 | '.');
}

int ext4_format(const char *device, __u64 bytes)
{
	unsigned char *image = calloc(USED_BLOCKS, BLOCK_BYTES);
	int fd = open(device, O_WRONLY | O_CLOEXEC), err = 0;

	if (!image || fd < 0) {
		err = fd < 0 ? -errno : -ENOMEM;
	} else {
		write_super(image, bytes / BLOCK_BYTES);
		write_group(image, bytes / BLOCK_BYTES);
		write_root(image);
		if (write(fd, image, USED_BLOCKS * BLOCK_BYTES) != USED_BLOCKS * BLOCK_BYTES ||
		    fsync(fd))
			err = -EIO;
	}
	if (fd >= 0)
		close(fd);
	free(image);
	return err;
}
