/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Heaps below /dev/dma_heap, and which area each takes its memory from.
 *
 * A heap's name does not tell its area on every kernel: 6.x offers only the
 * default area, under the area's name ("reserved" with cma= on the command
 * line); 7.x calls that one default_cma_region and adds a heap for each area.
 * Vendors have names of their own. So the area is measured: one page is
 * allocated, and the area whose used pages move by it is the heap's.
 */
#ifndef CMA_TESTS_DMA_HEAP_H
#define CMA_TESTS_DMA_HEAP_H

#include <linux/dma-heap.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "area.h"

#define DMA_HEAP_ROOT		"/dev/dma_heap"
#define DMA_HEAP_MAX		128	/* the kernel's number of minors */

struct dma_heap {
	char name[CMA_NAME_SIZE];
	const struct cma_area *area;	/* NULL: no CMA area (system heap) */
};

struct dma_heap_list {
	size_t count;
	struct dma_heap heap[DMA_HEAP_MAX];
};

/*
 * dma_heap_discover - list the heaps, sorted by name, each with its area.
 * @areas: from cma_area_discover(); must live as long as @list. May be NULL.
 *
 * Returns 0 (also for an empty list), or -errno of reading the folder:
 * -ENOENT means no CONFIG_DMABUF_HEAPS or no devtmpfs on /dev. A heap that
 * cannot be opened (-EACCES) or has no page left keeps the area its name says.
 */
int dma_heap_discover(struct dma_heap_list *list,
		      const struct cma_area_list *areas);

/* dma_heap_of_area - the first heap that allocates from @area, or NULL. */
const struct dma_heap *dma_heap_of_area(const struct dma_heap_list *list,
					const struct cma_area *area);

/* dma_heap_open - open the heap's device. Returns a descriptor or -errno. */
int dma_heap_open(const struct dma_heap *heap);

/*
 * dma_heap_alloc - allocate a buffer.
 * @heap_fd:	from dma_heap_open().
 * @bytes:	wanted length; the kernel rounds it up to whole pages.
 *
 * Returns a dma-buf descriptor (close-on-exec, read and write), or -errno:
 * -EINVAL for 0 bytes, -ENOMEM when the area has no room or stays busy.
 */
int dma_heap_alloc(int heap_fd, size_t bytes);

/* As a later kernel may have it: more than fits on this one's stack, so that it takes memory. */
struct dma_heap_larger_argument {
	struct dma_heap_allocation_data data;
	__u64 future[32];
};

#define DMA_HEAP_IOCTL_ALLOC_LARGER _IOWR('H', 0, struct dma_heap_larger_argument)

/* dma_heap_alloc_larger - the same as dma_heap_alloc(), by such an argument. */
int dma_heap_alloc_larger(int heap_fd, size_t bytes);

/*
 * dma_heap_alloc_raw - the ioctl with every field in the caller's hand.
 * @heap_fd:	from dma_heap_open().
 * @data:	struct dma_heap_allocation_data, or any bad pointer.
 *
 * Returns 0 or -errno; the descriptor is in @data->fd.
 */
struct dma_heap_allocation_data;
int dma_heap_alloc_raw(int heap_fd, struct dma_heap_allocation_data *data);

/*
 * dma_buf_bytes - length of a dma-buf, a multiple of the page size.
 *
 * Returns bytes or -errno. Leaves the file position at the start.
 */
long long dma_buf_bytes(int buf_fd);

/*
 * dma_buf_sync - DMA_BUF_IOCTL_SYNC.
 * @flags: DMA_BUF_SYNC_{READ,WRITE,RW} with DMA_BUF_SYNC_{START,END}.
 *
 * Returns 0 or -errno; -EINVAL for other flags or for no direction.
 */
int dma_buf_sync(int buf_fd, __u64 flags);

/*
 * dma_buf_map - map the first @bytes of the buffer, shared, read and write.
 *
 * Returns 0 and the address in *@map, or -errno. Undo with munmap().
 */
int dma_buf_map(int buf_fd, size_t bytes, void **map);

#endif
