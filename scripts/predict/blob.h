/* SPDX-License-Identifier: GPL-2.0 */
/* A flattened device tree, checked, from a file, a source or a folder */
#ifndef BLOB_H
#define BLOB_H

/* The caller frees it. What is no whole device tree ends the program, status 2. */
void *blob_load(const char *path);

#endif
