// SPDX-License-Identifier: GPL-2.0
#include "page_pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

int page_pipe_hold(int pipe_write, void *page, size_t size)
{
	struct iovec one = { .iov_base = page, .iov_len = size };
	ssize_t put = vmsplice(pipe_write, &one, 1, 0);

	if (put < 0)
		return -errno;
	return put == (ssize_t)size ? 0 : -EIO;
}

int page_pipe_drain(int pipe_read, void *contents, size_t size)
{
	size_t got = 0;

	while (got < size) {
		ssize_t part = read(pipe_read, (char *)contents + got, size - got);

		if (part <= 0)
			return -EIO;
		got += part;
	}
	return 0;
}
