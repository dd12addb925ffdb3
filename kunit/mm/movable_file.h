/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A file whose pages live in an area, where the page allocator put them, as a
 * neighbour that cma_alloc() must move away first.
 */
#ifndef _CMA_TESTS_MOVABLE_FILE_H
#define _CMA_TESTS_MOVABLE_FILE_H

#include "area.h"

struct movable_file {
	struct kunit *test;
	struct file *file;
	unsigned long nr_pages;
};

/* Takes memory, for the case, until more than half of what is free is CMA. */
void crowd_out_of_other_memory(struct kunit *test, struct cma *cma);

/* Skips when no page of the file comes into @cma. Ends with the case. */
struct movable_file *movable_file_kunit(struct kunit *test, struct cma *cma,
					unsigned long nr_pages);

/* The same with pages that reclaim passes over, as mlock() makes them. */
struct movable_file *unevictable_file_kunit(struct kunit *test,
					    struct cma *cma,
					    unsigned long nr_pages);

/* The first page of the file in the area, at @index, with a reference. */
struct page *movable_file_page_inside(const struct movable_file *movable,
				      const struct cma *cma, pgoff_t *index);

/* Pages of the file in these @count pages of memory. */
unsigned long movable_file_count_inside(const struct movable_file *movable,
					unsigned long pfn, unsigned long count);

/* Pages that no longer say what was written into them. */
unsigned long movable_file_count_wrong(const struct movable_file *movable);

#endif
