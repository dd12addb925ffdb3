// SPDX-License-Identifier: GPL-2.0
/*
 * mm/cma_debug.c and mm/cma_sysfs.c: what the files of an area say, against
 * what is in it, and what the files that allocate do.
 */
#include "area_files.h"
#include "area_state.h"

KUNIT_ARRAY_PARAM(area, area_rows, area_row_describe);

/*
 * Pages in use. By the bitmap they are whole bits; where the area counts its
 * available pages, they are the pages that were asked for.
 */
static unsigned long used_pages(const struct area_state *state)
{
#ifdef CMA_TESTS_HAS_CMA_AVAILABLE
	return state->cma->count - state->available_pages;
#else
	return state->used_bits << state->cma->order_per_bit;
#endif
}

static void expect_file(struct area_files *files, const char *name,
			unsigned long long expected)
{
	KUNIT_EXPECT_EQ_MSG(files->test, expected,
			    area_file_number(files, name), "area %s: file %s",
			    cma_get_name(files->cma), name);
}

static void expect_debugfs(struct area_files *files)
{
	struct cma *cma = files->cma;
	struct area_state state;

	area_state_take(files->test, cma, &state);
	expect_file(files, "count", cma->count);
	expect_file(files, "order_per_bit", cma->order_per_bit);
	expect_file(files, "used", used_pages(&state));
	expect_file(files, "maxchunk", area_largest_free(&state));
	expect_file(files, "base_pfn", area_range(cma, 0).base_pfn);
}

/* Empty, with one page, with a hole, full: |....| |x...| |x.x.| |xxxx| */
static void debugfs_numbers(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	struct area_files *files = area_files_kunit(test, cma, AREA_DEBUGFS);
	struct area_state state;
	struct page *pages[4];
	unsigned int i;

	expect_debugfs(files);

	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		pages[i] = cma_alloc_kunit(test, cma, 3, 0);
		KUNIT_ASSERT_NOT_NULL(test, pages[i]);
		expect_debugfs(files);
	}
	cma_release_kunit(test, pages[1]);
	expect_debugfs(files);

	/* The longest run is neither the last nor at the end: | 0 1 |##| 3 |## */
	area_state_take(test, cma, &state);
	KUNIT_ASSERT_NOT_NULL(test, cma_alloc_kunit(test, cma,
						    area_largest_free(&state), 0));
	cma_release_kunit(test, pages[0]);
	cma_release_kunit(test, pages[3]);
	expect_debugfs(files);
}

/* The words of a range's bitmap, as text, are the words of the bitmap. */
static void expect_bitmap(struct area_files *files, const char *name,
			  unsigned int index)
{
	struct kunit *test = files->test;
	struct cma *cma = files->cma;
	struct area_range range = area_range(cma, index);
	char *text = kunit_kzalloc(test, SZ_32K, GFP_KERNEL);
	unsigned int words = DIV_ROUND_UP(area_range_bits(cma, index), 32), i;
	char *cursor = text, *word;
	u32 value;

	KUNIT_ASSERT_NOT_NULL(test, text);
	KUNIT_ASSERT_GT(test, area_file_read(files, name, text, SZ_32K), 0L);
	for (i = 0; i < words; i++) {
		word = strsep(&cursor, "\n ");
		KUNIT_ASSERT_NOT_NULL_MSG(test, word,
					  "area %s: expected %u words, got %u",
					  cma_get_name(cma), words, i);
		KUNIT_ASSERT_EQ(test, 0, kstrtou32(word, 10, &value));
		KUNIT_EXPECT_EQ_MSG(test, ((u32 *)range.bitmap)[i], value,
				    "area %s: word %u of %s",
				    cma_get_name(cma), i, name);
	}
	KUNIT_EXPECT_TRUE(test, !cursor || !*cursor);
}

static void debugfs_bitmap(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	struct area_files *files = area_files_kunit(test, cma, AREA_DEBUGFS);

	KUNIT_ASSERT_NOT_NULL(test, cma_alloc_kunit(test, cma, 1, 0));
	KUNIT_ASSERT_NOT_NULL(test, cma_alloc_kunit(test, cma, 5, 2));
	expect_bitmap(files, "bitmap", 0);
}

#ifdef CMA_MAX_RANGES
/*
 * Each range has files of its own:
 *
 *	|x...............|   |xxxxxxxxxxxxxxxx|   x: in use
 */
static void debugfs_ranges(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	struct area_files *files = area_files_kunit(test, cma, AREA_DEBUGFS);
	unsigned int i, last = area_nr_ranges(cma) - 1;
	char name[32];

	if (last)
		KUNIT_ASSERT_NOT_NULL(test,
				      cma_alloc_kunit(test, cma,
						      area_largest_range(cma),
						      0));
	KUNIT_ASSERT_NOT_NULL(test, cma_alloc_kunit(test, cma, 1, 0));
	for (i = 0; i <= last; i++) {
		snprintf(name, sizeof(name), "ranges/%u/base_pfn", i);
		expect_file(files, name, area_range(cma, i).base_pfn);
		snprintf(name, sizeof(name), "ranges/%u/bitmap", i);
		expect_bitmap(files, name, i);
	}
}
#endif

