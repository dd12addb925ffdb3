// SPDX-License-Identifier: GPL-2.0
/*
 * blob - a flattened device tree from a file, a source or a folder
 *
 * dtc makes a blob of a source or of a folder like /proc/device-tree (source.c).
 * Whatever it comes from, libfdt's own full check sees it before anyone reads from it.
 */
#include <errno.h>
#include <libfdt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blob.h"
#include "report.h"

/* Larger than any tree there is: Linux accepts 2 MiB. */
#define BLOB_BYTES_MAX (16u << 20)

char *read_all(FILE *stream, const char *path, size_t *bytes)
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

static bool folder_has(const char *path, const char *property)
{
	char *file;
	bool found;

	if (asprintf(&file, "%s/%s", path, property) < 0)
		fail("no memory for the path '%s'", path);
	found = !access(file, R_OK);
	free(file);
	return found;
}

/* dtc would make a tree of any folder, and read all of it. */
static void check_folder(const char *path)
{
	if (!folder_has(path, "#address-cells"))
		fail("expected a device tree such as /proc/device-tree, found no '#address-cells' in the folder '%s'",
		     path);
	/* What lies below the root has a place in what is above it. */
	if (folder_has(path, "ranges") || folder_has(path, "reg"))
		fail("expected a whole device tree such as /proc/device-tree, found one node of it in '%s'",
		     path);
}

static bool has_suffix(const char *path, const char *suffix)
{
	size_t length = strlen(path);

	return length > strlen(suffix) && !strcmp(path + length - strlen(suffix), suffix);
}

/* What is laid over a board's tree has no memory of its own to speak of. */
static void refuse_overlay(const void *blob, const char *path)
{
	int node;

	fdt_for_each_subnode(node, blob, 0)
		if (fdt_subnode_offset(blob, node, "__overlay__") >= 0)
			fail("'%s' is an overlay, a part of a tree: merge it over the board's ('fdtoverlay -i board.dtb -o merged.dtb overlay.dtbo') and give that",
			     path);
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
		blob = compile_folder(path, &bytes);
	} else if (has_suffix(path, ".dts") || has_suffix(path, ".dtso") ||
		   has_suffix(path, ".dtsi")) {
		blob = compile_source(path, &bytes);
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
	refuse_overlay(blob, path);
	return blob;
}
