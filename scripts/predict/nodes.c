// SPDX-License-Identifier: GPL-2.0
/* nodes - the nodes of /reserved-memory, from their properties to their regions */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

/* Older kernels note so many nodes, newer ones so many without reg. */
#define NODES_MAX 64

/* A node that has its memory and waits for its driver. */
struct placed {
	const struct reserved_node *node;
	__u64 base, bytes;
	bool sized;		/* by size, not by reg */
	bool waiting;		/* sized, its place not yet found */
	bool unknown_place;
	bool not_reserved;	/* its memory is somebody else's; the kernel goes on */
};

struct placed_list {
	struct placed *placed;
	size_t count;
};

static struct placed *add_placed(struct placed_list *list, struct placed placed)
{
	list->placed = realloc(list->placed, (list->count + 1) * sizeof(placed));
	if (!list->placed)
		fail("no memory for %zu nodes", list->count + 1);
	list->placed[list->count] = placed;
	return &list->placed[list->count++];
}

static bool wants_area(const struct reserved_node *node)
{
	return node->shared_dma_pool && node->reusable && !node->no_map;
}

static bool loses_to_command_line(const struct model *model, const struct reserved_node *node)
{
	return node->shared_dma_pool && node->cma_default && model->settings->cma.given;
}

/* The kernel that asks a node's driver first: a default node that loses is never reserved. */
static bool refused_first(struct model *model, const struct reserved_node *node)
{
	if (!model->settings->kernel.checked_first || !wants_area(node) ||
	    !loses_to_command_line(model, node))
		return false;
	text_list_add(&model->prediction->log,
		      "Skipping dt linux,cma-default node in favor for \"cma=\" kernel param");
	add_finding(model, FINDING_REFUSED, node->name,
		    "linux,cma-default: the command line has cma=, which wins; drop one of the two");
	return true;
}

static void log_failure(struct model *model, const struct reserved_node *node, __u64 base,
			__u64 bytes)
{
	text_list_add(&model->prediction->log,
		      "failed to reserve memory for node '%s': base 0x%016llx, size %llu MiB",
		      node->name, base, bytes / MIB);
}

/* One entry of reg; false where it is not reserved. */
static bool reserve_entry(struct model *model, const struct reserved_node *node, __u64 base,
			  __u64 bytes)
{
	__u64 end = range_end(base, bytes);

	if (!bytes) {
		log_failure(model, node, base, bytes);
		add_finding(model, FINDING_REFUSED, node->name,
			    "reg: a size of 0 reserves nothing; write the size, or remove the node");
		return false;
	}
	if (node->no_map && range_set_overlaps(&model->ram, base, end) &&
	    range_set_overlaps(&model->taken, base, end)) {
		log_failure(model, node, base, bytes);
		add_finding(model, FINDING_REFUSED, node->name,
			    "no-map: part of 0x%llx..0x%llx is reserved already (an earlier node, the kernel or its initramfs) and stays mapped; move reg elsewhere",
			    base, end - 1);
		return false;
	}
	range_set_add(node->no_map ? &model->unmapped : &model->taken, base, end);
	return true;
}

static void note_reg_length(struct model *model, const struct reserved_node *node)
{
	const struct behaviours *kernel = &model->settings->kernel;
	int entry_bytes = 4 * (model->tree->address_cells + model->tree->size_cells);

	/* A reg without a value is read all the same where nobody looks at its length. */
	if (node->reg.state == PROPERTY_EMPTY && kernel->tree_order && !kernel->quiet_lengths) {
		text_list_add(&model->prediction->log, "0x?..0x? (? KiB) %s %s %s",
			      node->no_map ? "nomap" : "map",
			      node->reusable ? "reusable" : "non-reusable", node->name);
		add_finding(model, FINDING_ROUNDED, node->name,
			    "reg: has no value, and this kernel reads what comes behind it; write address and size");
		return;
	}
	if (node->reg.state == PROPERTY_BAD_LENGTH && !kernel->quiet_lengths)
		text_list_add(&model->prediction->log, "invalid reg property in '%s', skipping node",
			      node->name);
	add_finding(model, kernel->quiet_lengths ? FINDING_IGNORED : FINDING_REFUSED, node->name,
		    "reg: has %d bytes, an entry of this tree has %d (#address-cells %d, #size-cells %d)",
		    node->reg.length_bytes, entry_bytes, model->tree->address_cells,
		    model->tree->size_cells);
}

static void place_by_reg(struct model *model, const struct reserved_node *node,
			 struct placed_list *list)
{
	const struct behaviours *kernel = &model->settings->kernel;
	const struct pair_property *reg = &node->reg;
	size_t used = kernel->first_reg_only ? 1 : reg->count;
	bool first_done = false;

