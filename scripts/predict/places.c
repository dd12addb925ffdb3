// SPDX-License-Identifier: GPL-2.0
/* places - where the nodes of /reserved-memory have their memory, by reg or by size */
#include <stdio.h>
#include <stdlib.h>

#include "placed.h"

struct placed *add_placed(struct placed_list *list, struct placed placed)
{
	list->placed = realloc(list->placed, (list->count + 1) * sizeof(placed));
	if (!list->placed)
		fail("no memory for %zu nodes", list->count + 1);
	list->placed[list->count] = placed;
	return &list->placed[list->count++];
}

enum region_class plain_class(const struct reserved_node *node)
{
	return node->no_map ? REGION_NO_MAP : REGION_MAPPED;
}

bool wants_area(const struct reserved_node *node)
{
	return node->shared_dma_pool && node->reusable && !node->no_map;
}

bool loses_to_command_line(const struct model *model, const struct reserved_node *node)
{
	return node->shared_dma_pool && node->cma_default && model->settings->cma.given;
}

/*
 * Is a default node that loses never reserved? Newer kernels ask its driver first,
 * some before them go by the property alone.
 */
static bool refused_first(struct model *model, const struct reserved_node *node)
{
	const struct behaviours *kernel = &model->settings->kernel;

	if (kernel->skips_default && node->cma_default && model->settings->cma.given)
		text_list_add(&model->prediction->log,
			      "Skipping dt linux,cma-default for \"cma=\" kernel param");
	else if (kernel->checked_first && wants_area(node) && loses_to_command_line(model, node))
		text_list_add(&model->prediction->log,
			      "Skipping dt linux,cma-default node in favor for \"cma=\" kernel param");
	else
		return false;
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

/* Where a region begins or ends inside a page, nobody else gets that page. */
static void note_part_of_page(struct model *model, const struct reserved_node *node, __u64 base,
			      __u64 end)
{
	__u64 page = model->settings->page_bytes;

	if (base % page || (end % page && end != ULLONG_MAX))
		add_finding(model, FINDING_ROUNDED, node->name,
			    "reg: 0x%llx..0x%llx is no whole number of pages of %llu KiB; 0x%llx..0x%llx is lost",
			    base, end - 1, page >> 10, base / page * page,
			    round_up_to(end, page) - 1);
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
	if (node->no_map && (model->ram_unknown || range_set_overlaps(&model->ram, base, end)) &&
	    range_set_overlaps(&model->taken, base, end)) {
		log_failure(model, node, base, bytes);
		add_finding(model, FINDING_REFUSED, node->name,
			    "no-map: part of 0x%llx..0x%llx is reserved already (an earlier node, the kernel or its initramfs) and stays mapped; move reg elsewhere",
			    base, end - 1);
		return false;
	}
	range_set_add(node->no_map ? &model->unmapped : &model->taken, base, end);
	note_part_of_page(model, node, base, end);
	return true;
}

void note_reg_length(struct model *model, const struct reserved_node *node)
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
		    "reg: has %d bytes, an entry of this tree has %d; write an address of %d and a size of %d bytes",
		    node->reg.length_bytes, entry_bytes, 4 * model->tree->address_cells,
		    4 * model->tree->size_cells);
}

/* What to say of a reg with more entries than drivers look at. */
static void note_entries(struct model *model, const struct reserved_node *node)
{
	const struct behaviours *kernel = &model->settings->kernel;
	size_t count = node->reg.count;

	if (kernel->first_reg_only)
		text_list_add(&model->prediction->log,
			      "node '%s' has %zu <base size> entries, only the first is used",
			      node->name, count);
	else if (kernel->entries_told)
		text_list_add(&model->prediction->log, "ignores %zu regions in node '%s'",
			      count - 1, node->name);
	add_finding(model, kernel->lone_reg_only ? FINDING_REFUSED : FINDING_ADVICE, node->name,
		    "reg: has %zu entries, %s; give each a node of its own", count,
		    kernel->first_reg_only ? "only the first is reserved" :
		    kernel->lone_reg_only ? "all are reserved, and no driver sees the node" :
		    "all are reserved, the first alone is known to drivers");
}

void place_by_reg(struct model *model, const struct reserved_node *node,
		  struct placed_list *list)
{
	const struct behaviours *kernel = &model->settings->kernel;
	const struct pair_property *reg = &node->reg;
	size_t used = kernel->first_reg_only ? 1 : reg->count;
	bool unseen = kernel->lone_reg_only && reg->count > 1;
	bool first_done = false;

