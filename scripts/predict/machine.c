// SPDX-License-Identifier: GPL-2.0
/* machine - what a tree says of RAM, of the boot loader's own memory and of the buses */
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "report.h"

static void add_banks(struct tree *tree, const struct pair_property *pairs, __u32 numa_node,
		      bool of_bad_reg)
{
	tree->banks = realloc(tree->banks,
			      (tree->bank_count + pairs->count + 1) * sizeof(*tree->banks));
	if (!tree->banks)
		fail("no memory for %zu banks of RAM", pairs->count);
	for (size_t i = 0; i < pairs->count; i++) {
		const struct address_and_size *pair = &pairs->pairs[i];

		tree->has_empty_bank |= !pair->bytes;
		if (pair->bytes)
			tree->banks[tree->bank_count++] = (struct bank){
				pair->address, range_end(pair->address, pair->bytes), numa_node,
				of_bad_reg,
			};
	}
}

/* A memory node by what it says of itself; what is only called so gives nothing. */
static bool is_memory(struct tree *tree, const void *blob, int node)
{
	int length;
	const char *type = fdt_getprop(blob, node, "device_type", &length);
	const char *name = fdt_get_name(blob, node, NULL);

	if (type && length >= 7 && !strncmp(type, "memory", length))
		return true;
	if (!strcmp(name, "memory") || !strncmp(name, "memory@", 7))
		text_list_add(&tree->bank_notes,
			      "%s: ignored: no RAM without device_type = \"memory\"; add that",
			      name);
	return false;
}

/* Kernels differ in what they do with the whole entries before what is left over. */
static struct pair_property read_bank_pairs(struct tree *tree, const void *blob, int node)
{
	const char *name = has(blob, node, "linux,usable-memory") ?
			   "linux,usable-memory" : "reg";
	struct pair_property pairs = read_pairs(tree, blob, node, name);
	int address_bytes = CELL_BYTES * tree->address_cells;
	int size_bytes = CELL_BYTES * tree->size_cells;
	int entry_bytes = address_bytes + size_bytes;

	if (pairs.state == PROPERTY_BAD_LENGTH)
		text_list_add(&tree->bank_notes,
			      "%s: ignored: %s: the last %d of its %d bytes are no entry, which has %d; write an address of %d and a size of %d bytes",
			      fdt_get_name(blob, node, NULL), name,
			      pairs.length_bytes % entry_bytes, pairs.length_bytes,
			      entry_bytes, address_bytes, size_bytes);
	return pairs;
}

static void read_banks(struct tree *tree, const void *blob)
{
	int node;

	fdt_for_each_subnode(node, blob, 0) {
		int id_length;
		const fdt32_t *id = fdt_getprop(blob, node, "numa-node-id", &id_length);
		struct pair_property pairs;
		bool of_bad_reg;

		if (!is_enabled(blob, node) || !is_memory(tree, blob, node))
			continue;
		pairs = read_bank_pairs(tree, blob, node);
		of_bad_reg = pairs.state == PROPERTY_BAD_LENGTH &&
			     !has(blob, node, "linux,usable-memory");
		add_banks(tree, &pairs, id && id_length == CELL_BYTES ? fdt32_ld(id) : 0,
			  of_bad_reg);
		free(pairs.pairs);
	}
}

/* A number of one cell or two, as boot loaders write both. */
static __u64 read_address(const void *blob, int node, const char *name)
{
	int length;
	const fdt32_t *cell = fdt_getprop(blob, node, name, &length);

	return cell && length / CELL_BYTES <= 2 ? read_cells(cell, length / CELL_BYTES) : 0;
}

static void read_chosen(struct tree *tree, const void *blob)
{
	int node = fdt_path_offset(blob, "/chosen"), length;
	const char *line = node < 0 ? NULL : fdt_getprop(blob, node, "bootargs", &length);

	tree->command_line = line ? strndup(line, length) : strdup("");
	if (node < 0)
		return;
	range_set_add(&tree->initrd, read_address(blob, node, "linux,initrd-start"),
		      read_address(blob, node, "linux,initrd-end"));
	tree->usable = read_pairs(tree, blob, node, "linux,usable-memory-range");
}

static void read_memreserve(struct tree *tree, const void *blob)
{
	for (int i = 0; i < fdt_num_mem_rsv(blob); i++) {
		const struct fdt_reserve_entry *entries =
			(const void *)((const char *)blob + fdt_off_mem_rsvmap(blob));
		__u64 address = fdt64_ld(&entries[i].address), bytes = fdt64_ld(&entries[i].size);

		/* Who reads the list stops at a size of 0. */
		if (!bytes)
			return;
		range_set_add(&tree->memreserve, address, range_end(address, bytes));
	}
}

