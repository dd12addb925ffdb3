// SPDX-License-Identifier: GPL-2.0
#include "area.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bitmap.h"
#include "text_file.h"

static const struct {
	const char *root;
	const char *entry;
} figures[CMA_NR_FIGURES] = {
	[CMA_USED_PAGES]	    = { CMA_DEBUGFS_ROOT, "used" },
	[CMA_MAXCHUNK_PAGES]	    = { CMA_DEBUGFS_ROOT, "maxchunk" },
	[CMA_TOTAL_PAGES]	    = { CMA_SYSFS_ROOT, "total_pages" },
	[CMA_AVAILABLE_PAGES]	    = { CMA_SYSFS_ROOT, "available_pages" },
	[CMA_ALLOC_PAGES_SUCCESS]   = { CMA_SYSFS_ROOT, "alloc_pages_success" },
	[CMA_ALLOC_PAGES_FAIL]	    = { CMA_SYSFS_ROOT, "alloc_pages_fail" },
	[CMA_RELEASE_PAGES_SUCCESS] = { CMA_SYSFS_ROOT, "release_pages_success" },
};

static void area_path(const char *root, const struct cma_area *area,
		      const char *entry, char path[CMA_PATH_SIZE])
{
	snprintf(path, CMA_PATH_SIZE, "%s/%s/%s", root, area->name, entry);
}

void cma_area_debugfs_path(const struct cma_area *area, const char *entry,
			   char path[CMA_PATH_SIZE])
{
	area_path(CMA_DEBUGFS_ROOT, area, entry, path);
}

void cma_area_sysfs_path(const struct cma_area *area, const char *entry,
			 char path[CMA_PATH_SIZE])
{
	area_path(CMA_SYSFS_ROOT, area, entry, path);
}

const struct cma_area *cma_area_find(const struct cma_area_list *list,
				     const char *name)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (strcmp(list->area[i].name, name) == 0)
			return &list->area[i];
	return NULL;
}

bool cma_area_contains(const struct cma_area *area, __u64 pfn)
{
	unsigned int r;

	for (r = 0; r < area->nranges; r++)
		if (pfn - area->ranges[r].base_pfn < area->ranges[r].count_pages)
			return true;
	return false;
}

/* Add the folders of @root that are not in the list yet. */
static int add_names(struct cma_area_list *list, const char *root)
{
	DIR *dir = opendir(root);
	struct dirent *entry;

	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		struct cma_area *area = &list->area[list->count];

		if (entry->d_name[0] == '.' || list->count == CMA_MAX_AREAS ||
		    strlen(entry->d_name) >= CMA_NAME_SIZE ||
		    cma_area_find(list, entry->d_name))
			continue;
		memset(area, 0, sizeof(*area));
		snprintf(area->name, sizeof(area->name), "%s", entry->d_name);
		list->count++;
	}
	closedir(dir);
	return 0;
}

/* Base and length of each range, from ranges/<N>/ or from the 6.x files. */
static int describe_ranges(struct cma_area *area)
{
	__u64 rest = area->count_pages;
	char entry[64], path[CMA_PATH_SIZE];
	unsigned int r;

	for (r = 0; r < CMA_MAX_RANGES; r++) {
		struct cma_range *range = &area->ranges[r];
		struct cma_bitmap bitmap;

		snprintf(entry, sizeof(entry), "ranges/%u/base_pfn", r);
		cma_area_debugfs_path(area, entry, path);
		if (r == 0 && !text_file_exists(path))
			cma_area_debugfs_path(area, "base_pfn", path);
		if (text_file_read_u64(path, &range->base_pfn))
			break;
		/* So that the reader takes the bitmap for as long as it is. */
		range->count_pages = 0;
		area->nranges = r + 1;
		if (cma_bitmap_read(area, r, &bitmap) == 0) {
			range->count_pages = (__u64)bitmap.nwords * 32 <<
					     area->order_per_bit;
			cma_bitmap_free(&bitmap);
		}
		if (range->count_pages > rest)
			range->count_pages = rest;
		rest -= range->count_pages;
	}
	if (area->nranges == 1)
		area->ranges[0].count_pages = area->count_pages;
	return area->nranges ? 0 : -ENOENT;
}

static void describe(struct cma_area *area)
{
	__u64 order = 0;
	char path[CMA_PATH_SIZE];

	cma_area_sysfs_path(area, "", path);
	area->has_sysfs = text_file_exists(path);
	cma_area_debugfs_path(area, "count", path);
	if (text_file_read_u64(path, &area->count_pages)) {
		cma_area_read(area, CMA_TOTAL_PAGES, &area->count_pages);
		return;
	}
	area->has_debugfs = true;
	cma_area_debugfs_path(area, "order_per_bit", path);
	/* 6.x prints 8 bytes starting at an unsigned int: mask what follows. */
	if (text_file_read_u64(path, &order) == 0)
		area->order_per_bit = (__u32)order;
	describe_ranges(area);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct cma_area *)a)->name,
		      ((const struct cma_area *)b)->name);
}

int cma_area_discover(struct cma_area_list *list)
{
	int debugfs_err, sysfs_err;
	size_t i;

	list->count = 0;
	debugfs_err = add_names(list, CMA_DEBUGFS_ROOT);
	sysfs_err = add_names(list, CMA_SYSFS_ROOT);
	if (debugfs_err && sysfs_err)
		return sysfs_err == -ENOENT ? debugfs_err : sysfs_err;
	qsort(list->area, list->count, sizeof(list->area[0]), compare_names);
	for (i = 0; i < list->count; i++)
		describe(&list->area[i]);
	return 0;
}

const char *cma_figure_name(enum cma_figure figure)
{
	return figures[figure].entry;
}

int cma_area_read(const struct cma_area *area, enum cma_figure figure,
		  __u64 *value)
{
	char path[CMA_PATH_SIZE];

	area_path(figures[figure].root, area, figures[figure].entry, path);
	return text_file_read_u64(path, value);
}

int cma_area_used_pages(const struct cma_area *area, __u64 *pages)
{
	__u64 total, available;
	int err = cma_area_read(area, CMA_USED_PAGES, pages);

	if (err == 0)
		return 0;
	err = cma_area_read(area, CMA_TOTAL_PAGES, &total);
	if (err == 0)
		err = cma_area_read(area, CMA_AVAILABLE_PAGES, &available);
	if (err == 0)
		*pages = total - available;
	return err;
}

__u64 cma_area_used_of(const struct cma_area_list *list, const char *name)
{
	const struct cma_area *area = cma_area_find(list, name);
	__u64 pages;

	return area && !cma_area_used_pages(area, &pages) ? pages : ~0ull;
}

void cma_area_snapshot(const struct cma_area *area, struct cma_snapshot *now)
{
	int i;

	for (i = 0; i < CMA_NR_FIGURES; i++) {
		now->value[i] = 0;
		now->err[i] = cma_area_read(area, i, &now->value[i]);
	}
}

static int write_pages(const struct cma_area *area, const char *entry,
		       __u64 pages)
{
	char path[CMA_PATH_SIZE];

	cma_area_debugfs_path(area, entry, path);
	return text_file_write_u64(path, pages);
}

int cma_debugfs_alloc(const struct cma_area *area, __u64 pages)
{
	return write_pages(area, "alloc", pages);
}

int cma_debugfs_free(const struct cma_area *area, __u64 pages)
{
	return write_pages(area, "free", pages);
}
