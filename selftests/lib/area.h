/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CMA areas as userspace sees them.
 *
 *   /sys/kernel/debug/cma/<name>/	CONFIG_CMA_DEBUGFS, root
 *	alloc free count order_per_bit used maxchunk
 *	base_pfn bitmap			6.x: files, 7.x: links to ranges/0/
 *	ranges/<N>/base_pfn bitmap	7.x
 *   /sys/kernel/mm/cma/<name>/		CONFIG_CMA_SYSFS, everybody
 *	alloc_pages_success alloc_pages_fail
 *	release_pages_success		6.9 and later
 *	total_pages available_pages	6.15 and later
 *
 * What is present is found by looking, never by the kernel's version.
 */
#ifndef CMA_TESTS_AREA_H
#define CMA_TESTS_AREA_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#define CMA_DEBUGFS_ROOT	"/sys/kernel/debug/cma"
#define CMA_SYSFS_ROOT		"/sys/kernel/mm/cma"
#define CMA_MAX_AREAS		128
#define CMA_MAX_RANGES		8
#define CMA_NAME_SIZE		64
#define CMA_PATH_SIZE		512

/* A run of physically consecutive pages of an area. */
struct cma_range {
	__u64 base_pfn;
	__u64 count_pages;
};

/* What does not change after boot. */
struct cma_area {
	char name[CMA_NAME_SIZE];
	bool has_debugfs;	/* else ranges and order_per_bit are unknown */
	bool has_sysfs;
	__u64 count_pages;	/* 0 when neither interface tells */
	unsigned int order_per_bit;
	unsigned int nranges;	/* 0 without debugfs */
	/*
	 * The kernel tells each range's base but only the total count. A
	 * range's own count comes from the length of its bitmap; it is exact
	 * unless several ranges do not fill their last 32-bit word.
	 */
	struct cma_range ranges[CMA_MAX_RANGES];
};

struct cma_area_list {
	size_t count;
	struct cma_area area[CMA_MAX_AREAS];
};

/* What moves. In pages; the counters only grow (modulo 2^64). */
enum cma_figure {
	CMA_USED_PAGES,			/* debugfs used */
	CMA_MAXCHUNK_PAGES,		/* debugfs maxchunk */
	CMA_TOTAL_PAGES,		/* sysfs total_pages */
	CMA_AVAILABLE_PAGES,		/* sysfs available_pages */
	CMA_ALLOC_PAGES_SUCCESS,	/* sysfs, pages and not calls */
	CMA_ALLOC_PAGES_FAIL,		/* sysfs, pages and not calls */
	CMA_RELEASE_PAGES_SUCCESS,	/* sysfs, pages and not calls */
	CMA_NR_FIGURES
};

/*
 * cma_area_discover - list the areas, sorted by name.
 *
 * An area that only one of debugfs and sysfs shows is listed too. Returns 0
 * (also for an empty list), -ENOENT when neither root exists (no CMA, or
 * neither CONFIG_CMA_DEBUGFS with debugfs mounted nor CONFIG_CMA_SYSFS), or
 * another -errno of reading a folder, -EACCES without root when only debugfs
 * shows areas.
 */
int cma_area_discover(struct cma_area_list *list);

/* cma_area_find - the area called @name, or NULL. */
const struct cma_area *cma_area_find(const struct cma_area_list *list,
				     const char *name);

/* cma_area_contains - does @pfn lie in one of the area's ranges? */
bool cma_area_contains(const struct cma_area *area, __u64 pfn);

/* cma_figure_name - the file name of @figure, for messages. */
const char *cma_figure_name(enum cma_figure figure);

/*
 * cma_area_read - read one moving figure.
 *
 * Returns 0 or -errno; -ENOENT: this kernel does not show that figure.
 */
int cma_area_read(const struct cma_area *area, enum cma_figure figure,
		  __u64 *value);

/*
 * cma_area_used_pages - pages taken, from debugfs, else from sysfs.
 *
 * Returns 0 or -errno; -ENOENT: neither interface tells (6.x without debugfs).
 */
int cma_area_used_pages(const struct cma_area *area, __u64 *pages);

/* cma_area_used_of - the same by name; ~0: no such area, or nobody tells. */
__u64 cma_area_used_of(const struct cma_area_list *list, const char *name);

/* All moving figures of an area at nearly one time. */
struct cma_snapshot {
	__u64 value[CMA_NR_FIGURES];
	int err[CMA_NR_FIGURES];	/* 0, or why value is not valid */
};

/* cma_area_snapshot - read every figure; err[] tells which are there. */
void cma_area_snapshot(const struct cma_area *area, struct cma_snapshot *now);

/*
 * cma_area_path - path of an entry of the area, for callers that keep it open.
 * @entry: file name below the area's folder, for example "alloc".
 */
void cma_area_debugfs_path(const struct cma_area *area, const char *entry,
			   char path[CMA_PATH_SIZE]);
void cma_area_sysfs_path(const struct cma_area *area, const char *entry,
			 char path[CMA_PATH_SIZE]);

/*
 * cma_debugfs_alloc - let the kernel take @pages pages and keep them.
 *
 * The kernel calls cma_alloc() with alignment 0 and puts the block on a stack.
 * The pages stay taken when the process ends: pair it with guard.h. Returns 0,
 * -ENOMEM when the allocation failed for whatever reason (all versions so
 * far), -EINVAL for no number, or -errno of opening the file. @pages is
 * truncated to a signed int by the kernel.
 */
int cma_debugfs_alloc(const struct cma_area *area, __u64 pages);

/*
 * cma_debugfs_free - give back @pages pages, the newest block first.
 *
 * Blocks that others took through debugfs are on the same stack: free only
 * what was allocated, in the same section. Asking for more than there is frees
 * what there is and succeeds. With order_per_bit > 0 a block is freed whole or
 * not at all. Returns 0 or -errno as above.
 */
int cma_debugfs_free(const struct cma_area *area, __u64 pages);

#endif
