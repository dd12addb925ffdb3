/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which pages of an area are in the way.
 *
 * The kernel tells in a trace event: page_isolation:test_pages_isolated ends
 * at the first frame that could be neither freed nor migrated. So the area is
 * allocated, pageblock by pageblock, with that event on, and given back.
 */
#ifndef CMABENCH_BUSY_PAGES_H
#define CMABENCH_BUSY_PAGES_H

#include <stdio.h>

#include "page_description.h"

struct busy_pages {
	struct page_description *pages;
	size_t count;
	__u64 attempts;		/* ranges that were busy */
	__u64 taken_pages;	/* could be allocated all at once, for a moment */
};

/* busy_pages_find - Returns 0, or -errno and the reason. */
int busy_pages_find(const struct target *target, struct busy_pages *busy,
		    struct reason *why);
void busy_pages_free(struct busy_pages *busy);

/* busy_pages_print - de-duplicated: neighbours that are alike are one range. */
void busy_pages_print(FILE *file, const struct busy_pages *busy);

#endif
