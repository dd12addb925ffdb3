/* SPDX-License-Identifier: GPL-2.0 */
/* The areas and heaps of this machine, as found when the program started. */
#ifndef CMABENCH_MACHINE_H
#define CMABENCH_MACHINE_H

#include "bench.h"

struct machine {
	struct cma_area_list areas;
	struct dma_heap_list heaps;
};

extern struct machine machine;

void machine_discover(void);

/*
 * machine_choose - the area called @area and the heap called @heap; NULL: the
 * largest area with a heap, else the largest, else none. Fills in *target.
 * Returns 0, or -1 after an error line on stderr.
 */
int machine_choose(const char *area, const char *heap, struct target *target);

#endif
