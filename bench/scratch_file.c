// SPDX-License-Identifier: GPL-2.0
#include "scratch_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "fat_image.h"

/* Pages of these are no page cache of a disk. */
static bool is_memory(int fd)
{
	struct statfs system;

	return !fstatfs(fd, &system) && (system.f_type == TMPFS_MAGIC ||
					 system.f_type == RAMFS_MAGIC);
}

static int write_zeros(int fd, __u64 bytes)
{
	static const char zeros[65536];
	__u64 done = 0, piece;
	ssize_t put;

	while (done < bytes && !interrupted()) {
		piece = bytes - done < sizeof(zeros) ? bytes - done :
						       sizeof(zeros);
		put = pwrite(fd, zeros, piece, done);
		if (put <= 0)
			return put ? -errno : -EIO;
		done += put;
	}
	if (fsync(fd))
		return -errno;
	return -posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
}

static int open_in_folder(struct scratch_file *file, const char *folder,
			  __u64 bytes, struct reason *why)
{
	char path[4096];
	int err;

	snprintf(path, sizeof(path), "%s/cmabench-XXXXXX", folder);
	file->fd = mkostemp(path, O_CLOEXEC);
	if (file->fd < 0)
		return refuse(why, -errno, "cannot make a file in '%.150s': %m",
			      folder);
	unlink(path);
	if (is_memory(file->fd))
		return refuse(why, -EINVAL,
			      "expected a folder on a disk, found memory at '%.150s'; name another with --folder",
			      folder);
	err = write_zeros(file->fd, bytes);
	return err ? refuse(why, err, "cannot write %llu bytes in '%.100s': %s",
			    bytes, folder, strerror(-err)) : 0;
}

/* Mounted for as long as it takes to open the file, then only held by it. */
static int open_mounted(struct scratch_file *file, struct reason *why)
{
	char folder[] = "/tmp/cmabench-XXXXXX", path[64];

	if (!mkdtemp(folder))
		return refuse(why, -errno, "cannot make a folder in /tmp: %m");
	if (mount(file->disk.path, folder, "msdos", MS_NOATIME, NULL)) {
		refuse(why, -errno, "cannot mount FAT on %s: %m (CONFIG_MSDOS_FS, CONFIG_NLS_CODEPAGE_437); --folder DIR uses a disk that is there",
		       file->disk.path);
		rmdir(folder);
		return -ENODEV;
	}
	snprintf(path, sizeof(path), "%s/%s", folder, "pages");
	file->fd = open(path, O_RDWR | O_CLOEXEC);
	if (file->fd < 0)
		refuse(why, -errno, "cannot open %s: %m", path);
	umount2(folder, MNT_DETACH);
	rmdir(folder);
	return file->fd < 0 ? -ENOENT : 0;
}

static int open_on_zram(struct scratch_file *file, __u64 bytes,
			struct reason *why)
{
	int err;

	file->on_zram = true;
	err = zram_disk_open(&file->disk, fat_image_bytes(bytes), why);
	if (err)
		return err;
	err = fat_image_write(file->disk.path, bytes);
	if (err)
		return refuse(why, err, "cannot make a file system on %s: %s",
			      file->disk.path, strerror(-err));
	return open_mounted(file, why);
}

int scratch_file_open(struct scratch_file *file, const char *folder,
		      __u64 bytes, struct reason *why)
{
	memset(file, 0, sizeof(*file));
	file->fd = -1;
	return folder ? open_in_folder(file, folder, bytes, why) :
			open_on_zram(file, bytes, why);
}

void scratch_file_close(struct scratch_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
	if (file->on_zram)
		zram_disk_close(&file->disk);
}
