/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pages inside the area that unread pipes hold. The reference that splice() or
 * vmsplice() took cannot be migrated away: every range over such a page is
 * busy. The pipe holds it also when no mapping is left.
 *
 *	one pin, near a sixteenth of the area from its base; small requests end
 *	before it and never meet it:
 *	base |......X.........................................|
 *
 *	--pins 1/pageblock; a pageblock that could not be filled makes samples invalid:
 *	base |..X..|..X..|..X..|..X..|..X..|..X..|..X..|..X..|
 */
#ifndef CMABENCH_PINS_H
#define CMABENCH_PINS_H

#include "resident.h"

struct pins;

/* A page that a pipe holds. */
struct pin {
	int pipe[2];
	__u64 slot;
	__u64 pfn;
};

/* Hands the page at @page, slot @slot of @resident, to @pipe. 0 or -errno. */
typedef int (*pin_page)(struct resident *resident, __u64 slot, int pipe);

struct pin_method {
	const struct page_kind *kind;
	pin_page pin;
};

int pins_open(const struct pin_method *method, const struct target *target,
	      void **state, struct reason *why);
int pins_establish(void *state, const struct request *request,
		   struct reason *why);
int pins_verify(void *state, struct occupancy *now, struct reason *why);
void pins_close(void *state);

/*
 * pins_check_pageblocks - has each pageblock of @area so many of @pins pins? All
 * together may be as many as are wanted, and one be without. 0, or -ENOENT and why.
 */
int pins_check_pageblocks(const struct cma_area *area, const struct pin *pin,
			  size_t pins, unsigned int wanted, struct reason *why);

#define PINS_CALLBACKS				\
	.establish = pins_establish,		\
	.verify = pins_verify,			\
	.close = pins_close,

#endif
