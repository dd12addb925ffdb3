/* SPDX-License-Identifier: GPL-2.0 */
/* The boot as predict() goes through it; for the files of this folder */
#ifndef MODEL_H
#define MODEL_H

#include "predict.h"

#define MIB 1048576ull

struct model {
	const struct tree *tree;
	const struct settings *settings;
	struct prediction *prediction;
	/* As the boot goes on: RAM, what of it is taken, what is out of the map. */
	struct range_set ram, taken, unmapped;
	size_t area_count;
};

/* The nodes of /reserved-memory (nodes.c). */
void place_nodes(struct model *model);
/* The global area, cma_pernuma=, numa_cma= and hugetlb_cma= (areas.c). */
void place_areas(struct model *model);
/* The global area so far; of several that ask to be it, the last one is. */
struct region *find_default(struct prediction *prediction);
/* What of it comes alive, and the sums (totals.c). */
void sum_up(struct model *model);

struct region *add_region(struct model *model, const char *name, __u64 base, __u64 bytes,
			  enum region_class class);
[[gnu::format(printf, 4, 5)]]
void add_finding(struct model *model, enum finding_kind kind, const char *node,
		 const char *format, ...);
/* True, and the slot counted, where another area fits into the kernel's table. */
bool take_area_slot(struct model *model);

__u64 round_up_to(__u64 number, __u64 step);

#endif
