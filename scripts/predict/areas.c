// SPDX-License-Identifier: GPL-2.0
/* areas - what the kernel declares an area with, and the global one */
#include "areas.h"

static __u64 total_ram(const struct model *model)
{
	return range_set_bytes(&model->ram, 0, ULLONG_MAX);
}

static void log_failure(struct model *model, __u64 bytes)
{
	text_list_add(&model->prediction->log, "Failed to reserve %llu MiB", bytes / MIB);
}

/* Find where an area without a fixed place goes; newer memory above 4 GiB first. */
static bool find_outside(const struct model *model, const struct range_set *taken,
			 const struct area_request *area, __u64 *base)
{
	struct request request = { .bytes = area->bytes, .align = area->align };
	__u64 end = model->settings->kernel.numa_names ? area->limit : end_of_ram(model);

	if (end >= FOUR_GIB + area->bytes) {
		request.low = FOUR_GIB;
		request.high = area->limit;
		request.lowest = true;
		if (find_place(area->ram, taken, &model->unmapped, &request, base))
			return true;
	}
	request.low = area->base ? area->base : model->settings->page_bytes;
	request.high = area->limit;
	request.lowest = false;
	return find_place(area->ram, taken, &model->unmapped, &request, base);
}

/*
 * By then the map of memory is at the end of RAM: 64 bytes a page, for each section that
 * has RAM. With larger pages more is taken and given back; there, one page stands for it.
 */
static __u64 early_bytes(const struct model *model)
{
	__u64 page = model->settings->page_bytes, sections = 0;
	__u64 section = 1ull << section_shift(model->settings), last = 0;

	if (page != 4096 || model->settings->architecture != ARCHITECTURE_ARM64)
		return page;
	for (size_t i = 0; i < model->ram.count; i++) {
		__u64 first = model->ram.ranges[i].start / section;

		if (first < last)
			first = last;
		last = (model->ram.ranges[i].end - 1) / section + 1;
		sections += last - first;
	}
	return sections * (section / page * 64);
}

/* Is the one place reached from the other without leaving what is free? */
static bool lies_beside(const struct model *model, __u64 low, __u64 end)
{
	return range_set_bytes(&model->ram, low, end) == end - low &&
	       !range_set_overlaps(&model->taken, low, end) &&
	       !range_set_overlaps(&model->unmapped, low, end);
}

/*
 * What fits only with all of the end does not fit, and goes where it does:
 *
 *    kernel |-------- area here? --------|   hole   |--- no: [the map of memory]
 */
static bool find_area_place(const struct model *model, const struct area_request *area,
			    __u64 *base)
{
	__u64 bytes = early_bytes(model), early, beside;
	struct request request = { .bytes = bytes, .high = ULLONG_MAX };
	struct range_set taken = { NULL, 0 };
	bool found;

	request.align = bytes < 2 * MIB ? bytes : 2 * MIB;
	if (!find_outside(model, &model->taken, area, base))
		return false;
	if (!find_place(&model->ram, &model->taken, &model->unmapped, &request, &early))
		return true;
	range_set_add_all(&taken, &model->taken);
	range_set_add(&taken, early, early + bytes);
	found = find_outside(model, &taken, area, &beside);
	range_set_free(&taken);
	if (found && beside < *base && !lies_beside(model, beside, *base + area->bytes))
		*base = beside;
	return found;
}

/* Check and round what was asked for as the documentation of each option says. */
static bool prepare_area(struct model *model, struct area_request *area, __u64 asked)
{
	struct text_list *log = &model->prediction->log;
	__u64 end = end_of_ram(model);

	if (area->fixed && area->base % area->align) {
		text_list_add(log, "Region at 0x%016llx must be aligned to 0x%016llx bytes",
			      area->base, area->align);
		add_finding(model, FINDING_REFUSED, "cma=",
			    "base 0x%llx is no multiple of the pageblock, 0x%llx; 0x%llx is",
			    area->base, area->align, round_up_to(area->base, area->align));
		return false;
	}
	area->base = round_up_to(area->base, area->align);
	area->bytes = round_up_to(asked, area->align);
	area->limit = area->limit / area->align * area->align;
	area->fixed = area->fixed && area->base;
	if (model->ram_unknown)
		return true;
	if (!area->limit || area->limit > end)
		area->limit = end;
	if (area->base + area->bytes > area->limit) {
		text_list_add(log, "Size (0x%016llx) of region at 0x%016llx exceeds limit (0x%016llx)",
			      area->bytes, area->base, area->limit);
		add_finding(model, FINDING_REFUSED, area->name,
			    "0x%llx bytes from 0x%llx end beyond 0x%llx, the limit of DMA or of RAM; ask for less",
			    area->bytes, area->base, area->limit);
		return false;
	}
	return true;
}

