// SPDX-License-Identifier: GPL-2.0
#include "area_sweep.h"

#include <errno.h>
#include <unistd.h>

#define MAX_PIECES 32

static long long sweep_heap(const struct target *target, __u64 piece,
			    int pieces)
{
	int fds[MAX_PIECES], count = 0, heap_fd;
	long long taken = 0;

	heap_fd = dma_heap_open(target->heap);

	if (heap_fd < 0)
		return heap_fd;
	while (count < pieces && !interrupted()) {
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
static long long sweep_debugfs(const struct target *target, __u64 piece,
			       int pieces)
{
	long long taken = 0;
	int count, err = 0;

	for (count = 0; count < pieces && !interrupted(); count++) {
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

static long long sweep(const struct target *target, __u64 piece, int pieces)
{
	if (target->heap)
		return sweep_heap(target, piece, pieces);
	if (target->area->has_debugfs)
		return sweep_debugfs(target, piece, pieces);
	return -ENOENT;
}

long long area_sweep(const struct target *target)
{
	__u64 piece, used = 0;
	int pieces;

	if (!target->area)
		return -ENOENT;
	piece = target->area->count_pages / MAX_PIECES;
	if (!piece)
		return -EINVAL;
	/* What drivers hold cannot be had: not asking keeps the log quiet. */
	if (cma_area_used_pages(target->area, &used))
		used = 0;
	pieces = (target->area->count_pages - used) / piece;
	return sweep(target, piece, pieces);
}

int area_drain(const struct target *target)
{
	long long taken = sweep(target, 1, 1);

	return taken < 0 ? taken : 0;
}
