// SPDX-License-Identifier: GPL-2.0
/*
 * The files that tell of memory agree with each other, idle, while blocks are
 * taken under a load of movable pages, and after.
 *
 *	zoneinfo	managed >= free >= nr_free_cma, managed >= cma, in every zone
 *	pagetypeinfo	free pages of type CMA, by order
 *	buddyinfo	free pages of all types, by order
 *	meminfo		CmaFree, MemFree
 *	vmstat		nr_free_cma, nr_free_pages
 *
 * They are read one after the other: figures are compared within what the
 * lists of the processors hold and what moved between the first look and the
 * last. Only taking blocks needs more than these files and root.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "meminfo.h"
#include "movable.h"
#include "pagemap.h"
#include "testbed.h"
#include "text_file.h"

#define BUDDYINFO "/proc/buddyinfo"
#define PAGETYPEINFO "/proc/pagetypeinfo"
#define ATTEMPTS 8

FIXTURE(accounting_files)
{
	struct testbed bed;
	struct movable ballast;
};

FIXTURE_SETUP(accounting_files)
{
	OPEN_QUIET_TESTBED(&self->bed, testbed_open_debugfs);
}

FIXTURE_TEARDOWN(accounting_files)
{
	movable_free(&self->ballast);
	CLOSE_QUIET_TESTBED(&self->bed);
}

/* Sum of "n0 n1 n2 ...": n0 + 2 n1 + 4 n2 ... pages. */
static __u64 sum_orders(const char *counts)
{
	unsigned int order;
	__u64 pages = 0;
	char *end;

	for (order = 0; *counts; order++) {
		__u64 blocks = strtoull(counts, &end, 10);

		if (end == counts)
			break;
		pages += blocks << order;
		counts = end;
	}
	return pages;
}

/*
 * Free pages by the lines of @path that contain @mark, counted behind it. More
 * than 100000 blocks of an order are told as ">100000": not exact, -ERANGE.
 */
static int free_pages_by_order(const char *path, const char *mark, __u64 *pages)
{
	char *text, *line, *next, *at;
	ssize_t length = text_file_read_all(path, &text);
	int err = -ENOENT;

	if (length < 0)
		return length;
	*pages = 0;
	for (line = strtok_r(text, "\n", &next); line; line = strtok_r(NULL, "\n", &next)) {
		at = strstr(line, mark);
		if (!at || strncmp(line, "Node", 4))
			continue;
		at += strlen(mark);
		/* buddyinfo has the zone's name before the numbers. */
		at += strspn(at, " ");
		if (*at > '9')
			at += strcspn(at, " ");
		if (strchr(at, '>')) {
			err = -ERANGE;
			break;
		}
		*pages += sum_orders(at);
		err = 0;
	}
	free(text);
	return err;
}

/* All of it at nearly one time. */
struct view {
	__u64 nr_free_cma, nr_free_pages;	/* vmstat */
	__u64 zones_free_cma, zones_free;	/* zoneinfo */
	__u64 buddy_free, type_cma_free;	/* by order */
	int buddy_err, type_err;
	__u64 cma_free, mem_free;		/* meminfo, in pages */
	__u64 pcp;
};

static void take_view(struct view *now, size_t page)
{
	memset(now, 0, sizeof(*now));
	vm_stat_refresh();
	vmstat_read("nr_free_cma", &now->nr_free_cma);
	vmstat_read("nr_free_pages", &now->nr_free_pages);
	zoneinfo_sum("nr_free_cma", &now->zones_free_cma);
	zoneinfo_sum("pages free", &now->zones_free);
	now->buddy_err = free_pages_by_order(BUDDYINFO, "zone", &now->buddy_free);
	now->type_err = free_pages_by_order(PAGETYPEINFO, "CMA", &now->type_cma_free);
	meminfo_bytes("CmaFree", &now->cma_free);
	meminfo_bytes("MemFree", &now->mem_free);
	now->cma_free /= page;
	now->mem_free /= page;
	zoneinfo_sum("count:", &now->pcp);
}

