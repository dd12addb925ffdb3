/* SPDX-License-Identifier: GPL-2.0 */
/* Properties of a tree as numbers; for tree.c and machine.c */
#ifndef CELLS_H
#define CELLS_H

#include <libfdt.h>

#include "tree.h"

#define CELL_BYTES 4

/* A number of @cells cells; what does not fit 64 bits keeps its low ones. */
__u64 read_cells(const fdt32_t *cell, int cells);
/* A property such as #address-cells: @missing without it, -1 where it is nonsense. */
int read_cell_count(const void *blob, int node, const char *name, int missing);
/* Addresses and sizes, in the cells of the root. */
struct pair_property read_pairs(const struct tree *tree, const void *blob, int node,
				const char *name);
bool has(const void *blob, int node, const char *name);
bool is_enabled(const void *blob, int node);

/* What a tree says of the machine: its RAM, its boot loader, its buses (machine.c). */
void read_machine(struct tree *tree, const void *blob);

#endif
