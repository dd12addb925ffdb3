// SPDX-License-Identifier: GPL-2.0
#include "metadata_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kernel-page-flags.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "area.h"
#include "ext4_format.h"
#include "pagemap.h"

#define DISK_BYTES (8ul << 20)
#define FOLDERS 24
/* What a processor has had before it gets first, and a block would lie there. */
#define TAKEN_BYTES (4ul << 20)
#define TRIES 8
/* The kernel's own fs/ext4/ext4.h has it, Linux 5.14. */
#ifndef EXT4_IOC_CHECKPOINT
#define EXT4_IOC_CHECKPOINT _IOW('f', 43, __u32)
#endif

static int make_folders(const char *folder, int first)
{
	char path[96];
	int i, fd, err;

	for (i = first; i < first + FOLDERS; i++) {
		snprintf(path, sizeof(path), "%s/%d", folder, i);
		if (mkdir(path, 0700))
			return -errno;
	}
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = fsync(fd) ? -errno : 0;
	close(fd);
	return err;
}

/* A block in @map, the disk's page cache, that lies in the area and is dirty. */
static int find_dirty(struct metadata_disk *disk, const struct testbed *bed,
		      const unsigned char *map, size_t bytes)
{
	size_t offset, here = 0;
	__u64 flags;

	for (offset = 0; offset < bytes; offset += bed->page_size) {
		__atomic_load_n(map + offset, __ATOMIC_RELAXED);
		if (pagemap_pfn(map + offset, &disk->pfn) ||
		    !cma_area_contains(bed->area, disk->pfn))
			continue;
		if (kpage_flags(disk->pfn, &flags) == 0 && flags >> KPF_DIRTY & 1)
			return 0;
		here++;
	}
	snprintf(disk->why_not, sizeof(disk->why_not),
		 "%zu blocks of %s here, none of them dirty", here, disk->zram.device);
	return -ENOENT;
}

/*
 * A block of the file system's own that lies in the area, and is not yet where it
 * belongs on the disk. Nobody else writes there. What of the disk is not in memory
 * is read, to where no area is; it is dropped again, or the next try's blocks would
 * lie there.
 */
static int find_metadata(struct metadata_disk *disk, const struct testbed *bed)
{
	size_t bytes = disk->zram.bytes - EXT4_JOURNAL_BLOCKS * 4096;
	int fd = open(disk->zram.device, O_RDONLY | O_CLOEXEC), err;
	unsigned char *map;

	if (fd < 0)
		return -errno;
	map = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED) {
		err = -errno;
	} else {
		madvise(map, bytes, MADV_RANDOM);
		err = find_dirty(disk, bed, map, bytes);
		munmap(map, bytes);
	}
	if (err == -ENOENT)
		posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	close(fd);
	return err;
}

/* Each try takes more memory, so that blocks come to lie where none has looked yet. */
static int make_metadata(struct metadata_disk *disk, const struct testbed *bed)
{
	unsigned char *taken = mmap(NULL, TRIES * TAKEN_BYTES, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int err = -ENOENT, try;

	if (taken == MAP_FAILED)
		return -errno;
	madvise(taken, TRIES * TAKEN_BYTES, MADV_NOHUGEPAGE);
	for (try = 0; err == -ENOENT && try < TRIES; try++) {
		memset(taken + try * TAKEN_BYTES, 1, TAKEN_BYTES);
		err = make_folders(disk->mounted.folder, try * FOLDERS);
		if (!err)
			err = find_metadata(disk, bed);
	}
	munmap(taken, TRIES * TAKEN_BYTES);
	return err;
}

int metadata_disk_open(struct metadata_disk *disk, struct testbed *bed, bool has_journal)
{
	int err;

	memset(disk, 0, sizeof(*disk));
	err = zram_open(&disk->zram, &bed->guard, DISK_BYTES);
	if (!err)
		err = mounted_disk_open(&disk->mounted, &bed->guard, disk->zram.device, DISK_BYTES,
					has_journal);
	return err ? err : make_metadata(disk, bed);
}

int metadata_disk_checkpoint(const struct metadata_disk *disk)
{
	int fd = open(disk->mounted.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err;
	__u32 flags = 0;

	if (fd < 0)
		return -errno;
	err = ioctl(fd, EXT4_IOC_CHECKPOINT, &flags) ? -errno : 0;
	close(fd);
	return err;
}

int metadata_disk_close(struct metadata_disk *disk)
{
	int err = mounted_disk_close(&disk->mounted), zram_err = zram_close(&disk->zram);

	return err ? err : zram_err;
}
