// SPDX-License-Identifier: GPL-2.0
#include "area_map.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kernel-page-flags.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bitmap.h"
#include "json.h"

#define BIT(number) (1ull << (number))

/*
 * The more telling ones first: a cell shows the first that is found in it. Colours
 * are those of scripts/plot/area-map.gp, as near as terminals have them.
 */
static const struct {
	char letter;
	const char *name, *colour;
	__u64 any, none;
} states[] = {
	{ '#', "taken", "48;5;16;38;5;231", 0, 0 },	/* from the bitmap */
	{ 'S', "kernel", "48;5;175;38;5;16", BIT(KPF_SLAB) | BIT(KPF_PGTABLE), 0 },
	{ 'd', "dirty", "48;5;166;38;5;231", BIT(KPF_DIRTY) | BIT(KPF_WRITEBACK),
	  BIT(KPF_SWAPBACKED) | BIT(KPF_ANON) },
	{ 'f', "page cache", "48;5;36;38;5;16", BIT(KPF_LRU) | BIT(KPF_MMAP),
	  BIT(KPF_SWAPBACKED) | BIT(KPF_ANON) },
	{ 't', "tmpfs", "48;5;74;38;5;16", BIT(KPF_SWAPBACKED), BIT(KPF_ANON) },
	{ 'a', "anonymous", "48;5;25;38;5;231", BIT(KPF_ANON), 0 },
	{ 'o', "other", "48;5;178;38;5;16", BIT(KPF_UPTODATE) | BIT(KPF_LOCKED), 0 },
	{ '.', "free", "48;5;255;38;5;16", 0, 0 },	/* what is left */
};

#define NR_STATES ((int)ARRAY_SIZE(states))
#define STATE_FREE (NR_STATES - 1)

static int state_of(__u64 flags)
{
	int i;

	for (i = 1; i < STATE_FREE; i++)
		if ((flags & states[i].any) && !(flags & states[i].none))
			return i;
	return STATE_FREE;
}

static bool prints_colours(void)
{
	return isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
}

static const char *colour_of(char letter)
{
	int i;

	for (i = 0; i < STATE_FREE && states[i].letter != letter; i++)
		;
	return states[i].colour;
}

void area_map_print(const char *cells, size_t count)
{
	size_t i, length;

	if (!prints_colours()) {
		printf("%.*s", (int)count, cells);
		return;
	}
	for (i = 0; i < count && cells[i]; i += length) {
		for (length = 1; i + length < count && cells[i + length] == cells[i]; length++)
			;
		printf("\033[%sm%.*s\033[0m", colour_of(cells[i]), (int)length, cells + i);
	}
}

void area_map_print_legend(const struct area_map *map)
{
	int i;

	if (!map->sees_frames) {
		puts("# taken   . free or lent out (/proc/kpageflags cannot be read)");
		return;
	}
	for (i = 0; i < NR_STATES; i++) {
		area_map_print(&states[i].letter, 1);
		printf(" %s%s", states[i].name, i < STATE_FREE ? "  " : "\n");
	}
}

#define BATCH_PAGES 1024

/* The most telling state of frames [@pfn, @pfn + @pages). */
static int frames_state(int fd, __u64 pfn, __u64 pages)
{
	int best = STATE_FREE, state;
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
	return flags_fd < 0 ? STATE_FREE :
	       frames_state(flags_fd, bitmap->base_pfn + first, pages);
}

/* Cells do not cross ranges; a range that ends early leaves its rest out. */
static size_t map_range(const struct cma_bitmap *bitmap, int flags_fd,
			struct area_map *map, size_t cell)
{
	__u64 pages = (__u64)bitmap->nbits << bitmap->order_per_bit, first;

	for (first = 0; first < pages && cell < AREA_MAP_CELLS;
	     first += map->pages_per_cell, cell++)
		map->cells[cell] = states[cell_state(bitmap, flags_fd, first,
						     map->pages_per_cell)].letter;
	return cell;
}

int area_map_read(const struct target *target, unsigned int cells, struct area_map *map)
{
	const struct cma_area *area = target->area;
	struct cma_bitmap bitmap;
	int flags_fd, err = 0;
	unsigned int i;
	size_t cell = 0;

	memset(map, 0, sizeof(*map));
	if (!area || !area->nranges)
		return -ENOENT;
	map->pages_per_cell = (area->count_pages + cells - 1) / cells;
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

	if (!records->file || area_map_read(row->target, AREA_MAP_CELLS, &map))
		return;
	record_open(records, &json, "map");
	record_row(&json, row);
	json_number(&json, "number", number);
	json_number(&json, "pages_per_cell", map.pages_per_cell);
	json_bool(&json, "sees_frames", map.sees_frames);
	json_string(&json, "cells", map.cells);
	record_close(records, &json);
}
