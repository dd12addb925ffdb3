/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Contents that tell, bit for bit, whether a page is still the page it was.
 * The last word of each page is left to a writer, see pattern_writer.
 */
#ifndef CMA_TESTS_PATTERN_H
#define CMA_TESTS_PATTERN_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "background.h"

/* pattern_fill - every page of the range its own words, by @seed and number. */
void pattern_fill(void *start, size_t bytes, __u64 seed);

/* pattern_first_wrong - the first page that differs, or -1. */
long pattern_first_wrong(const void *start, size_t bytes, __u64 seed);

/*
 * A thread that writes into the last word of each page, over and over, and
 * remembers what it wrote: a write lost while the page moved is seen, at the
 * latest when the page is written to again.
 */
struct pattern_writer {
	unsigned char *start;	/* NULL: it does not run */
	size_t pages;
	__u64 *written;		/* what each page's last word must be */
	long lost;		/* the first page with a lost write, or -1 */
	struct background background;	/* a step is a round over all pages */
};

/* pattern_writer_start - returns 0 or -errno. */
int pattern_writer_start(struct pattern_writer *writer, void *start, size_t bytes);

/*
 * pattern_writer_goes_on - wait until each page was written to once more.
 *
 * False when that did not come to pass within ten seconds: a page cannot be
 * written to.
 */
bool pattern_writer_goes_on(const struct pattern_writer *writer);

/*
 * pattern_writer_stop - the first page with a lost write, or -1.
 *
 * Harmless where it does not run.
 */
long pattern_writer_stop(struct pattern_writer *writer);

#endif
