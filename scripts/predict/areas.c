// SPDX-License-Identifier: GPL-2.0
/* areas - the global area, and those of NUMA nodes and of huge pages */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

#define FOUR_GIB (4ull << 30)

static __u64 end_of_ram(const struct model *model)
{
	return model->ram.count ? model->ram.ranges[model->ram.count - 1].end : 0;
}

static __u64 total_ram(const struct model *model)
{
	return range_set_bytes(&model->ram, 0, ULLONG_MAX);
}

static void log_failure(struct model *model, __u64 bytes)
{
	text_list_add(&model->prediction->log, "Failed to reserve %llu MiB", bytes / MIB);
}

/* What an area asks for. A base of 0 is no base. */
struct area_request {
	const char *name;
	__u64 bytes, base, limit, align;
	bool fixed;
	bool several_ranges;	/* a kernel that can divides it, and says so */
	const struct range_set *ram;	/* where it may be */
};

/* Find where an area without a fixed place goes; newer memory above 4 GiB first. */
static bool find_area_place(const struct model *model, const struct area_request *area,
			    __u64 *base)
{
	struct request request = { .bytes = area->bytes, .align = area->align };
	__u64 end = model->settings->kernel.numa_names ? area->limit : end_of_ram(model);

	if (end >= FOUR_GIB + area->bytes) {
		request.low = FOUR_GIB;
		request.high = area->limit;
		request.lowest = true;
		if (find_place(area->ram, &model->taken, &model->unmapped, &request, base))
			return true;
	}
	request.low = area->base ? area->base : model->settings->page_bytes;
	request.high = area->limit;
	request.lowest = false;
	return find_place(area->ram, &model->taken, &model->unmapped, &request, base);
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

/* One area as the kernel declares it; NULL, and said why, where it does not. */
static struct region *declare_area(struct model *model, struct area_request *area)
{
	__u64 asked = area->bytes, base = 0;
	struct region *region;
	bool found;

	/* A full table is seen before anything else, and nothing more is said. */
	if (!take_area_slot(model)) {
		if (model->settings->kernel.numa_names)
			log_failure(model, asked);
		return NULL;
	}
	model->area_count--;
	if (!prepare_area(model, area, asked)) {
		log_failure(model, asked);
		return NULL;
	}
	if (area->fixed) {
		base = area->base;
		found = !range_set_overlaps(&model->taken, base, base + area->bytes);
	} else {
		found = find_area_place(model, area, &base);
	}
	if (!found) {
		log_failure(model, model->settings->kernel.numa_names ? asked : area->bytes);
		add_finding(model, FINDING_REFUSED, area->name, "no 0x%llx bytes are free %s0x%llx",
			    area->bytes, area->fixed ? "at " : "below ",
			    area->fixed ? area->base : area->limit);
		return NULL;
	}
	if (!take_area_slot(model))
		return NULL;
	range_set_add(&model->taken, base, base + area->bytes);
	region = add_region(model, area->name, base, area->bytes, REGION_AREA);
	region->place = area->fixed ? PLACE_EXACT : PLACE_BELOW;
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

struct region *find_default(struct prediction *prediction)
{
	struct region *found = NULL;

	for (size_t i = 0; i < prediction->region_count; i++) {
		if (!prediction->regions[i].is_default)
			continue;
		/* Several may ask to be it; the last one is. */
		if (found)
			found->is_default = false;
		found = &prediction->regions[i];
	}
	return found;
}

static void place_default(struct model *model)
{
	const struct settings *settings = model->settings;
	const struct cma_option *option = &settings->cma;
	__u64 end = end_of_ram(model), dma_limit = end;
	struct area_request area = {
		.name = "reserved", .align = pageblock_bytes(settings), .ram = &model->ram,
	};
	struct region *region;

	if (option->without_value)
		text_list_add(&model->prediction->log, "Config string not provided");
	if (settings->arm64 && end > FOUR_GIB)
		dma_limit = FOUR_GIB;
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
	if (!area.bytes || find_default(model->prediction))
		return;
	region = declare_area(model, &area);
	if (region)
		region->is_default = true;
}

/* The RAM of one NUMA node. */
static bool ram_of_node(const struct model *model, __u32 numa_node, struct range_set *ram)
{
	for (size_t i = 0; model->tree && i < model->tree->bank_count; i++)
		if (model->tree->banks[i].numa_node == numa_node)
			range_set_add(ram, model->tree->banks[i].start, model->tree->banks[i].end);
	return ram->count;
}

static void place_numa_area(struct model *model, __u32 numa_node, const char *kind,
			    __u64 bytes)
{
	struct range_set ram = { NULL, 0 };
	char name[32];
	struct area_request area = {
		.name = name, .bytes = bytes, .ram = &ram,
		.align = pageblock_bytes(model->settings),
	};

	snprintf(name, sizeof(name), "%s%u", kind, numa_node);
	if (bytes && ram_of_node(model, numa_node, &ram))
		declare_area(model, &area);
	range_set_free(&ram);
}

static void place_numa_areas(struct model *model)
{
	const struct settings *settings = model->settings;

	if (!settings->has_numa_areas || !settings->has_numa)
		return;
	for (__u32 node = 0; node < NUMA_NODES_MAX; node++) {
		__u64 one = settings->numa_bytes[node];

		if (settings->kernel.numa_names) {
			place_numa_area(model, node, "numa", one ? one : settings->pernuma_bytes);
		} else {
			place_numa_area(model, node, "pernuma", settings->pernuma_bytes);
			place_numa_area(model, node, "numa", one);
		}
	}
}

/* hugetlb_cma= on a machine of one node: whole gigantic pages. */
static void place_hugetlb(struct model *model)
{
	const struct settings *settings = model->settings;
	__u64 page = 1ull << settings->gigantic_shift, bytes = settings->hugetlb_bytes;
	struct area_request area = { .name = "hugetlb0", .align = page, .ram = &model->ram };

	if (!bytes || !settings->gigantic_shift)
		return;
	if (settings->kernel.exact_hugetlb ? bytes % page : bytes < page) {
		text_list_add(&model->prediction->log, "cma area %s %llu MiB",
			      settings->kernel.exact_hugetlb ? "must be a multiple of" : "should be at least",
			      (unsigned long long)(page / MIB));
		add_finding(model, FINDING_REFUSED, "hugetlb_cma=",
			    "0x%llx bytes are %s gigantic pages of 0x%llx; write 0x%llx",
			    bytes, settings->kernel.exact_hugetlb ? "no whole number of" : "less than one of the",
			    page, round_up_to(bytes, page));
		return;
	}
	area.bytes = round_up_to(bytes, page);
	area.several_ranges = settings->kernel.exact_hugetlb;
	text_list_add(&model->prediction->log, "hugetlb_cma: reserve %llu MiB, up to %llu MiB per node",
		      bytes / MIB, area.bytes / MIB);
	if (declare_area(model, &area))
		text_list_add(&model->prediction->log, "hugetlb_cma: reserved %llu MiB on node 0",
			      area.bytes / MIB);
	else
		text_list_add(&model->prediction->log, "hugetlb_cma: reservation failed: err -12, node 0");
}

void place_areas(struct model *model)
{
	if (!model->settings->has_cma)
		return;
	place_hugetlb(model);
	if (!model->settings->kernel.numa_names)
		place_numa_areas(model);
	place_default(model);
	if (model->settings->kernel.numa_names)
		place_numa_areas(model);
}
