// SPDX-License-Identifier: GPL-2.0
#include "sibling.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "array_size.h"
#include "program.h"

/* What runs siblings, and must not run itself. */
static const char *const runners[] = { "interruption_test", "unprivileged_test" };

static int is_sibling(const struct dirent *entry)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(runners); i++)
		if (!strcmp(entry->d_name, runners[i]))
			return 0;
	return !fnmatch("*_test", entry->d_name, 0);
}

int siblings_find(struct siblings *siblings)
{
	struct dirent **entries;
	int count, i, err;

	memset(siblings, 0, sizeof(*siblings));
	err = program_own_folder(siblings->folder);
	if (err)
		return err;
	count = scandir(siblings->folder, &entries, is_sibling, alphasort);
	if (count < 0)
		return -errno;
	for (i = 0; i < count && i < SIBLING_MAX; i++)
		siblings->name[siblings->count++] = entries[i]->d_name;
	return 0;
}

pid_t sibling_start(const struct siblings *siblings, const char *name, int output, uid_t uid)
{
	char path[PATH_MAX + NAME_MAX];
	char *const arguments[] = { path, NULL };
	pid_t pid = fork();

	if (pid == 0) {
		snprintf(path, sizeof(path), "%s/%s", siblings->folder, name);
		program_become(path, arguments, output, output, uid);
	}
	return pid < 0 ? -errno : pid;
}
