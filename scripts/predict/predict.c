// SPDX-License-Identifier: GPL-2.0
/*
 * predict - what a boot reserves, computed from the tree and the settings
 *
 * Written from Documentation/devicetree/bindings/reserved-memory, the kernel's
 * parameters and what kernels were seen to do; it shares nothing with their
 * code, so that the two can disagree. The order of events:
 *
 *   1. nodes with reg are taken as they are, in the tree's order
 *   2. nodes with size get the highest place that is free
 *   3. each node's driver says yes or no; no gives the memory back
 *   4. the global area comes last, where the tree has none
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

/* What the kernel has for each page: its struct page, and its share of the hash tables. */
#define PAGE_NOTE_BYTES (64 + 6)

__u64 round_up_to(__u64 number, __u64 step)
{
	if (number > ULLONG_MAX - step)
		return ULLONG_MAX / step * step;
	return (number + step - 1) / step * step;
}

struct region *add_region(struct model *model, const char *name, __u64 base, __u64 bytes,
			  enum region_class class)
{
	struct prediction *prediction = model->prediction;
	struct region *region;

	prediction->regions = realloc(prediction->regions,
				      (prediction->region_count + 1) * sizeof(*region));
	if (!prediction->regions)
		fail("no memory for %zu regions", prediction->region_count + 1);
	region = &prediction->regions[prediction->region_count++];
	*region = (struct region){
		.name = strdup(name), .base = base, .bytes = bytes, .class = class,
	};
	return region;
}

void add_finding(struct model *model, enum finding_kind kind, const char *node,
		 const char *format, ...)
{
	struct prediction *prediction = model->prediction;
	struct finding *finding;
	va_list arguments;

	prediction->findings = realloc(prediction->findings,
				       (prediction->finding_count + 1) * sizeof(*finding));
	if (!prediction->findings)
		fail("no memory for %zu findings", prediction->finding_count + 1);
	finding = &prediction->findings[prediction->finding_count++];
	finding->kind = kind;
	finding->node = strdup(node);
	va_start(arguments, format);
	if (vasprintf(&finding->text, format, arguments) < 0)
		fail("no memory for a finding about '%s'", node);
	va_end(arguments);
}

bool has_area_slot(struct model *model)
{
	const struct prediction *prediction = model->prediction;
	size_t areas = 0;

	for (size_t i = 0; i < prediction->region_count; i++)
		areas += prediction->regions[i].class == REGION_AREA;
	if (areas < area_slots(model->settings))
		return true;
	text_list_add(&model->prediction->log, "Not enough slots for CMA reserved regions!");
	return false;
}

static void add_banks(struct model *model)
{
	const struct tree *tree = model->tree;
	__u64 page = model->settings->page_bytes, refused = 0;

	for (size_t i = 0; i < tree->bank_count; i++) {
		const struct bank *bank = &tree->banks[i];

		if (bank->of_bad_reg && model->settings->kernel.whole_memory)
			refused += bank->end - bank->start;
		else	/* A page that is not all there is none. */
			range_set_add(&model->ram, round_up_to(bank->start, page),
				      bank->end / page * page);
	}
	model->ram_unknown = !model->ram.count && (!refused || tree->has_empty_bank);
	model->prediction->panics = !model->ram.count && !model->ram_unknown;
	if (refused)
		add_finding(model, FINDING_IGNORED, "RAM",
			    "of memory nodes of a wrong length this kernel takes nothing, 0x%llx bytes are missing; write whole entries",
			    refused);
}

static void add_ram(struct model *model)
{
	range_set_add_all(&model->ram, &model->settings->ram);
	if (model->tree && !model->ram.count)
		add_banks(model);
}

/* Where RAM has @bytes below it; the last address where it has less. */
static __u64 find_limit(const struct range_set *ram, __u64 bytes)
{
	for (size_t i = 0; i < ram->count; i++) {
		__u64 held = ram->ranges[i].end - ram->ranges[i].start;

		if (bytes <= held)
			return ram->ranges[i].start + bytes;
		bytes -= held;
	}
	return ULLONG_MAX;
}

/* mem= cuts RAM off above; the kernel itself and its initramfs stay. */
static void limit_ram(struct model *model)
{
	const struct settings *settings = model->settings;
	__u64 limit;

	if (!settings->memory_limit_bytes || !model->ram.count)
		return;
	limit = settings->architecture == ARCHITECTURE_X86_64 ? settings->memory_limit_bytes :
		find_limit(&model->ram, settings->memory_limit_bytes);
	range_set_remove(&model->ram, limit, ULLONG_MAX);
	range_set_add_all(&model->ram, &settings->occupied);
}

