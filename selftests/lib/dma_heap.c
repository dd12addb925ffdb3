// SPDX-License-Identifier: GPL-2.0
#include "dma_heap.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

/* Somebody else may allocate while a heap is probed: so often it is redone. */
#define PROBE_ATTEMPTS 8

int dma_heap_open(const struct dma_heap *heap)
{
	char path[sizeof(DMA_HEAP_ROOT) + 1 + CMA_NAME_SIZE];
	int fd;

	snprintf(path, sizeof(path), DMA_HEAP_ROOT "/%s", heap->name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int dma_heap_alloc_raw(int heap_fd, struct dma_heap_allocation_data *data)
{
	return ioctl(heap_fd, DMA_HEAP_IOCTL_ALLOC, data) < 0 ? -errno : 0;
}

int dma_heap_alloc(int heap_fd, size_t bytes)
{
	struct dma_heap_allocation_data data = {
		.len = bytes,
		.fd_flags = O_RDWR | O_CLOEXEC,
	};
	int err = dma_heap_alloc_raw(heap_fd, &data);

	return err ? err : (int)data.fd;
}

int dma_heap_alloc_larger(int heap_fd, size_t bytes)
{
	struct dma_heap_larger_argument larger = {
		.data = { .len = bytes, .fd_flags = O_RDWR | O_CLOEXEC },
	};

	return ioctl(heap_fd, DMA_HEAP_IOCTL_ALLOC_LARGER, &larger) < 0 ? -errno :
	       (int)larger.data.fd;
}

long long dma_buf_bytes(int buf_fd)
{
	off_t bytes = lseek(buf_fd, 0, SEEK_END);

	if (bytes < 0)
		return -errno;
	lseek(buf_fd, 0, SEEK_SET);
	return bytes;
}

int dma_buf_sync(int buf_fd, __u64 flags)
{
	struct dma_buf_sync sync = { .flags = flags };

	return ioctl(buf_fd, DMA_BUF_IOCTL_SYNC, &sync) < 0 ? -errno : 0;
}

int dma_buf_map(int buf_fd, size_t bytes, void **map)
{
	*map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, buf_fd, 0);
	return *map == MAP_FAILED ? -errno : 0;
}

/*
 * A figure of the area that moves with an allocation: pages taken, or, where
 * there is no debugfs, the sysfs counter that everybody may read.
 */
static bool read_mark(const struct cma_area *area, __u64 *mark)
{
	return cma_area_used_pages(area, mark) == 0 ||
	       cma_area_read(area, CMA_ALLOC_PAGES_SUCCESS, mark) == 0;
}

/*
 * Allocate a page and see which one area moves. Returns 1 and *area (NULL
 * when none did), 0 when it cannot be told, so that the name must do.
 */
static int probe_once(int heap_fd, const struct cma_area_list *areas,
		      const struct cma_area **area)
{
	__u64 before[CMA_MAX_AREAS], after;
	size_t i, moved = 0, readable = 0;
	int buf_fd;

	for (i = 0; i < areas->count; i++)
		if (!read_mark(&areas->area[i], &before[i]))
			before[i] = ~0ull;
	buf_fd = dma_heap_alloc(heap_fd, 1);
	if (buf_fd < 0)
		return 0;
	*area = NULL;
	for (i = 0; i < areas->count; i++) {
		if (before[i] == ~0ull || !read_mark(&areas->area[i], &after))
			continue;
		readable++;
		if (after == before[i])
			continue;
		*area = &areas->area[i];
		moved++;
	}
	close(buf_fd);
	return readable == areas->count && moved <= 1;
}

static const struct cma_area *area_of_heap(const struct dma_heap *heap,
					   const struct cma_area_list *areas)
{
	const struct cma_area *area = NULL;
	int fd = dma_heap_open(heap), attempt, known = 0;

	if (fd >= 0) {
		for (attempt = 0; attempt < PROBE_ATTEMPTS && !known; attempt++)
			known = probe_once(fd, areas, &area);
		close(fd);
	}
	return known ? area : cma_area_find(areas, heap->name);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct dma_heap *)a)->name,
		      ((const struct dma_heap *)b)->name);
}

int dma_heap_discover(struct dma_heap_list *list,
		      const struct cma_area_list *areas)
{
	DIR *dir = opendir(DMA_HEAP_ROOT);
	struct dirent *entry;
	size_t i;

	list->count = 0;
	if (!dir)
		return -errno;
	while ((entry = readdir(dir)) && list->count < DMA_HEAP_MAX) {
		struct dma_heap *heap = &list->heap[list->count];

		if (entry->d_name[0] == '.' ||
		    strlen(entry->d_name) >= sizeof(heap->name))
			continue;
		memset(heap, 0, sizeof(*heap));
		snprintf(heap->name, sizeof(heap->name), "%s", entry->d_name);
		list->count++;
	}
	closedir(dir);
	qsort(list->heap, list->count, sizeof(list->heap[0]), compare_names);
	for (i = 0; areas && i < list->count; i++)
		list->heap[i].area = area_of_heap(&list->heap[i], areas);
	return 0;
}

const struct dma_heap *dma_heap_of_area(const struct dma_heap_list *list,
					const struct cma_area *area)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (area && list->heap[i].area == area)
			return &list->heap[i];
	return NULL;
}
