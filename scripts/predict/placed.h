/* SPDX-License-Identifier: GPL-2.0 */
/* Nodes of /reserved-memory that have their place, or wait for one */
#ifndef PLACED_H
#define PLACED_H

#include "model.h"

/* Older kernels note so many nodes, newer ones so many without reg. */
#define NODES_MAX 64

/* A node that has its memory and waits for its driver. */
struct placed {
	const struct reserved_node *node;
	__u64 base, bytes;
	bool sized;		/* by size, not by reg */
	bool waiting;		/* sized, its place not yet found */
	bool unknown_place;
	bool refused;		/* by its driver */
	bool not_reserved;	/* its memory is somebody else's; the kernel goes on */
};

struct placed_list {
	struct placed *placed;
	size_t count;
};

/* What a node's memory is where no driver makes an area of it. */
enum region_class plain_class(const struct reserved_node *node);

struct placed *add_placed(struct placed_list *list, struct placed placed);

/* Is the node to become an area of CMA? */
bool wants_area(const struct reserved_node *node);
/* Is it a default node, and the command line has cma=? */
bool loses_to_command_line(const struct model *model, const struct reserved_node *node);

/* The memory of a node with reg, noted in @list (places.c). */
void place_by_reg(struct model *model, const struct reserved_node *node, struct placed_list *list);
/* The place of a node with size; false where it gets none. */
bool place_by_size(struct model *model, struct placed *placed, const struct placed_list *list);
/* What to say of a reg that cannot be read. */
void note_reg_length(struct model *model, const struct reserved_node *node);

/* No place for a node with size: refused, with what there would be (advice.c). */
void refuse_size(struct model *model, const struct reserved_node *node, __u64 align);
/* A reg that an area cannot have: refused, with one that it could (advice.c). */
void advise_reg(struct model *model, const struct placed *placed);

/* Ask a node's driver, log what the kernel logs; false where it is refused (drivers.c). */
bool initialise(struct model *model, const struct placed *placed);

#endif
