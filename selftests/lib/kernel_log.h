/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel says, from /dev/kmsg (CONFIG_PRINTK, CAP_SYSLOG). */
#ifndef CMA_TESTS_KERNEL_LOG_H
#define CMA_TESTS_KERNEL_LOG_H

#include <stdbool.h>
#include <stddef.h>

struct kernel_log {
	int fd;
	char *text;	/* what was read so far, a line a message */
	size_t length;
};

/*
 * kernel_log_open - listen from now on, or from the oldest line there is.
 *
 * Returns 0 or -errno: -ENOENT without CONFIG_PRINTK, -EPERM unprivileged.
 */
int kernel_log_open(struct kernel_log *log, bool from_now);
void kernel_log_close(struct kernel_log *log);

/* kernel_log_read - add what was said meanwhile. Returns 0 or -errno. */
int kernel_log_read(struct kernel_log *log);

/* kernel_log_forget - begin anew with what is said from now on. */
void kernel_log_forget(struct kernel_log *log);

/*
 * kernel_log_find - the first line that contains both texts, or NULL.
 *
 * The line ends with a newline, and others follow it.
 */
const char *kernel_log_find(const struct kernel_log *log, const char *text,
			    const char *also);

#endif
