/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The slots of a struct resident: one mapping, a page each, looked at through
 * the process's own pagemap.
 *
 *	slot	0 ......... first_slot ............ end_slot ..... capacity
 *		  ballast		 the window	    untouched
 *
 * Only for resident.c: everybody else goes through resident.h.
 */
#ifndef CMABENCH_RESIDENT_WINDOW_H
#define CMABENCH_RESIDENT_WINDOW_H

#include "resident.h"

/* Fewer pages than this are not worth a round of their own. */
#define SMALL_PAGES 64

/* window_scan - read the pagemap of the window, count. Returns 0 or -errno. */
int window_scan(struct resident *resident);

/* window_look - count by PFN, or where frames are not seen by the counters. */
int window_look(struct resident *resident);

/* window_fault - make @pages more pages present. Returns 0 or -errno. */
int window_fault(struct resident *resident, __u64 pages);

/* window_drop_inside, _outside - give @pages back. Return 0 or -errno. */
int window_drop_inside(struct resident *resident, __u64 pages);
int window_drop_outside(struct resident *resident, __u64 pages);

/*
 * window_forget_ballast - let the window begin where residents get dense: the
 * slots below, most of them, need not be looked at again.
 */
void window_forget_ballast(struct resident *resident);

/* window_address - of a slot. window_pfn - its frame at the last scan, or 0. */
void *window_address(const struct resident *resident, __u64 slot);
__u64 window_pfn(const struct resident *resident, __u64 slot);

#endif
