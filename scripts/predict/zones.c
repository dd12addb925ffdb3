// SPDX-License-Identifier: GPL-2.0
/*
 * zones - where RAM begins and ends, and the borders inside it
 *
 *    RAM begins                 narrowest bus       4 GiB        RAM ends
 *        |------ zone DMA -----------|--- zone DMA32 --|--- Normal ---|
 *
 * The global area is for devices: it stays in the first zone.
 */
#include "model.h"

__u64 start_of_ram(const struct model *model)
{
	return model->ram.count ? model->ram.ranges[0].start : 0;
}

__u64 end_of_ram(const struct model *model)
{
	return model->ram.count ? model->ram.ranges[model->ram.count - 1].end : 0;
}

/* 2^bits - 1 that has the bits of @number: older kernels count the bus's address lines. */
static __u64 fill_bits(__u64 number)
{
	return number ? ULLONG_MAX >> __builtin_clzll(number) : 0;
}

__u64 end_of_dma_zone(const struct model *model)
{
	const struct settings *settings = model->settings;
	__u64 start = start_of_ram(model), end = end_of_ram(model), last = ULLONG_MAX;

	if (settings->architecture != ARCHITECTURE_ARM64)
		return end;
	if (model->tree && settings->has_dma_zone)
		last = model->tree->dma_last;
	if (!settings->kernel.exact_dma_limit) {
		last = fill_bits(last);
		/* RAM begins behind what the bus reaches: as if nothing was said. */
		if (start > last)
			last = FOUR_GIB - 1;
	}
	if (start < FOUR_GIB) {
		if (last >= FOUR_GIB)
			last = FOUR_GIB - 1;
	} else if (!settings->kernel.exact_dma_limit) {
		last = ULLONG_MAX;
	}
	return last < end ? last + 1 : end;
}

static bool is_across(__u64 border, const struct region *area)
{
	return area->base < border && area->base + area->bytes > border;
}

/* Each NUMA node has zones of its own; 0 where the area is in one. */
static __u64 find_node_border(const struct model *model, const struct region *area)
{
	const struct tree *tree = model->tree;
	const struct bank *first = NULL;
	__u64 border = 0;

	for (size_t i = 0; i < tree->bank_count; i++)
		if (tree->banks[i].start <= area->base && area->base < tree->banks[i].end)
			first = &tree->banks[i];
	for (size_t i = 0; first && i < tree->bank_count; i++) {
		const struct bank *bank = &tree->banks[i];

		if (bank->numa_node != first->numa_node && is_across(bank->start, area) &&
		    (!border || bank->start < border))
			border = bank->start;
	}
	return border;
}

__u64 find_zone_border(const struct model *model, const struct region *area)
{
	__u64 end = end_of_dma_zone(model);

	if (model->settings->architecture != ARCHITECTURE_ARM64)
		return 0;
	if (is_across(end, area))
		return end;
	if (is_across(FOUR_GIB, area))
		return FOUR_GIB;
	return has_nodes(model) ? find_node_border(model, area) : 0;
}