/* NULL, or which two of them differ by more than @slack. */
static const char *find_mismatch(const struct view *now, __u64 slack)
{
	const struct {
		const char *what;
		__u64 first, second;
		bool known;
	} pairs[] = {
		{ "nr_free_cma of vmstat and CmaFree", now->nr_free_cma, now->cma_free, true },
		{ "nr_free_cma of vmstat and of zoneinfo", now->nr_free_cma,
		  now->zones_free_cma, true },
		{ "nr_free_cma and pagetypeinfo's CMA", now->nr_free_cma, now->type_cma_free,
		  !now->type_err },
		{ "nr_free_pages of vmstat and MemFree", now->nr_free_pages, now->mem_free, true },
		{ "nr_free_pages and zoneinfo's free", now->nr_free_pages, now->zones_free, true },
		{ "nr_free_pages and buddyinfo", now->nr_free_pages, now->buddy_free,
		  !now->buddy_err },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pairs); i++)
		if (pairs[i].known && llabs((long long)(pairs[i].first - pairs[i].second)) >
		    (long long)slack)
			return pairs[i].what;
	/* Who may read them reads all of it; pagetypeinfo is for root. */
	if (now->type_err == -ENOENT && text_file_exists(PAGETYPEINFO))
		return "nr_free_cma and pagetypeinfo, which has no type CMA,";
	if (now->buddy_err == -ENOENT && text_file_exists(BUDDYINFO))
		return "nr_free_pages and buddyinfo, which has no zone,";
	if (now->nr_free_cma > now->nr_free_pages + slack)
		return "nr_free_cma above nr_free_pages";
	return NULL;
}

/* They agree, at one of a few looks at least; others' work blurs each. */
static void check_view(struct __test_metadata *_metadata, const char *when)
{
	const char *mismatch = NULL;
	struct view now;
	int attempt;

	for (attempt = 0; attempt < ATTEMPTS; attempt++) {
		take_view(&now, pagemap_page_size());
		/* A batch for each processor and file is on its way at most. */
		mismatch = find_mismatch(&now, 64 + 32 * sysconf(_SC_NPROCESSORS_ONLN));
		if (!mismatch)
			return;
	}
	EXPECT_EQ(NULL, mismatch) {
		TH_LOG("%s: %s differ: vmstat %llu/%llu, zones %llu/%llu, by order %llu/%llu, meminfo %llu/%llu pages of CMA/all",
		       when, mismatch, (unsigned long long)now.nr_free_cma,
		       (unsigned long long)now.nr_free_pages,
		       (unsigned long long)now.zones_free_cma, (unsigned long long)now.zones_free,
		       (unsigned long long)now.type_cma_free, (unsigned long long)now.buddy_free,
		       (unsigned long long)now.cma_free, (unsigned long long)now.mem_free);
	}
}

/* Without CMA there is nothing to agree on. */
static bool has_cma(void)
{
	__u64 total;

	return meminfo_bytes("CmaTotal", &total) == 0 && total;
}

TEST(agree_idle)
{
	if (!has_cma())
		SKIP(return, "needs CONFIG_CMA and an area: boot with cma=64M");
	check_view(_metadata, "idle");
}

/*
 *	[.......][XXX][mmmmmmm]		free, taken, lent to movable pages
 */