/* A kernel that was started by one that crashed has what that one left to it. */
static void keep_usable(struct model *model)
{
	const struct pair_property *usable = &model->tree->usable;

	if (usable->state != PROPERTY_GOOD || !usable->pairs[0].bytes || !model->ram.count)
		return;
	range_set_remove(&model->ram, 0, usable->pairs[0].address);
	range_set_remove(&model->ram,
			 range_end(usable->pairs[0].address, usable->pairs[0].bytes), ULLONG_MAX);
	for (size_t i = 1; i < usable->count; i++)
		range_set_add(&model->ram, usable->pairs[i].address,
			      range_end(usable->pairs[i].address, usable->pairs[i].bytes));
}

/* What is left of the machine's RAM, and how much is not. */
static void narrow_ram(struct model *model)
{
	__u64 before = range_set_bytes(&model->ram, 0, ULLONG_MAX), lost;

	if (model->tree)
		keep_usable(model);
	limit_ram(model);
	lost = before - range_set_bytes(&model->ram, 0, ULLONG_MAX);
	model->prediction->ram_lost_bytes += lost;
	/* Nor is there a note of each page that is not there. */
	lost -= lost / model->settings->page_bytes * PAGE_NOTE_BYTES;
	model->prediction->memory_lost_bytes += lost;
}

static void predict_machine(struct model *model)
{
	struct prediction *prediction = model->prediction;
	const struct settings *settings = model->settings;

	add_ram(model);
	narrow_ram(model);
	range_set_add_all(&model->taken, &settings->occupied);
	if (model->tree)
		range_set_add_all(&model->taken, &model->tree->initrd);
	/* The firmware's map loses what memmap= takes before anybody sees it. */
	for (size_t i = 0; i < settings->memmap.count; i++) {
		struct range lost = settings->memmap.ranges[i];
		__u64 bytes = range_set_bytes(&model->ram, lost.start, lost.end);

		prediction->ram_lost_bytes += bytes;
		prediction->memory_lost_bytes += bytes;
		range_set_remove(&model->ram, lost.start, lost.end);
		add_region(model, "memmap", lost.start, lost.end - lost.start, REGION_NO_MAP);
	}
	if (!settings->unknown_memmap)
		return;
	text_list_add(&prediction->log, "Unknown kernel command line parameters");
	add_finding(model, FINDING_IGNORED, "memmap=",
		    "this architecture does not know it; write a node of /reserved-memory with no-map and reg");
}

/* Nobody compares the list with nodes: an area gives what it shares to others. */
static void note_listed_in_areas(struct model *model)
{
	const struct prediction *prediction = model->prediction;
	const struct range_set *listed = &model->tree->memreserve;

	for (size_t i = 0; i < prediction->region_count; i++) {
		const struct region *region = &prediction->regions[i];

		if (region->class == REGION_AREA && region->place == PLACE_EXACT &&
		    range_set_overlaps(listed, region->base, region->base + region->bytes))
			add_finding(model, FINDING_OVERLAPS, region->name,
				    "part of it is in /memreserve/, too, and is given to others; move one of the two, or write a node instead of /memreserve/");
	}
}

static void reserve_listed(struct model *model)
{
	const struct range_set *listed = &model->tree->memreserve;

	for (size_t i = 0; i < listed->count; i++)
		add_region(model, "/memreserve/", listed->ranges[i].start,
			   listed->ranges[i].end - listed->ranges[i].start, REGION_MAPPED);
	range_set_add_all(&model->taken, listed);
}

/* Older kernels keep the list of the blob's header clear of nodes, newer ones read it last. */
static void place_tree(struct model *model)
{
	bool listed_first = !model->settings->kernel.tree_order;

	if (listed_first)
		reserve_listed(model);
	place_nodes(model);
	if (!listed_first)
		reserve_listed(model);
	note_listed_in_areas(model);
	lose_given_back(model);
}

void predict(struct prediction *prediction, const struct tree *tree,
	     const struct settings *settings)
{
	struct model model = { .tree = tree, .settings = settings, .prediction = prediction };

	*prediction = (struct prediction){ .regions = NULL };
	predict_machine(&model);
	if (tree)
		place_tree(&model);
	place_areas(&model);
	sum_up(&model);
	prediction->ram = model.ram;
	prediction->ram_unknown = model.ram_unknown;
	range_set_free(&model.taken);
	range_set_free(&model.unmapped);
	range_set_free(&model.given_back);
}

void prediction_free(struct prediction *prediction)
{
	for (size_t i = 0; i < prediction->region_count; i++)
		free(prediction->regions[i].name);
	for (size_t i = 0; i < prediction->finding_count; i++) {
		free(prediction->findings[i].node);
		free(prediction->findings[i].text);
	}
	free(prediction->regions);
	free(prediction->findings);
	range_set_free(&prediction->ram);
	text_list_free(&prediction->log);
	text_list_free(&prediction->heaps);
}
