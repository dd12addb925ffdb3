// SPDX-License-Identifier: GPL-2.0
/*
 * hugetlb_cma=: a gigantic page comes out of an area and goes back into it, by
 * every account of the area, as often as it is asked for.
 *
 *	CmaFree	[............]  ->  [....]  ->  [............]
 *	used		   0	     1 GiB		   0
 *			      nr_hugepages 0, 1, 0
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gigantic_page.h"
#include "harness.h"
#include "meminfo.h"
#include "pagemap.h"
#include "testbed.h"
#include "text_file.h"

#define PAGES "/sys/kernel/mm/hugepages/hugepages-%lukB/nr_hugepages"
#define DEMOTE "/sys/kernel/mm/hugepages/hugepages-1048576kB/demote"
#define ROUNDS 3
#define CONTENT_ROUNDS 2

FIXTURE(hugetlb_cma)
{
	struct guard guard;
	struct cma_area_list areas;
};

FIXTURE_SETUP(hugetlb_cma)
{
	__u64 pages;

	if (!gigantic_page_is_asked_for())
		SKIP_SETUP("needs hugetlb_cma=1G on the command line, and as much memory");
	if (text_file_read_u64(GIGANTIC_PAGES, &pages))
		SKIP_SETUP("needs CONFIG_HUGETLBFS and pages of 1 GiB");
	if (pages)
		SKIP_SETUP("pages of 1 GiB are in use by others");
	if (guard_open(&self->guard))
		SKIP_SETUP("needs pidfd_open() (Linux 5.3) for the guard process");
}

FIXTURE_TEARDOWN(hugetlb_cma)
{
	EXPECT_EQ(0, guard_close(&self->guard));
}

/*
 * A page that is freed past the area leaves its bits set: the second page, or
 * the third, would find no room.
 */
TEST_F_TIMEOUT(hugetlb_cma, area_pays_and_is_paid, 110)
{
	__u64 size_pages = GIGANTIC_BYTES / pagemap_page_size(), used, pages, calls, calls_after;
	int round, err;

	used = cma_area_discover(&self->areas) ? ~0ull : gigantic_used_pages(&self->areas);
	if (used == ~0ull)
		SKIP(return, "needs CONFIG_CMA_DEBUGFS and root, or Linux 6.15");
	for (round = 0; round < ROUNDS; round++) {
		ASSERT_EQ(0, vmstat_read("cma_alloc_success", &calls));
		err = guard_set_file(&self->guard, GIGANTIC_PAGES, "1");
		if (err == -EACCES || err == -EPERM)
			SKIP(return, "needs root to write " GIGANTIC_PAGES);
		ASSERT_EQ(0, err);
		ASSERT_EQ(0, text_file_read_u64(GIGANTIC_PAGES, &pages));
		ASSERT_EQ(1, pages) {
			TH_LOG("round %d: no page of 1 GiB, areas of hugetlb have %llu pages used",
			       round, (unsigned long long)gigantic_used_pages(&self->areas));
		}
		EXPECT_EQ(used + size_pages, gigantic_used_pages(&self->areas));
		ASSERT_EQ(0, vmstat_read("cma_alloc_success", &calls_after));
		EXPECT_LE(calls + 1, calls_after);
		/* Of all areas: others may have taken something elsewhere. */
		if (testbed_owns_machine())
			EXPECT_EQ(calls + 1, calls_after);
		ASSERT_EQ(0, text_file_write(GIGANTIC_PAGES, "0"));
		EXPECT_EQ(used, gigantic_used_pages(&self->areas)) {
			TH_LOG("round %d: the page was given back, and not to its area", round);
		}
	}
}

/*
 * Have gigantic pages made into pages of the default size. Those in between may be
 * too large for the buddy as well, which hides who they are given back to.
 */
