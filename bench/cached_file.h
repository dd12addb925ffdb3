/* SPDX-License-Identifier: GPL-2.0 */
/* Page cache of a scratch file, mapped: what kinds of it have in common. */
#ifndef CMABENCH_CACHED_FILE_H
#define CMABENCH_CACHED_FILE_H

#include "resident.h"

int cached_file_map(struct resident *resident, struct reason *why);
void cached_file_unmap(struct resident *resident);
int cached_file_descriptor(const struct resident *resident);

/* cached_file_read - make pages present, clean. */
int cached_file_read(struct resident *resident, __u64 slot, __u64 slots);

/* cached_file_drop - out of the page cache; dirty ones are written first. */
void cached_file_drop(struct resident *resident, __u64 slot, __u64 slots);

#endif
