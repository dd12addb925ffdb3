// SPDX-License-Identifier: GPL-2.0
/* drivers - what the drivers of DMA pools make of a node that has its memory */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "placed.h"

static void log_region(struct model *model, const struct placed *placed)
{
	const struct reserved_node *node = placed->node;

	if (!model->settings->kernel.region_lines)
		return;
	text_list_add(&model->prediction->log,
		      "0x%016llx..0x%016llx (%llu KiB) %s %s %s", placed->base,
		      placed->base + placed->bytes - 1, placed->bytes >> 10,
		      node->no_map ? "nomap" : "map", node->reusable ? "reusable" : "non-reusable",
		      node->name);
}

static void log_pool(struct model *model, const struct placed *placed, const char *kind,
		     const char *compatible, const char *unit)
{
	__u64 size = placed->bytes / (*unit == 'K' ? 1024 : MIB);

	if (placed->unknown_place)
		text_list_add(&model->prediction->log, "created %s pool at 0x?, size %llu %s",
			      kind, size, unit);
	else
		text_list_add(&model->prediction->log, "created %s pool at 0x%016llx, size %llu %s",
			      kind, placed->base, size, unit);
	text_list_add(&model->prediction->log, "initialized node %s, compatible id %s",
		      placed->node->name, compatible);
}

/* An area needs its ends on pageblocks: "base" and "size" are what is wrong. */
static bool aligned_for_area(struct model *model, const struct placed *placed)
{
	__u64 block = pageblock_bytes(model->settings);

	if (!(placed->base % block) && !(placed->bytes % block))
		return true;
	text_list_add(&model->prediction->log, "incorrect alignment of CMA region");
	if (!placed->sized)
		advise_reg(model, placed);
	else if (placed->bytes % block)
		add_finding(model, FINDING_REFUSED, placed->node->name,
			    "size: 0x%llx is no multiple of the pageblock, 0x%llx; write 0x%llx",
			    placed->bytes, block, round_up_to(placed->bytes, block));
	else
		add_finding(model, FINDING_REFUSED, placed->node->name,
			    "alignment: leads to 0x%llx, no multiple of the pageblock; write 0x%llx",
			    placed->base, block);
	return false;
}

enum answer { ANSWER_NO_DRIVER, ANSWER_YES, ANSWER_REFUSED };

/* What else an area may not be; false, and said why, where it is. */
static bool can_be_area(struct model *model, const struct placed *placed)
{
	const char *name = placed->node->name;
	__u64 end = placed->base + placed->bytes;

	if (!placed->bytes)
		add_finding(model, FINDING_REFUSED, name,
			    "size: 0 reserves nothing; write the size, or remove the node");
	else if (!placed->unknown_place && !range_set_overlaps(&model->taken, placed->base, end))
		add_finding(model, FINDING_REFUSED, name,
			    "reg: a refused node had all of it, too, and gave that back; move one of the two");
	else if (!has_area_slot(model))
		add_finding(model, FINDING_REFUSED, name,
			    "the kernel's table of %u areas is full; raise CONFIG_CMA_AREAS",
			    area_slots(model->settings));
	else
		return true;
	text_list_add(&model->prediction->log, "unable to setup CMA region");
	return false;
}

/* What the boot loader put where an area is goes to the buddy with it. */
static void check_occupied(struct model *model, const struct region *region)
{
	const struct settings *settings = model->settings;
	__u64 end = region->base + region->bytes;

	if (region->place != PLACE_EXACT)
		return;
	if (range_set_overlaps(&settings->image, region->base, end)) {
		add_finding(model, FINDING_REFUSED, region->name,
			    "reg: 0x%llx..0x%llx has the kernel's own image in it, and is given to others; move it",
			    region->base, end - 1);
		model->prediction->panics = true;
	} else if (range_set_overlaps(&settings->occupied, region->base, end) ||
		   range_set_overlaps(&model->tree->initrd, region->base, end)) {
		add_finding(model, FINDING_OVERLAPS, region->name,
			    "reg: 0x%llx..0x%llx has the initramfs or the tree in it, and is given to others; move one of the two",
			    region->base, end - 1);
	}
}

static enum answer make_area(struct model *model, const struct placed *placed)
{
	struct region *region;
	char name[64];	/* as much as an area's name may have */

	if (!aligned_for_area(model, placed) || !can_be_area(model, placed))
		return ANSWER_REFUSED;
	snprintf(name, sizeof(name), "%s", placed->node->name);
	region = add_region(model, name, placed->base, placed->bytes, REGION_AREA);
	region->place = placed->unknown_place ? PLACE_UNKNOWN : PLACE_EXACT;
	region->is_default = placed->node->cma_default;
	check_occupied(model, region);
	log_pool(model, placed, "CMA memory", "shared-dma-pool", "MiB");
	return ANSWER_YES;
}

/* Buffers to copy to, of one device: they stay mapped, and nobody else's. */
static enum answer make_restricted_pool(struct model *model, const struct placed *placed)
{
	const struct reserved_node *node = placed->node;
	const char *wrong = node->reusable ? "reusable" : node->no_map ? "no-map" :
			    node->cma_default ? "linux,cma-default" :
			    node->dma_default ? "linux,dma-default" : NULL;

	if (wrong) {
		add_finding(model, FINDING_REFUSED, node->name,
			    "%s: a restricted-dma-pool may not have it; remove it", wrong);
		return ANSWER_REFUSED;
	}
	log_pool(model, placed, "restricted DMA", "restricted-dma-pool", "MiB");
	return ANSWER_YES;
}

/* The driver of coherent memory, where CMA's does not want the node. */
static enum answer make_coherent_pool(struct model *model, const struct placed *placed)
{
	const struct reserved_node *node = placed->node;

