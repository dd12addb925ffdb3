// SPDX-License-Identifier: GPL-2.0
#include "area_sweep.h"

#include <errno.h>
#include <unistd.h>

#define PIECES 32

static long long sweep_heap(const struct target *target, __u64 piece)
{
	int fds[PIECES], heap_fd = dma_heap_open(target->heap);
	long long taken = 0;
	int count = 0;

	if (heap_fd < 0)
		return heap_fd;
	while (count < PIECES && !interrupted()) {
		fds[count] = dma_heap_alloc(heap_fd, piece *
					    target->page_size_bytes);
		if (fds[count] < 0)
			break;
		count++;
		taken += piece;
	}
	while (count)
		close(fds[--count]);
	close(heap_fd);
	return taken;
}

/* debugfs keeps blocks on a stack: one free takes the highest off first. */
static long long sweep_debugfs(const struct target *target, __u64 piece)
{
	long long taken = 0;
	int count, err = 0;

	for (count = 0; count < PIECES && !interrupted(); count++) {
		err = cma_debugfs_alloc(target->area, piece);
		if (err)
			break;
		taken += piece;
	}
	if (!taken)
		return err;
	cma_debugfs_free(target->area, taken);
	return taken;
}

long long area_sweep(const struct target *target)
{
	__u64 piece;

	if (!target->area)
		return -ENOENT;
	piece = target->area->count_pages / PIECES;
	if (!piece)
		return -EINVAL;
	if (target->heap)
		return sweep_heap(target, piece);
	if (target->area->has_debugfs)
		return sweep_debugfs(target, piece);
	return -ENOENT;
}
