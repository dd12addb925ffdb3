// SPDX-License-Identifier: GPL-2.0
/*
 * Writes to /sys/kernel/debug/cma/<area>/alloc and free: cma_alloc() with
 * alignment 0 and little around it. Blocks lie on a stack that all users of
 * the file share: release gives back the newest, so nobody else may use the
 * file meanwhile, and one process has one buffer of it alive at a time or
 * releases in the opposite order.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../bench.h"

struct debugfs {
	int alloc_fd;
	int free_fd;
};

static int open_entry(const struct cma_area *area, const char *entry,
		      struct reason *why)
{
	char path[CMA_PATH_SIZE];
	int fd;

	cma_area_debugfs_path(area, entry, path);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return refuse(why, -errno,
			      "cannot open %.150s: %s (CONFIG_CMA_DEBUGFS, debugfs mounted, root)",
			      path, strerror(errno));
	return fd;
}

static void debugfs_close(void *state)
{
	struct debugfs *debugfs = state;

	if (debugfs->alloc_fd >= 0)
		close(debugfs->alloc_fd);
	if (debugfs->free_fd >= 0)
		close(debugfs->free_fd);
	free(debugfs);
}

static int debugfs_open(const struct target *target, void **state,
			struct reason *why)
{
	struct debugfs *debugfs = calloc(1, sizeof(*debugfs));

	if (!debugfs)
		return refuse(why, -ENOMEM, "out of memory");
	debugfs->free_fd = -1;
	debugfs->alloc_fd = open_entry(target->area, "alloc", why);
	if (debugfs->alloc_fd >= 0)
		debugfs->free_fd = open_entry(target->area, "free", why);
	if (debugfs->free_fd < 0) {
		debugfs_close(debugfs);
		return -ENOENT;
	}
	*state = debugfs;
	return 0;
}

static void debugfs_prepare(void *state, struct buffer *buffer)
{
	(void)state;
	buffer->text_length = snprintf(buffer->text, sizeof(buffer->text),
				       "%llu\n", buffer->pages);
}

static int write_text(int fd, const struct buffer *buffer)
{
	return write(fd, buffer->text, buffer->text_length) < 0 ? -errno : 0;
}

static int debugfs_alloc(void *state, struct buffer *buffer)
{
	return write_text(((struct debugfs *)state)->alloc_fd, buffer);
}

static int debugfs_release(void *state, struct buffer *buffer)
{
	return write_text(((struct debugfs *)state)->free_fd, buffer);
}

static const struct backend debugfs = {
	.name = "debugfs",
	.help = "writes to debugfs alloc and free: cma_alloc() with alignment 0",
	.by_default = true,
	.needs_area = true,
	.align_order = 0,
	.open = debugfs_open,
	.prepare = debugfs_prepare,
	.alloc = debugfs_alloc,
	.release = debugfs_release,
	.close = debugfs_close,
};

REGISTER_BACKEND(debugfs)
