// SPDX-License-Identifier: GPL-2.0
/* totals - which areas come alive, what userspace sees of them, and the sums */
#include <string.h>

#include "model.h"

#define BOUNCE_BYTES (64 * MIB)	/* what swiotlb= is without a number */

static __u64 bytes_outside_ram(const struct model *model, const struct region *area)
{
	return area->bytes - range_set_bytes(&model->ram, area->base, area->base + area->bytes);
}

/*
 * The map of memory comes in sections, and one with any RAM in it is mapped whole:
 *
 *    |---- section ----|---- section ----|
 *    [RAM..............][RAM....]  hole  |    the hole has a struct page for each page,
 *                                             and an area over it has pages to give
 */
static bool lies_in_map(const struct model *model, const struct region *area)
{
	__u64 section = 1ull << section_shift(model->settings);
	__u64 end = area->base + area->bytes;

	if (model->settings->architecture != ARCHITECTURE_ARM64)
		return !bytes_outside_ram(model, area);
	for (__u64 start = area->base / section * section; start < end; start += section)
		if (!range_set_overlaps(&model->ram, start, start + section))
			return false;
	return true;
}

/* An area must be RAM, and lie in one zone. */
static void activate(struct model *model, struct region *area)
{
	struct prediction *prediction = model->prediction;
	__u64 border = find_zone_border(model, area), outside;

	if (area->place != PLACE_EXACT || model->ram_unknown)
		return;
	if (!lies_in_map(model, area)) {
		add_finding(model, FINDING_REFUSED, area->name,
			    "0x%llx..0x%llx is not all RAM: the kernel does not boot with such an area",
			    area->base, area->base + area->bytes - 1);
		prediction->panics = true;
		return;
	}
	outside = bytes_outside_ram(model, area);
	if (outside) {
		add_finding(model, FINDING_BROKEN, area->name,
			    "0x%llx bytes of 0x%llx..0x%llx are no RAM, and the kernel gives them to whoever wants memory; end the area where RAM ends",
			    outside, area->base, area->base + area->bytes - 1);
		prediction->memory_lost_bytes -= outside;
	}
	if (!border)
		return;
	text_list_add(&prediction->log, "CMA area %s could not be activated", area->name);
	add_finding(model, FINDING_REFUSED, area->name,
		    "it crosses 0x%llx, the border of two zones; end it there or begin it there",
		    border);
	/* Its pages go to the buddy; the name stays, with nothing behind it. */
	area->bytes = 0;
}

/*
 * Pages that two areas have in common are given to the buddy by both. Older
 * kernels go on with them twice in its lists; where the lists are checked the
 * boot ends there.
 */
static void check_shared_pages(struct model *model)
{
	struct prediction *prediction = model->prediction;
	struct range_set areas = { NULL, 0 };

	for (size_t i = 0; i < prediction->region_count; i++) {
		const struct region *region = &prediction->regions[i];

		if (region->class != REGION_AREA || region->place != PLACE_EXACT)
			continue;
		if (range_set_overlaps(&areas, region->base, region->base + region->bytes))
			prediction->panics |= model->settings->kernel.checked_first;
		range_set_add(&areas, region->base, region->base + region->bytes);
	}
	range_set_free(&areas);
}

/* Into how many pieces no-map divides RAM, with and without a map. */
static size_t count_pieces(const struct model *model)
{
	struct range_set mapped = { NULL, 0 };
	size_t pieces = 0;

	range_set_add_all(&mapped, &model->ram);
	range_set_remove_all(&mapped, &model->unmapped);
	for (size_t i = 0; i < model->unmapped.count; i++)
		pieces += range_set_overlaps(&model->ram, model->unmapped.ranges[i].start,
					     model->unmapped.ranges[i].end);
	pieces += mapped.count;
	range_set_free(&mapped);
	return pieces;
}

/*
 * Early on the kernel's table of RAM does not grow. While it maps RAM, a kernel
 * may set its own image apart, which takes two pieces more, and two to spare for
 * joining them again: some end where that fails, others only where the first does.
 */
static void check_pieces(struct model *model)
{
	const struct behaviours *kernel = &model->settings->kernel;
	size_t pieces = count_pieces(model);
	unsigned int spare = !kernel->kernel_apart ? 0 : kernel->pieces_panic ? 4 : 2;

	if (model->settings->architecture != ARCHITECTURE_ARM64 ||
	    pieces + spare <= model->settings->ram_pieces_max)
		return;
	add_finding(model, FINDING_REFUSED, "/reserved-memory",
		    "no-map divides RAM into %zu pieces, and so early the kernel has room for %u; put regions side by side",
		    pieces, model->settings->ram_pieces_max - spare);
	/* That early nothing else has been said. */
	text_list_free(&model->prediction->log);
	text_list_add(&model->prediction->log, kernel->pieces_panic ?
		      "memblock: cannot resize memory array" : "Kernel panic");
	model->prediction->panics = true;
}

static const char *find_no_map(const struct model *model, __u64 start, __u64 end)
{
	const struct prediction *prediction = model->prediction;

	for (size_t i = 0; i < prediction->region_count; i++) {
		const struct region *region = &prediction->regions[i];

		if (region->class == REGION_NO_MAP && region->base < end &&
		    region->base + region->bytes > start)
			return region->name;
	}
	return "/reserved-memory";
}

