// SPDX-License-Identifier: GPL-2.0
#include "unseen_area.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "meminfo.h"

/*
 * Processors keep up to 125 pages each of the figure to themselves: a buffer is large,
 * and must move half of itself, each time.
 */
#define PROBE_ROUNDS 2
#define LARGEST_PROBE_BYTES (8ull << 20)

static __u64 free_bytes(void)
{
	__u64 bytes;

	vm_stat_refresh();
	return meminfo_bytes("CmaFree", &bytes) ? 0 : bytes;
}

/*
 * Pages that made room for a buffer may come from a full area, so that it is not taking
 * but giving back that shows. What is given back waits in the processors' lists, from
 * which the next allocation drains it.
 */
static bool raises_cma_free(int heap_fd, __u64 bytes)
{
	int buf_fd = dma_heap_alloc(heap_fd, bytes), page_fd;
	__u64 during, after;

	if (buf_fd < 0)
		return false;
	during = free_bytes();
	close(buf_fd);
	page_fd = dma_heap_alloc(heap_fd, 1);
	after = free_bytes();
	if (page_fd >= 0)
		close(page_fd);
	return after >= during + bytes / 2;
}

static bool is_of_an_area(const struct dma_heap *heap)
{
	int fd = dma_heap_open(heap), rounds = 0;
	__u64 bytes;

	if (fd < 0)
		return false;
	if (!meminfo_bytes("CmaTotal", &bytes)) {
		bytes = bytes / 4 < LARGEST_PROBE_BYTES ? bytes / 4 : LARGEST_PROBE_BYTES;
		while (bytes && rounds < PROBE_ROUNDS && raises_cma_free(fd, bytes))
			rounds++;
	}
	close(fd);
	return rounds == PROBE_ROUNDS;
}

const struct dma_heap *unseen_area_find_heap(struct dma_heap_list *heaps, struct cma_area *area)
{
	size_t i;

	for (i = 0; i < heaps->count; i++) {
		struct dma_heap *heap = &heaps->heap[i];

		if (!is_of_an_area(heap))
			continue;
		memset(area, 0, sizeof(*area));
		snprintf(area->name, sizeof(area->name), "%s", heap->name);
		heap->area = area;
		return heap;
	}
	return NULL;
}
