/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Anonymous memory of this process that reaches into an area.
 *
 * The kernel puts movable pages into CMA only when free CMA pages are more
 * than half of what is free, so other memory must be filled first. How far is
 * never assumed: each step is followed by a look at where its pages are.
 *
 *	other memory [##########..]
 *	area	     [###.........]	enough pages here: stop
 *
 * Every page begins with a word that tells which page it is, and ends with
 * its complement: migration must preserve both.
 *
 * Children do not have it.
 */
#ifndef CMA_TESTS_MOVABLE_H
#define CMA_TESTS_MOVABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "area.h"

/* Linux 5.14; libc's headers may be older. */
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

struct movable {
	unsigned char *map;
	size_t mapped_bytes;
	size_t filled_bytes;
	size_t first_page;	/* the number of the first page that is left */
};

/*
 * movable_reach - fill memory until @wanted_pages of it lie in @area.
 * @deadline_ms: give up after so long.
 *
 * Returns the pages in the area (at least @wanted_pages), or -errno: -ENOSPC
 * when filling more would endanger the machine, -ETIME at the deadline, both
 * with @movable->filled_bytes telling how far it came; others as
 * pagemap_pages_in_area(). Undo with movable_free() in every case.
 */
long movable_reach(struct movable *movable, const struct cma_area *area,
		   long wanted_pages, long long deadline_ms);
void movable_free(struct movable *movable);

/*
 * movable_is_too_much - would others lack memory, if @bytes more of it were taken?
 *
 * For whoever fills memory and does something else then. What is free in the areas is of
 * no use to those whose pages cannot move, such as tables of pages.
 */
bool movable_is_too_much(__u64 bytes);

/*
 * movable_press - fill memory until new movable pages go into bed->area too.
 *
 * An eighth of the area, 16 MiB at most. Filling ends where the area has as much
 * free as the rest, and there whoever gives a few megabytes back turns the kernel
 * away from the area. So a block of the area is held meanwhile, and given back:
 *
 *	rest	[######....]	      [######....]
 *	area	[##....XXXX]	->    [##........]	ahead by the block
 *
 * It gives up after half a minute, and sooner where presses before it gave up, so that
 * kselftest does not end a program on a slow machine which has skips to tell of.
 *
 * Returns NULL or the reason to skip.
 */
struct testbed;
const char *movable_press(struct movable *movable, struct testbed *bed);

/* movable_press_within - for who has another time for it. */
const char *movable_press_within(struct movable *movable, struct testbed *bed,
				 long long deadline_ms);

/*
 * movable_keep_reached - give back all but @bytes that lie, in part, in @area.
 *
 * The last such run is kept. Returns its pages in the area, -ENOENT when there
 * is none, or as pagemap_pages_in_area().
 */
long movable_keep_reached(struct movable *movable, const struct cma_area *area,
			  size_t bytes);

/*
 * movable_first_bad - check what was filled in.
 *
 * Returns the number of the first page that changed, or -1 when all are well.
 */
long movable_first_bad(const struct movable *movable);

/* movable_page_is_good - check page @page, wherever it is mapped now. */
bool movable_page_is_good(const void *address, size_t page);

#endif
