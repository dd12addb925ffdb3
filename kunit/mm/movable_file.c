// SPDX-License-Identifier: GPL-2.0
/*
 * A file in shared memory, brought into an area by leaving it little else.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/pagemap.h>
#include <linux/shmem_fs.h>

#include "movable_file.h"

static void free_order(void *data)
{
	__free_pages(data, pageblock_order);
}

/*
 * The pages at once: they must be gone before the area is looked at. The file
 * may wait, as 6.1 makes it where the clean-up is not run by a kernel thread.
 */
static void put_file(void *data)
{
	struct file *file = data;

	shmem_truncate_range(file_inode(file), 0, -1);
	fput(file);
}

/*
 * Takes memory that cannot move until more than half of what is free is CMA:
 * from then on the buddy hands CMA pages to whoever accepts movable ones.
 *
 * The other half is all that the rest of the kernel has then. Where the areas
 * are small it would be too small: nobody is there to be killed for it, and the
 * machine would end.
 */
void crowd_out_of_other_memory(struct kunit *test, struct cma *cma)
{
	struct zone *zone = area_zone(cma);

	for (;;) {
		unsigned long free_cma, free;
		struct page *page = NULL;

		free_cma = zone_page_state_snapshot(zone, NR_FREE_CMA_PAGES);
		free = zone_page_state_snapshot(zone, NR_FREE_PAGES);
		if (free_cma > free / 2 + pageblock_nr_pages)
			return;
		if (free > free_cma + high_wmark_pages(zone) +
			   2 * pageblock_nr_pages)
			page = alloc_pages(GFP_KERNEL | __GFP_NOWARN |
					   __GFP_NORETRY, pageblock_order);
		if (!page)
			kunit_skip(test, "too little memory is CMA: boot with more CMA");
		KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, free_order,
								   page));
	}
}

static struct page *read_page(const struct movable_file *movable,
			      pgoff_t index)
{
	struct page *page = shmem_read_mapping_page(movable->file->f_mapping,
						    index);

	KUNIT_ASSERT_FALSE_MSG(movable->test, IS_ERR(page),
			       "cannot read page %lu of the file: %pe", index,
			       page);

	return page;
}

static unsigned long fill(const struct movable_file *movable, struct cma *cma)
{
	unsigned long index, inside = 0;

	for (index = 0; index < movable->nr_pages; index++) {
		struct page *page = read_page(movable, index);

		*(unsigned long *)page_address(page) = index;
		inside += area_contains(cma, page_to_pfn(page), 1);
		set_page_dirty(page);
		put_page(page);
	}

	return inside;
}

static struct movable_file *make(struct kunit *test, struct cma *cma,
				 unsigned long nr_pages, bool unevictable)
{
	struct movable_file *movable = kunit_kzalloc(test, sizeof(*movable),
						     GFP_KERNEL);
	unsigned long inside;

	KUNIT_ASSERT_NOT_NULL(test, movable);
	movable->test = test;
	movable->nr_pages = nr_pages;
	movable->file = shmem_kernel_file_setup("cma_kunit",
						nr_pages << PAGE_SHIFT,
						CMA_TESTS_NO_VMA_FLAGS);
	KUNIT_ASSERT_FALSE(test, IS_ERR(movable->file));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, put_file,
							   movable->file));
	/* Before the first page: a page learns it on its way to the LRU. */
	if (unevictable)
		mapping_set_unevictable(movable->file->f_mapping);
	crowd_out_of_other_memory(test, cma);

	inside = fill(movable, cma);
	kunit_info(test, "%lu of %lu movable pages were in area %s", inside,
		   nr_pages, cma_get_name(cma));
	if (!inside)
		kunit_skip(test, "no movable page came into the area");

	return movable;
}

struct movable_file *movable_file_kunit(struct kunit *test, struct cma *cma,
					unsigned long nr_pages)
{
	return make(test, cma, nr_pages, false);
}

struct movable_file *unevictable_file_kunit(struct kunit *test,
					    struct cma *cma,
					    unsigned long nr_pages)
{
	return make(test, cma, nr_pages, true);
}

struct page *movable_file_page_inside(const struct movable_file *movable,
				      const struct cma *cma, pgoff_t *index)
{
	struct page *page = NULL;

	for (*index = 0; *index < movable->nr_pages; (*index)++) {
		page = read_page(movable, *index);
		if (area_contains(cma, page_to_pfn(page), 1))
			break;
		put_page(page);
	}
	KUNIT_ASSERT_LT_MSG(movable->test, *index, movable->nr_pages,
			    "all pages of the file left area %s by themselves",
			    cma_get_name(cma));

	return page;
}

unsigned long movable_file_count_inside(const struct movable_file *movable,
					unsigned long pfn, unsigned long count)
{
	unsigned long index, inside = 0;

	for (index = 0; index < movable->nr_pages; index++) {
		struct page *page = read_page(movable, index);

		inside += page_to_pfn(page) - pfn < count;
		put_page(page);
	}

	return inside;
}

unsigned long movable_file_count_wrong(const struct movable_file *movable)
{
	unsigned long index, wrong = 0;

	for (index = 0; index < movable->nr_pages; index++) {
		struct page *page = read_page(movable, index);

		wrong += *(unsigned long *)page_address(page) != index;
		put_page(page);
	}

	return wrong;
}
