/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A piece of memory with a pattern in it, by the way it was had: a buffer of a
 * heap, anonymous memory, shared memory. However it is moved about, it must
 * contain what was written.
 */
#ifndef CMA_TESTS_PIECE_H
#define CMA_TESTS_PIECE_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

/* PIECE_ABSENT: a buffer that was refused for want of memory, of as many bytes. */
enum piece_kind { PIECE_NONE, PIECE_BUFFER, PIECE_ANONYMOUS, PIECE_SHARED, PIECE_ABSENT };

struct piece {
	enum piece_kind kind;
	unsigned char *map;
	size_t bytes;
	int fd;		/* of a buffer */
	__u64 seed;	/* of the pattern */
};

/*
 * piece_take_buffer - a buffer of @bytes, which must come zeroed.
 * piece_map - anonymous or shared memory of @bytes.
 *
 * Return NULL, or what is wrong with it. For want of memory in the area the
 * piece becomes PIECE_ABSENT, and nothing is wrong.
 */
const char *piece_take_buffer(struct piece *piece, int heap_fd, size_t bytes, __u64 seed);
const char *piece_map(struct piece *piece, enum piece_kind kind, size_t bytes, __u64 seed);

/* piece_is_whole - does it contain its pattern? */
bool piece_is_whole(const struct piece *piece);

/*
 * piece_shows_page - does another mapping of the buffer, of page @page alone,
 * show what that page holds?
 */
bool piece_shows_page(const struct piece *piece, size_t page);

/* piece_drop - give it up, by one order of closing and unmapping or the other. */
void piece_drop(struct piece *piece);

#endif
