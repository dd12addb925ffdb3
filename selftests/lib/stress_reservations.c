// SPDX-License-Identifier: GPL-2.0
/*
 * Steps: what was reserved when the machine started. Gigantic pages come out of
 * the areas of hugetlb_cma= and go back into them, where the machine is ours and
 * has some; /proc/iomem goes on telling of the same regions.
 */
#include <stdio.h>
#include <string.h>

#include "gigantic_page.h"
#include "iomem.h"
#include "stress.h"
#include "text_file.h"

/* A page that something of ours holds in the area may have it refused. */
static void take_gigantic(struct stress *stress)
{
	struct stress_gigantic *page = &stress->gigantic;
	__u64 pages = 0;

	text_file_write(GIGANTIC_PAGES, "1");
	text_file_read_u64(GIGANTIC_PAGES, &pages);
	if (!pages)
		return;
	page->map = gigantic_page_map();
	if (!page->map) {
		stress_fail(stress, "a gigantic page cannot be mapped");
		return;
	}
	if (!gigantic_page_is_marked(page->map, 0))
		stress_fail(stress, "a gigantic page is not zeroed");
	page->seed = stress->step;
	gigantic_page_mark(page->map, page->seed);
}

static void give_gigantic_back(struct stress *stress)
{
	struct stress_gigantic *page = &stress->gigantic;
	__u64 pages = 1;

	if (page->map) {
		if (!gigantic_page_is_marked(page->map, page->seed))
			stress_fail(stress, "a gigantic page shows something else");
		gigantic_page_unmap(page->map);
		page->map = NULL;
	}
	text_file_write(GIGANTIC_PAGES, "0");
	text_file_read_u64(GIGANTIC_PAGES, &pages);
	if (pages || gigantic_used_pages(&stress->bed.areas) != page->used_at_start)
		stress_fail(stress, "a gigantic page is not given back to its area");
}

static void take_gigantic_or_give_back(struct stress *stress)
{
	struct stress_gigantic *page = &stress->gigantic;

	page->is_wanted = !page->is_wanted;
	if (!page->is_possible)
		return;
	if (page->is_wanted)
		take_gigantic(stress);
	else
		give_gigantic_back(stress);
}

/* FNV-1a, over where the regions are and what they are called. */
static bool add_region(void *context, const struct resource *resource)
{
	__u64 *sum = context;
	const char *at;
	char line[128];

	if (strcmp(resource->name, "System RAM") && strcmp(resource->name, "reserved"))
		return true;
	snprintf(line, sizeof(line), "%d %llx %llx %s", resource->depth, resource->start,
		 resource->end, resource->name);
	for (at = line; *at; at++)
		*sum = (*sum ^ (unsigned char)*at) * 0x100000001b3ull;
	return true;
}

static __u64 sum_regions(void)
{
	__u64 sum = 0xcbf29ce484222325ull;

	iomem_walk(add_region, &sum);
	return sum;
}

static void look_at_regions(struct stress *stress)
{
	if (sum_regions() != stress->regions)
		stress_fail(stress, "memory and its reservations are not what they were");
}

static void open_reservations(struct stress *stress)
{
	struct stress_gigantic *page = &stress->gigantic;
	__u64 pages;

	memset(page, 0, sizeof(*page));
	stress->regions = sum_regions();
	page->used_at_start = gigantic_used_pages(&stress->bed.areas);
	page->is_possible = testbed_owns_machine() && gigantic_page_is_asked_for() &&
			    page->used_at_start != ~0ull &&
			    !text_file_read_u64(GIGANTIC_PAGES, &pages) && !pages &&
			    !guard_set_file(&stress->bed.guard, GIGANTIC_PAGES, "0");
}

static void close_reservations(struct stress *stress)
{
	if (stress->gigantic.is_possible)
		give_gigantic_back(stress);
	look_at_regions(stress);
}

const struct stress_topic stress_reservations = {
	.open = open_reservations,
	.close = close_reservations,
	.steps = {
		{ "take a gigantic page or give it back", take_gigantic_or_give_back, 2 },
		{ "look at the reservations", look_at_regions, 2 },
	},
};
