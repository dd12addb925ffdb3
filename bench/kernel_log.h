/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The errno that the allocator itself saw. debugfs and dma-heap turn every
 * failure into ENOMEM; the kernel's log keeps the truth, rate-limited:
 *
 *	cma: __cma_alloc: reserved: alloc failed, req-size: 64 pages, ret: -16
 */
#ifndef CMABENCH_KERNEL_LOG_H
#define CMABENCH_KERNEL_LOG_H

#include <linux/types.h>

/* kernel_log_skip - forget what was logged so far. */
void kernel_log_skip(void);

/*
 * kernel_log_allocation_error - errno of the newest "alloc failed" line since
 * then for a request of @pages, or 0: no such line, rate-limited away, or no
 * permission to read the log.
 */
int kernel_log_allocation_error(__u64 pages);

#endif
