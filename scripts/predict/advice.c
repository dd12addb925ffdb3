// SPDX-License-Identifier: GPL-2.0
/* advice - what would have a place where a node has none */
#include "placed.h"

/* Where alloc-ranges themselves are at fault, say so. */
static bool blame_ranges(struct model *model, const struct reserved_node *node)
{
	const struct pair_property *ranges = &node->alloc_ranges;

	if (ranges->state == PROPERTY_EMPTY) {
		add_finding(model, FINDING_REFUSED, node->name,
			    "alloc-ranges: is empty; write where the region may be, or leave it out");
		return true;
	}
	for (size_t i = 0; i < ranges->count; i++) {
		const struct address_and_size *range = &ranges->pairs[i];

		if (!range->address || range->bytes <= ULLONG_MAX - range->address + 1)
			continue;
		add_finding(model, FINDING_REFUSED, node->name,
			    "alloc-ranges: 0x%llx bytes from 0x%llx go beyond the last address; write less",
			    range->bytes, range->address);
		return true;
	}
	return false;
}

/* The largest place for the node, wherever it may be. */
static __u64 find_largest_piece(const struct model *model, const struct reserved_node *node,
				__u64 align, __u64 *base)
{
	const struct pair_property *ranges = &node->alloc_ranges;
	struct address_and_size anywhere = { model->settings->page_bytes, ULLONG_MAX };
	bool in_ranges = ranges->state == PROPERTY_GOOD;
	size_t count = in_ranges ? ranges->count : 1;
	__u64 largest = 0;

	for (size_t i = 0; i < count; i++) {
		struct address_and_size range = in_ranges ? ranges->pairs[i] : anywhere;
		struct request request = {
			.align = align, .low = range.address,
			.high = range_end(range.address, range.bytes),
		};
		__u64 place, bytes = find_largest(&model->ram, &model->taken, &model->unmapped,
						  &request, &place);

		if (bytes <= largest)
			continue;
		largest = bytes;
		*base = place;
	}
	return largest;
}

void refuse_size(struct model *model, const struct reserved_node *node, __u64 align)
{
	bool in_ranges = node->alloc_ranges.state == PROPERTY_GOOD;
	__u64 base = 0, largest;

	text_list_add(&model->prediction->log, "failed to allocate memory for node '%s': size %llu MiB",
		      node->name, node->size.value / MIB);
	if (blame_ranges(model, node))
		return;
	largest = find_largest_piece(model, node, align, &base);
	if (largest)
		add_finding(model, FINDING_REFUSED, node->name,
			    "size: no 0x%llx bytes, aligned to 0x%llx, are free in %s; the largest piece, before the kernel takes its own, is 0x%llx bytes at 0x%llx",
			    node->size.value, align, in_ranges ? "its alloc-ranges" : "RAM",
			    largest, base);
	else
		add_finding(model, FINDING_REFUSED, node->name,
			    "%s: nothing that is aligned to 0x%llx is free %s",
			    in_ranges ? "alloc-ranges" : "size", align,
			    in_ranges ? "there; widen it to where RAM is" :
			    "in RAM; reserve less elsewhere");
}

/* Where the node's memory could be instead: aligned, free, the next one up or else down. */
static bool find_other_place(const struct model *model, const struct placed *placed,
			     __u64 bytes, __u64 *place)
{
	__u64 block = pageblock_bytes(model->settings);
	struct request request = { .bytes = bytes, .align = block, .high = ULLONG_MAX,
				   .low = placed->base / block * block, .lowest = true };
	struct range_set others = { NULL, 0 };
	bool found;

	range_set_add_all(&others, &model->taken);
	range_set_remove(&others, placed->base, range_end(placed->base, placed->bytes));
	found = find_place(&model->ram, &others, &model->unmapped, &request, place);
	if (!found) {
		request.low = 0;
		request.lowest = false;
		found = find_place(&model->ram, &others, &model->unmapped, &request, place);
	}
	range_set_free(&others);
	return found;
}

void advise_reg(struct model *model, const struct placed *placed)
{
	__u64 block = pageblock_bytes(model->settings), place;
	__u64 bytes = round_up_to(placed->bytes, block);
	const char *part = placed->base % block ? "base" : "size";
	__u64 number = placed->base % block ? placed->base : placed->bytes;

	if (model->ram_unknown)
		add_finding(model, FINDING_REFUSED, placed->node->name,
			    "reg: %s 0x%llx is no multiple of the pageblock, 0x%llx; 0x%llx and 0x%llx are",
			    part, number, block, number / block * block,
			    round_up_to(number, block));
	else if (find_other_place(model, placed, bytes, &place))
		add_finding(model, FINDING_REFUSED, placed->node->name,
			    "reg: %s 0x%llx is no multiple of the pageblock, 0x%llx; free are 0x%llx bytes at 0x%llx",
			    part, number, block, bytes, place);
	else
		add_finding(model, FINDING_REFUSED, placed->node->name,
			    "reg: %s 0x%llx is no multiple of the pageblock, 0x%llx; no 0x%llx bytes so aligned are free",
			    part, number, block, bytes);
}
