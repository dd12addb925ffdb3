/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A dma-buf of a heap, mapped, each page beginning with a number of its own:
 * what is mapped where can be told from the contents.
 *
 *	fd	[0][1][2]...[n-1]
 *	map	 ^
 */
#ifndef CMA_TESTS_BUFFER_H
#define CMA_TESTS_BUFFER_H

#include <linux/types.h>
#include <stddef.h>

struct buffer {
	int fd;			/* -1: none */
	size_t page;		/* bytes of a page */
	size_t pages;
	size_t bytes;
	unsigned char *map;	/* NULL: not mapped */
};

/* buffer_open - allocate from the heap, map, number. Returns 0 or -errno. */
int buffer_open(struct buffer *buffer, int heap_fd, size_t pages);

/* buffer_close - unmap and close what is left; harmless when nothing is. */
void buffer_close(struct buffer *buffer);

/* buffer_unmap, buffer_close_fd - give one of the two up. */
void buffer_unmap(struct buffer *buffer);
void buffer_close_fd(struct buffer *buffer);

/* buffer_number - what page @page begins with. */
__u64 buffer_number(size_t page);

/*
 * buffer_first_wrong - check @pages pages mapped at @map, beginning with the
 * buffer's page @first. Returns the first that is wrong, or @pages.
 */
size_t buffer_first_wrong(const void *map, size_t first, size_t pages);

/*
 * buffer_mapping_flags - the two-letter flags of our mapping at @start, as smaps has
 * them, with blanks around each; "" without CONFIG_PROC_PAGE_MONITOR. Of page
 * frames, after 6.1: " pf ".
 */
void buffer_mapping_flags(const void *start, char *flags, size_t size);

#endif
