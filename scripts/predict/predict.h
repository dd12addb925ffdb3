/* SPDX-License-Identifier: GPL-2.0 */
/* What a boot reserves, computed from the tree and the settings */
#ifndef PREDICT_H
#define PREDICT_H

#include "memory_map.h"
#include "settings.h"
#include "tree.h"

enum region_class {
	REGION_MAPPED,		/* reserved, still in the linear map */
	REGION_NO_MAP,		/* out of the linear map */
	REGION_AREA,		/* CMA */
};

enum place {
	PLACE_EXACT,
	PLACE_BELOW,		/* there, or below early memory of the kernel's own */
	PLACE_UNKNOWN,		/* depends on an order that nothing defines */
};

struct region {
	char *name;
	__u64 base, bytes;
	enum region_class class;
	enum place place;
	bool is_default;
};

enum finding_kind {
	FINDING_REFUSED,	/* the kernel takes note and says no */
	FINDING_IGNORED,	/* the kernel does not look at it */
	FINDING_DISABLED,	/* as the tree itself says */
	FINDING_ROUNDED,	/* reserved, but not as written */
	FINDING_OVERLAPS,
	FINDING_BROKEN,		/* the kernel takes it, and is damaged by it */
	FINDING_ADVICE,		/* stands, and is worth knowing */
};

struct finding {
	enum finding_kind kind;
	char *node;
	char *text;
};

struct prediction {
	struct region *regions;
	size_t region_count;
	struct text_list log;
	struct text_list heaps;
	struct finding *findings;
	size_t finding_count;
	bool panics;
	/* Of the machine, for who reads it. */
	struct range_set ram;
	bool ram_unknown;
	/* Bytes: of all areas, out of System RAM, and out of MemTotal. */
	__u64 cma_bytes, ram_lost_bytes, memory_lost_bytes;
	/* Of areas when the kernel sizes its tables by what is free, before any comes alive. */
	__u64 early_bytes;
};

/* @tree is NULL on a machine that has none. */
void predict(struct prediction *prediction, const struct tree *tree,
	     const struct settings *settings);
void prediction_free(struct prediction *prediction);

#endif
