/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CMABENCH_PAGEBLOCK_H
#define CMABENCH_PAGEBLOCK_H

#include <linux/types.h>

/*
 * pageblock_pages - pages of a pageblock: what isolation works in. From
 * /proc/pagetypeinfo; 512 where that may not be read, as with 4K pages.
 */
__u64 pageblock_pages(void);

#endif
