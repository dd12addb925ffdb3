/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The allocation bitmap of an area, from debugfs.
 *
 *	bit	 0   1   2   3 ...
 *	pages	[..][..][..][..]	each 2^order_per_bit pages
 *		 ^ base_pfn
 */
#ifndef CMA_TESTS_BITMAP_H
#define CMA_TESTS_BITMAP_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "area.h"

struct cma_bitmap {
	__u64 base_pfn;
	unsigned int order_per_bit;
	size_t nbits;
	size_t nwords;		/* as the kernel printed them */
	__u32 *words;
};

/* A run of consecutive bits; length 0 is no run. */
struct cma_run {
	size_t start;
	size_t length;
};

/*
 * cma_bitmap_read - read the bitmap of range @range (0 when there is only one).
 *
 * Returns 0 or -errno: -ENOENT without debugfs or without that range, -EINVAL
 * when the text is no list of 32-bit numbers or has the wrong length. Release
 * with cma_bitmap_free().
 */
int cma_bitmap_read(const struct cma_area *area, unsigned int range,
		    struct cma_bitmap *bitmap);
void cma_bitmap_free(struct cma_bitmap *bitmap);

/* cma_bitmap_test - is bit @bit set? False beyond the end. */
bool cma_bitmap_test(const struct cma_bitmap *bitmap, size_t bit);

/* cma_bitmap_weight - how many of the area's bits are set. */
size_t cma_bitmap_weight(const struct cma_bitmap *bitmap);

/* cma_bitmap_stray - how many bits are set behind the end: must be 0. */
size_t cma_bitmap_stray(const struct cma_bitmap *bitmap);

/* cma_bitmap_longest_free - the longest run of clear bits, the first of them. */
struct cma_run cma_bitmap_longest_free(const struct cma_bitmap *bitmap);

/*
 * cma_bitmap_taken - the bits set in @after that are clear in @before.
 * @run:	the first such run.
 *
 * Returns the number of such bits: equal to @run->length when one block was
 * taken and nobody else allocated meanwhile.
 */
size_t cma_bitmap_taken(const struct cma_bitmap *before,
			const struct cma_bitmap *after, struct cma_run *run);

#endif
