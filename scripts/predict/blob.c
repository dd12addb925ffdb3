// SPDX-License-Identifier: GPL-2.0
/*
 * blob - a flattened device tree from a file, a source or a folder
 *
 * dtc makes a blob of a source or of a folder like /proc/device-tree. Whatever
 * it comes from, libfdt's own full check sees it before anyone reads from it.
 */
#include <errno.h>
#include <libfdt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "blob.h"
#include "report.h"

/* Larger than any tree there is: Linux accepts 2 MiB. */
#define BLOB_BYTES_MAX (16u << 20)

static char *read_all(FILE *stream, const char *path, size_t *bytes)
{
	char *data = NULL;
	size_t room = 0;

	*bytes = 0;
	do {
		room = room ? 2 * room : 64 << 10;
		data = realloc(data, room);
		if (!data)
			fail("no memory to read '%s'", path);
		*bytes += fread(data + *bytes, 1, room - *bytes, stream);
	} while (*bytes == room && room < BLOB_BYTES_MAX);
	if (ferror(stream))
		fail("cannot read '%s': %s", path, strerror(errno));
	if (*bytes >= BLOB_BYTES_MAX)
		fail("expected a device tree below %u MiB, found more in '%s'",
		     BLOB_BYTES_MAX >> 20, path);
	return data;
}

/* Boards' sources are written for the C preprocessor */
static bool uses_preprocessor(const char *path)
{
	FILE *stream = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	bool found = false;

	while (stream && !found && getline(&line, &room, stream) > 0)
		found = !strncmp(line, "#include", 8);
	free(line);
	if (stream)
		fclose(stream);
	return found;
}

/* Without a shell between: a path may have any character. */
static char *run_dtc(const char *path, const char *format, size_t *bytes)
{
	int pipe_ends[2], status;
	FILE *stream;
	pid_t child;
	char *data;

	if (pipe(pipe_ends))
		fail("cannot make a pipe: %s", strerror(errno));
	child = fork();
	if (child < 0)
		fail("cannot start dtc: %s", strerror(errno));
	if (!child) {
		dup2(pipe_ends[1], STDOUT_FILENO);
		close(pipe_ends[0]);
		close(pipe_ends[1]);
		execlp("dtc", "dtc", "-q", "-I", format, "-O", "dtb", "--", path, NULL);
		_exit(127);
	}
	close(pipe_ends[1]);
	stream = fdopen(pipe_ends[0], "r");
	if (!stream)
		fail("cannot read from dtc: %s", strerror(errno));
	data = read_all(stream, path, bytes);
	fclose(stream);
	if (waitpid(child, &status, 0) < 0 || !WIFEXITED(status))
		fail("dtc did not end by itself on '%s'", path);
	if (WEXITSTATUS(status) == 127)
		fail("expected dtc, found none: run 'make deps', or give a compiled tree (.dtb)");
	if (WEXITSTATUS(status) && uses_preprocessor(path))
		fail("'%s' does not compile: dtc's message is above; #include is for the C preprocessor: give the .dtb of the kernel's 'make dtbs'",
		     path);
	if (WEXITSTATUS(status))
		fail("'%s' does not compile: dtc's message is above", path);
	return data;
}

/* dtc would make a tree of any folder, and read all of it. */
static void check_folder(const char *path)
{
	char *cells;

	if (asprintf(&cells, "%s/#address-cells", path) < 0)
		fail("no memory for the path '%s'", path);
	if (access(cells, R_OK))
		fail("expected a device tree such as /proc/device-tree, found no '#address-cells' in the folder '%s'",
		     path);
	free(cells);
}

static bool is_source(const char *path)
{
	size_t length = strlen(path);

	return length > 4 && !strcmp(path + length - 4, ".dts");
}

void *blob_load(const char *path)
{
	struct stat about;
	size_t bytes;
	FILE *stream;
	void *blob;
	int fault;

	if (stat(path, &about) || access(path, R_OK))
		fail("cannot open '%s': %s", path, strerror(errno));
	if (S_ISDIR(about.st_mode)) {
		check_folder(path);
		blob = run_dtc(path, "fs", &bytes);
	} else if (is_source(path)) {
		blob = run_dtc(path, "dts", &bytes);
	} else {
		stream = fopen(path, "re");
		if (!stream)
			fail("cannot open '%s': %s", path, strerror(errno));
		blob = read_all(stream, path, &bytes);
		fclose(stream);
	}
	if (bytes < sizeof(struct fdt_header) || fdt_magic(blob) != FDT_MAGIC)
		fail("expected a device tree (a .dts, a .dtb or a folder), found neither in '%s'",
		     path);
	if (fdt_totalsize(blob) > bytes)
		fail("expected %u bytes, as its header says, found %zu in '%s': the file is cut short",
		     fdt_totalsize(blob), bytes, path);
	fault = fdt_check_full(blob, bytes);
	if (fault)
		fail("the device tree in '%s' is damaged: %s", path, fdt_strerror(fault));
	return blob;
}
