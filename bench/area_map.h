/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The area as a picture: one letter for a cell of neighbouring pages, the most
 * telling state of any of them.
 *
 *	#  taken from the area (the bitmap says)
 *	S  slab, page table or other page of the kernel: should not be here
 *	d  dirty or under writeback	f  page cache	t  tmpfs, shared memory
 *	a  anonymous			o  in use, of no kind that is told
 *	.  free
 */
#ifndef CMABENCH_AREA_MAP_H
#define CMABENCH_AREA_MAP_H

#include "records.h"

#define AREA_MAP_CELLS 256

struct area_map {
	__u64 pages_per_cell;
	bool sees_frames;	/* else only # and . are told apart */
	char cells[AREA_MAP_CELLS + 1];
};

/* area_map_read - Returns 0 or -errno; -ENOENT without CMA debugfs. */
int area_map_read(const struct target *target, struct area_map *map);

/* area_map_record - a "map" record, the @number-th of the row. */
void area_map_record(struct records *records, const struct row *row,
		     __u64 number);

/* area_map_legend - one line for people. */
const char *area_map_legend(void);

#endif
