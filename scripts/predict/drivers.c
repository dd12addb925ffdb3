// SPDX-License-Identifier: GPL-2.0
/* drivers - what the drivers of "shared-dma-pool" make of a node that has its memory */
#include <stdio.h>

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

static void log_pool(struct model *model, const struct placed *placed, const char *kind)
{
	if (placed->unknown_place)
		text_list_add(&model->prediction->log, "created %s memory pool at 0x?, size %llu MiB",
			      kind, placed->bytes / MIB);
	else
		text_list_add(&model->prediction->log,
			      "created %s memory pool at 0x%016llx, size %llu MiB", kind,
			      placed->base, placed->bytes / MIB);
	text_list_add(&model->prediction->log, "initialized node %s, compatible id shared-dma-pool",
		      placed->node->name);
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

static enum answer make_area(struct model *model, const struct placed *placed)
{
	struct region *region;
	char name[64];	/* as much as an area's name may have */

	if (!aligned_for_area(model, placed))
		return ANSWER_REFUSED;
	if (!placed->bytes || !has_area_slot(model)) {
		text_list_add(&model->prediction->log, "unable to setup CMA region");
		if (placed->bytes)
			add_finding(model, FINDING_REFUSED, placed->node->name,
				    "the kernel's table of %u areas is full; raise CONFIG_CMA_AREAS",
				    area_slots(model->settings));
		else
			add_finding(model, FINDING_REFUSED, placed->node->name,
				    "size: 0 reserves nothing; write the size, or remove the node");
		return ANSWER_REFUSED;
	}
	snprintf(name, sizeof(name), "%s", placed->node->name);
	region = add_region(model, name, placed->base, placed->bytes, REGION_AREA);
	region->place = placed->unknown_place ? PLACE_UNKNOWN : PLACE_EXACT;
	region->is_default = placed->node->cma_default;
	log_pool(model, placed, "CMA");
	return ANSWER_YES;
}

/* What the drivers of "shared-dma-pool" say to a node. */
static enum answer ask_drivers(struct model *model, const struct placed *placed)
{
	const struct reserved_node *node = placed->node;

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
	if (!node->reusable) {
		log_pool(model, placed, "DMA");
		return ANSWER_YES;
	}
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
