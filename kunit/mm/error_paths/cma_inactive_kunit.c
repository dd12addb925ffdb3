// SPDX-License-Identifier: GPL-2.0
/*
 * An area that could not be activated has no bitmap and no lock: no file may
 * lead to it. And what debugfs remembers of its allocations is freed. Over copies
 * of mm/cma_sysfs.c and mm/cma_debug.c.
 *
 *	areas:  | active | failed | active |
 */
#ifdef CONFIG_CMA_SYSFS
#include "cma_sysfs_copy.c"
#endif
#ifdef CONFIG_CMA_DEBUGFS
#include "cma_debug_copy.c"
#endif
#include <linux/module.h>
#include <linux/sizes.h>

#include "cma_files_fakes.h"

#define FAILED 1

static void __maybe_unused make_active(struct cma *cma)
{
	cma->count = 64;
#ifdef CMA_MAX_RANGES
	set_bit(CMA_ACTIVATED, &cma->flags);
#endif
}

#ifdef CONFIG_CMA_SYSFS
/* Guards "mm/cma_sysfs: skip inactive CMA areas in sysfs". */
static void sysfs_has_no_folder(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, cma_sysfs_init());
	KUNIT_EXPECT_EQ(test, 2, fake_files.nr_folders);
	KUNIT_EXPECT_NULL(test, fake_areas[FAILED].cma_kobj);
	KUNIT_EXPECT_NOT_NULL(test, fake_areas[2].cma_kobj);
}

/* A folder that cannot be made: those before it go, and nothing else does. */
static void sysfs_folders_go_with_the_first_that_fails(struct kunit *test)
{
	make_active(&fake_areas[FAILED]);
	fake_files.fails_at = FAKE_AREAS;
	KUNIT_EXPECT_EQ(test, -EEXIST, cma_sysfs_init());
	KUNIT_EXPECT_EQ_MSG(test, FAKE_AREAS + 1, fake_files.nr_put,
			    "the folders of all areas, and the one around them");
	KUNIT_EXPECT_EQ(test, 0, fake_files.nr_put_nothing);
}
#else
CASE_LEFT_OUT(sysfs_has_no_folder, "needs CONFIG_CMA_SYSFS")
CASE_LEFT_OUT(sysfs_folders_go_with_the_first_that_fails,
	      "needs CONFIG_CMA_SYSFS")
#endif

#ifdef CONFIG_CMA_DEBUGFS
static unsigned int folders_of_debugfs(struct kunit *test)
{
	fake_files.nr_folders = 0;
	KUNIT_EXPECT_EQ(test, 0, cma_debugfs_init());

	return fake_files.nr_folders;
}

/*
 * As many folders as before the failed area was one of them. Guards
 * c0ca59beb525 ("mm/cma_debug: fix invalid accesses for inactive CMA areas").
 */
static void debugfs_has_no_folder(struct kunit *test)
{
	unsigned int two, three;

	two = folders_of_debugfs(test);
	make_active(&fake_areas[FAILED]);
	three = folders_of_debugfs(test);
	KUNIT_EXPECT_LT_MSG(test, two, three,
			    "folders with an area that is not active, and with it active");
}

/* What debugfs remembers of an allocation goes with it, and with its failure. */
static void debugfs_forgets_what_is_gone(struct kunit *test)
{
	struct cma *cma = &fake_areas[0];

	spin_lock_init(&cma->mem_head_lock);
	fake_files.no_pages = true;
	KUNIT_EXPECT_EQ(test, -ENOMEM, cma_alloc_mem(cma, 5));
	KUNIT_EXPECT_EQ_MSG(test, 1, fake_files.nr_freed,
			    "an allocation that failed is remembered");
	KUNIT_EXPECT_EQ_MSG(test, 0, fake_files.align, "order of the alignment");

	fake_files.no_pages = false;
	KUNIT_ASSERT_EQ(test, 0, cma_alloc_mem(cma, 5));
	KUNIT_EXPECT_EQ(test, 1, fake_files.nr_freed);
	KUNIT_EXPECT_EQ(test, 0, cma_free_mem(cma, 7));
	KUNIT_EXPECT_EQ(test, 5UL, fake_files.nr_released);
	KUNIT_EXPECT_EQ_MSG(test, 2, fake_files.nr_freed,
			    "an allocation that is gone is remembered");
}

/*
 * Four pages a bit: the search for free runs ends behind the last bit, and not
 * behind as many bits as there are pages, which would be never. Guards
 * "mm/cma_debug.c: fix the break condition in cma_maxchunk_get()".
 *
 *	bits |xxxx....xxxxxxxx|   16 of them for 64 pages
 */
static void search_for_the_longest_run_ends(struct kunit *test)
{
	unsigned long bitmap[] = { 0xff0f };
	struct cma *cma = &fake_areas[0];
	u64 pages = 0;

	spin_lock_init(&cma->lock);
	cma->order_per_bit = 2;
#ifdef CMA_MAX_RANGES
	cma->ranges[0].count = cma->count;
	cma->ranges[0].bitmap = bitmap;
#else
	cma->bitmap = bitmap;
#endif
	KUNIT_EXPECT_EQ(test, 0, cma_maxchunk_get(cma, &pages));
	KUNIT_EXPECT_EQ(test, 16ULL, pages);
	KUNIT_EXPECT_LE_MSG(test, fake_files.nr_searches, 17U,
			    "searches in a bitmap of 16 bits");
}
#else
CASE_LEFT_OUT(debugfs_has_no_folder, "needs CONFIG_CMA_DEBUGFS")
CASE_LEFT_OUT(search_for_the_longest_run_ends, "needs CONFIG_CMA_DEBUGFS")
CASE_LEFT_OUT(debugfs_forgets_what_is_gone, "needs CONFIG_CMA_DEBUGFS")
#endif

static int inactive_begin(struct kunit *test)
{
	memset(&fake_files, 0, sizeof(fake_files));
	memset(fake_areas, 0, sizeof(fake_areas));
#ifdef CMA_MAX_RANGES
	/* The failed one keeps its range: only CMA_ACTIVATED tells it apart. */
	fake_areas[0].nranges = 1;
	fake_areas[FAILED].nranges = 1;
	fake_areas[2].nranges = 1;
#endif
	make_active(&fake_areas[0]);
	make_active(&fake_areas[2]);

	return 0;
}

static void inactive_end(struct kunit *test)
{
#ifdef CONFIG_CMA_SYSFS
	unsigned int i;

	for (i = 0; i < FAKE_AREAS; i++)
		kfree(fake_areas[i].cma_kobj);
#endif
}

static struct kunit_case inactive_cases[] = {
	KUNIT_CASE(sysfs_has_no_folder),
	KUNIT_CASE(sysfs_folders_go_with_the_first_that_fails),
	KUNIT_CASE(debugfs_has_no_folder),
	KUNIT_CASE(debugfs_forgets_what_is_gone),
	KUNIT_CASE(search_for_the_longest_run_ends),
	{}
};

static struct kunit_suite inactive_suite = {
	.name = "cma_inactive",
	.init = inactive_begin,
	.exit = inactive_end,
	.test_cases = inactive_cases,
};

kunit_test_suite(inactive_suite);

MODULE_LICENSE("GPL");
