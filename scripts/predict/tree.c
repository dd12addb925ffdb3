// SPDX-License-Identifier: GPL-2.0
/* tree - what a device tree says of memory; libfdt reads it and checks it first */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "blob.h"
#include "cells.h"
#include "report.h"

static struct number_property read_number(const void *blob, int node, const char *name, int cells)
{
	struct number_property property = { PROPERTY_ABSENT, 0, 0 };
	const fdt32_t *cell = fdt_getprop(blob, node, name, &property.length_bytes);

	if (!cell)
		return property;
	/* What was meant is known even where the kernel will not have it. */
	property.value = read_cells(cell, property.length_bytes / CELL_BYTES);
	property.state = property.length_bytes == cells * CELL_BYTES ? PROPERTY_GOOD :
			 PROPERTY_BAD_LENGTH;
	return property;
}

/* Upper and lower case are the same to the kernel. */
static bool is_compatible(const void *blob, int node, const char *wanted)
{
	const char *compatible;

	for (int i = 0; (compatible = fdt_stringlist_get(blob, node, "compatible", i, NULL)); i++)
		if (!strcasecmp(compatible, wanted))
			return true;
	return false;
}

static void add_reserved_node(struct tree *tree, const void *blob, int node)
{
	struct reserved_node *added;
	const char *name = fdt_get_name(blob, node, NULL);

	tree->nodes = realloc(tree->nodes, (tree->node_count + 1) * sizeof(*tree->nodes));
	if (!tree->nodes || !name)
		fail("no memory for %zu nodes", tree->node_count + 1);
	added = &tree->nodes[tree->node_count++];
	*added = (struct reserved_node){
		.name = strdup(name),
		.enabled = is_enabled(blob, node),
		.no_map = has(blob, node, "no-map"),
		.reusable = has(blob, node, "reusable"),
		.cma_default = has(blob, node, "linux,cma-default"),
		.shared_dma_pool = is_compatible(blob, node, "shared-dma-pool"),
		.restricted_dma_pool = is_compatible(blob, node, "restricted-dma-pool"),
		.dma_default = has(blob, node, "linux,dma-default"),
		.has_children = fdt_first_subnode(blob, node) >= 0,
		.reg = read_pairs(tree, blob, node, "reg"),
		.alloc_ranges = read_pairs(tree, blob, node, "alloc-ranges"),
		.size = read_number(blob, node, "size", tree->size_cells),
		.alignment = read_number(blob, node, "alignment", tree->address_cells),
	};
}

/* The binding: the cells of the root, and an (empty) ranges. */
static void check_reserved_memory(struct tree *tree, const void *blob, int node)
{
	static const char * const names[] = { "#address-cells", "#size-cells" };
	struct text_list fault = { NULL, 0 };

	for (int i = 0; i < 2 && !fault.count; i++) {
		int wanted = i ? tree->size_cells : tree->address_cells;
		int found = read_cell_count(blob, node, names[i], -2);

		if (found == -2)
			text_list_add(&fault, "has no %s; add %s = <%d>, as in the root",
				      names[i], names[i], wanted);
		else if (found != wanted)
			text_list_add(&fault, "has another %s than the root; write %s = <%d>",
				      names[i], names[i], wanted);
	}
	if (!fault.count && !has(blob, node, "ranges"))
		text_list_add(&fault, "has no ranges; add an empty 'ranges;'");
	if (fault.count)
		tree->reserved_memory_fault = strdup(fault.texts[0]);
	text_list_free(&fault);
}

void tree_read(struct tree *tree, const char *path)
{
	void *blob = blob_load(path);
	struct stat about;
	int node, child;

	*tree = (struct tree){
		.is_folder = !stat(path, &about) && S_ISDIR(about.st_mode),
		.address_cells = read_cell_count(blob, 0, "#address-cells", 2),
		.size_cells = read_cell_count(blob, 0, "#size-cells", 1),
	};
	/* The specification's range; wider numbers than 64 bits no kernel has. */
	if (tree->address_cells < 1 || tree->address_cells > 2 ||
	    tree->size_cells < 1 || tree->size_cells > 2)
		fail("expected one or two #address-cells and #size-cells in the root of '%s', found others",
		     path);
	read_machine(tree, blob);
	node = fdt_path_offset(blob, "/reserved-memory");
	tree->has_reserved_memory = node >= 0;
	if (node >= 0) {
		check_reserved_memory(tree, blob, node);
		fdt_for_each_subnode(child, blob, node)
			add_reserved_node(tree, blob, child);
	}
	free(blob);
}

void tree_free(struct tree *tree)
{
	for (size_t i = 0; i < tree->node_count; i++) {
		free(tree->nodes[i].name);
		free(tree->nodes[i].reg.pairs);
		free(tree->nodes[i].alloc_ranges.pairs);
	}
	free(tree->nodes);
	free(tree->banks);
	text_list_free(&tree->bank_notes);
	free(tree->usable.pairs);
	free(tree->command_line);
	range_set_free(&tree->initrd);
	range_set_free(&tree->memreserve);
	free(tree->reserved_memory_fault);
}
