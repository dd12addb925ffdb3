// SPDX-License-Identifier: GPL-2.0
#include "io_ring.h"

#include <errno.h>
#include <linux/io_uring.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

int io_ring_open(void)
{
	struct io_uring_params params = { 0 };
	int ring = syscall(SYS_io_uring_setup, 1, &params);

	return ring < 0 ? -errno : ring;
}

int io_ring_pin(int ring, void *start, size_t bytes)
{
	struct iovec range = { .iov_base = start, .iov_len = bytes };

	return syscall(SYS_io_uring_register, ring, IORING_REGISTER_BUFFERS, &range, 1) ?
	       -errno : 0;
}
