// SPDX-License-Identifier: GPL-2.0
#include "piece.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dma_heap.h"
#include "pagemap.h"
#include "pattern.h"

static void become(struct piece *piece, enum piece_kind kind, size_t bytes, __u64 seed)
{
	piece->kind = kind;
	piece->bytes = bytes;
	piece->seed = seed;
	pattern_fill(piece->map, bytes, seed);
}

const char *piece_take_buffer(struct piece *piece, int heap_fd, size_t bytes, __u64 seed)
{
	size_t i;

	piece->fd = dma_heap_alloc(heap_fd, bytes);
	if (piece->fd == -ENOMEM) {
		*piece = (struct piece) { .kind = PIECE_ABSENT, .bytes = bytes, .seed = seed };
		return NULL;
	}
	if (piece->fd < 0)
		return "a buffer is refused, not for want of memory";
	if (dma_buf_map(piece->fd, bytes, (void **)&piece->map)) {
		close(piece->fd);
		return "a buffer cannot be mapped";
	}
	for (i = 0; i < bytes && !*(__u64 *)(piece->map + i); i += sizeof(__u64))
		;
	become(piece, PIECE_BUFFER, bytes, seed);
	return i < bytes ? "a buffer is not zeroed" : NULL;
}

const char *piece_map(struct piece *piece, enum piece_kind kind, size_t bytes, __u64 seed)
{
	int flags = kind == PIECE_SHARED ? MAP_SHARED : MAP_PRIVATE;

	piece->map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
	if (piece->map == MAP_FAILED)
		return "no memory for a piece";
	become(piece, kind, bytes, seed);
	return NULL;
}

bool piece_is_whole(const struct piece *piece)
{
	return piece->kind == PIECE_ABSENT ||
	       pattern_first_wrong(piece->map, piece->bytes, piece->seed) < 0;
}

bool piece_shows_page(const struct piece *piece, size_t page)
{
	size_t size = pagemap_page_size();
	void *map = mmap(NULL, size, PROT_READ, MAP_SHARED, piece->fd, page * size);
	bool same = map != MAP_FAILED && !memcmp(map, piece->map + page * size, size);

	if (map != MAP_FAILED)
		munmap(map, size);
	return same;
}

void piece_drop(struct piece *piece)
{
	bool is_buffer = piece->kind == PIECE_BUFFER;

	if (is_buffer && piece->seed % 2)
		close(piece->fd);
	if (piece->kind != PIECE_ABSENT)
		munmap(piece->map, piece->bytes);
	if (is_buffer && piece->seed % 2 == 0)
		close(piece->fd);
	piece->kind = PIECE_NONE;
}
