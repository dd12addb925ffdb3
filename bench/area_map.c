// SPDX-License-Identifier: GPL-2.0
#include "area_map.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kernel-page-flags.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bitmap.h"
#include "json.h"

#define BIT(number) (1ull << (number))

/* The more telling ones first: a cell shows the first that is found in it. */
static const struct {
	char letter;
	__u64 any, none;
} states[] = {
	{ '#', 0, 0 },	/* from the bitmap */
	{ 'S', BIT(KPF_SLAB) | BIT(KPF_PGTABLE), 0 },
	{ 'd', BIT(KPF_DIRTY) | BIT(KPF_WRITEBACK), BIT(KPF_SWAPBACKED) |
						    BIT(KPF_ANON) },
	{ 'f', BIT(KPF_LRU) | BIT(KPF_MMAP), BIT(KPF_SWAPBACKED) |
					     BIT(KPF_ANON) },
	{ 't', BIT(KPF_SWAPBACKED), BIT(KPF_ANON) },
	{ 'a', BIT(KPF_ANON), 0 },
	{ 'o', BIT(KPF_UPTODATE) | BIT(KPF_LOCKED), 0 },
};

static int state_of(__u64 flags)
{
	size_t i;

	for (i = 1; i < ARRAY_SIZE(states); i++)
		if ((flags & states[i].any) && !(flags & states[i].none))
			return i;
	return ARRAY_SIZE(states);
}

const char *area_map_legend(void)
{
	return "# taken   a anonymous   t tmpfs   f page cache   d dirty   S kernel   o other   . free";
}

#define BATCH_PAGES 1024

/* The most telling state of frames [@pfn, @pfn + @pages). */
static int frames_state(int fd, __u64 pfn, __u64 pages)
{
	int best = ARRAY_SIZE(states), state;
	__u64 flags[BATCH_PAGES];
	ssize_t got, i;

	for (; pages; pfn += got, pages -= got) {
		got = pread(fd, flags, sizeof(flags[0]) *
			    (pages < BATCH_PAGES ? pages : BATCH_PAGES),
			    pfn * sizeof(flags[0]));
		got /= (ssize_t)sizeof(flags[0]);
		if (got <= 0)
			break;
		for (i = 0; i < got; i++) {
			state = state_of(flags[i]);
			if (state < best)
				best = state;
		}
	}
	return best;
}

/* Of the pages from @first on, counted from the range's base. */
static int cell_state(const struct cma_bitmap *bitmap, int flags_fd,
		      __u64 first, __u64 pages)
{
	__u64 all = (__u64)bitmap->nbits << bitmap->order_per_bit, i;

	if (first + pages > all)
		pages = all - first;
	for (i = first; i < first + pages; i++)
		if (cma_bitmap_test(bitmap, i >> bitmap->order_per_bit))
			return 0;
	return flags_fd < 0 ? (int)ARRAY_SIZE(states) :
	       frames_state(flags_fd, bitmap->base_pfn + first, pages);
}

/* Cells do not cross ranges; a range that ends early leaves its rest out. */
static size_t map_range(const struct cma_bitmap *bitmap, int flags_fd,
			struct area_map *map, size_t cell)
{
	__u64 pages = (__u64)bitmap->nbits << bitmap->order_per_bit, first;

	for (first = 0; first < pages && cell < AREA_MAP_CELLS;
	     first += map->pages_per_cell, cell++) {
		int state = cell_state(bitmap, flags_fd, first,
				       map->pages_per_cell);

		map->cells[cell] = state < (int)ARRAY_SIZE(states) ?
				   states[state].letter : '.';
	}
	return cell;
}

int area_map_read(const struct target *target, struct area_map *map)
{
	const struct cma_area *area = target->area;
	struct cma_bitmap bitmap;
	int flags_fd, err = 0;
	unsigned int i;
	size_t cell = 0;

	memset(map, 0, sizeof(*map));
	if (!area || !area->nranges)
		return -ENOENT;
	map->pages_per_cell = (area->count_pages + AREA_MAP_CELLS - 1) /
			      AREA_MAP_CELLS;
	flags_fd = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	map->sees_frames = flags_fd >= 0;
	for (i = 0; i < area->nranges && !err; i++) {
		err = cma_bitmap_read(area, i, &bitmap);
		if (err)
			break;
		cell = map_range(&bitmap, flags_fd, map, cell);
		cma_bitmap_free(&bitmap);
	}
	if (flags_fd >= 0)
		close(flags_fd);
	return err;
}

void area_map_record(struct records *records, const struct row *row,
		     __u64 number)
{
	struct area_map map;
	struct json json;

	if (!records->file || area_map_read(row->target, &map))
		return;
	record_open(records, &json, "map");
	record_row(&json, row);
	json_number(&json, "number", number);
	json_number(&json, "pages_per_cell", map.pages_per_cell);
	json_bool(&json, "sees_frames", map.sees_frames);
	json_string(&json, "cells", map.cells);
	record_close(records, &json);
}
