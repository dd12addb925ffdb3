/* SPDX-License-Identifier: GPL-2.0 */
/* What a device tree says of memory, read once and kept as numbers */
#ifndef TREE_H
#define TREE_H

#include "memory_map.h"
#include "report.h"

/* A property that is a list of numbers of one width, as found. */
enum property_state {
	PROPERTY_ABSENT,
	PROPERTY_BAD_LENGTH,
	PROPERTY_EMPTY,
	PROPERTY_GOOD,
};

struct address_and_size {
	__u64 address, bytes;
};

struct pair_property {
	enum property_state state;
	struct address_and_size *pairs;
	size_t count;
	int length_bytes;
};

struct number_property {
	enum property_state state;
	__u64 value;
	int length_bytes;
};

/* A child of /reserved-memory. */
struct reserved_node {
	char *name;
	bool enabled;
	bool no_map, reusable, cma_default;
	bool dma_default;
	bool shared_dma_pool;		/* compatible with "shared-dma-pool" */
	bool restricted_dma_pool;	/* or with "restricted-dma-pool" */
	bool has_children;
	/* Of a bad length, the whole entries. */
	struct pair_property reg, alloc_ranges;
	struct number_property size, alignment;
};

/* A bank of RAM and the NUMA node it says it is in. */
struct bank {
	__u64 start, end;
	__u32 numa_node;
	bool of_bad_reg;	/* one of a wrong length */
};

struct tree {
	int address_cells, size_cells;	/* of the root */
	bool is_folder;			/* which has not the tree's order, nor the header */
	/* Both instruction sets have trees; the CPUs tell which this one is for. */
	bool is_32_bit;
	char *command_line;		/* of /chosen, "" where it has none */
	struct bank *banks;
	size_t bank_count;
	bool has_empty_bank;		/* for the boot loader to fill in */
	/* What of the memory nodes no kernel takes for RAM, and why. */
	struct text_list bank_notes;
	/* What a kernel after a crash may use; absent on any other. */
	struct pair_property usable;
	/* Taken before any node is read, and after all of them. */
	struct range_set initrd, memreserve;
	/* The last address that every bus can reach (dma-ranges). */
	__u64 dma_last;
	bool has_reserved_memory;
	/* What is wrong with /reserved-memory itself; NULL where nothing is. */
	char *reserved_memory_fault;
	struct reserved_node *nodes;
	size_t node_count;
};

/* @path: a blob, a source (.dts, through dtc) or a folder as /proc/device-tree. */
void tree_read(struct tree *tree, const char *path);
void tree_free(struct tree *tree);

#endif
