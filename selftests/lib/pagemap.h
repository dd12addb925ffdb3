/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where a process's pages are in physical memory. Everything here needs
 * CAP_SYS_ADMIN: without it the kernel shows each PFN as 0 (reported as
 * -EPERM).
 *
 * The pages of a mapped dma-heap buffer are visible on 6.1 only: later kernels
 * map them VM_PFNMAP, which pagemap passes over (-ENOENT). See kcore.h.
 */
#ifndef CMA_TESTS_PAGEMAP_H
#define CMA_TESTS_PAGEMAP_H

#include <linux/types.h>
#include <stddef.h>

#include "area.h"

/* pagemap_page_size - bytes of a page; never assume 4096. */
size_t pagemap_page_size(void);

/*
 * pagemap_pfn - physical page behind @address of this process.
 *
 * Touch the page before. Returns 0, -ENOENT when no page is present, -EPERM
 * without CAP_SYS_ADMIN, or -errno of /proc/self/pagemap.
 */
int pagemap_pfn(const void *address, __u64 *pfn);

/*
 * pagemap_is_contiguous - is [@start, @start + @bytes) one physical run?
 * @base_pfn: page frame of the first page, if not NULL.
 *
 * Returns 1 (yes), 0 (no), or -errno as pagemap_pfn() for any of the pages.
 */
int pagemap_is_contiguous(const void *start, size_t bytes, __u64 *base_pfn);

/*
 * pagemap_pages_in_area - occupancy: how many present pages of this process's
 * range [@start, @start + @bytes) lie in @area.
 *
 * Returns pages, -ENOENT when the area's place is unknown (no debugfs),
 * -EPERM or -errno as above.
 */
long pagemap_pages_in_area(const void *start, size_t bytes,
			   const struct cma_area *area);

/*
 * kpage_flags, kpage_count - /proc/kpageflags (KPF_* bits of
 * linux/kernel-page-flags.h) and /proc/kpagecount (mappings) of a page frame.
 *
 * Return 0 or -errno; -ENOENT without CONFIG_PROC_PAGE_MONITOR, -ENXIO behind
 * the last page frame.
 */
int kpage_flags(__u64 pfn, __u64 *flags);
int kpage_count(__u64 pfn, __u64 *count);

#endif
