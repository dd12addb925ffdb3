// SPDX-License-Identifier: GPL-2.0
/*
 * source - a blob of a device tree's source or of a folder, by way of dtc
 *
 * Boards' sources are written for the C preprocessor, and are given to it as the
 * kernel's build does. What they include is looked for beside them, where
 * --include says, and, where they are part of a kernel tree, in that.
 *
 *    board.dts -> cc -E -> dtc -> blob
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "blob.h"
#include "report.h"

static struct text_list include_folders;

void add_include_folder(const char *folder)
{
	text_list_add(&include_folders, "%s", folder);
}

/* Start @arguments without a shell: a path may have any character. -1: no @input, no @output. */
static pid_t start(char *const *arguments, int input, int output, int unused)
{
	pid_t child = fork();

	if (child < 0)
		fail("cannot run %s: %s", arguments[0], strerror(errno));
	if (child)
		return child;
	if (input >= 0)
		dup2(input, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	if (input >= 0)
		close(input);
	close(output);
	if (unused >= 0)
		close(unused);
	execvp(arguments[0], arguments);
	_exit(127);
}

/* Its status; what else can go wrong ends the program. */
static int wait_for(pid_t child, const char *program, const char *path, const char *missing)
{
	int status;

	if (waitpid(child, &status, 0) < 0 || !WIFEXITED(status))
		fail("%s did not end by itself on '%s'", program, path);
	if (WEXITSTATUS(status) == 127)
		fail("expected %s, found none: %s", program, missing);
	return WEXITSTATUS(status);
}

static void open_pipe(int *ends)
{
	if (pipe(ends))
		fail("cannot make a pipe: %s", strerror(errno));
}

/* dtc's blob of what it reads from @input, or of @path where that is -1. */
static char *run_dtc(const char *path, const char *format, const char *folder, int input,
		     size_t *bytes, int *status)
{
	/* Of a folder, a running board's, faults of names are no concern here. */
	char *checks = strcmp(format, "fs") ? "-q" : "-qqf";
	char *const arguments[] = {
		"dtc", checks, "-I", (char *)format, "-O", "dtb", "-i", (char *)folder,
		"--", input < 0 ? (char *)path : "-", NULL
	};
	int ends[2];
	FILE *stream;
	pid_t child;
	char *data;

	open_pipe(ends);
	child = start(arguments, input, ends[1], ends[0]);
	close(ends[1]);
	if (input >= 0)
		close(input);
	stream = fdopen(ends[0], "r");
	if (!stream)
		fail("cannot read from dtc: %s", strerror(errno));
	data = read_all(stream, path, bytes);
	fclose(stream);
	*status = wait_for(child, "dtc", path, "run 'make deps', or give a compiled tree (.dtb)");
	return data;
}

char *compile_folder(const char *path, size_t *bytes)
{
	int status;
	char *data = run_dtc(path, "fs", path, -1, bytes, &status);

	if (status)
		fail("'%s' does not compile: dtc's message is above", path);
	return data;
}

static void add_if_there(struct text_list *options, const char *folder, const char *below)
{
	char path[PATH_MAX + 64];

	snprintf(path, sizeof(path), "%s/%s", folder, below);
	if (!access(path, X_OK))
		text_list_add(options, "-I%s", path);
}

/* The folders above that hold what a kernel's sources include, nearest first. */
static void add_tree_folders(struct text_list *options, const char *folder)
{
	char path[PATH_MAX], *slash;

	if (!realpath(folder, path))
		return;
	while ((slash = strrchr(path, '/'))) {
		add_if_there(options, path, "scripts/dtc/include-prefixes");
		add_if_there(options, path, "include/dt-bindings/..");
		*slash = '\0';
	}
}

/* The folder of @path: what stands before its last slash. */
static void name_folder(char *folder, size_t room, const char *path)
{
	const char *slash = strrchr(path, '/');

	snprintf(folder, room, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
}

/* The source as the C preprocessor leaves it, all of it: whose fault it is, is known then. */
static int preprocess(const char *path, const char *folder)
{
	struct text_list options = { NULL, 0 };
	static const char * const first[] = {
		"cc", "-E", "-nostdinc", "-undef", "-D__DTS__", "-x", "assembler-with-cpp",
	};
	int output = memfd_create("source", MFD_CLOEXEC);

	if (output < 0)
		fail("no memory for what cc makes of '%s': %s", path, strerror(errno));
	for (size_t i = 0; i < sizeof(first) / sizeof(*first); i++)
		text_list_add(&options, "%s", first[i]);
	for (size_t i = 0; i < include_folders.count; i++)
		text_list_add(&options, "-I%s", include_folders.texts[i]);
	add_tree_folders(&options, folder);
	text_list_add(&options, "%s%s", *path == '-' ? "./" : "", path);
	options.texts = realloc(options.texts, (options.count + 1) * sizeof(*options.texts));
	if (!options.texts)
		fail("no memory to start cc");
	options.texts[options.count] = NULL;
	if (wait_for(start(options.texts, -1, output, -1), "cc", path,
		     "install gcc, or give a compiled tree (.dtb)"))
		fail("'%s' does not compile: the preprocessor's message is above; say where what it includes is, INCLUDE='folder folder'",
		     path);
	text_list_free(&options);
	lseek(output, 0, SEEK_SET);
	return output;
}

/* Is it a whole tree, and no part to be included? What it includes may say so, too. */
static bool says_version(const char *path)
{
	FILE *stream = fopen(path, "re");
	bool found = !stream;
	char *line = NULL;
	size_t room = 0;

	while (!found && getline(&line, &room, stream) > 0)
		found = strstr(line, "/dts-v1/") || strstr(line, "include");
	free(line);
	if (stream)
		fclose(stream);
	return found;
}

char *compile_source(const char *path, size_t *bytes)
{
	char folder[PATH_MAX], *data;
	int status;

	name_folder(folder, sizeof(folder), path);
	data = run_dtc(path, "dts", folder, preprocess(path, folder), bytes, &status);
	if (status && !says_version(path))
		fail("expected the source of a whole tree, found no '/dts-v1/;' in '%s': give the board's .dts that includes it",
		     path);
	if (status)
		fail("'%s' does not compile: dtc's message is above", path);
	return data;
}
