/* SPDX-License-Identifier: GPL-2.0 */
/* A flattened device tree, checked, from a file, a source or a folder */
#ifndef BLOB_H
#define BLOB_H

#include <stdio.h>

/* The caller frees it. What is no whole device tree ends the program, status 2. */
void *blob_load(const char *path);

/* All of @stream, which is @path's; the caller frees it. */
char *read_all(FILE *stream, const char *path, size_t *bytes);

/* What dtc makes of a source or a folder, unchecked (source.c). */
char *compile_source(const char *path, size_t *bytes);
char *compile_folder(const char *path, size_t *bytes);
/* One more folder for the #include of sources. */
void add_include_folder(const char *folder);

#endif
