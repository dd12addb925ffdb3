// SPDX-License-Identifier: GPL-2.0
/*
 * Blocks of 4096 bytes:
 *
 *	0	1		2	3	4 ... 11     12		  last 1024
 *	[super]	[descriptor]	[block	[inode	[inode table][root folder] [journal]
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
#define JOURNAL_INODE 8

enum { DESCRIPTOR = 1, BLOCK_BITMAP, INODE_BITMAP, INODE_TABLE, ROOT_FOLDER = 12, USED_BLOCKS };

/* Little endian, whatever the machine. */
static void put(unsigned char *at, size_t offset, size_t bytes, __u64 value)
{
	for (; bytes--; value >>= 8)
		at[offset++] = value;
}

/* Big endian: the journal's own way. */
static void put_big(unsigned char *at, size_t offset, size_t bytes, __u64 value)
{
	for (; bytes--; value >>= 8)
		at[offset + bytes] = value;
}

static void write_super(unsigned char *image, __u64 blocks, __u64 journal_blocks)
{
	unsigned char *super = image + 1024;

	put(super, 0x00, 4, INODES);
	put(super, 0x04, 4, blocks);
	put(super, 0x0c, 4, blocks - USED_BLOCKS - journal_blocks);	/* free */
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
	if (!journal_blocks)
		return;
	put(super, 0x5c, 4, 4);				/* there is a journal */
	put(super, 0x60, 4, 0x42);			/* and inodes have extents */
	put(super, 0xe0, 4, JOURNAL_INODE);
}

static void write_group(unsigned char *image, __u64 blocks, __u64 journal_blocks)
{
	unsigned char *descriptor = image + DESCRIPTOR * BLOCK_BYTES, *map;
	size_t bit;

	put(descriptor, 0x00, 4, BLOCK_BITMAP);
	put(descriptor, 0x04, 4, INODE_BITMAP);
	put(descriptor, 0x08, 4, INODE_TABLE);
	put(descriptor, 0x0c, 2, blocks - USED_BLOCKS - journal_blocks);
	put(descriptor, 0x0e, 2, INODES - FIRST_INODE + 1);
	put(descriptor, 0x10, 2, 1);			/* folders */
	map = image + BLOCK_BITMAP * BLOCK_BYTES;
	for (bit = 0; bit < 8 * BLOCK_BYTES; bit++)
		if (bit < USED_BLOCKS || bit >= blocks - journal_blocks)
			map[bit / 8] |= 1 << bit % 8;
	map = image + INODE_BITMAP * BLOCK_BYTES;
	for (bit = 0; bit < 8 * BLOCK_BYTES; bit++)
		if (bit < FIRST_INODE - 1 || bit >= INODES)
			map[bit / 8] |= 1 << bit % 8;
}

static unsigned char *inode_at(unsigned char *image, int inode)
{
	return image + INODE_TABLE * BLOCK_BYTES + (inode - 1) * INODE_BYTES;
}

static void write_root(unsigned char *image)
{
	unsigned char *inode = inode_at(image, ROOT_INODE);
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

/* One extent: all blocks of it from @first on. */
static void write_journal_inode(unsigned char *image, __u64 first)
{
	unsigned char *inode = inode_at(image, JOURNAL_INODE), *extents = inode + 0x28;

	put(inode, 0x00, 2, 0100600);
	put(inode, 0x04, 4, EXT4_JOURNAL_BLOCKS * BLOCK_BYTES);
	put(inode, 0x1a, 2, 1);				/* links */
	put(inode, 0x1c, 4, EXT4_JOURNAL_BLOCKS * BLOCK_BYTES / 512);
	put(inode, 0x20, 4, 0x80000);			/* has extents */
	put(extents, 0, 2, 0xf30a);			/* magic */
	put(extents, 2, 2, 1);				/* of them there is one */
	put(extents, 4, 2, 4);				/* of at most */
	put(extents, 16, 2, EXT4_JOURNAL_BLOCKS);
	put(extents, 20, 4, first);
}

/* Empty: nothing to recover. */
static int write_journal(int fd, __u64 first)
{
	unsigned char super[BLOCK_BYTES] = { 0 };

	put_big(super, 0x00, 4, 0xc03b3998);		/* magic */
	put_big(super, 0x04, 4, 4);			/* super block, version 2 */
	put_big(super, 0x0c, 4, BLOCK_BYTES);
	put_big(super, 0x10, 4, EXT4_JOURNAL_BLOCKS);
	put_big(super, 0x14, 4, 1);			/* first block of the log */
	put_big(super, 0x18, 4, 1);			/* first transaction */
	put_big(super, 0x40, 4, 1);			/* users */
	return pwrite(fd, super, sizeof(super), first * BLOCK_BYTES) == sizeof(super) ? 0 : -EIO;
}

int ext4_format(const char *device, __u64 bytes, bool has_journal)
{
	__u64 blocks = bytes / BLOCK_BYTES, journal_blocks = has_journal ? EXT4_JOURNAL_BLOCKS : 0;
	unsigned char *image = calloc(USED_BLOCKS, BLOCK_BYTES);
	int fd = open(device, O_WRONLY | O_CLOEXEC), err = 0;

	if (!image || fd < 0) {
		err = fd < 0 ? -errno : -ENOMEM;
	} else {
		write_super(image, blocks, journal_blocks);
		write_group(image, blocks, journal_blocks);
		write_root(image);
		if (has_journal) {
			write_journal_inode(image, blocks - journal_blocks);
			err = write_journal(fd, blocks - journal_blocks);
		}
		if (write(fd, image, USED_BLOCKS * BLOCK_BYTES) != USED_BLOCKS * BLOCK_BYTES ||
		    fsync(fd))
			err = -EIO;
	}
	if (fd >= 0)
		close(fd);
	free(image);
	return err;
}