	if (model->settings->architecture == ARCHITECTURE_ARM && !node->no_map) {
		text_list_add(&model->prediction->log, "regions without no-map are not yet supported");
		add_finding(model, FINDING_REFUSED, node->name,
			    "no-map: 32-bit arm has no shared-dma-pool that is mapped and not reusable; add no-map or reusable");
		return ANSWER_REFUSED;
	}
	log_pool(model, placed, "DMA memory", "shared-dma-pool",
		 model->settings->kernel.pool_in_kib ? "KiB" : "MiB");
	return ANSWER_YES;
}

/* What the drivers say to a node. */
static enum answer ask_drivers(struct model *model, const struct placed *placed)
{
	const struct reserved_node *node = placed->node;

	/* Who is both is asked as the other first, and that one takes it. */
	if (node->restricted_dma_pool && !node->shared_dma_pool &&
	    model->settings->has_restricted_pools)
		return make_restricted_pool(model, placed);
	if (!node->shared_dma_pool)
		return ANSWER_NO_DRIVER;
	if (!model->settings->kernel.checked_first && loses_to_command_line(model, node)) {
		text_list_add(&model->prediction->log,
			      "bypass %s node, using cmdline CMA params instead", node->name);
		add_finding(model, FINDING_REFUSED, node->name,
			    "linux,cma-default: the command line has cma=, which wins; drop one of the two");
		/* The coherent pools' driver is asked next; it takes what is not reusable. */
		if (node->reusable)
			return ANSWER_REFUSED;
	}
	if (wants_area(node) && model->settings->has_cma)
		return make_area(model, placed);
	if (!node->reusable)
		return make_coherent_pool(model, placed);
	if (model->settings->kernel.checked_first) {
		add_finding(model, FINDING_ADVICE, node->name,
			    "no-map and reusable contradict each other: no-map counts; remove reusable");
		return ANSWER_NO_DRIVER;
	}
	add_finding(model, FINDING_REFUSED, node->name,
		    "no-map and reusable contradict each other; remove one of the two");
	return ANSWER_REFUSED;
}

static void give_back(struct model *model, const struct placed *placed)
{
	__u64 end = range_end(placed->base, placed->bytes);

	text_list_add(&model->prediction->log, "node %s compatible matching fail",
		      placed->node->name);
	if (!placed->node->no_map) {
		range_set_remove(&model->taken, placed->base, end);
		if (!placed->sized)
			range_set_add(&model->given_back, placed->base, end);
		return;
	}
	range_set_remove(&model->unmapped, placed->base, end);
	/* A place that was searched for was taken, too, and stays so. */
	if (placed->sized)
		add_region(model, placed->node->name, placed->base, placed->bytes, REGION_MAPPED);
}

bool initialise(struct model *model, const struct placed *placed)
{
	enum answer answer = ask_drivers(model, placed);
	const struct reserved_node *node = placed->node;

	if (answer == ANSWER_REFUSED) {
		give_back(model, placed);
		return false;
	}
	if (!placed->not_reserved && (!wants_area(node) || answer == ANSWER_NO_DRIVER)) {
		struct region *region = add_region(model, node->name, placed->base, placed->bytes,
						   plain_class(node));

		region->place = placed->unknown_place ? PLACE_UNKNOWN : PLACE_EXACT;
	}
	log_region(model, placed);
	return true;
}

/* Whoever gets them next does not know that they are somebody's. */
static void lose_part(struct model *model, size_t index)
{
	struct region region = model->prediction->regions[index];
	struct range_set rest = { NULL, 0 };

	range_set_add(&rest, region.base, range_end(region.base, region.bytes));
	range_set_remove_all(&rest, &model->given_back);
	add_finding(model, FINDING_REFUSED, region.name,
		    "reg: a refused node has part of it, too, and gives that back: it is reserved no more; move one of the two");
	model->prediction->regions[index].bytes = 0;
	for (size_t i = 0; i < rest.count; i++)
		add_region(model, region.name, rest.ranges[i].start,
			   rest.ranges[i].end - rest.ranges[i].start, region.class);
	range_set_free(&rest);
}

/*
 * What a refused node gives back is free, whoever else has reserved it:
 *
 *    refused   |-------------|            of an area, the buddy gets these pages
 *    another          |============|      now and again when the area comes alive:
 *              free for all  |=====|      "Bad page state", and worse to come
 */
void lose_given_back(struct model *model)
{
	struct prediction *prediction = model->prediction;
	size_t count = prediction->region_count;

	for (size_t i = 0; i < count; i++) {
		struct region region = prediction->regions[i];

		if (region.place != PLACE_EXACT || region.class == REGION_NO_MAP ||
		    !range_set_overlaps(&model->given_back, region.base,
					range_end(region.base, region.bytes)))
			continue;
		if (region.class == REGION_MAPPED) {
			lose_part(model, i);
			continue;
		}
		add_finding(model, FINDING_REFUSED, region.name,
			    "reg: a refused node has part of it, too, and gives that back: others get these pages as well; move one of the two");
		prediction->memory_lost_bytes -=
			range_set_bytes(&model->given_back, region.base,
					region.base + region.bytes);
		prediction->panics |= model->settings->kernel.typed_lists;
	}
	/* What is lost as a whole is no region. */
	for (size_t i = prediction->region_count; i-- > 0;) {
		if (prediction->regions[i].class != REGION_MAPPED || prediction->regions[i].bytes)
			continue;
		free(prediction->regions[i].name);
		prediction->region_count--;
		memmove(&prediction->regions[i], &prediction->regions[i + 1],
			(prediction->region_count - i) * sizeof(struct region));
	}
}
