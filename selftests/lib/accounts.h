/* SPDX-License-Identifier: GPL-2.0 */
/* Every account that the kernel keeps of an area, and how they must move. */
#ifndef CMA_TESTS_ACCOUNTS_H
#define CMA_TESTS_ACCOUNTS_H

#include <linux/types.h>
#include <stdbool.h>

#include "area.h"
#include "testbed.h"

/* What a counter of vmstat reads where the kernel has none: CONFIG_VM_EVENT_COUNTERS. */
#define ACCOUNTS_NOT_COUNTED (~0ull)

/* Every account at nearly one time. */
struct accounts {
	struct cma_snapshot area;
	__u64 bitmap_pages;	/* set bits, in pages */
	__u64 success_calls;	/* vmstat cma_alloc_success */
	__u64 fail_calls;	/* vmstat cma_alloc_fail */
	__u64 nr_free_cma;
	__u64 meminfo_free_pages;
	__u64 zoneinfo_free_pages;
	__u64 pcp_pages;	/* waiting in per-CPU lists, not counted free */
};

/*
 * accounts_read - read them all; what cannot be read is 0, ACCOUNTS_NOT_COUNTED or has
 * its err.
 */
void accounts_read(const struct testbed *bed, struct accounts *now);

/* One figure that did not move as it must; NULL name: all moved well. */
struct mismatch {
	const char *name;
	long long expected;
	long long found;
};

/*
 * accounts_moved - did an account called @name move by @expected?
 *
 * If not, it is noted in @mismatch, unless something was noted before. What is not
 * counted, before and after, is passed over: true.
 */
bool accounts_moved(struct mismatch *mismatch, const char *name, __u64 before,
		    __u64 after, long long expected);

/* accounts_figure_moved - the same for a figure that both snapshots have. */
void accounts_figure_moved(struct mismatch *mismatch, enum cma_figure figure,
			   const struct accounts *before,
			   const struct accounts *after, long long expected);

/*
 * accounts_check_step - what one allocation of @allocated pages does to the
 * exact accounts; negative: the release of so many.
 */
void accounts_check_step(struct mismatch *mismatch, const struct cma_area *area,
			 const struct accounts *before,
			 const struct accounts *after, long long allocated);

/*
 * accounts_check_free - free pages fell by @allocated, but for what the
 * per-CPU lists hold.
 */
void accounts_check_free(struct mismatch *mismatch,
			 const struct accounts *before,
			 const struct accounts *after, long long allocated);

/*
 * accounts_counted_pages - allocated less released, ever.
 *
 * 0 as well where sysfs tells not both, and accounts_find_wrong() does not ask.
 */
__u64 accounts_counted_pages(const struct cma_area *area);

/*
 * accounts_find_wrong - what is taken since testbed_settle() is @taken_pages, and
 * bitmap and counters say the same.
 * @counted_at_start: accounts_counted_pages() of then.
 *
 * Returns NULL, or what is wrong.
 */
const char *accounts_find_wrong(const struct testbed *bed, __u64 taken_pages,
				__u64 counted_at_start);

#endif
