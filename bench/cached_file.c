// SPDX-License-Identifier: GPL-2.0
#include "cached_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "resident_window.h"
#include "scratch_file.h"

#ifndef MADV_POPULATE_READ	/* 5.14; older C libraries lack the name */
#define MADV_POPULATE_READ 22
#endif

int cached_file_descriptor(const struct resident *resident)
{
	return ((struct scratch_file *)resident->kind_state)->fd;
}

int cached_file_map(struct resident *resident, struct reason *why)
{
	__u64 bytes = resident->capacity_slots *
		      resident->target->page_size_bytes;
	struct scratch_file *file = malloc(sizeof(*file));
	int err;

	if (!file)
		return refuse(why, -ENOMEM, "out of memory");
	resident->kind_state = file;
	err = scratch_file_open(file, resident->target->settings.folder, bytes,
				why);
	if (err)
		return err;
	resident->base = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
			      file->fd, 0);
	if (resident->base == MAP_FAILED)
		return refuse(why, -errno, "cannot map the scratch file: %m");
	/* No readahead: page by page, or the count could not be met. */
	madvise(resident->base, bytes, MADV_RANDOM);
	return 0;
}

void cached_file_unmap(struct resident *resident)
{
	if (resident->kind_state)
		scratch_file_close(resident->kind_state);
	free(resident->kind_state);
}

int cached_file_read(struct resident *resident, __u64 slot, __u64 slots)
{
	size_t page_size = resident->target->page_size_bytes;
	char *page = window_address(resident, slot);

	if (!madvise(page, slots * page_size, MADV_POPULATE_READ))
		return 0;
	if (errno != EINVAL)
		return errno == EAGAIN ? 0 : -errno;
	for (; slots; slots--, page += page_size)
		__atomic_load_n(page, __ATOMIC_RELAXED);
	return 0;
}

void cached_file_drop(struct resident *resident, __u64 slot, __u64 slots)
{
	size_t page_size = resident->target->page_size_bytes;
	int fd = cached_file_descriptor(resident);

	madvise(window_address(resident, slot), slots * page_size,
		MADV_DONTNEED);
	sync_file_range(fd, slot * page_size, slots * page_size,
			SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
			SYNC_FILE_RANGE_WAIT_AFTER);
	posix_fadvise(fd, slot * page_size, slots * page_size,
		      POSIX_FADV_DONTNEED);
}