static int set_demoted_size(struct guard *guard, __u64 *bytes)
{
	char text[32];
	int err = meminfo_bytes("Hugepagesize", bytes);

	if (err)
		return err;
	snprintf(text, sizeof(text), "%llukB", *bytes >> 10);
	return guard_set_file(guard, DEMOTE "_size", text);
}

/*
 * A gigantic page that is made into smaller ones still is of its area, which
 * is paid back by each of them. Guards a01f43901cfb ("hugetlb: be sure to free
 * demoted CMA pages to CMA").
 *
 *	[------------- 1 GiB -------------]  ->  [2M|2M|2M|2M| ... |2M|2M]
 */
TEST_F_TIMEOUT(hugetlb_cma, demoted_page_comes_back, 110)
{
	__u64 bytes, used, parts_before, parts, pages;
	int err = set_demoted_size(&self->guard, &bytes);
	char path[96], text[32];

	if (err == -ENOENT)
		SKIP(return, "needs " DEMOTE "_size (Linux 5.16)");
	if (err == -EACCES || err == -EPERM)
		SKIP(return, "needs root to write " DEMOTE "_size");
	ASSERT_EQ(0, err);
	used = cma_area_discover(&self->areas) ? ~0ull : gigantic_used_pages(&self->areas);
	if (used == ~0ull)
		SKIP(return, "needs CONFIG_CMA_DEBUGFS and root, or Linux 6.15");
	snprintf(path, sizeof(path), PAGES, (unsigned long)(bytes >> 10));
	ASSERT_EQ(0, text_file_read_u64(path, &parts_before));
	snprintf(text, sizeof(text), "%llu", (unsigned long long)parts_before);
	ASSERT_LT(0, guard_write(&self->guard, path, text));
	err = guard_set_file(&self->guard, GIGANTIC_PAGES, "1");
	if (err == -EACCES || err == -EPERM)
		SKIP(return, "needs root to write " GIGANTIC_PAGES);
	ASSERT_EQ(0, err);
	ASSERT_EQ(0, text_file_write(DEMOTE, "1"));
	ASSERT_EQ(0, text_file_read_u64(GIGANTIC_PAGES, &pages));
	EXPECT_EQ(0, pages);
	ASSERT_EQ(0, text_file_read_u64(path, &parts));
	EXPECT_EQ(parts_before + GIGANTIC_BYTES / bytes, parts);
	EXPECT_EQ(used + GIGANTIC_BYTES / pagemap_page_size(), gigantic_used_pages(&self->areas));

	/* One of them first: its bit is its own. */
	ASSERT_EQ(0, text_file_write_u64(path, parts - 1));
	EXPECT_EQ(used + (GIGANTIC_BYTES - bytes) / pagemap_page_size(),
		  gigantic_used_pages(&self->areas));
	ASSERT_EQ(0, text_file_write_u64(path, parts_before));
	EXPECT_EQ(used, gigantic_used_pages(&self->areas)) {
		TH_LOG("the parts of the page were given back, and not to their area");
	}
	ASSERT_EQ(0, text_file_write(GIGANTIC_PAGES, "1"));
	ASSERT_EQ(0, text_file_read_u64(GIGANTIC_PAGES, &pages));
	EXPECT_EQ(1, pages) {
		TH_LOG("the area has no room for the next page of 1 GiB");
	}
	ASSERT_EQ(0, text_file_write(GIGANTIC_PAGES, "0"));
	EXPECT_EQ(used, gigantic_used_pages(&self->areas));
}

/*
 * The smallest page that an area of hugetlb is ever given back is a huge page:
 * a bit stands for one, no more and no less. Guards 55d134a7b499 ("mm/hugetlb:
 * pass correct order_per_bit to cma_declare_contiguous_nid").
 */
