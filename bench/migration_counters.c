// SPDX-License-Identifier: GPL-2.0
#include "migration_counters.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Read whole at each sample, without allocating: 7 KB today. */
static char text[65536];

static int field_value(const char *name, __u64 *value)
{
	const char *at = strstr(text, name);

	if (!at)
		return -ENOENT;
	*value = strtoull(at + strlen(name), NULL, 10);
	return 0;
}

int migration_counters_read(struct migration_counters *counters)
{
	__u64 success, fail;
	static int fd = -1;
	size_t length = 0;
	ssize_t got;
	int err;

	if (fd < 0)
		fd = open("/proc/vmstat", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	do {
		got = pread(fd, text + length, sizeof(text) - 1 - length, length);
		if (got < 0)
			return -errno;
		length += got;
	} while (got > 0 && length < sizeof(text) - 1);
	text[length] = '\0';
	counters->has_calls = !field_value("\ncma_alloc_success ", &success) &&
			      !field_value("\ncma_alloc_fail ", &fail);
	if (counters->has_calls)
		counters->calls = success + fail;
	err = field_value("\npgmigrate_success ", &counters->migrated_pages);
	if (!err)
		err = field_value("\npgmigrate_fail ", &counters->failed_pages);
	return err;
}