/* alloc and free, whole: five pages in, five pages out. */
static void debugfs_alloc_free(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	struct area_files *files = area_files_kunit(test, cma, AREA_DEBUGFS);
	struct area_state before;

	area_state_take(test, cma, &before);

	KUNIT_EXPECT_EQ(test, 0, area_file_write(files, "alloc", "5"));
	area_expect_taken(test, &before, 5, area_bits_for(cma, 5));
	KUNIT_EXPECT_EQ(test, 0, area_file_write(files, "alloc", "3"));
	area_expect_taken(test, &before, 8,
			  area_bits_for(cma, 5) + area_bits_for(cma, 3));
	KUNIT_EXPECT_EQ(test, -ENOMEM, area_file_write(files, "alloc",
						       "1073741824"));
	KUNIT_EXPECT_EQ(test, 0, area_file_write(files, "free", "8"));
	area_expect_as_before(test, &before);

	/* Nothing is left to free, and that is no error. */
	KUNIT_EXPECT_EQ(test, 0, area_file_write(files, "free", "1"));
	area_expect_as_before(test, &before);
}

/*
 * Part of an allocation: |xxxxx| free 2 |..xxx|
 * Only with a bit for each page; otherwise nothing is freed.
 */
static void debugfs_partial_free(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	struct area_files *files = area_files_kunit(test, cma, AREA_DEBUGFS);
	struct area_state before;

	area_state_take(test, cma, &before);

	KUNIT_EXPECT_EQ(test, 0, area_file_write(files, "alloc", "5"));
	KUNIT_EXPECT_EQ(test, 0, area_file_write(files, "free", "2"));
	if (cma->order_per_bit)
		area_expect_taken(test, &before, 5, area_bits_for(cma, 5));
	else
		area_expect_taken(test, &before, 3, 3);
	KUNIT_EXPECT_EQ(test, 0, area_file_write(files, "free", "5"));
	area_expect_as_before(test, &before);
}

/* Each file says what its counter says, before, during and after. */
static void sysfs_counters(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	struct area_files *files = area_files_kunit(test, cma, AREA_SYSFS);
	unsigned long long success, fail;
	struct page *page;

	success = area_file_number(files, "alloc_pages_success");
	fail = area_file_number(files, "alloc_pages_fail");

	page = cma_alloc_kunit(test, cma, 7, 0);
	KUNIT_ASSERT_NOT_NULL(test, page);
	expect_file(files, "alloc_pages_success", success + 7);
	expect_file(files, "alloc_pages_fail", fail);

	KUNIT_EXPECT_NULL(test, cma_alloc_kunit(test, cma, cma->count, 0));
	expect_file(files, "alloc_pages_success", success + 7);
	expect_file(files, "alloc_pages_fail", fail + cma->count);
}

#ifdef CMA_TESTS_HAS_CMA_RELEASED_COUNTER
static void sysfs_released(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	struct area_files *files = area_files_kunit(test, cma, AREA_SYSFS);
	unsigned long long released;
	struct page *page;

	released = area_file_number(files, "release_pages_success");
	page = cma_alloc_kunit(test, cma, 7, 0);
	KUNIT_ASSERT_NOT_NULL(test, page);
	expect_file(files, "release_pages_success", released);
	cma_release_kunit(test, page);
	expect_file(files, "release_pages_success", released + 7);
}
#endif

#ifdef CMA_TESTS_HAS_CMA_AVAILABLE
static void sysfs_total_and_available(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	struct area_files *files = area_files_kunit(test, cma, AREA_SYSFS);
	unsigned long long available;

	expect_file(files, "total_pages", cma->count);
	available = area_file_number(files, "available_pages");
	KUNIT_ASSERT_NOT_NULL(test, cma_alloc_kunit(test, cma, 7, 0));
	expect_file(files, "available_pages", available - 7);
	expect_file(files, "total_pages", cma->count);
}
#endif

static struct kunit_case cma_files_cases[] = {
	KUNIT_CASE_PARAM(debugfs_numbers, area_gen_params),
	KUNIT_CASE_PARAM(debugfs_bitmap, area_gen_params),
#ifdef CMA_MAX_RANGES
	KUNIT_CASE_PARAM(debugfs_ranges, area_gen_params),
#endif
	KUNIT_CASE_PARAM(debugfs_alloc_free, area_gen_params),
	KUNIT_CASE_PARAM(debugfs_partial_free, area_gen_params),
	KUNIT_CASE_PARAM(sysfs_counters, area_gen_params),
#ifdef CMA_TESTS_HAS_CMA_RELEASED_COUNTER
	KUNIT_CASE_PARAM(sysfs_released, area_gen_params),
#endif
#ifdef CMA_TESTS_HAS_CMA_AVAILABLE
	KUNIT_CASE_PARAM(sysfs_total_and_available, area_gen_params),
#endif
	{}
};

static struct kunit_suite cma_files_suite = {
	.name = "cma_files",
	.init = areas_must_be_restored,
	.test_cases = cma_files_cases,
};

kunit_test_suite(cma_files_suite);
