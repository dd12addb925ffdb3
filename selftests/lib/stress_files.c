// SPDX-License-Identifier: GPL-2.0
/*
 * Steps: a file on a disk of our own, and so pages of the page cache that are
 * dirty, clean, on their way, dropped; and memory that a disk reads and writes
 * past it. Who may make no disk has a file of tmpfs.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "stress.h"

#define DISK_BYTES (16ul << 20)
#define CHUNK_BYTES (STRESS_MEMORY_BYTES / STRESS_CHUNKS)

enum way { CACHED, MAPPED, DIRECT, WAYS };

/* In pages of the file system, which larger pages of the machine are multiples of. */
static off_t place(size_t chunk)
{
	return chunk * CHUNK_BYTES;
}

static enum way choose_way(struct stress *stress)
{
	enum way way = stress_below(stress, WAYS);

	return way == DIRECT && stress->file.direct_fd < 0 ? CACHED : way;
}

static bool put_chunk(struct stress_file *file, enum way way, size_t chunk)
{
	if (way == MAPPED)
		memcpy(file->map + place(chunk), file->chunk, CHUNK_BYTES);
	return way == MAPPED ||
	       pwrite(way == DIRECT ? file->direct_fd : file->fd, file->chunk, CHUNK_BYTES,
		      place(chunk)) == (ssize_t)CHUNK_BYTES;
}

static bool get_chunk(struct stress_file *file, enum way way, size_t chunk)
{
	memset(file->chunk, 0, CHUNK_BYTES);
	if (way == MAPPED)
		memcpy(file->chunk, file->map + place(chunk), CHUNK_BYTES);
	return way == MAPPED ||
	       pread(way == DIRECT ? file->direct_fd : file->fd, file->chunk, CHUNK_BYTES,
		     place(chunk)) == (ssize_t)CHUNK_BYTES;
}

static void write_chunk(struct stress *stress, enum way way, size_t chunk)
{
	struct stress_file *file = &stress->file;

	file->seeds[chunk] = stress->step;
	pattern_fill(file->chunk, CHUNK_BYTES, file->seeds[chunk]);
	if (!put_chunk(file, way, chunk))
		stress_fail(stress, "a file cannot be written");
}

static void read_chunk(struct stress *stress, enum way way, size_t chunk)
{
	struct stress_file *file = &stress->file;

	if (!get_chunk(file, way, chunk))
		stress_fail(stress, "a file cannot be read");
	else if (pattern_first_wrong(file->chunk, CHUNK_BYTES, file->seeds[chunk]) >= 0)
		stress_fail(stress, "a file shows something else");
}

static void write_file(struct stress *stress)
{
	enum way way = choose_way(stress);

	write_chunk(stress, way, stress_below(stress, STRESS_CHUNKS));
}

static void read_file(struct stress *stress)
{
	enum way way = choose_way(stress);

	read_chunk(stress, way, stress_below(stress, STRESS_CHUNKS));
}

/* Let the pages be on their way, be clean, be dropped. */
static void write_back(struct stress *stress)
{
	int fd = stress->file.fd, err = 0;

	switch (stress_below(stress, 3)) {
	case 0:
		err = sync_file_range(fd, 0, STRESS_MEMORY_BYTES, SYNC_FILE_RANGE_WRITE);
		break;
	case 1:
		err = fsync(fd);
		break;
	default:
		err = fdatasync(fd);
		posix_fadvise(fd, 0, STRESS_MEMORY_BYTES, POSIX_FADV_DONTNEED);
	}
	if (err)
		stress_fail(stress, "a file cannot be written back");
}

/* Without a journal, which would hold pages of the area for as long as it likes. */
static bool open_on_disk(struct stress *stress)
{
	struct stress_file *file = &stress->file;
	struct guard *guard = &stress->bed.guard;
	char path[96];

	if (zram_open(&file->zram, guard, DISK_BYTES) ||
	    mounted_disk_open(&file->disk, guard, file->zram.device, DISK_BYTES, false))
		return false;
	snprintf(path, sizeof(path), "%s/file", file->disk.folder);
	file->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	file->direct_fd = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);
	return file->fd >= 0;
}

static void *map_shared(int fd)
{
	void *map = mmap(NULL, STRESS_MEMORY_BYTES, PROT_READ | PROT_WRITE,
			 MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);

	return map == MAP_FAILED ? NULL : map;
}

static void open_files(struct stress *stress)
{
	struct stress_file *file = &stress->file;
	size_t chunk;

	memset(file, 0, sizeof(*file));
	file->direct_fd = -1;
	if (!open_on_disk(stress))
		file->fd = memfd_create("cma-tests", MFD_CLOEXEC);
	if (!ftruncate(file->fd, STRESS_MEMORY_BYTES))
		file->map = map_shared(file->fd);
	file->chunk = map_shared(-1);
	if (!file->map || !file->chunk) {
		stress_fail(stress, "no file, or no memory for it");
		return;
	}
	for (chunk = 0; chunk < STRESS_CHUNKS; chunk++)
		write_chunk(stress, CACHED, chunk);
}

static void close_files(struct stress *stress)
{
	struct stress_file *file = &stress->file;
	size_t chunk;

	if (file->map && file->chunk)
		for (chunk = 0; chunk < STRESS_CHUNKS; chunk++)
			read_chunk(stress, CACHED, chunk);
	if (file->map)
		munmap(file->map, STRESS_MEMORY_BYTES);
	if (file->chunk)
		munmap(file->chunk, STRESS_MEMORY_BYTES);
	close(file->fd);
	if (file->direct_fd >= 0)
		close(file->direct_fd);
	if (mounted_disk_close(&file->disk) || zram_close(&file->zram))
		stress_fail(stress, "a disk cannot be taken away");
}

const struct stress_topic stress_files = {
	.open = open_files,
	.close = close_files,
	.steps = {
		{ "write to a file", write_file, 10 },
		{ "read a file", read_file, 10 },
		{ "write a file back", write_back, 5 },
	},
};