	if (reg->state != PROPERTY_GOOD) {
		note_reg_length(model, node);
		return;
	}
	if (reg->count > 1)
		note_entries(model, node);
	if (refused_first(model, node))
		return;
	for (size_t i = 0; i < used; i++) {
		bool done = reserve_entry(model, node, reg->pairs[i].address, reg->pairs[i].bytes);

		if (!i)
			first_done = done;
		/* What no driver will know of is a region of its own. */
		if (done && (i || unseen))
			add_region(model, node->name, reg->pairs[i].address, reg->pairs[i].bytes,
				   plain_class(node));
	}
	if (unseen || !reg->pairs[0].bytes)
		return;
	if (!kernel->tree_order && list->count == NODES_MAX) {
		text_list_add(&model->prediction->log, "not enough space for all defined regions.");
		add_region(model, node->name, reg->pairs[0].address, reg->pairs[0].bytes,
			   plain_class(node));
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

/* A number of more or fewer cells than the tree counts in, and how it is to be written. */
static void refuse_number(struct model *model, const struct reserved_node *node, const char *name,
			  const char *cells_name, const struct number_property *number, int cells)
{
	unsigned int high = number->value >> 32, low = number->value;
	char wanted[40];

	if (!number->value || (cells == 1 && high))
		snprintf(wanted, sizeof(wanted), "%d bytes", 4 * cells);
	else if (cells == 1)
		snprintf(wanted, sizeof(wanted), "<0x%x>", low);
	else
		snprintf(wanted, sizeof(wanted), "<0x%x 0x%x>", high, low);
	add_finding(model, FINDING_REFUSED, node->name,
		    "%s: has %d bytes, in this tree it has %d (%s is %d); write %s", name,
		    number->length_bytes, 4 * cells, cells_name, cells, wanted);
}

static bool check_sized_properties(struct model *model, const struct reserved_node *node)
{
	struct text_list *log = &model->prediction->log;

	if (node->size.state != PROPERTY_GOOD) {
		text_list_add(log, "invalid size property in '%s' node.", node->name);
		refuse_number(model, node, "size", "#size-cells", &node->size,
			      model->tree->size_cells);
		return false;
	}
	if (node->alignment.state == PROPERTY_BAD_LENGTH) {
		text_list_add(log, "invalid alignment property in '%s' node.", node->name);
		refuse_number(model, node, "alignment", "#address-cells", &node->alignment,
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
			    "alloc-ranges: has %d bytes, an entry of this tree has %d%s; write an address of %d and a size of %d bytes",
			    node->alloc_ranges.length_bytes,
			    4 * (model->tree->address_cells + model->tree->size_cells),
			    quiet ? ", and the kernel places the region anywhere" : "",
			    4 * model->tree->address_cells, 4 * model->tree->size_cells);
		return quiet;
	}
	return true;
}

/* The kernel counts on a power of two; of another number its lowest one is all that is sure. */
static void note_crooked_alignment(struct model *model, const struct reserved_node *node,
				   __u64 alignment)
{
	__u64 sure = alignment & -alignment;
	int bits = alignment ? 64 - __builtin_clzll(alignment) : 0;

	if (alignment != sure)
		add_finding(model, FINDING_ROUNDED, node->name,
			    "alignment: 0x%llx is no power of two, and only 0x%llx is sure; write 0x%llx",
			    alignment, sure, 1ull << (bits < 64 ? bits : 63));
}

bool place_by_size(struct model *model, struct placed *placed,
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
	note_crooked_alignment(model, node, alignment);
	if (!node->size.value && !(wants_area(node) && model->settings->has_cma))
		add_finding(model, FINDING_ADVICE, node->name,
			    "size: 0 reserves nothing; write the size, or remove the node");
	/* Without an alignment a region begins at a cache line. */
	request.align = alignment ? alignment : 64;
	placed->bytes = node->size.value;
	placed->unknown_place |= model->ram_unknown && placed->bytes;
	if (placed->unknown_place && model->ram_unknown)
		return true;
	if (!find_in_ranges(model, placed, list, &request, &placed->base)) {
		refuse_size(model, node, request.align);
		return false;
	}
	end = range_end(placed->base, placed->bytes);
	range_set_add(&model->taken, placed->base, end);
	if (node->no_map)
		range_set_add(&model->unmapped, placed->base, end);
	return true;
}
