/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's own objects, for tests of what a failure leaves behind. */
#ifndef CMA_TESTS_SLAB_H
#define CMA_TESTS_SLAB_H

#include <linux/types.h>

/*
 * slab_unreclaimable_bytes - SUnreclaim of /proc/meminfo, without what is free.
 *
 * What the allocator keeps of freed objects is not lost: KASAN holds them back
 * for long, to see who still uses them. Each cache is asked to shrink first,
 * which lets them go; it needs root. 0 where the kernel does not tell.
 */
__u64 slab_unreclaimable_bytes(void);

#endif