	if (reg->state != PROPERTY_GOOD) {
		note_reg_length(model, node);
		return;
	}
	if (reg->count > 1) {
		if (kernel->first_reg_only)
			text_list_add(&model->prediction->log,
				      "node '%s' has %zu <base size> entries, only the first is used",
				      node->name, reg->count);
		else if (kernel->tree_order)
			text_list_add(&model->prediction->log, "ignores %zu regions in node '%s'",
				      reg->count - 1, node->name);
		add_finding(model, FINDING_ADVICE, node->name,
			    "reg: has %zu entries, %s; give each a node of its own", reg->count,
			    kernel->first_reg_only ? "only the first is reserved" :
			    "all are reserved, the first alone is known to drivers");
	}
	if (refused_first(model, node))
		return;
	for (size_t i = 0; i < used; i++) {
		bool done = reserve_entry(model, node, reg->pairs[i].address, reg->pairs[i].bytes);

		if (!i)
			first_done = done;
		/* What no driver will know of is a region of its own. */
		if (done && i)
			add_region(model, node->name, reg->pairs[i].address, reg->pairs[i].bytes,
				   node->no_map ? REGION_NO_MAP : REGION_MAPPED);
	}
	if (!reg->pairs[0].bytes)
		return;
	if (!kernel->tree_order && list->count == NODES_MAX) {
		text_list_add(&model->prediction->log, "not enough space for all defined regions.");
		add_region(model, node->name, reg->pairs[0].address, reg->pairs[0].bytes,
			   node->no_map ? REGION_NO_MAP : REGION_MAPPED);
		add_finding(model, FINDING_REFUSED, node->name,
			    "more than %d nodes: its memory is reserved, but no driver finds it",
			    NODES_MAX);
		return;
	}
	add_placed(list, (struct placed){
		.node = node, .base = reg->pairs[0].address, .bytes = reg->pairs[0].bytes,
		.not_reserved = !first_done,
	});
}

/* alloc-ranges end or begin beside a region that was placed before: stay near it. */
static bool goes_lowest(const struct model *model, const struct placed_list *list, __u64 start,
			__u64 end)
{
	bool begins_beside = false, ends_beside = false;

	if (!model->settings->kernel.near_neighbours)
		return false;
	for (size_t i = 0; i < list->count; i++) {
		const struct placed *other = &list->placed[i];

		if (!other->sized || other->waiting)
			continue;
		begins_beside |= start >= other->base && start <= other->base + other->bytes;
		ends_beside |= end >= other->base && end <= other->base + other->bytes;
	}
	return begins_beside && !ends_beside;
}

static bool find_in_ranges(struct model *model, const struct placed *placed,
			   const struct placed_list *list, struct request *request, __u64 *base)
{
	const struct pair_property *ranges = &placed->node->alloc_ranges;

	if (ranges->state == PROPERTY_ABSENT || ranges->state == PROPERTY_BAD_LENGTH)
		return find_place(&model->ram, &model->taken, &model->unmapped, request, base);
	for (size_t i = 0; i < ranges->count; i++) {
		/* An end beyond the last address begins anew at 0, as the kernel adds. */
		__u64 end = ranges->pairs[i].address + ranges->pairs[i].bytes;

		request->low = ranges->pairs[i].address;
		request->high = end ? end : ULLONG_MAX;
		request->lowest = goes_lowest(model, list, request->low, end);
		if (find_place(&model->ram, &model->taken, &model->unmapped, request, base))
			return true;
	}
	return false;
}

static bool check_sized_properties(struct model *model, const struct reserved_node *node)
{
	struct text_list *log = &model->prediction->log;

	if (node->size.state != PROPERTY_GOOD) {
		text_list_add(log, "invalid size property in '%s' node.", node->name);
		add_finding(model, FINDING_REFUSED, node->name,
			    "size: has %d bytes, this tree's sizes have %d (#size-cells %d)",
			    node->size.length_bytes, 4 * model->tree->size_cells,
			    model->tree->size_cells);
		return false;
	}
	if (node->alignment.state == PROPERTY_BAD_LENGTH) {
		text_list_add(log, "invalid alignment property in '%s' node.", node->name);
		add_finding(model, FINDING_REFUSED, node->name,
			    "alignment: has %d bytes, this tree's addresses have %d (#address-cells %d)",
			    node->alignment.length_bytes, 4 * model->tree->address_cells,
			    model->tree->address_cells);
		return false;
	}
	if (refused_first(model, node))
		return false;
	if (node->alloc_ranges.state == PROPERTY_BAD_LENGTH) {
		bool quiet = model->settings->kernel.quiet_lengths;

		if (!quiet)
			text_list_add(log, "invalid alloc-ranges property in '%s', skipping node.",
				      node->name);
		add_finding(model, quiet ? FINDING_ROUNDED : FINDING_REFUSED, node->name,
			    "alloc-ranges: has %d bytes, an entry of this tree has %d%s",
			    node->alloc_ranges.length_bytes,
			    4 * (model->tree->address_cells + model->tree->size_cells),
			    quiet ? "; the kernel places the region anywhere" : "");
		return quiet;
	}
	return true;
}

