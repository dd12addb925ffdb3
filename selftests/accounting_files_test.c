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
#define MOST_ZONES 256
/* Of the room, to take eighths of it. */
#define LEAST_PAGES 64
#define BLOCKS 4

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

/* A zone of a node, as /proc/zoneinfo has it, in pages. */
struct zone {
	int node;
	char name[32];
	__u64 free_pages, nr_free_cma, cma, managed, present, spanned;
};

static void read_zone_line(struct zone *zone, const char *line)
{
	const struct {
		const char *format;
		__u64 *pages;
	} fields[] = {
		{ " pages free %llu", &zone->free_pages },
		{ " nr_free_cma %llu", &zone->nr_free_cma },
		{ " cma %llu", &zone->cma },
		{ " managed %llu", &zone->managed },
		{ " present %llu", &zone->present },
		{ " spanned %llu", &zone->spanned },
	};
	unsigned long long pages;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fields); i++)
		if (sscanf(line, fields[i].format, &pages) == 1)
			*fields[i].pages = pages;
}

/* Every zone of every node. Returns how many, or -errno. */
static int read_zones(struct zone zones[MOST_ZONES])
{
	char *text, *line, *next;
	ssize_t length;
	int count = 0;

	/* Not of root alone: then each processor keeps what it has not told yet. */
	vm_stat_refresh();
	length = text_file_read_all("/proc/zoneinfo", &text);
	if (length < 0)
		return length;
	for (line = strtok_r(text, "\n", &next); line; line = strtok_r(NULL, "\n", &next)) {
		struct zone zone = { 0 };

		if (sscanf(line, "Node %d, zone %31s", &zone.node, zone.name) == 2) {
			if (count == MOST_ZONES)
				break;
			zones[count++] = zone;
		} else if (count) {
			read_zone_line(&zones[count - 1], line);
		}
	}
	free(text);
	return count;
}

/* NULL, or what is wrong with the zone. @untold: of each figure, by the processors. */
static const char *find_wrong_in_zone(const struct zone *zone, __u64 untold)
{
	if (zone->nr_free_cma > zone->free_pages + 2 * untold)
		return "more pages of CMA free than pages free";
	if (zone->free_pages > zone->managed + untold)
		return "more pages free than managed";
	if (zone->nr_free_cma > zone->cma + untold)
		return "more pages of CMA free than of CMA";
	if (zone->cma > zone->managed)
		return "more pages of CMA than managed";
	if (zone->managed > zone->present)
		return "more pages managed than present";
	return zone->present > zone->spanned ? "more pages present than spanned" : NULL;
}

/* Every zone: no more free than there is, no more CMA than managed pages. */
static void check_zones(struct __test_metadata *_metadata, const char *when)
{
	/* A processor tells a figure when it has changed by 125, at the latest. */
	__u64 untold = 125 * sysconf(_SC_NPROCESSORS_ONLN);
	struct zone zones[MOST_ZONES];
	int count = read_zones(zones), i;

	ASSERT_LT(0, count);
	for (i = 0; i < count; i++) {
		const struct zone *zone = &zones[i];
		const char *wrong = find_wrong_in_zone(zone, untold);

		EXPECT_EQ(NULL, wrong) {
			TH_LOG("%s: node %d, zone %s: %s: free %llu, of CMA %llu; CMA %llu, managed %llu, present %llu, spanned %llu",
			       when, zone->node, zone->name, wrong,
			       (unsigned long long)zone->free_pages,
			       (unsigned long long)zone->nr_free_cma,
			       (unsigned long long)zone->cma, (unsigned long long)zone->managed,
			       (unsigned long long)zone->present,
			       (unsigned long long)zone->spanned);
		}
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
	const char *reason = testbed_lacks_room(bed, LEAST_PAGES);
	struct view idle, taken;
	__u64 pages;
	int i, err = 0;

	if (!reason)
		reason = movable_press(&self->ballast, bed);
	if (reason)
		SKIP(return, "%s", reason);
	check_view(_metadata, "with movable pages in the area");
	for (i = 0; i < BLOCKS; i++) {
		take_view(&idle, bed->page_size);
		err = testbed_take_part(bed, 8, &pages);
		if (err)
			break;
		check_zones(_metadata, "with a block taken");
		take_view(&taken, bed->page_size);
		check_view(_metadata, "with a block taken");
		/* What was taken is neither free nor lent. */
		EXPECT_LE(taken.cma_free, bed->area_pages - testbed_used(bed) + taken.pcp +
					  (bed->areas.count > 1 ? idle.cma_free : 0));
	}
	EXPECT_LT(0, i) {
		TH_LOG("area %s: not even %llu pages could be taken: %s", bed->area->name,
		       (unsigned long long)pages, strerror(-err));
	}
	movable_free(&self->ballast);
	check_view(_metadata, "with the movable pages gone");
	EXPECT_EQ(bed->used_at_start, testbed_give_back(bed));
	check_view(_metadata, "after");
}

TEST(zones_are_consistent)
{
	__u64 sum, total;

	if (!has_cma())
		SKIP(return, "needs CONFIG_CMA and an area: boot with cma=64M");
	check_zones(_metadata, "idle");
	ASSERT_EQ(0, zoneinfo_sum("cma", &sum));
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
