// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/debug/cma/<area>/ and /sys/kernel/mm/cma/<area>/: which entries
 * there are, who may read and write them, and what they make of bad values.
 * Whether they agree with each other is in bitmap_test.c.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"
#include "kernel_version.h"
#include "testbed.h"
#include "text_file.h"

FIXTURE(debugfs)
{
	struct testbed bed;
};

FIXTURE_SETUP(debugfs)
{
	OPEN_QUIET_TESTBED(&self->bed, testbed_open_debugfs);
}

FIXTURE_TEARDOWN(debugfs)
{
	CLOSE_QUIET_TESTBED(&self->bed);
}

/* An entry of a folder: what it is, who may use it, what the other direction gets. */
struct entry {
	const char *name;
	mode_t mode;
	int err;
};

/* Before 6.15: one range, described by files of the area. */
static const struct entry single_range_entries[] = {
	{ "alloc", S_IFREG | 0200, -EACCES },
	{ "base_pfn", S_IFREG | 0444, -EACCES },
	{ "bitmap", S_IFREG | 0444, -EINVAL },
	{ "count", S_IFREG | 0444, -EACCES },
	{ "free", S_IFREG | 0200, -EACCES },
	{ "maxchunk", S_IFREG | 0444, -EACCES },
	{ "order_per_bit", S_IFREG | 0444, -EACCES },
	{ "used", S_IFREG | 0444, -EACCES },
	{ NULL, 0, 0 }
};

/* 6.15 and later: a folder a range, links from the old names to the first. */
static const struct entry many_ranges_entries[] = {
	{ "alloc", S_IFREG | 0200, -EACCES },
	{ "base_pfn", S_IFLNK | 0777, 0 },
	{ "bitmap", S_IFLNK | 0777, 0 },
	{ "count", S_IFREG | 0444, -EACCES },
	{ "free", S_IFREG | 0200, -EACCES },
	{ "maxchunk", S_IFREG | 0444, -EACCES },
	{ "order_per_bit", S_IFREG | 0444, -EACCES },
	{ "ranges", S_IFDIR | 0755, 0 },
	{ "used", S_IFREG | 0444, -EACCES },
	{ NULL, 0, 0 }
};

static const struct entry range_entries[] = {
	{ "base_pfn", S_IFREG | 0444, -EACCES },
	{ "bitmap", S_IFREG | 0444, -EINVAL },
	{ NULL, 0, 0 }
};

static const struct entry *find_entry(const struct entry *entries,
				      const char *name)
{
	for (; entries->name; entries++)
		if (strcmp(entries->name, name) == 0)
			return entries;
	return NULL;
}

/* The folder has these entries, with these modes, and no others. */
static void check_folder(struct __test_metadata *_metadata, const char *path,
			 const struct entry *entries)
{
	DIR *dir = opendir(path);
	const struct entry *entry;
	struct dirent *found;
	struct stat status;

	ASSERT_NE(NULL, dir) {
		TH_LOG("%s: %s", path, strerror(errno));
	}
	for (entry = entries; entry->name; entry++) {
		ASSERT_EQ(0, fstatat(dirfd(dir), entry->name, &status,
				     AT_SYMLINK_NOFOLLOW)) {
			TH_LOG("%s/%s: expected, not there", path, entry->name);
		}
		EXPECT_EQ(entry->mode, status.st_mode) {
			TH_LOG("%s/%s: mode", path, entry->name);
		}
		EXPECT_EQ(0, status.st_uid);
	}
	while ((found = readdir(dir))) {
		if (found->d_name[0] == '.')
			continue;
		EXPECT_NE(NULL, find_entry(entries, found->d_name)) {
			TH_LOG("%s/%s: not expected: add it here, with what it promises",
			       path, found->d_name);
		}
	}
	closedir(dir);
}

/* Since then an area may have several ranges, and counts its available pages. */
static bool has_ranges(void)
{
	return kernel_is_since(6, 15);
}

TEST_F(debugfs, entries_and_permissions)
{
	char path[CMA_PATH_SIZE], folder[32];
	unsigned int range;

	cma_area_debugfs_path(self->bed.area, "", path);
	if (!has_ranges()) {
		check_folder(_metadata, path, single_range_entries);
		return;
	}
	check_folder(_metadata, path, many_ranges_entries);
	ASSERT_LT(0, self->bed.area->nranges);
	for (range = 0; range < self->bed.area->nranges; range++) {
		snprintf(folder, sizeof(folder), "ranges/%u", range);
		cma_area_debugfs_path(self->bed.area, folder, path);
		check_folder(_metadata, path, range_entries);
	}
}