TEST_F_TIMEOUT(accounting_files, agree_under_load_and_after, 110)
{
	struct testbed *bed = &self->bed;
	const char *reason = movable_press(&self->ballast, bed);
	struct view idle, taken;
	__u64 pages;
	int i;

	if (reason)
		SKIP(return, "%s", reason);
	check_view(_metadata, "with movable pages in the area");
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, cma_area_read(bed->area, CMA_MAXCHUNK_PAGES, &pages));
		take_view(&idle, bed->page_size);
		if (testbed_debugfs_alloc(bed, pages / 8))
			break;
		take_view(&taken, bed->page_size);
		check_view(_metadata, "with a block taken");
		/* What was taken is neither free nor lent. */
		EXPECT_LE(taken.cma_free, bed->area_pages - testbed_used(bed) + taken.pcp +
					  (bed->areas.count > 1 ? idle.cma_free : 0));
	}
	movable_free(&self->ballast);
	check_view(_metadata, "with the movable pages gone");
	EXPECT_EQ(bed->used_at_start, testbed_give_back(bed));
	check_view(_metadata, "after");
}

/* Every zone: no more free than there is, no more CMA than managed pages. */
TEST(zones_are_consistent)
{
	static const char *const zones[] = { "DMA", "DMA32", "Normal", "HighMem", "Movable" };
	__u64 cma, managed, present, spanned, free_pages, sum = 0, total;
	size_t i;

	if (!has_cma())
		SKIP(return, "needs CONFIG_CMA and an area: boot with cma=64M");
	for (i = 0; i < ARRAY_SIZE(zones); i++) {
		if (zoneinfo_zone(zones[i], "cma", &cma))
			continue;
		ASSERT_EQ(0, zoneinfo_zone(zones[i], "managed", &managed));
		ASSERT_EQ(0, zoneinfo_zone(zones[i], "present", &present));
		ASSERT_EQ(0, zoneinfo_zone(zones[i], "spanned", &spanned));
		EXPECT_LE(cma, managed) {
			TH_LOG("zone %s", zones[i]);
		}
		ASSERT_EQ(0, zoneinfo_zone(zones[i], "pages free", &free_pages));
		EXPECT_LE(free_pages, managed) {
			TH_LOG("zone %s: more pages free than managed", zones[i]);
		}
		EXPECT_LE(managed, present);
		EXPECT_LE(present, spanned);
		sum += cma;
	}
	ASSERT_EQ(0, meminfo_bytes("CmaTotal", &total));
	EXPECT_EQ(total / pagemap_page_size(), sum);
}

/* Pageblocks of type CMA hold all areas: whole blocks only. */
TEST(pageblocks_cover_the_areas)
{
	char *text, *line, *next, *types;
	unsigned long order = 0;
	__u64 blocks = 0, total;
	int column = -1, i;

	if (!has_cma())
		SKIP(return, "needs CONFIG_CMA and an area: boot with cma=64M");
	if (text_file_read_all(PAGETYPEINFO, &text) < 0)
		SKIP(return, "needs root and " PAGETYPEINFO);
	for (line = strtok_r(text, "\n", &next); line; line = strtok_r(NULL, "\n", &next)) {
		if (sscanf(line, "Page block order: %lu", &order) == 1)
			continue;
		types = strstr(line, "Number of blocks type");
		if (types) {
			char *word, *rest = types + strlen("Number of blocks type");

			for (i = 0; (word = strtok_r(NULL, " ", &rest)); i++)
				if (strcmp(word, "CMA") == 0)
					column = i;
			continue;
		}
		if (column < 0 || strncmp(line, "Node", 4))
			continue;
		line = strstr(line, "zone");
		for (i = -2; line && i < column; i++) {
			line += strcspn(line, " ");
			line += strspn(line, " ");
		}
		if (line)
			blocks += strtoull(line, NULL, 10);
	}
	free(text);
	ASSERT_LE(0, column) {
		TH_LOG(PAGETYPEINFO " has no column CMA");
	}
	ASSERT_EQ(0, meminfo_bytes("CmaTotal", &total));
	EXPECT_EQ(total / pagemap_page_size(), blocks << order) {
		TH_LOG("%llu blocks of order %lu against CmaTotal in pages",
		       (unsigned long long)blocks, order);
	}
}

TEST_HARNESS_MAIN
