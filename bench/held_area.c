// SPDX-License-Identifier: GPL-2.0
#include "held_area.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "descriptors.h"

/*
 * The kernel takes the first fit. A piece of a page less than a power of two is
 * aligned to that, so the single page behind it comes to lie in between.
 */
static void take_parts(struct held_area *held, int heap_fd, size_t page_size,
		       __u64 part_pages, size_t parts)
{
	int fd = 0;

	while (held->pieces < parts && fd >= 0 && !interrupted()) {
		fd = dma_heap_alloc(heap_fd, (part_pages - 1) * page_size);
		if (fd >= 0)
			held->piece[held->pieces++] = fd;
	}
}

/*
 * After the pieces: what was free before the first of them and behind the last is
 * less than a part each, and single pages go there, too.
 */
static void take_singles(struct held_area *held, int heap_fd, size_t page_size,
			 size_t most)
{
	int fd = 0;

	while (held->singles < most && fd >= 0 && !interrupted()) {
		fd = dma_heap_alloc(heap_fd, page_size);
		if (fd >= 0)
			held->single[held->singles++] = fd;
	}
}

int held_area_take(struct held_area *held, const struct target *target,
		   __u64 part_pages, struct reason *why)
{
	size_t parts = target->area->count_pages / part_pages;
	size_t most = parts + 4 * part_pages;
	int heap_fd, err = descriptors_allow(parts + most, "buffers", why);

	memset(held, 0, sizeof(*held));
	if (err)
		return err;
	held->piece = calloc(parts, sizeof(*held->piece));
	held->single = calloc(most, sizeof(*held->single));
	heap_fd = dma_heap_open(target->heap);
	if (!held->piece || !held->single)
		err = refuse(why, -ENOMEM, "out of memory");
	else if (heap_fd < 0)
		err = refuse(why, heap_fd, "cannot open heap %s: %s",
			     target->heap->name, strerror(-heap_fd));
	if (!err) {
		take_parts(held, heap_fd, target->page_size_bytes, part_pages,
			   parts);
		take_singles(held, heap_fd, target->page_size_bytes, most);
	}
	if (heap_fd >= 0)
		close(heap_fd);
	if (err)
		held_area_give(held);
	return err;
}

bool held_area_give_single(struct held_area *held)
{
	if (!held->singles)
		return false;
	close(held->single[--held->singles]);
	return true;
}

void held_area_give(struct held_area *held)
{
	while (held_area_give_single(held))
		;
	while (held->pieces)
		close(held->piece[--held->pieces]);
	free(held->piece);
	free(held->single);
	memset(held, 0, sizeof(*held));
}
