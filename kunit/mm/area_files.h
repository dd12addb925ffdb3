/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The files of an area, read and written as a user would: through the very
 * file operations of mm/cma_debug.c and mm/cma_sysfs.c.
 */
#ifndef _CMA_TESTS_AREA_FILES_H
#define _CMA_TESTS_AREA_FILES_H

#include "area.h"

/* "/sys/kernel/debug/cma/<area>/<file>" and "/sys/kernel/mm/cma/<area>/<file>" */
enum area_files_in { AREA_DEBUGFS, AREA_SYSFS };

struct area_files {
	struct kunit *test;
	struct cma *cma;
	struct vfsmount *mount;
	const char *folder;
};

/* Skips without CONFIG_CMA_DEBUGFS or CONFIG_CMA_SYSFS. Ends with the case. */
struct area_files *area_files_kunit(struct kunit *test, struct cma *cma,
				    enum area_files_in where);

ssize_t area_file_read(struct area_files *files, const char *name, char *text,
		       size_t size);
int area_file_write(struct area_files *files, const char *name,
		    const char *text);

/* Of a file system by its name, "debugfs", until the case ends; and its files. */
struct vfsmount *mount_kunit(struct kunit *test, const char *name);
int path_write(struct vfsmount *mount, const char *path, const char *text);

/* A file with one number, or the case fails. */
unsigned long long area_file_number(struct area_files *files, const char *name);

#endif
