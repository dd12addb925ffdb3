// SPDX-License-Identifier: GPL-2.0
#include "sibling.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "array_size.h"
#include "program.h"

/* What runs siblings, and must not run itself. */
static const char *const runners[] = {
	"interruption_test", "unprivileged_test", "unseen_area_test",
};

static int is_sibling(const struct dirent *entry)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(runners); i++)
		if (!strcmp(entry->d_name, runners[i]))
			return 0;
	return !fnmatch("*_test", entry->d_name, 0);
}

static bool is_chosen(const char *const globs[], const char *name)
{
	for (; *globs && fnmatch(*globs, name, 0); globs++)
		;
	return *globs;
}

int siblings_find(struct siblings *siblings, const char *const globs[])
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
	for (i = 0; i < count; i++)
		if (is_chosen(globs, entries[i]->d_name) && siblings->count < SIBLING_MAX)
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

/* "not ok 3 name # ...": the name, without blanks in it. */
static void note_failure(struct sibling_result *result, const char *line)
{
	char name[256];
	size_t length = strlen(result->failures);

	if (sscanf(line, "not ok %*d %255s", name) != 1)
		snprintf(name, sizeof(name), "(nameless)");
	snprintf(result->failures + length, sizeof(result->failures) - length, "%s%s ",
		 length ? "" : " ", name);
	result->failed++;
}

static void note_skip(struct sibling_result *result, const char *reason)
{
	size_t length = strlen(result->skips);

	snprintf(result->skips + length, sizeof(result->skips) - length, "%s\n", reason);
	result->skipped++;
}

static void take_line(struct sibling_result *result, const char *line)
{
	const char *skip = strstr(line, "# SKIP");

	if (!strncmp(line, "not ok ", 7))
		note_failure(result, line);
	else if (!strncmp(line, "ok ", 3) && skip)
		note_skip(result, skip + strlen("# SKIP"));
	else if (!strncmp(line, "ok ", 3))
		result->passed++;
	if (!strncmp(line, "# ", 2) && strstr(line, "_test.c:") && !result->failed)
		strncat(result->complaint, line + 1,
			sizeof(result->complaint) - strlen(result->complaint) - 1);
}

int sibling_run(const struct siblings *siblings, const char *name, uid_t uid,
		struct sibling_result *result)
{
	int output = memfd_create("output", MFD_CLOEXEC), status = -1;
	pid_t pid = sibling_start(siblings, name, output, uid);
	char *line = NULL;
	size_t size = 0;
	FILE *stream;

	memset(result, 0, sizeof(*result));
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	stream = fdopen(output, "r");
	if (!stream)
		return -1;
	rewind(stream);
	while (getline(&line, &size, stream) > 0) {
		line[strcspn(line, "\n")] = '\0';
		take_line(result, line);
	}
	free(line);
	fclose(stream);
	return status;
}

const char *sibling_own_failure(const struct sibling_result *here,
				const struct sibling_result *there)
{
	static char name[256];
	const char *at = here->failures;
	char framed[260];
	int length;

	for (; sscanf(at, " %255s%n", name, &length) == 1; at += length) {
		snprintf(framed, sizeof(framed), " %s ", name);
		if (!strstr(there->failures, framed))
			return name;
	}
	return NULL;
}