/*
 * Some kernels leave the whole of a page out of the linear map that no-map has a part
 * of. The rest of it is free all the same, and what is free at the end of RAM goes first:
 *
 *    |------ page ------|------ page ------|
 *              free [== no-map ==]           the kernel writes here, and dies
 */
static void check_part_pages(struct model *model)
{
	__u64 page = model->settings->page_bytes, place, start;
	struct request request = { .bytes = 64, .align = 64, .high = ULLONG_MAX };
	struct range_set taken = { NULL, 0 };

	if (!model->settings->kernel.inward_map || model->ram_unknown ||
	    model->settings->architecture != ARCHITECTURE_ARM64)
		return;
	range_set_add_all(&taken, &model->taken);
	for (__u64 used = 0; used < MIB; used += page) {
		if (!find_place(&model->ram, &taken, &model->unmapped, &request, &place))
			break;
		start = place / page * page;
		if (!range_set_overlaps(&model->unmapped, start, start + page)) {
			range_set_add(&taken, start, start + page);
			continue;
		}
		add_finding(model, FINDING_REFUSED, find_no_map(model, start, start + page),
			    "no-map: the page at 0x%llx is out of the map for the part that it has, and the kernel uses the rest and dies; make base and size whole pages of %llu KiB",
			    start, page >> 10);
		text_list_truncate(&model->prediction->log, model->said_early);
		text_list_add(&model->prediction->log, "Kernel panic");
		model->prediction->panics = true;
		break;
	}
	range_set_free(&taken);
}

static void list_heaps(struct model *model)
{
	const struct settings *settings = model->settings;
	struct prediction *prediction = model->prediction;

	if (settings->has_system_heap)
		text_list_add(&prediction->heaps, "system");
	if (!settings->has_heaps)
		return;
	for (size_t i = 0; i < prediction->region_count; i++) {
		const struct region *region = &prediction->regions[i];

		if (region->class != REGION_AREA)
			continue;
		if (region->is_default)
			text_list_add(&prediction->heaps, "%s", settings->kernel.fixed_heap_name ?
				      "default_cma_region" : region->name);
		/* The name that it had before, where somebody still wants it. */
		if (region->is_default && settings->kernel.fixed_heap_name &&
		    !settings->kernel.area_heaps && settings->has_legacy_heap)
			text_list_add(&prediction->heaps, "%s", region->name);
		/* Those of nodes and huge pages are for nobody else. */
		if (settings->kernel.area_heaps && strncmp(region->name, "numa", 4) &&
		    strncmp(region->name, "hugetlb", 7))
			text_list_add(&prediction->heaps, "%s", region->name);
	}
}

static void sum_losses(struct model *model)
{
	struct prediction *prediction = model->prediction;
	__u64 page = model->settings->page_bytes, area_bytes = 0;
	struct range_set lost = { NULL, 0 }, areas = { NULL, 0 };

	for (size_t i = 0; i < model->unmapped.count; i++) {
		/* A page of which a part is out of the map is out of it whole. */
		__u64 start = model->unmapped.ranges[i].start / page * page;
		__u64 end = round_up_to(model->unmapped.ranges[i].end, page);

		prediction->ram_lost_bytes += range_set_bytes(&model->ram, start, end);
		range_set_add(&lost, start, end);
	}
	for (size_t i = 0; i < prediction->region_count; i++) {
		const struct region *region = &prediction->regions[i];

		if (region->class == REGION_MAPPED)
			range_set_add(&lost, region->base, range_end(region->base, region->bytes));
		if (region->class != REGION_AREA)
			continue;
		prediction->cma_bytes += region->bytes;
		area_bytes += region->bytes;
		range_set_add(&areas, region->base, region->base + region->bytes);
	}
	range_set_remove_all(&lost, &areas);
	range_set_remove_all(&lost, &model->settings->occupied);
	for (size_t i = 0; i < lost.count; i++)
		prediction->memory_lost_bytes +=
			range_set_bytes(&model->ram, lost.ranges[i].start, lost.ranges[i].end);
	/* The initramfs goes back when it is unpacked, and below an area has been given already. */
	for (size_t i = 0; i < model->settings->initramfs.count; i++)
		prediction->memory_lost_bytes -=
			range_set_bytes(&areas, model->settings->initramfs.ranges[i].start,
					model->settings->initramfs.ranges[i].end);
	/* What two areas share is given to the buddy, and counted, by both. */
	prediction->memory_lost_bytes -= area_bytes - range_set_bytes(&areas, 0, ULLONG_MAX);
	range_set_free(&lost);
	range_set_free(&areas);
}

/* Where buses do not reach all of RAM, there are buffers to copy to. */
static void add_bounce_buffers(struct model *model)
{
	__u64 end = end_of_ram(model);

	if (model->settings->architecture == ARCHITECTURE_ARM64 && end <= FOUR_GIB &&
	    end_of_dma_zone(model) < end)
		model->prediction->memory_lost_bytes += BOUNCE_BYTES;
}

void sum_up(struct model *model)
{
	struct prediction *prediction = model->prediction;

	find_default(model);
	for (size_t i = 0; i < prediction->region_count; i++) {
		if (prediction->regions[i].class != REGION_AREA)
			continue;
		prediction->early_bytes += prediction->regions[i].bytes;
		activate(model, &prediction->regions[i]);
	}
	check_shared_pages(model);
	check_part_pages(model);
	check_pieces(model);
	list_heaps(model);
	sum_losses(model);
	add_bounce_buffers(model);
}
