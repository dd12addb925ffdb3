/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A file whose pages are page cache: in --folder where that is named, else on
 * a zram disk that is made for it. Nothing of it is left by name.
 */
#ifndef CMABENCH_SCRATCH_FILE_H
#define CMABENCH_SCRATCH_FILE_H

#include "zram_disk.h"

struct scratch_file {
	int fd;			/* -1: none */
	bool on_zram;
	struct zram_disk disk;
};

/* scratch_file_open - scratch_file_close() in every case. */
int scratch_file_open(struct scratch_file *file, const char *folder,
		      __u64 bytes, struct reason *why);
void scratch_file_close(struct scratch_file *file);

#endif
