/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The files of an area, read and written as a user would: through the very
 * file operations of mm/cma_debug.c and mm/cma_sysfs.c.
 */
#ifndef _CMA_TESTS_AREA_FILES_H
#define _CMA_TESTS_AREA_FILES_H

#include "area.h"

/* "/sys/kernel/debug/cma/<area>/<file>" and "/sys/kernel/mm/cma/<area>/<file>" */
enum area_files { AREA_DEBUGFS, AREA_SYSFS };

bool area_file_exists(struct cma *cma, enum area_files where, const char *file);
ssize_t area_file_read(struct cma *cma, enum area_files where, const char *file,
		       char *text, size_t size);
int area_file_write(struct cma *cma, enum area_files where, const char *file,
		    const char *text);

/* A file with one number, or the case fails. */
unsigned long long area_file_number(struct kunit *test, struct cma *cma,
				    enum area_files where, const char *file);

#endif
