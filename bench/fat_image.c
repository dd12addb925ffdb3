// SPDX-License-Identifier: GPL-2.0
#include "fat_image.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One sector a cluster, as large as FAT allows: zram wants 4096 anyway. */
#define SECTOR_BYTES 4096
#define RESERVED_SECTORS 2
#define ROOT_CLUSTER 2
#define FILE_CLUSTER 3
#define LAST_OF_CHAIN 0x0fffffff

static __u64 file_clusters(__u64 file_bytes)
{
	return (file_bytes + SECTOR_BYTES - 1) / SECTOR_BYTES;
}

static __u64 fat_sectors(__u64 file_bytes)
{
	return ((file_clusters(file_bytes) + FILE_CLUSTER) * sizeof(__u32) +
		SECTOR_BYTES - 1) / SECTOR_BYTES;
}

static __u64 total_sectors(__u64 file_bytes)
{
	return RESERVED_SECTORS + fat_sectors(file_bytes) + 1 +
	       file_clusters(file_bytes);
}

__u64 fat_image_bytes(__u64 file_bytes)
{
	return total_sectors(file_bytes) * SECTOR_BYTES;
}

static void put16(unsigned char *at, __u16 value)
{
	value = htole16(value);
	memcpy(at, &value, sizeof(value));
}

static void put32(unsigned char *at, __u32 value)
{
	value = htole32(value);
	memcpy(at, &value, sizeof(value));
}

static void fill_boot_sector(unsigned char *sector, __u64 file_bytes)
{
	memcpy(sector, "\xeb\x58\x90" "cmabench", 11);
	put16(sector + 11, SECTOR_BYTES);
	sector[13] = 1;				/* sectors a cluster */
	put16(sector + 14, RESERVED_SECTORS);
	sector[16] = 1;				/* FATs */
	sector[21] = 0xf8;			/* a fixed disk */
	put32(sector + 32, total_sectors(file_bytes));
	put32(sector + 36, fat_sectors(file_bytes));
	put32(sector + 44, ROOT_CLUSTER);
	put16(sector + 48, 1);			/* information sector */
	put16(sector + 510, 0xaa55);
}

static void fill_information(unsigned char *sector)
{
	put32(sector, 0x41615252);
	put32(sector + 484, 0x61417272);
	put32(sector + 488, 0);			/* free clusters */
	put32(sector + 492, FILE_CLUSTER);
	put32(sector + 508, 0xaa550000);
}

/* The file's clusters follow each other. */
static void fill_fat(unsigned char *fat, __u64 file_bytes)
{
	__u64 i, clusters = file_clusters(file_bytes);

	put32(fat, 0x0ffffff8);
	put32(fat + 4, LAST_OF_CHAIN);
	put32(fat + 4 * ROOT_CLUSTER, LAST_OF_CHAIN);
	for (i = 0; i < clusters; i++)
		put32(fat + 4 * (FILE_CLUSTER + i), i + 1 == clusters ?
		      LAST_OF_CHAIN : FILE_CLUSTER + i + 1);
}

static void fill_folder(unsigned char *sector, __u64 file_bytes)
{
	memset(sector, ' ', 11);
	memcpy(sector, FAT_IMAGE_FILE, strlen(FAT_IMAGE_FILE));
	sector[11] = 0x20;			/* a file */
	put16(sector + 26, FILE_CLUSTER);
	put32(sector + 28, file_bytes);
}

int fat_image_write(const char *path, __u64 file_bytes)
{
	__u64 head = RESERVED_SECTORS + fat_sectors(file_bytes) + 1;
	unsigned char *image;
	int fd, err = 0;

	if (file_bytes >= 1ull << 32)
		return -EFBIG;
	image = calloc(head, SECTOR_BYTES);
	if (!image)
		return -ENOMEM;
	fill_boot_sector(image, file_bytes);
	fill_information(image + SECTOR_BYTES);
	fill_fat(image + RESERVED_SECTORS * SECTOR_BYTES, file_bytes);
	fill_folder(image + (head - 1) * SECTOR_BYTES, file_bytes);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || pwrite(fd, image, head * SECTOR_BYTES, 0) < 0 ||
	    fsync(fd))
		err = -errno;
	if (fd >= 0)
		close(fd);
	free(image);
	return err;
}
