// SPDX-License-Identifier: GPL-2.0
/* cells - properties of a tree as numbers */
#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "report.h"

__u64 read_cells(const fdt32_t *cell, int cells)
{
	__u64 number = 0;

	for (int i = 0; i < cells; i++)
		number = number << 32 | fdt32_ld(cell + i);
	return number;
}

int read_cell_count(const void *blob, int node, const char *name, int missing)
{
	int length;
	const fdt32_t *cell = fdt_getprop(blob, node, name, &length);

	if (!cell)
		return missing;
	if (length != CELL_BYTES || fdt32_ld(cell) > FDT_MAX_NCELLS)
		return -1;
	return fdt32_ld(cell);
}

struct pair_property read_pairs(const struct tree *tree, const void *blob, int node,
				const char *name)
{
	int pair_bytes = (tree->address_cells + tree->size_cells) * CELL_BYTES;
	struct pair_property property = { PROPERTY_ABSENT, NULL, 0, 0 };
	const fdt32_t *cell = fdt_getprop(blob, node, name, &property.length_bytes);

	if (!cell)
		return property;
	if (!property.length_bytes) {
		property.state = PROPERTY_EMPTY;
		return property;
	}
	property.state = property.length_bytes % pair_bytes ? PROPERTY_BAD_LENGTH : PROPERTY_GOOD;
	property.count = property.length_bytes / pair_bytes;
	property.pairs = calloc(property.count + 1, sizeof(*property.pairs));
	if (!property.pairs)
		fail("no memory for %zu entries of '%s'", property.count, name);
	for (size_t i = 0; i < property.count; i++) {
		property.pairs[i].address = read_cells(cell, tree->address_cells);
		cell += tree->address_cells;
		property.pairs[i].bytes = read_cells(cell, tree->size_cells);
		cell += tree->size_cells;
	}
	return property;
}

bool is_enabled(const void *blob, int node)
{
	int length;
	const char *status = fdt_getprop(blob, node, "status", &length);

	return !status || (length > 0 && (!strncmp(status, "okay", length) ||
					  !strncmp(status, "ok", length)));
}

bool has(const void *blob, int node, const char *name)
{
	return fdt_getprop(blob, node, name, NULL);
}
