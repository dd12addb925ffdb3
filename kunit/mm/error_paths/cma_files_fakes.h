/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What copies of mm/cma_sysfs.c and mm/cma_debug.c call instead of sysfs and
 * debugfs: folders are counted, and nothing is made.
 */
#ifndef _CMA_FILES_FAKES_H
#define _CMA_FILES_FAKES_H

#include <cma-tests/compat.h>
#include <linux/cma.h>
#include <linux/debugfs.h>
#include <linux/kobject.h>
#include <linux/slab.h>

#include "../../cma.h"

#define FAKE_AREAS 3

static struct cma fake_areas[FAKE_AREAS];

static struct {
	unsigned int nr_folders;
	unsigned int fails_at;	/* the n-th folder of sysfs, 0 is none */
	unsigned int nr_put;
	unsigned int nr_put_nothing;

	/* What debugfs allocates from an area, and frees of its own. */
	bool no_pages;
	unsigned int align;
	unsigned long nr_released;
	unsigned int nr_freed;	/* kfree() */
	unsigned int nr_searches;	/* find_next_zero_bit() */
	struct kobject root;
} fake_files;

static struct kobject *fake_create_and_add(const char *name,
					   struct kobject *parent)
{
	return &fake_files.root;
}

static int fake_init_and_add(struct kobject *kobj, const struct kobj_type *type,
			     struct kobject *parent, const char *format, ...)
{
	return ++fake_files.nr_folders == fake_files.fails_at ? -EEXIST : 0;
}

/* The structs stay until the case ends: who is put is still looked at. */
static void fake_put(struct kobject *kobj)
{
	if (kobj)
		fake_files.nr_put++;
	else
		fake_files.nr_put_nothing++;
}

static struct dentry *fake_create_dir(const char *name, struct dentry *parent)
{
	fake_files.nr_folders++;

	return NULL;
}

static struct page * __maybe_unused fake_alloc(struct cma *cma,
					       unsigned long count,
					       unsigned int align, bool no_warn)
{
	fake_files.align = align;

	return fake_files.no_pages ? NULL : (struct page *)PAGE_SIZE;
}

static bool __maybe_unused fake_release(struct cma *cma,
					const struct page *pages,
					unsigned long count)
{
	fake_files.nr_released += count;

	return true;
}

/* More than any bitmap here has bits: a search that would not end is ended. */
#define FAKE_SEARCHES_MAX 1000

static unsigned long __maybe_unused
fake_next_zero_bit(const unsigned long *bitmap, unsigned long size,
		   unsigned long offset)
{
	if (++fake_files.nr_searches > FAKE_SEARCHES_MAX)
		return ULONG_MAX;

	return find_next_zero_bit(bitmap, size, offset);
}

static void fake_kfree(const void *object)
{
	fake_files.nr_freed++;
	kfree(object);
}

/* Files are nobody's concern here. */
static void __maybe_unused fake_create_file(const char *name, ...)
{
}

#undef __init
#define __init

#define cma_areas fake_areas
#define cma_area_count FAKE_AREAS
#define cma_alloc fake_alloc
#define cma_release fake_release
#define kfree fake_kfree
#undef find_next_zero_bit
#define find_next_zero_bit fake_next_zero_bit
#undef mm_kobj
#define mm_kobj NULL
#define kobject_create_and_add fake_create_and_add
#define kobject_init_and_add fake_init_and_add
#define kobject_put fake_put
#define debugfs_create_dir fake_create_dir
#undef debugfs_create_file
#define debugfs_create_file fake_create_file
#define debugfs_create_u32_array fake_create_file
#define debugfs_create_symlink fake_create_file

#endif