/* sysfs entries came in three steps; each is there with those before it. */
static const struct entry sysfs_entries[] = {
	{ "alloc_pages_success", S_IFREG | 0444, -EACCES },
	{ "alloc_pages_fail", S_IFREG | 0444, -EACCES },
	/* 6.9 */
	{ "release_pages_success", S_IFREG | 0444, -EACCES },
	/* 6.15 */
	{ "total_pages", S_IFREG | 0444, -EACCES },
	{ "available_pages", S_IFREG | 0444, -EACCES },
	{ NULL, 0, 0 }
};

TEST_F(debugfs, sysfs_entries_are_those_of_the_version)
{
	struct entry expected[ARRAY_SIZE(sysfs_entries)] = { 0 };
	char path[CMA_PATH_SIZE];
	size_t i, count;

	if (!self->bed.area->has_sysfs)
		SKIP(return, "needs CONFIG_CMA_SYSFS");
	count = has_ranges() ? 5 : kernel_is_since(6, 9) ? 3 : 2;
	for (i = 0; i < count; i++)
		expected[i] = sysfs_entries[i];
	cma_area_sysfs_path(self->bed.area, "", path);
	check_folder(_metadata, path, expected);
	for (i = 0; i < count; i++) {
		cma_area_sysfs_path(self->bed.area, expected[i].name, path);
		EXPECT_EQ(expected[i].err, text_file_write(path, "0")) {
			TH_LOG("%s: a write", path);
		}
	}
}

/* A text that is no number is refused by both files, and nothing happens. */
static const struct {
	const char *text;
	int err;
} bad_texts[] = {
	{ "-1", -EINVAL },
	{ "-9223372036854775808", -EINVAL },
	{ "x", -EINVAL },
	{ "\n", -EINVAL },
	{ " 1", -EINVAL },
	{ "1 ", -EINVAL },
	{ "1x", -EINVAL },
	{ "1.5", -EINVAL },
	{ "1 1", -EINVAL },
	{ "0x", -EINVAL },
	{ "08", -EINVAL },
	{ "18446744073709551616", -ERANGE },
	{ "99999999999999999999999", -ERANGE },
};

TEST_F(debugfs, bad_texts_are_refused)
{
	static const char *const files[] = { "alloc", "free" };
	char path[CMA_PATH_SIZE];
	size_t f, i;

	for (f = 0; f < ARRAY_SIZE(files); f++) {
		cma_area_debugfs_path(self->bed.area, files[f], path);
		for (i = 0; i < ARRAY_SIZE(bad_texts); i++) {
			EXPECT_EQ(bad_texts[i].err,
				  text_file_write(path, bad_texts[i].text)) {
				TH_LOG("%s: \"%s\"", path, bad_texts[i].text);
			}
		}
	}
	EXPECT_EQ(self->bed.used_at_start, testbed_used(&self->bed));
}

/* Root passes the mode bits; the operation itself must be missing. */
TEST_F(debugfs, files_have_one_direction)
{
	char path[CMA_PATH_SIZE], text[16];
	const struct entry *entry;

	for (entry = single_range_entries; entry->name; entry++) {
		cma_area_debugfs_path(self->bed.area, entry->name, path);
		EXPECT_EQ(entry->err, entry->mode & 0444 ? text_file_write(path, "1") :
				      (int)text_file_read(path, text, sizeof(text))) {
			TH_LOG("%s: a %s", path, entry->mode & 0444 ? "write" : "read");
		}
	}
}

/*
 * Numbers that are no possible size. The kernel keeps them in a signed int:
 * 2^31 is negative, and 2^32 is 0. Each is ENOMEM, and takes no page.
 *
 * Rounded up to bits of several pages, -1 is 0 bits, which there always are: a
 * kernel without a count of available pages then dies (known issue), so that
 * this one is left out there.
 */
TEST_F(debugfs, impossible_sizes_take_nothing)
{
	const bool minus_one_is_fatal = self->bed.area->order_per_bit && !has_ranges();
	const __u64 sizes[] = {
		0, self->bed.area->count_pages + 1, 0x7fffffffull,
		0x80000000ull, 0xffffffffull, 0x100000000ull,
		0x8000000000000000ull, 0xffffffffffffffffull,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		if (minus_one_is_fatal && (__u32)sizes[i] == ~0u)
			continue;
		EXPECT_EQ(-ENOMEM, cma_debugfs_alloc(self->bed.area, sizes[i])) {
			TH_LOG("area %s: %llu pages", self->bed.area->name,
			       (unsigned long long)sizes[i]);
		}
		EXPECT_EQ(self->bed.used_at_start, testbed_used(&self->bed));
	}
}

