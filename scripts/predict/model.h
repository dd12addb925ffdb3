/* SPDX-License-Identifier: GPL-2.0 */
/* The boot as predict() goes through it; for the files of this folder */
#ifndef MODEL_H
#define MODEL_H

#include "predict.h"

#define MIB 1048576ull
#define FOUR_GIB (4ull << 30)

struct model {
	const struct tree *tree;
	const struct settings *settings;
	struct prediction *prediction;
	/* As the boot goes on: RAM, what of it is taken, what is out of the map. */
	struct range_set ram, taken, unmapped;
	/* Of nodes with reg that were refused when all reg had been taken. */
	struct range_set given_back;
	/* Lines of the log that come before the linear map stands. */
	size_t said_early;
	/* The boot loader is to fill the banks in: nobody knows what is free. */
	bool ram_unknown;
};

/* The nodes of /reserved-memory (nodes.c). */
void place_nodes(struct model *model);
/* Take from the regions what was given back with a refused node (drivers.c). */
void lose_given_back(struct model *model);
/* The areas that the command line and the configuration ask for (areas.c). */
void place_areas(struct model *model);
/* The global area so far; of several that ask to be it, the last one is. */
struct region *find_default(struct model *model);
/* What of it comes alive, and the sums (totals.c). */
void sum_up(struct model *model);

struct region *add_region(struct model *model, const char *name, __u64 base, __u64 bytes,
			  enum region_class class);
[[gnu::format(printf, 4, 5)]]
void add_finding(struct model *model, enum finding_kind kind, const char *node,
		 const char *format, ...);
/* Does another area fit into the kernel's table? Logs where none does. */
bool has_area_slot(struct model *model);

/* RAM and the zones in it (zones.c). */
__u64 start_of_ram(const struct model *model);
__u64 end_of_ram(const struct model *model);
__u64 end_of_dma_zone(const struct model *model);
/* The border of two zones that @area lies across; 0 where there is none. */
__u64 find_zone_border(const struct model *model, const struct region *area);

/* Is RAM divided among NUMA nodes (numa_areas.c)? */
bool has_nodes(const struct model *model);

__u64 round_up_to(__u64 number, __u64 step);

#endif
