/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why an allocation failed. The errno alone does not tell: debugfs and
 * dma-heap say ENOMEM for everything, and what the allocator itself says
 * differs between kernels:
 *
 *			up to 6.14	from 6.15	also needed to tell
 *	too big		ENOMEM		EBUSY		the area's size
 *	no slot		ENOMEM		EBUSY		the bitmap before the call
 *	busy		EBUSY		EBUSY		retries, or a free slot
 *	interrupted	EINTR		EINTR		-
 *	out of memory	ENOMEM		ENOMEM		a free slot, no retries
 */
#ifndef CMABENCH_FAILURE_H
#define CMABENCH_FAILURE_H

#include <stdbool.h>

#include <linux/types.h>

enum failure {
	FAILURE_NONE,
	FAILURE_TOO_BIG,
	FAILURE_NO_SLOT,
	FAILURE_BUSY,
	FAILURE_INTERRUPTED,
	FAILURE_OUT_OF_MEMORY,
	FAILURE_UNKNOWN,
	NR_FAILURES
};

struct failure_facts {
	int error;		/* errno, or 0 */
	bool is_allocators;	/* from the log or the trace: not a caller's */
	__u64 pages;
	__u64 area_pages;	/* 0: not known */
	bool knows_slots;	/* the bitmap could be read before the call */
	bool slot_was_free;
	bool knows_retries;
	__u64 retries;
};

enum failure failure_of(const struct failure_facts *facts);

/* failure_name - "no slot"; NULL for no failure. */
const char *failure_name(enum failure failure);

#endif
