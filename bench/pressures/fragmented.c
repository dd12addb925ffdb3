// SPDX-License-Identifier: GPL-2.0
/*
 * Small buffers with holes between them, so that the search in the bitmap has
 * something to do: a request of two pages or more passes all of them before it
 * finds a place. Nothing has to be migrated.
 *
 *	base |X.X.X.X.X.X.X.X.X.X..............................|
 *	      <- HELD buffers ->  <- here
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../area_frames.h"
#include "../descriptors.h"

#define HELD 512

struct fragmented {
	const struct target *target;
	size_t count;
	int buffer[2 * HELD];
	__u64 others_pages;	/* taken before ours; 0 where nothing tells */
};

static void fragmented_close(void *state)
{
	struct fragmented *fragmented = state;

	while (fragmented->count)
		close(fragmented->buffer[--fragmented->count]);
	free(fragmented);
}

/* The kernel takes the first fit: one page behind the other. */
static int take_pages(struct fragmented *fragmented, int heap_fd,
		      struct reason *why)
{
	int fd;

	while (fragmented->count < 2 * HELD) {
		fd = dma_heap_alloc(heap_fd, fragmented->target->page_size_bytes);
		if (fd < 0)
			return refuse(why, fd, "buffer %zu of %d cannot be had: %s",
				      fragmented->count + 1, 2 * HELD, strerror(-fd));
		fragmented->buffer[fragmented->count++] = fd;
	}
	return 0;
}

/* Give each second one back. */
static void make_holes(struct fragmented *fragmented)
{
	size_t i;

	for (i = 0; i < HELD; i++) {
		close(fragmented->buffer[2 * i + 1]);
		fragmented->buffer[i] = fragmented->buffer[2 * i];
	}
	fragmented->count = HELD;
}

static int fragmented_open(const struct target *target, unsigned int percent,
			   void **state, struct reason *why)
{
	struct fragmented *fragmented;
	int heap_fd, err;

	(void)percent;
	if (!target->heap)
		return refuse(why, -ENOENT,
			      "no heap in " DMA_HEAP_ROOT " allocates from area %s (CONFIG_DMABUF_HEAPS_CMA, or permission to open it)",
			      target_name(target));
	err = descriptors_allow(2 * HELD, "buffers", why);
	if (err)
		return err;
	heap_fd = dma_heap_open(target->heap);
	if (heap_fd < 0)
		return refuse(why, heap_fd, "cannot open heap %s: %s",
			      target->heap->name, strerror(-heap_fd));
	fragmented = calloc(1, sizeof(*fragmented));
	if (!fragmented) {
		close(heap_fd);
		return refuse(why, -ENOMEM, "out of memory");
	}
	fragmented->target = target;
	/* Drivers have some from the boot on. */
	cma_area_used_pages(target->area, &fragmented->others_pages);
	err = take_pages(fragmented, heap_fd, why);
	close(heap_fd);
	if (err) {
		fragmented_close(fragmented);
		return err;
	}
	make_holes(fragmented);
	*state = fragmented;
	return 0;
}

static int fragmented_verify(void *state, struct occupancy *now,
			     struct reason *why)
{
	struct fragmented *fragmented = state;
	const struct cma_area *area = fragmented->target->area;
	int err = area_frames_expect_empty(fragmented->target, now, why);
	__u64 used;

	if (err)
		return err;
	if (!cma_area_used_pages(area, &used) && used != fragmented->others_pages + HELD)
		return refuse(why, -1, "%llu pages of the area are taken, expected the %d buffers that are held and %llu of others",
			      used, HELD, fragmented->others_pages);
	return 0;
}

static const struct pressure fragmented = {
	.name = "fragmented",
	.help = "512 small buffers with holes between them, else an empty area",
	.needs_area = true,
	.open = fragmented_open,
	.verify = fragmented_verify,
	.close = fragmented_close,
};

REGISTER_PRESSURE(fragmented)
