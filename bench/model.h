/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an allocation must cost on this machine, in two ways:
 *
 *	floor	what memory itself costs: memcpy of each page that was
 *		migrated, memset of each that was zeroed
 *	model	a sum of terms, each measured on this machine before the rows
 *		that need it (see calibration.h):
 *
 *	fixed + empty page * pages		every allocation
 *	      + zeroed page * pages		backends that zero
 *	      + migrated page * migrated	pressures that fill the area
 *	      + mapping * migrated * (mappings - 1)
 *	      + retry * retries
 *
 * A row's ratio to the model is near 1 while the kernel does what it did when
 * the terms were measured. Terms are what an average page costs: sizes far from
 * the calibrated ones, and other kinds of pages, are off, and that is told.
 */
#ifndef CMABENCH_MODEL_H
#define CMABENCH_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/types.h>

enum model_term {
	MODEL_FIXED,
	MODEL_EMPTY_PAGE,
	MODEL_ZEROED_PAGE,
	MODEL_MIGRATED_PAGE,
	MODEL_MAPPING,		/* each beyond the first, of each page */
	MODEL_RETRY,
	NR_MODEL_TERMS
};

struct model {
	bool knows[NR_MODEL_TERMS];
	double ns[NR_MODEL_TERMS];
};

/* How much of each term there is in an allocation, or in an average one. */
struct work {
	double amount[NR_MODEL_TERMS];
};

/*
 * model_predict - nanoseconds of @work; false when a term that is in it is not
 * known.
 */
bool model_predict(const struct model *model, const struct work *work,
		   double *ns);

/*
 * model_learn - from one allocation with a known rest: @term is what is left of
 * @ns. False when there is none of it in @work, or the rest is not known.
 */
bool model_learn(struct model *model, enum model_term term,
		 const struct work *work, double ns);

/* model_learn_slope - fixed cost and cost a page, from two sizes. */
void model_learn_slope(struct model *model, double small_pages,
		       double small_ns, double large_pages, double large_ns);

/* model_term_name - "migrated page". */
const char *model_term_name(enum model_term term);

/* A page of this machine's memory. */
struct floor {
	__u64 memset_page_ns, memcpy_page_ns;	/* 0: could not be measured */
};

void floor_measure(struct floor *floor, size_t page_size_bytes);

/* floor_ns - the least that @work can take; 0: nothing need be touched. */
double floor_ns(const struct floor *floor, const struct work *work);

#endif