struct region *declare_area(struct model *model, struct area_request *area)
{
	__u64 asked = area->bytes, base = 0;
	struct region *region;
	bool found;

	/* A full table is seen before anything else, and nothing more is said. */
	if (!has_area_slot(model)) {
		if (model->settings->kernel.numa_names)
			log_failure(model, asked);
		return NULL;
	}
	if (!prepare_area(model, area, asked)) {
		log_failure(model, asked);
		return NULL;
	}
	if (area->fixed) {
		base = area->base;
		found = !range_set_overlaps(&model->taken, base, base + area->bytes);
	} else {
		found = model->ram_unknown || find_area_place(model, area, &base);
	}
	if (!found) {
		log_failure(model, model->settings->kernel.numa_names ? asked : area->bytes);
		add_finding(model, FINDING_REFUSED, area->name, "no 0x%llx bytes are free %s0x%llx",
			    area->bytes, area->fixed ? "at " : "below ",
			    area->fixed ? area->base : area->limit);
		return NULL;
	}
	region = add_region(model, area->name, base, area->bytes, REGION_AREA);
	region->place = area->fixed ? PLACE_EXACT :
			model->ram_unknown ? PLACE_UNKNOWN : PLACE_BELOW;
	if (region->place != PLACE_UNKNOWN)
		range_set_add(&model->taken, base, base + area->bytes);
	text_list_add(&model->prediction->log, "Reserved %llu MiB %s",
		      (model->settings->kernel.numa_names ? asked : area->bytes) / MIB,
		      area->several_ranges ? "in 1 range" : "at ");
	return region;
}

static __u64 config_bytes(const struct model *model)
{
	const struct settings *settings = model->settings;
	__u64 page = settings->page_bytes;
	__u64 percentage = total_ram(model) / page * settings->config_percentage / 100 * page;

	switch (settings->choice) {
	case SIZE_PERCENTAGE:
		return percentage;
	case SIZE_MINIMUM:
		return percentage < settings->config_bytes ? percentage : settings->config_bytes;
	case SIZE_MAXIMUM:
		return percentage > settings->config_bytes ? percentage : settings->config_bytes;
	default:
		return settings->config_bytes;
	}
}

static void note_second_default(struct model *model, const struct region *first,
				const struct region *second)
{
	bool undefined = second->place == PLACE_UNKNOWN && !model->ram_unknown;

	add_finding(model, FINDING_ADVICE, first->name,
		    "linux,cma-default: %s has it, too, %s; remove one of the two",
		    second->name,
		    undefined ? "and which of them is the global area is not defined" :
				"and is the global area");
}

struct region *find_default(struct model *model)
{
	struct prediction *prediction = model->prediction;
	struct region *found = NULL;

	for (size_t i = 0; i < prediction->region_count; i++) {
		if (!prediction->regions[i].is_default)
			continue;
		/* Several may ask to be it; the last one is. */
		if (found) {
			found->is_default = false;
			note_second_default(model, found, &prediction->regions[i]);
		}
		found = &prediction->regions[i];
	}
	return found;
}

/* False where the global area was to be, and is not. */
static bool place_default(struct model *model)
{
	const struct settings *settings = model->settings;
	const struct cma_option *option = &settings->cma;
	__u64 dma_limit = end_of_dma_zone(model);
	struct area_request area = {
		.name = "reserved", .align = pageblock_bytes(settings), .ram = &model->ram,
	};
	struct region *region;

	if (option->without_value)
		text_list_add(&model->prediction->log, "Config string not provided");
	area.limit = dma_limit;
	if (option->given) {
		area.bytes = option->bytes;
		area.base = option->base;
		if (option->limit && (settings->kernel.user_limit || option->limit < dma_limit))
			area.limit = option->limit;
		area.fixed = option->base + option->bytes == option->limit;
	} else {
		area.bytes = config_bytes(model);
	}
	if (option->given && !option->bytes)
		add_finding(model, FINDING_ADVICE, "cma=",
			    "is 0 or no number, and so there is no global area; write cma=64M, or leave it out for the tree's or the configuration's");
	if (!area.bytes || find_default(model))
		return true;
	region = declare_area(model, &area);
	if (region)
		region->is_default = true;
	return region;
}

void place_areas(struct model *model)
{
	bool numa_last = model->settings->kernel.numa_names;

	if (!model->settings->has_cma)
		return;
	place_hugetlb(model);
	if (!numa_last)
		place_numa_areas(model);
	if (place_default(model) && numa_last)
		place_numa_areas(model);
}
