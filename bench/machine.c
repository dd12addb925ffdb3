// SPDX-License-Identifier: GPL-2.0
#include "machine.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "meminfo.h"
#include "unseen_area.h"

struct machine machine;

/* A kernel that shows no areas lends from them all the same. */
static void find_unseen_area(void)
{
	if (!machine.areas.count &&
	    unseen_area_find_heap(&machine.heaps, &machine.areas.area[0]))
		machine.areas.count = 1;
}

/*
 * 6.x without debugfs tells an area's name only. Where one area is known, all
 * CMA memory is taken for its.
 */
static void size_only_area(void)
{
	struct cma_area *area = &machine.areas.area[0];
	__u64 total_bytes;

	if (machine.areas.count == 1 && !area->count_pages &&
	    !meminfo_bytes("CmaTotal", &total_bytes))
		area->count_pages = total_bytes / sysconf(_SC_PAGESIZE);
}

void machine_discover(void)
{
	if (cma_area_discover(&machine.areas))
		machine.areas.count = 0;
	if (dma_heap_discover(&machine.heaps, &machine.areas))
		machine.heaps.count = 0;
	find_unseen_area();
	size_only_area();
}

static int choose_heap(const char *area, const char *heap,
		       struct target *target)
{
	size_t i;

	for (i = 0; i < machine.heaps.count; i++)
		if (!strcmp(machine.heaps.heap[i].name, heap))
			target->heap = &machine.heaps.heap[i];
	if (!target->heap || !target->heap->area) {
		fprintf(stderr, "error: --heap: expected a CMA heap in " DMA_HEAP_ROOT ", found %s '%s'; see cmabench --list\n",
			target->heap ? "the heap without an area" : "no heap",
			heap);
		return -1;
	}
	target->area = target->heap->area;
	if (area && strcmp(area, target->area->name)) {
		fprintf(stderr, "error: heap %s allocates from area %s, not from '%s'\n",
			heap, target->area->name, area);
		return -1;
	}
	return 0;
}

static bool better(const struct cma_area *area, const struct cma_area *best)
{
	bool heap = dma_heap_of_area(&machine.heaps, area);
	bool best_heap = best && dma_heap_of_area(&machine.heaps, best);

	if (!best || heap != best_heap)
		return !best || heap;
	return area->count_pages > best->count_pages;
}

int machine_choose(const char *area, const char *heap, struct target *target)
{
	size_t i;

	target->page_size_bytes = sysconf(_SC_PAGESIZE);
	if (heap)
		return choose_heap(area, heap, target);
	if (area)
		target->area = cma_area_find(&machine.areas, area);
	if (area && !target->area) {
		fprintf(stderr, "error: --area: expected an area of this machine, found '%s'; see cmabench --list\n",
			area);
		return -1;
	}
	for (i = 0; !area && i < machine.areas.count; i++)
		if (better(&machine.areas.area[i], target->area))
			target->area = &machine.areas.area[i];
	target->heap = dma_heap_of_area(&machine.heaps, target->area);
	return 0;
}
