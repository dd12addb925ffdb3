/* SPDX-License-Identifier: GPL-2.0 */
/* Everything but the tree that decides what a boot reserves */
#ifndef SETTINGS_H
#define SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "memory_map.h"
#include "report.h"

#define NUMA_NODES_MAX 64

/* How the global area's size is chosen (CONFIG_CMA_SIZE_SEL_*). */
enum size_choice {
	SIZE_MBYTES,
	SIZE_PERCENTAGE,
	SIZE_MINIMUM,
	SIZE_MAXIMUM,
};

enum architecture {
	ARCHITECTURE_ARM64,
	ARCHITECTURE_ARM,
	ARCHITECTURE_X86_64,
};

/* Where kernels differ; dts-fixtures/behaviours.table says what each means. */
struct behaviours {
	bool region_lines;
	bool tree_order;
	bool checked_first;
	bool first_reg_only;
	bool quiet_lengths;
	bool near_neighbours;
	bool user_limit;
	bool numa_option;
	bool numa_names;
	bool entries_told;
	bool lone_reg_only;
	bool skips_default;
	bool fixed_heap_name;
	bool area_heaps;
	bool extra_area;
	bool exact_hugetlb;
	bool unaligned_hugetlb;
	bool thp_pageblock;
	bool exact_dma_limit;
	bool kernel_apart;
	bool pieces_panic;
	bool typed_lists;
	bool exclusive_order;
	bool pool_in_kib;
	bool hugetlb_percent;
	bool inward_map;
	bool whole_memory;
};

struct cma_option {
	bool given;		/* cma= with a value was read */
	bool without_value;	/* "cma" alone */
	__u64 bytes, base, limit;
};

struct settings {
	struct behaviours kernel;
	enum architecture architecture;
	unsigned long page_bytes;
	unsigned int pageblock_order;
	unsigned int gigantic_shift;	/* of the pages that hugetlb_cma= is for; 0: none */

	bool has_cma, has_heaps, has_system_heap, has_numa, has_numa_areas, has_dma_zone;
	bool has_restricted_pools, has_legacy_heap;
	unsigned int areas_max;
	/* CONFIG_ARCH_FORCE_MAX_ORDER and CONFIG_PAGE_BLOCK_MAX_ORDER; 0: there is none. */
	unsigned int config_max_order, config_block_order;
	enum size_choice choice;
	__u64 config_bytes;
	unsigned int config_percentage;

	struct cma_option cma;
	__u64 hugetlb_bytes, hugetlb_node_bytes[NUMA_NODES_MAX];
	unsigned int hugetlb_percent, hugetlb_node_percent[NUMA_NODES_MAX];
	__u64 pernuma_bytes, numa_bytes[NUMA_NODES_MAX];
	bool numa_given;	/* one of the two options was read */
	bool numa_as_global;	/* otherwise a node's area is as large as the global one */
	/* Pieces of RAM that the kernel can note before it has a map of it. */
	unsigned int ram_pieces_max;
	__u64 memory_limit_bytes;	/* mem=; 0: none */
	/* memmap=SIZE$START, where the architecture knows it. */
	struct range_set memmap;
	/* memmap= was given to an architecture that does not know it. */
	bool unknown_memmap;

	/* Taken before the tree is read: the kernel, the initramfs, the blob. */
	struct range_set occupied;
	/* The parts of it that the kernel's image and the initramfs have. */
	struct range_set image, initramfs;
	/* RAM of a machine without a device tree, or other than its tree says. */
	struct range_set ram;
};

/* A fresh board: 4K pages, all behaviours of the newest kernel known. */
void settings_defaults(struct settings *settings);
void settings_page_size(struct settings *settings, const char *text);
void settings_read_config(struct settings *settings, const char *path);
void settings_read_command_line(struct settings *settings, const char *line);
/* A behaviour of behaviours.table, or "!name" for its absence. */
void settings_behaviour(struct settings *settings, const char *name);
void settings_architecture(struct settings *settings, const char *name);
/* The pageblock that a kernel of this page size and configuration has. */
void settings_choose_pageblock(struct settings *settings, bool huge_pages);
__u64 pageblock_bytes(const struct settings *settings);
/* The memory map comes in sections; where any of one is RAM, there is a map of all of it. */
unsigned int section_shift(const struct settings *settings);
/* How many areas the kernel has room for. */
unsigned int area_slots(const struct settings *settings);
void settings_free(struct settings *settings);

/* "64M" and the like; *rest is what follows the number. */
__u64 parse_bytes(const char *text, const char **rest);
/* "0x50000000+4M", for options; fails on anything else. */
void parse_range(struct range_set *set, const char *text);

#endif
