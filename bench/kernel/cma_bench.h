/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * /dev/cma_bench: cma_alloc() and cma_release() with a count and an alignment
 * of the caller's choice, timed inside the kernel. Blocks belong to the open
 * file: closing it, as the end of its process does, releases what is left.
 */
#ifndef CMA_BENCH_H
#define CMA_BENCH_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define CMA_BENCH_DEVICE "/dev/cma_bench"
#define CMA_BENCH_NAME_SIZE 64

/* Returns 0; ENOENT: no such area; ENOMEM: cma_alloc() returned nothing. */
struct cma_bench_alloc {
	char area[CMA_BENCH_NAME_SIZE];
	__u64 count_pages;
	__u32 align_order;
	__u32 reserved;		/* 0 */
	/* Out; latency_ns also when the allocation failed. */
	__u64 latency_ns;
	__u64 handle;		/* for the release */
	__u64 pfn;
};

/* Returns 0; ENOENT: no such block of this file. */
struct cma_bench_release {
	__u64 handle;
	__u64 latency_ns;	/* out */
};

#define CMA_BENCH_ALLOC		_IOWR(0xcb, 1, struct cma_bench_alloc)
#define CMA_BENCH_RELEASE	_IOWR(0xcb, 2, struct cma_bench_release)

#endif
