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

/*
 * slab_inodes_in_use - inodes of every file system, without those of files that nobody uses.
 *
 * Their cache counts as reclaimable: a lost one is not in SUnreclaim. Of each file that
 * anybody looks at the kernel keeps the inode, and gives it up when it likes; they are
 * not counted, so that a program which reads a tree meanwhile does not matter: 170 000
 * inodes more were 15 more in use. A dma-buf has no name to keep it for: it counts until
 * its last reference is gone, and no longer, since only its memory waits for RCU. Of use
 * to be compared only: of a file with two names one too many is left out. 0 where the
 * kernel does not tell.
 */
long long slab_inodes_in_use(void);

#endif