TEST_F(hugetlb_cma, bit_is_the_smallest_huge_page)
{
	__u64 bytes = 0;
	size_t i, found = 0;

	ASSERT_EQ(0, meminfo_bytes("Hugepagesize", &bytes));
	if (bytes >= GIGANTIC_BYTES)
		SKIP(return, "needs default_hugepagesz to be less than 1 GiB");
	if (cma_area_discover(&self->areas))
		SKIP(return, "needs CONFIG_CMA_DEBUGFS and root");
	for (i = 0; i < self->areas.count; i++) {
		const struct cma_area *area = &self->areas.area[i];

		if (strncmp(area->name, "hugetlb", 7))
			continue;
		if (!area->has_debugfs)
			SKIP(return, "needs CONFIG_CMA_DEBUGFS and root");
		EXPECT_EQ(bytes, pagemap_page_size() << area->order_per_bit) {
			TH_LOG("area %s: order_per_bit %u", area->name, area->order_per_bit);
		}
		found++;
	}
	EXPECT_LT(0, found) {
		TH_LOG("no area hugetlb*, for all that the command line has hugetlb_cma=");
	}
}

/* Whoever maps the page has it zeroed; then there is what was written to it. */
static void check_contents(struct __test_metadata *_metadata, __u64 seed)
{
	unsigned char *map = gigantic_page_map();
	size_t wrong;

	ASSERT_NE(NULL, map) {
		TH_LOG("%s", strerror(errno));
	}
	wrong = gigantic_page_first_wrong(map, 0);
	EXPECT_EQ(GIGANTIC_BYTES, wrong) {
		TH_LOG("mapping %llu: the page is not zeroed at byte 0x%zx",
		       (unsigned long long)seed, wrong);
	}
	gigantic_page_mark(map, seed);
	wrong = gigantic_page_first_wrong(map, seed);
	EXPECT_EQ(GIGANTIC_BYTES, wrong) {
		TH_LOG("mapping %llu: what was written at byte 0x%zx is not there",
		       (unsigned long long)seed, wrong);
	}
	gigantic_page_unmap(map);
}

static void expect_gigantic_pages(struct __test_metadata *_metadata, __u64 expected)
{
	__u64 pages = ~0ull;

	ASSERT_EQ(0, text_file_read_u64(GIGANTIC_PAGES, &pages));
	EXPECT_EQ(expected, pages);
}

/*
 * Zeroed each time: the first page that a guest ever has is zero by itself. hugetlb
 * keeps a page that is unmapped, as it was left; the area takes it back and gives it
 * anew, as it was left as well: who maps it next has it cleared by hugetlb_no_page().
 *
 *	nr_hugepages	1		      0	  1			0
 *	mapped		 first	 second		   third   fourth
 *	contents	 0 -> 1	 0 -> 2		   0 -> 3  0 -> 4
 */
TEST_F_TIMEOUT(hugetlb_cma, gigantic_page_comes_and_goes, 110)
{
	__u64 before, during, after, seed = 0;
	int round, err;

	for (round = 0; round < CONTENT_ROUNDS; round++) {
		ASSERT_EQ(0, meminfo_bytes("CmaFree", &before));
		err = guard_set_file(&self->guard, GIGANTIC_PAGES, "1");
		if (err == -EACCES || err == -EPERM)
			SKIP(return, "needs root to write " GIGANTIC_PAGES);
		ASSERT_EQ(0, err);
		expect_gigantic_pages(_metadata, 1);
		ASSERT_EQ(0, meminfo_bytes("CmaFree", &during));
		/* What others had there moved out in the first round; it was not free before. */
		if (round > 0)
			EXPECT_LE(during + GIGANTIC_BYTES - GIGANTIC_BYTES / 16, before) {
				TH_LOG("CmaFree %llu before, %llu with the page",
				       (unsigned long long)before, (unsigned long long)during);
			}
		check_contents(_metadata, ++seed);
		check_contents(_metadata, ++seed);

		ASSERT_EQ(0, text_file_write(GIGANTIC_PAGES, "0"));
		expect_gigantic_pages(_metadata, 0);
		ASSERT_EQ(0, meminfo_bytes("CmaFree", &after));
		EXPECT_LE(before - before / 16, after);
	}
}

