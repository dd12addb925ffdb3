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

/*
 * area_map_read - the area in at most @cells letters, up to AREA_MAP_CELLS.
 *
 * Returns 0 or -errno; -ENOENT without CMA debugfs.
 */
int area_map_read(const struct target *target, unsigned int cells, struct area_map *map);

/* area_map_record - a "map" record, the @number-th of the row. */
void area_map_record(struct records *records, const struct row *row,
		     __u64 number);

/*
 * area_map_print - letters for people, each on the colour that the plot has for it
 * where stdout is a terminal and NO_COLOR is not set.
 */
void area_map_print(const char *cells, size_t count);

/* area_map_print_legend - one line: what the letters of @map mean. */
void area_map_print_legend(const struct area_map *map);

#endif
