// SPDX-License-Identifier: GPL-2.0
#include "heap_trial.h"

#include <linux/dma-buf.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dma_heap.h"

const char *heap_trial(const struct cma_area_list *areas, const char *heap_name,
		       const char *area_name)
{
	size_t page = sysconf(_SC_PAGESIZE), bytes = 16 * page, i;
	__u64 before = cma_area_used_of(areas, area_name);
	const char *complaint = NULL;
	struct dma_heap heap = {};
	unsigned char *map;
	int heap_fd, fd;

	snprintf(heap.name, sizeof(heap.name), "%s", heap_name);
	heap_fd = dma_heap_open(&heap);
	if (heap_fd < 0)
		return "it cannot be opened";
	fd = dma_heap_alloc(heap_fd, bytes);
	close(heap_fd);
	if (fd < 0)
		return "it gives no buffer";
	if (cma_area_used_of(areas, area_name) != before + 16)
		complaint = "its area did not pay for the buffer";
	if (dma_buf_bytes(fd) != (long long)bytes)
		complaint = "its buffer has another length";
	if (dma_buf_sync(fd, DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW))
		complaint = "its buffer cannot be synchronized";
	if (dma_buf_map(fd, bytes, (void **)&map)) {
		close(fd);
		return "its buffer cannot be mapped";
	}
	for (i = 0; i < bytes; i++)
		if (map[i])
			complaint = "its buffer is not zeroed";
	memset(map, 0xa5, bytes);
	munmap(map, bytes);
	if (dma_buf_sync(fd, DMA_BUF_SYNC_END | DMA_BUF_SYNC_RW))
		complaint = "its buffer cannot be synchronized at the end";
	close(fd);
	if (cma_area_used_of(areas, area_name) != before)
		complaint = "its area did not get the buffer back";
	return complaint;
}
