// SPDX-License-Identifier: GPL-2.0
#include "kernel_module.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static void module_path(const char *name, char path[PATH_MAX])
{
	const char *folder = getenv("CMA_TESTS_MODULES");

	snprintf(path, PATH_MAX, "%s/%s.ko", folder ? folder : "/modules", name);
}

bool kernel_module_exists(const char *name)
{
	char path[PATH_MAX];

	module_path(name, path);
	return access(path, R_OK) == 0;
}

int kernel_module_load(const char *name)
{
	char path[PATH_MAX];
	int fd, err = 0;

	module_path(name, path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (syscall(SYS_finit_module, fd, "", 0))
		err = -errno;
	close(fd);
	return err;
}

int kernel_module_unload(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? -errno : 0;
}
