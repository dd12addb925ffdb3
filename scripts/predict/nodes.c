// SPDX-License-Identifier: GPL-2.0
/* nodes - the nodes of /reserved-memory, in the order in which a kernel asks them */
#include <stdlib.h>

#include "placed.h"

static int compare_placed(const void *left, const void *right)
{
	const struct placed *a = left, *b = right;

	if (a->base != b->base)
		return a->base < b->base ? -1 : 1;
	if (a->bytes != b->bytes)
		return a->bytes < b->bytes ? -1 : 1;
	return a < b ? -1 : 1;
}

static void sort_placed(struct placed_list *list)
{
	if (list->count)
		qsort(list->placed, list->count, sizeof(*list->placed), compare_placed);
}

static void find_overlaps(struct model *model, const struct placed_list *list)
{
	for (size_t i = 0; i + 1 < list->count; i++) {
		const struct placed *low = &list->placed[i], *high = low + 1;

		/* The sum as the kernel adds it: it may begin anew at 0. */
		if (low->base + low->bytes <= high->base || low->unknown_place)
			continue;
		text_list_add(&model->prediction->log, "OVERLAP DETECTED!");
		/* Who was placed after another had been refused has taken nobody's place. */
		if ((low->refused && low->sized) || (high->refused && high->sized))
			continue;
		add_finding(model, FINDING_OVERLAPS, low->node->name,
			    "reg: 0x%llx..0x%llx overlaps %s at 0x%llx; end it there or move one of the two",
			    low->base, low->base + low->bytes - 1, high->node->name, high->base);
	}
}

/* Older kernels: all are noted, sorted by base with those without a place first, then asked. */
static void initialise_sorted(struct model *model, struct placed_list *list)
{
	size_t waiting = 0;

	sort_placed(list);
	find_overlaps(model, list);
	for (size_t i = 0; i < list->count; i++)
		waiting += list->placed[i].waiting;
	for (size_t i = 0; i < list->count; i++) {
		struct placed *placed = &list->placed[i];

		if (placed->waiting) {
			/* All have the same key, and the sort is not stable. */
			placed->unknown_place = waiting > 1 || model->ram_unknown;
			if (waiting > 1 && placed->node->alloc_ranges.state == PROPERTY_GOOD)
				add_finding(model, FINDING_ADVICE, placed->node->name,
					    "alloc-ranges: this kernel places nodes without reg in no defined order, and another may have taken them; write reg");
			if (!place_by_size(model, placed, list))
				continue;
			placed->waiting = false;
		}
		initialise(model, placed);
	}
	model->said_early = model->prediction->log.count;
}

static void ask_placed(struct model *model, struct placed *placed, struct placed_list *asked)
{
	placed->refused = !initialise(model, placed);
	/* Who was refused stays in the table of most kernels. */
	if (!placed->refused || !model->settings->kernel.checked_first)
		add_placed(asked, *placed);
}

/* Newer kernels: those without a place at once, the others later, in the tree's order. */
static void initialise_in_order(struct model *model, struct placed_list *fixed,
				struct placed_list *sized)
{
	struct placed_list all = { NULL, 0 };

	for (size_t i = 0; i < sized->count; i++) {
		if (!place_by_size(model, &sized->placed[i], sized))
			continue;
		sized->placed[i].waiting = false;
		ask_placed(model, &sized->placed[i], &all);
	}
	model->said_early = model->prediction->log.count;
	for (size_t i = 0; i < fixed->count; i++)
		ask_placed(model, &fixed->placed[i], &all);
	sort_placed(&all);
	find_overlaps(model, &all);
	free(all.placed);
}

static void note_node(struct model *model, const struct reserved_node *node,
		      struct placed_list *fixed, struct placed_list *sized)
{
	bool old = !model->settings->kernel.tree_order;
	struct placed waiting = { .node = node, .sized = true, .waiting = true };

	if (!node->enabled) {
		add_finding(model, FINDING_DISABLED, node->name, "status: is not \"okay\"; the node is as if absent");
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
