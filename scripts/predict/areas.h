/* SPDX-License-Identifier: GPL-2.0 */
/* Areas that no node of the tree asks for */
#ifndef AREAS_H
#define AREAS_H

#include "model.h"

/* What an area asks for. A base of 0 is no base. */
struct area_request {
	const char *name;
	__u64 bytes, base, limit, align;
	bool fixed;
	bool several_ranges;	/* a kernel that can divides it, and says so */
	const struct range_set *ram;	/* where it may be */
};

/* One area as the kernel declares it; NULL, and said why, where it does not. */
struct region *declare_area(struct model *model, struct area_request *area);

/* cma_pernuma=, numa_cma= and hugetlb_cma= (numa_areas.c). */
void place_numa_areas(struct model *model);
void place_hugetlb(struct model *model);

#endif
