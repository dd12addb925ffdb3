// SPDX-License-Identifier: GPL-2.0
#include "kernel_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int log_fd(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return fd;
}

void kernel_log_skip(void)
{
	if (log_fd() >= 0)
		lseek(log_fd(), 0, SEEK_END);
}

/* errno in one record, or 0 when it is about something else. */
static int parse_record(const char *record, __u64 pages)
{
	const char *at = strstr(record, "alloc failed, req-size: ");
	unsigned long long logged_pages;
	int error;

	if (!at || sscanf(at, "alloc failed, req-size: %llu pages, ret: -%d",
			  &logged_pages, &error) != 2)
		return 0;
	return logged_pages == pages ? error : 0;
}

int kernel_log_allocation_error(__u64 pages)
{
	char record[2048];
	int error = 0, found;
	ssize_t got;

	if (log_fd() < 0)
		return 0;
	for (;;) {
		got = read(log_fd(), record, sizeof(record) - 1);
		/* EPIPE: records were lost, the next read goes on. */
		if (got < 0 && errno == EPIPE)
			continue;
		if (got <= 0)
			return error;
		record[got] = '\0';
		found = parse_record(record, pages);
		if (found)
			error = found;
	}
}