/*
 * The number is cut to 1, up to 7.3 at least: one page is taken, or all of a bit where
 * what is used is counted in bits.
 */
TEST_F(debugfs, size_beyond_32_bits)
{
	struct testbed *bed = &self->bed;
	const char *reason = testbed_lacks_room(bed, 1);

	if (reason)
		SKIP(return, "%s", reason);
	ASSERT_EQ(0, testbed_debugfs_alloc(bed, 0x100000001ull));
	EXPECT_EQ(bed->used_at_start + (has_ranges() ? 1 : 1ull << bed->area->order_per_bit),
		  testbed_used(bed));
	EXPECT_EQ(0, testbed_debugfs_free(bed));
	EXPECT_EQ(bed->used_at_start, testbed_used(bed));
}

/*
 * To be given back, likewise: 0 is nothing, and what is beyond 32 bits is cut.
 *
 *	[XXX]  0: [XXX]	 2^32: [XXX]  2^32 + 1: [.XX]
 */
TEST_F(debugfs, sizes_to_free_are_cut_alike)
{
	struct testbed *bed = &self->bed;
	const char *reason = testbed_lacks_room(bed, 3);

	if (bed->area->order_per_bit)
		SKIP(return, "needs an area with order_per_bit 0");
	if (reason)
		SKIP(return, "%s", reason);
	ASSERT_EQ(0, testbed_debugfs_alloc(bed, 3));
	EXPECT_EQ(0, cma_debugfs_free(bed->area, 0));
	EXPECT_EQ(bed->used_at_start + 3, testbed_used(bed));
	EXPECT_EQ(0, cma_debugfs_free(bed->area, 0x100000000ull));
	EXPECT_EQ(bed->used_at_start + 3, testbed_used(bed));
	EXPECT_EQ(0, cma_debugfs_free(bed->area, 0x100000001ull));
	EXPECT_EQ(bed->used_at_start + 2, testbed_used(bed));
	bed->block_pages[bed->nblocks - 1] = 2;
	EXPECT_EQ(0, testbed_debugfs_free(bed));
	EXPECT_EQ(bed->used_at_start, testbed_used(bed));
}

TEST_F(debugfs, hexadecimal_and_newline_are_numbers)
{
	struct testbed *bed = &self->bed;
	__u64 pages = 16ull << bed->area->order_per_bit;
	const char *reason = testbed_lacks_room(bed, pages);
	char path[CMA_PATH_SIZE], text[32];
	int id;

	if (reason)
		SKIP(return, "%s", reason);
	/* The guard is told in decimal, the kernel in hexadecimal. */
	cma_area_debugfs_path(bed->area, "free", path);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)pages);
	id = guard_write(&bed->guard, path, text);
	ASSERT_LT(0, id);
	snprintf(text, sizeof(text), "0x%llx\n", (unsigned long long)pages);
	cma_area_debugfs_path(bed->area, "alloc", path);
	ASSERT_EQ(0, text_file_write(path, text));
	EXPECT_EQ(self->bed.used_at_start + pages, testbed_used(bed));
	EXPECT_EQ(0, cma_debugfs_free(bed->area, pages));
	EXPECT_EQ(0, guard_cancel(&bed->guard, id));
}

/*
 * Asking for more than there is gives back what there is, also for the size
 * that is negative as an int. It empties the stack of everybody's blocks, so
 * it is tried only where nobody else's can be on it. (The kernel's own pages
 * are not on that stack.)
 */
TEST_F(debugfs, free_of_too_much_frees_what_there_is)
{
	static const __u64 sizes[] = { 1000000, 0x7fffffffull, 0x80000000ull };
	struct testbed *bed = &self->bed;
	const char *reason = testbed_lacks_room(bed, 10);
	size_t i;

	if (self->bed.used_at_start && !testbed_owns_machine())
		SKIP(return, "needs CMA_TESTS_OWN_MACHINE=1: %llu pages of %s are taken, some by others perhaps",
		     (unsigned long long)self->bed.used_at_start, bed->area->name);
	if (reason)
		SKIP(return, "%s", reason);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		ASSERT_EQ(0, testbed_debugfs_alloc(bed, 10));
		EXPECT_EQ(0, cma_debugfs_free(bed->area, sizes[i]));
		EXPECT_EQ(self->bed.used_at_start, testbed_used(bed));
		/* Nothing is left: freeing the block itself finds none. */
		EXPECT_EQ(0, testbed_debugfs_free(bed));
		EXPECT_EQ(self->bed.used_at_start, testbed_used(bed));
	}
}

TEST_HARNESS_MAIN