/* Find the place of a node with size; false where it gets none. */
static bool place_by_size(struct model *model, struct placed *placed,
			  const struct placed_list *list)
{
	const struct reserved_node *node = placed->node;
	__u64 alignment = node->alignment.state == PROPERTY_GOOD ? node->alignment.value : 0;
	__u64 least = pageblock_bytes(model->settings), end;
	struct request request = { .bytes = node->size.value, .low = model->settings->page_bytes,
				   .high = ULLONG_MAX };

	if (!check_sized_properties(model, node))
		return false;
	if (wants_area(node) && model->settings->has_cma && alignment < least) {
		if (alignment)
			add_finding(model, FINDING_ROUNDED, node->name,
				    "alignment: 0x%llx is less than a pageblock; the kernel aligns to 0x%llx",
				    alignment, least);
		alignment = least;
	}
	/* Without an alignment a region begins at a cache line. */
	request.align = alignment ? alignment : 64;
	if (!find_in_ranges(model, placed, list, &request, &placed->base)) {
		text_list_add(&model->prediction->log,
			      "failed to allocate memory for node '%s': size %llu MiB",
			      node->name, node->size.value / MIB);
		add_finding(model, FINDING_REFUSED, node->name,
			    "size: no 0x%llx bytes, aligned to 0x%llx, are free %s; %s",
			    node->size.value, request.align,
			    node->alloc_ranges.state == PROPERTY_GOOD ? "in its alloc-ranges" : "in RAM",
			    node->alloc_ranges.state == PROPERTY_GOOD ?
			    "widen alloc-ranges to where RAM is" : "ask for less");
		return false;
	}
	placed->bytes = node->size.value;
	end = range_end(placed->base, placed->bytes);
	range_set_add(&model->taken, placed->base, end);
	if (node->no_map)
		range_set_add(&model->unmapped, placed->base, end);
	return true;
}

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
	const char *property = placed->sized ? "size" : "reg";

	if (!(placed->base % block) && !(placed->bytes % block))
		return true;
	text_list_add(&model->prediction->log, "incorrect alignment of CMA region");
	if (placed->base % block)
		add_finding(model, FINDING_REFUSED, placed->node->name,
			    "%s: base 0x%llx is no multiple of the pageblock, 0x%llx; 0x%llx and 0x%llx are",
			    property, placed->base, block, placed->base / block * block,
			    round_up_to(placed->base, block));
	else
		add_finding(model, FINDING_REFUSED, placed->node->name,
			    "%s: size 0x%llx is no multiple of the pageblock, 0x%llx; write 0x%llx",
			    property, placed->bytes, block, round_up_to(placed->bytes, block));
	return false;
}

enum answer { ANSWER_NO_DRIVER, ANSWER_YES, ANSWER_REFUSED };

static enum answer make_area(struct model *model, const struct placed *placed)
{
	struct region *region;
	char name[64];	/* as much as an area's name may have */