/* What is refused: the number of pages, what to make of them, and to map them. */
static const struct {
	const char *path, *text;	/* NULL: nr_hugepages */
	int err;
} bad_values[] = {
	{ NULL, "-1", -EINVAL },
	{ NULL, "x", -EINVAL },
	{ NULL, "0x1", -EINVAL },
	{ NULL, "1 ", -EINVAL },
	{ NULL, "1.5", -EINVAL },
	{ NULL, "18446744073709551616", -ERANGE },
	{ DEMOTE, "-1", -EINVAL },
	{ DEMOTE, "x", -EINVAL },
	{ DEMOTE, "18446744073709551616", -ERANGE },
	/* No huge page, a page that is none, the size that it has, one beyond it. */
	{ DEMOTE "_size", "x", -EINVAL },
	{ DEMOTE "_size", "3kB", -EINVAL },
	{ DEMOTE "_size", "4kB", -EINVAL },
	{ DEMOTE "_size", "1048576kB", -EINVAL },
	{ DEMOTE "_size", "2097152kB", -EINVAL },
};

TEST_F(hugetlb_cma, bad_values_are_refused)
{
	__u64 pages;
	size_t i;

	if (access(GIGANTIC_PAGES, W_OK))
		SKIP(return, "needs root to write " GIGANTIC_PAGES);
	for (i = 0; i < ARRAY_SIZE(bad_values); i++) {
		const char *path = bad_values[i].path ? bad_values[i].path : GIGANTIC_PAGES;

		if (!text_file_exists(path))
			SKIP(return, "needs %s (Linux 5.16)", path);
		EXPECT_EQ(bad_values[i].err, text_file_write(path, bad_values[i].text)) {
			TH_LOG("%s: \"%s\"", path, bad_values[i].text);
		}
	}
	ASSERT_EQ(0, text_file_read_u64(GIGANTIC_PAGES, &pages));
	EXPECT_EQ(0, pages);
	EXPECT_EQ(NULL, gigantic_page_map());
	EXPECT_EQ(ENOMEM, errno);
}

/* More than there is: what there is, as the file then says, and all of it comes back. */
TEST_F_TIMEOUT(hugetlb_cma, more_pages_than_fit, 110)
{
	__u64 used, pages, size_pages = GIGANTIC_BYTES / pagemap_page_size();
	int err;

	if (!testbed_owns_machine())
		SKIP(return, "takes all memory there is: needs CMA_TESTS_OWN_MACHINE=1");
	used = cma_area_discover(&self->areas) ? ~0ull : gigantic_used_pages(&self->areas);
	if (used == ~0ull)
		SKIP(return, "needs CONFIG_CMA_DEBUGFS and root, or Linux 6.15");
	err = guard_set_file(&self->guard, GIGANTIC_PAGES, "1000");
	if (err == -EACCES || err == -EPERM)
		SKIP(return, "needs root to write " GIGANTIC_PAGES);
	ASSERT_EQ(0, err);
	ASSERT_EQ(0, text_file_read_u64(GIGANTIC_PAGES, &pages));
	/* Those beyond the areas come from the rest of memory. */
	EXPECT_LE(gigantic_used_pages(&self->areas) - used, pages * size_pages);
	EXPECT_EQ(0, (gigantic_used_pages(&self->areas) - used) % size_pages);
	EXPECT_GT(1000, pages);
	ASSERT_EQ(0, text_file_write(GIGANTIC_PAGES, "0"));
	ASSERT_EQ(0, text_file_read_u64(GIGANTIC_PAGES, &pages));
	EXPECT_EQ(0, pages);
	EXPECT_EQ(used, gigantic_used_pages(&self->areas));
}

TEST_HARNESS_MAIN