/* The cells that the children of @node count in: its own word, or a parent's. */
static int bus_cells(const void *blob, int node, const char *name)
{
	for (; node >= 0; node = fdt_parent_offset(blob, node)) {
		int cells = read_cell_count(blob, node, name, -2);

		if (cells != -2)
			return cells;
	}
	return 1;
}

/* The dma-ranges of a bus; without entries all is as in the parent. */
struct windows {
	const fdt32_t *cells;
	int child_cells, parent_cells, size_cells, count;
};

/* Addresses of the bus that are addresses of its parent. */
struct window {
	__u64 child, parent, bytes;
};

static struct windows find_windows(const void *blob, int bus)
{
	struct windows windows = {
		.child_cells = bus_cells(blob, bus, "#address-cells"),
		.size_cells = bus_cells(blob, bus, "#size-cells"),
		.parent_cells = bus_cells(blob, fdt_parent_offset(blob, bus), "#address-cells"),
	};
	int entry = windows.child_cells + windows.parent_cells + windows.size_cells, length;

	windows.cells = fdt_getprop(blob, bus, "dma-ranges", &length);
	if (windows.cells && windows.child_cells >= 0 && windows.parent_cells > 0 &&
	    windows.size_cells > 0)
		windows.count = length / CELL_BYTES / entry;
	return windows;
}

static struct window read_window(const struct windows *windows, int index)
{
	int child = windows->child_cells, parent = windows->parent_cells;
	const fdt32_t *cell = windows->cells + index * (child + parent + windows->size_cells);

	return (struct window){
		.child = read_cells(cell, child),
		.parent = read_cells(cell + child, parent),
		.bytes = read_cells(cell + child + parent, windows->size_cells),
	};
}

/* What @address, as the children of @bus count, is for the CPU; false: nothing. */
static bool to_cpu_address(const void *blob, int bus, __u64 *address)
{
	for (; bus > 0; bus = fdt_parent_offset(blob, bus)) {
		struct windows windows = find_windows(blob, bus);
		bool found = !windows.count;

		for (int i = 0; i < windows.count && !found; i++) {
			struct window window = read_window(&windows, i);

			found = *address - window.child < window.bytes;
			if (found)
				*address += window.parent - window.child;
		}
		if (!found)
			return false;
	}
	return true;
}

/* The last address that @bus reaches; 0: it says nothing. */
static __u64 last_of_bus(const void *blob, int bus)
{
	struct windows windows = find_windows(blob, bus);
	int parent = fdt_parent_offset(blob, bus);
	__u64 last = 0;

	for (int i = 0; i < windows.count; i++) {
		struct window window = read_window(&windows, i);

		if (!window.bytes || !to_cpu_address(blob, parent, &window.parent))
			continue;
		if (window.parent + window.bytes - 1 > last)
			last = window.parent + window.bytes - 1;
	}
	return last;
}

static bool is_reachable(const void *blob, int node)
{
	for (; node > 0; node = fdt_parent_offset(blob, node))
		if (!is_enabled(blob, node))
			return false;
	return true;
}

/* The zone for DMA ends where the narrowest of the buses ends. */
static void read_buses(struct tree *tree, const void *blob)
{
	int bus = 0;

	tree->dma_last = ULLONG_MAX;
	while ((bus = fdt_next_node(blob, bus, NULL)) >= 0) {
		__u64 last;

		if (!has(blob, bus, "dma-ranges") || !is_reachable(blob, bus))
			continue;
		last = last_of_bus(blob, bus);
		if (last && last < tree->dma_last)
			tree->dma_last = last;
	}
}

/* CPUs that have no 64-bit instructions; '*' is whatever follows. */
static const char * const cpus_of_32_bits[] = {
	"arm,cortex-a5", "arm,cortex-a7", "arm,cortex-a8", "arm,cortex-a9", "arm,cortex-a12",
	"arm,cortex-a15", "arm,cortex-a17", "arm,cortex-m*", "arm,arm9*", "arm,arm11*",
	"brcm,brahma-b15", "marvell,*", "qcom,krait*", "qcom,scorpion*",
};

static bool is_cpu_of_32_bits(const char *compatible)
{
	for (size_t i = 0; i < sizeof(cpus_of_32_bits) / sizeof(*cpus_of_32_bits); i++)
		if (!fnmatch(cpus_of_32_bits[i], compatible, 0))
			return true;
	return false;
}

static void read_cpus(struct tree *tree, const void *blob)
{
	int cpus = fdt_path_offset(blob, "/cpus"), node;

	if (cpus < 0)
		return;
	fdt_for_each_subnode(node, blob, cpus) {
		const char *compatible = fdt_stringlist_get(blob, node, "compatible", 0, NULL);

		tree->is_32_bit |= compatible && is_cpu_of_32_bits(compatible);
	}
}

void read_machine(struct tree *tree, const void *blob)
{
	read_banks(tree, blob);
	read_chosen(tree, blob);
	read_memreserve(tree, blob);
	read_buses(tree, blob);
	read_cpus(tree, blob);
}