	if (!aligned_for_area(model, placed))
		return ANSWER_REFUSED;
	if (!placed->bytes || !take_area_slot(model)) {
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

/* Ask a node's driver, log what the kernel logs; false where the node is refused. */
static bool initialise(struct model *model, const struct placed *placed)
{
	enum answer answer = ask_drivers(model, placed);
	const struct reserved_node *node = placed->node;

	if (answer == ANSWER_REFUSED) {
		give_back(model, placed);
		return false;
	}
	if (!placed->not_reserved && (!wants_area(node) || answer == ANSWER_NO_DRIVER)) {
		struct region *region = add_region(model, node->name, placed->base, placed->bytes,
						   node->no_map ? REGION_NO_MAP : REGION_MAPPED);

		region->place = placed->unknown_place ? PLACE_UNKNOWN : PLACE_EXACT;
	}
	log_region(model, placed);
	return true;
}

static int compare_placed(const void *left, const void *right)
{
	const struct placed *a = left, *b = right;

	if (a->base != b->base)
		return a->base < b->base ? -1 : 1;
	if (a->bytes != b->bytes)
		return a->bytes < b->bytes ? -1 : 1;
	return a < b ? -1 : 1;
}

static void find_overlaps(struct model *model, const struct placed_list *list)
{
	for (size_t i = 0; i + 1 < list->count; i++) {
		const struct placed *low = &list->placed[i], *high = low + 1;

		/* The sum as the kernel adds it: it may begin anew at 0. */
		if (low->base + low->bytes <= high->base)
			continue;
		text_list_add(&model->prediction->log, "OVERLAP DETECTED!");
		add_finding(model, FINDING_OVERLAPS, low->node->name,
			    "reg: 0x%llx..0x%llx overlaps %s at 0x%llx; end it there or move one of the two",
			    low->base, low->base + low->bytes - 1, high->node->name, high->base);
	}
}

/* Older kernels: all are noted, sorted by base with those without a place first, then asked. */
static void initialise_sorted(struct model *model, struct placed_list *list)
{
	size_t waiting = 0;

	qsort(list->placed, list->count, sizeof(*list->placed), compare_placed);
	find_overlaps(model, list);
	for (size_t i = 0; i < list->count; i++)
		waiting += list->placed[i].waiting;
	for (size_t i = 0; i < list->count; i++) {
		struct placed *placed = &list->placed[i];

		if (placed->waiting) {
			/* All have the same key, and the sort is not stable. */
			placed->unknown_place = waiting > 1;
			if (!place_by_size(model, placed, list))
				continue;
			placed->waiting = false;
		}
		initialise(model, placed);
	}
}

/* Newer kernels: those without a place at once, the others later, in the tree's order. */
static void initialise_in_order(struct model *model, struct placed_list *fixed,
				struct placed_list *sized)
{
	struct placed_list all = { NULL, 0 };
	bool forget_refused = model->settings->kernel.checked_first;

	for (size_t i = 0; i < sized->count; i++) {
		if (!place_by_size(model, &sized->placed[i], sized))
			continue;
		sized->placed[i].waiting = false;
		if (initialise(model, &sized->placed[i]) || !forget_refused)
			add_placed(&all, sized->placed[i]);
	}
	for (size_t i = 0; i < fixed->count; i++)
		if (initialise(model, &fixed->placed[i]) || !forget_refused)
			add_placed(&all, fixed->placed[i]);
	qsort(all.placed, all.count, sizeof(*all.placed), compare_placed);
	find_overlaps(model, &all);
	free(all.placed);
}

static void note_node(struct model *model, const struct reserved_node *node,
		      struct placed_list *fixed, struct placed_list *sized)
{
	bool old = !model->settings->kernel.tree_order;
	struct placed waiting = { .node = node, .sized = true, .waiting = true };

	if (!node->enabled) {
		add_finding(model, FINDING_IGNORED, node->name, "status: is not \"okay\"; the node is as if absent");
		return;
	}
	if (node->has_children)
		add_finding(model, FINDING_ADVICE, node->name,
			    "its children are not read; put them directly below /reserved-memory");
	/* What newer kernels cannot read counts as absent, and size as the next try. */
	if (node->reg.state == PROPERTY_GOOD ||
	    (node->reg.state != PROPERTY_ABSENT && !model->settings->kernel.quiet_lengths)) {
		place_by_reg(model, node, fixed);
	} else if (node->size.state != PROPERTY_ABSENT) {
		if ((old ? fixed->count : sized->count) < NODES_MAX) {
			add_placed(old ? fixed : sized, waiting);
			return;
		}
		if (old)
			text_list_add(&model->prediction->log, "not enough space for all defined regions.");
		else
			text_list_add(&model->prediction->log,
				      "too many defined dynamic regions, skip '%s'", node->name);
		add_finding(model, FINDING_REFUSED, node->name,
			    "more than %d nodes%s; give some a reg", NODES_MAX, old ? "" : " without reg");
	} else if (node->reg.state != PROPERTY_ABSENT) {
		note_reg_length(model, node);
	} else {
		add_finding(model, FINDING_IGNORED, node->name,
			    "has neither reg nor size, and reserves nothing; write one of them");
	}
}

void place_nodes(struct model *model)
{
	struct placed_list fixed = { NULL, 0 }, sized = { NULL, 0 };
	const struct tree *tree = model->tree;

	if (!tree->has_reserved_memory)
		return;
	if (tree->reserved_memory_fault) {
		text_list_add(&model->prediction->log, "unsupported node format, ignoring");
		add_finding(model, FINDING_IGNORED, "/reserved-memory", "%s: the kernel ignores all of it",
			    tree->reserved_memory_fault);
		for (size_t i = 0; i < tree->node_count; i++)
			add_finding(model, FINDING_IGNORED, tree->nodes[i].name,
				    "/reserved-memory is ignored as a whole");
		return;
	}
	for (size_t i = 0; i < tree->node_count; i++)
		note_node(model, &tree->nodes[i], &fixed, &sized);
	if (model->settings->kernel.tree_order)
		initialise_in_order(model, &fixed, &sized);
	else
		initialise_sorted(model, &fixed);
	free(fixed.placed);
	free(sized.placed);
}
