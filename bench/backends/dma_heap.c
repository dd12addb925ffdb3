// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/dma_heap/<heap>: what programs use. The latency has the zeroing of the
 * pages in it and the making of a dma-buf; the alignment is the kernel's
 * choice, the order of the size up to CONFIG_CMA_ALIGNMENT.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../bench.h"

struct dma_heap_state {
	int heap_fd;
	size_t page_size_bytes;
};

static int dma_heap_backend_open(const struct target *target, void **state,
				 struct reason *why)
{
	struct dma_heap_state *instance;
	int fd;

	if (!target->heap)
		return refuse(why, -ENOENT,
			      "no heap in " DMA_HEAP_ROOT " allocates from area %s (CONFIG_DMABUF_HEAPS_CMA, or permission to open it)",
			      target_name(target));
	fd = dma_heap_open(target->heap);
	if (fd < 0)
		return refuse(why, fd, "cannot open heap %s: %s",
			      target->heap->name, strerror(-fd));
	instance = malloc(sizeof(*instance));
	if (!instance) {
		close(fd);
		return refuse(why, -ENOMEM, "out of memory");
	}
	instance->heap_fd = fd;
	instance->page_size_bytes = target->page_size_bytes;
	*state = instance;
	return 0;
}

static void dma_heap_prepare(void *state, struct buffer *buffer)
{
	(void)state;
	buffer->fd = -1;
}

static int dma_heap_backend_alloc(void *state, struct buffer *buffer)
{
	struct dma_heap_state *instance = state;
	struct dma_heap_allocation_data data = {
		.len = buffer->pages * instance->page_size_bytes,
		.fd_flags = O_RDWR | O_CLOEXEC,
	};

	if (ioctl(instance->heap_fd, DMA_HEAP_IOCTL_ALLOC, &data) < 0)
		return -errno;
	buffer->fd = data.fd;
	return 0;
}

static int dma_heap_release(void *state, struct buffer *buffer)
{
	(void)state;
	return close(buffer->fd) ? -errno : 0;
}

static void dma_heap_backend_close(void *state)
{
	struct dma_heap_state *instance = state;

	close(instance->heap_fd);
	free(instance);
}

static const struct backend dma_heap = {
	.name = "dma-heap",
	.help = "DMA_HEAP_IOCTL_ALLOC on the area's heap, zeroing included",
	.by_default = true,
	.needs_area = true,
	.align_order = ALIGN_UNKNOWN,
	.releases_any = true,
	.zeroes = true,
	.holds_files = true,
	.open = dma_heap_backend_open,
	.prepare = dma_heap_prepare,
	.alloc = dma_heap_backend_alloc,
	.release = dma_heap_release,
	.close = dma_heap_backend_close,
};

REGISTER_BACKEND(dma_heap)
