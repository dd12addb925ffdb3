/* SPDX-License-Identifier: GPL-2.0 */
/* Long-term pins through io_uring's fixed buffers, by raw system calls. */
#ifndef CMA_TESTS_IO_RING_H
#define CMA_TESTS_IO_RING_H

#include <stddef.h>

/*
 * io_ring_open - a ring; its descriptor or -errno.
 *
 * It fails without CONFIG_IO_URING and by sysctl kernel.io_uring_disabled.
 */
int io_ring_open(void);

/*
 * io_ring_pin - pin the range until the ring is closed.
 *
 * Returns 0 or -errno; -ENOMEM also when RLIMIT_MEMLOCK does not allow it.
 */
int io_ring_pin(int ring, void *start, size_t bytes);

#endif
