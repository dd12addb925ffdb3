// SPDX-License-Identifier: GPL-2.0
/*
 * The areas themselves: all of them are there, with the base, size and name
 * they were asked for, active, and counted where the kernel counts them.
 */
#include <linux/ctype.h>
#include <linux/mm.h>
#include <linux/sizes.h>

#include "area_state.h"

struct visits {
	unsigned int count;
	unsigned int stop_at;
	int answer;
	struct cma *seen[MAX_CMA_AREAS];
};

static int visit(struct cma *cma, void *data)
{
	struct visits *visits = data;

	visits->seen[visits->count++] = cma;

	return visits->count == visits->stop_at ? visits->answer : 0;
}

/* Expect each area once, in the order in which they were made, and 0. */
static void each_area_once(struct kunit *test)
{
	struct visits visits = {};
	unsigned int i;

	KUNIT_EXPECT_EQ(test, 0, cma_for_each_area(visit, &visits));
	KUNIT_ASSERT_EQ(test, cma_area_count, visits.count);
	for (i = 0; i < visits.count; i++)
		KUNIT_EXPECT_PTR_EQ(test, &cma_areas[i], visits.seen[i]);
	KUNIT_EXPECT_LE(test, cma_area_count, MAX_CMA_AREAS);
}

/* An answer that is not 0 ends the walk and is what the caller gets. */
static void early_exit(struct kunit *test)
{
	const int answers[] = { 1, -EBUSY, INT_MIN };
	unsigned int i;

	if (!cma_area_count)
		kunit_skip(test, "no area: boot with cma=64M");

	for (i = 0; i < ARRAY_SIZE(answers); i++) {
		struct visits visits = {
			.stop_at = min(i + 1, cma_area_count),
			.answer = answers[i],
		};

		KUNIT_EXPECT_EQ(test, answers[i],
				cma_for_each_area(visit, &visits));
		KUNIT_EXPECT_EQ(test, visits.stop_at, visits.count);
	}
}

/* base, size and name say what the ranges say. */
static void base_size_name(struct kunit *test)
{
	unsigned int i, r;

	if (!cma_area_count)
		kunit_skip(test, "no area: boot with cma=64M");

	for (i = 0; i < cma_area_count; i++) {
		struct cma *cma = &cma_areas[i];
		unsigned long pages = 0;

		for (r = 0; r < area_nr_ranges(cma); r++)
			pages += area_range(cma, r).count;

		KUNIT_EXPECT_EQ(test, pages, cma->count);
		KUNIT_EXPECT_EQ(test, pages << PAGE_SHIFT, cma_get_size(cma));
		KUNIT_EXPECT_PTR_EQ(test, (const char *)cma->name,
				    cma_get_name(cma));
		/* An area with several ranges has no base to speak of. */
		if (area_nr_ranges(cma) == 1)
			KUNIT_EXPECT_EQ(test, cma_get_base(cma),
					PFN_PHYS(area_range(cma, 0).base_pfn));
	}
}

/* The sum of all areas is CmaTotal, and per zone what /proc/zoneinfo says. */
static void totals(struct kunit *test)
{
	unsigned long total = 0, in_zone;
	struct zone *zone;
	unsigned int i;

	for (i = 0; i < cma_area_count; i++)
		total += cma_areas[i].count;
	KUNIT_EXPECT_EQ_MSG(test, total, totalcma_pages,
			    "expected CmaTotal to be the sum of all areas");

	for_each_populated_zone(zone) {
		in_zone = 0;
		for (i = 0; i < cma_area_count; i++) {
			struct cma *cma = &cma_areas[i];

			if (area_is_active(cma) && area_zone(cma) == zone)
				in_zone += cma->count;
		}
		KUNIT_EXPECT_EQ_MSG(test, in_zone, zone_cma_pages(zone),
				    "zone %s: expected its areas' pages",
				    zone->name);
		KUNIT_EXPECT_LE(test, zone_page_state_snapshot(zone, NR_FREE_CMA_PAGES),
				in_zone);
	}
}

static bool pfn_in_any_area(unsigned long pfn)
{
	unsigned int i;

	for (i = 0; i < cma_area_count; i++)
		if (area_contains(&cma_areas[i], pfn, 1))
			return true;

	return false;
}

/*
 *  not CMA |CMA|CMA|CMA| not CMA
 * Expect every page of the area to belong to the buddy (no PageReserved left),
 * every pageblock to be MIGRATE_CMA, and none beyond it.
 */
static void activated_whole(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	unsigned int i;

	for (i = 0; i < area_nr_ranges(cma); i++) {
		struct area_range range = area_range(cma, i);
		unsigned long end_pfn = range.base_pfn + range.count;
		unsigned long pfn, reserved = 0, strangers = 0;

		for (pfn = range.base_pfn; pfn < end_pfn; pfn++) {
			reserved += PageReserved(pfn_to_page(pfn));
			strangers += !is_migrate_cma_page(pfn_to_page(pfn));
		}
		KUNIT_EXPECT_EQ_MSG(test, 0UL, reserved,
				    "area %s: expected no reserved page, got %lu",
				    cma_get_name(cma), reserved);
		KUNIT_EXPECT_EQ_MSG(test, 0UL, strangers,
				    "area %s: expected MIGRATE_CMA only, got %lu pages of others",
				    cma_get_name(cma), strangers);

		if (pfn_valid(end_pfn) && !pfn_in_any_area(end_pfn))
			KUNIT_EXPECT_FALSE(test, is_migrate_cma_page(pfn_to_page(end_pfn)));
		pfn = range.base_pfn - 1;
		if (pfn_valid(pfn) && !pfn_in_any_area(pfn))
			KUNIT_EXPECT_FALSE(test, is_migrate_cma_page(pfn_to_page(pfn)));
	}
}

/* The fixture's areas are where, and as large and coarse, as it says. */
static void as_declared(struct kunit *test)
{
	static const struct {
		const char *name;
		phys_addr_t base;
		unsigned long size;
		unsigned int order_per_bit;
	} declared[] = {
		{ "kunit-pageblock", 0x50000000, SZ_4M, 0 },
		{ "kunit-odd-base", 0x50c00000, 3 * SZ_4M, 0 },
		{ "kunit-four-pages-a-bit", 0x52400000, 3 * SZ_4M, 2 },
		{ "kunit-pageblock-a-bit", 0x54000000, SZ_32M, 9 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(declared); i++) {
		struct cma *cma = area_named(test, declared[i].name);

		KUNIT_EXPECT_EQ(test, declared[i].base, cma_get_base(cma));
		KUNIT_EXPECT_EQ(test, declared[i].size, cma_get_size(cma));
		KUNIT_EXPECT_EQ(test, declared[i].order_per_bit,
				cma->order_per_bit);
	}
}

/* The area of the fixture that begins here, whatever it is called. */
static struct cma *area_at(struct kunit *test, phys_addr_t base)
{
	unsigned int i;

	area_named(test, "kunit-pageblock");
	for (i = 0; i < cma_area_count; i++)
		if (area_range(&cma_areas[i], 0).base_pfn == PFN_DOWN(base))
			return &cma_areas[i];
	KUNIT_FAIL(test, "expected an area at %pa", &base);

	return NULL;
}

/* Without a name an area is called cma<N>. */
static void nameless(struct kunit *test)
{
	struct cma *cma = area_at(test, 0x58000000);

	KUNIT_ASSERT_NOT_NULL(test, cma);
	KUNIT_EXPECT_EQ_MSG(test, 0, strncmp(cma_get_name(cma), "cma", 3),
			    "expected cma<N>, got '%s'", cma_get_name(cma));
	KUNIT_EXPECT_TRUE(test, isdigit(cma_get_name(cma)[3]));
}

/*
 * The name becomes a folder of sysfs and debugfs, a line of the log and a
 * field of the tracepoints: a newline in it breaks all of them.
 */
static void nameless_without_newline(struct kunit *test)
{
	struct cma *cma = area_at(test, 0x58000000);

	KUNIT_ASSERT_NOT_NULL(test, cma);
	KUNIT_EXPECT_NULL_MSG(test, strchr(cma_get_name(cma), '\n'),
			      "expected a name without newline, got it in '%s'",
			      cma_get_name(cma));
}

/* A name is text, not a format: each percent sign of it stays. */
static void percent_in_name(struct kunit *test)
{
	struct cma *cma = area_at(test, 0x58800000);

	KUNIT_ASSERT_NOT_NULL(test, cma);
	KUNIT_EXPECT_STREQ(test, "kunit-100%%-percent", cma_get_name(cma));
}

/* A name that is too long ends where the field ends, with its terminator. */
static void long_name(struct kunit *test)
{
	struct cma *cma = area_at(test, 0x59000000);

	KUNIT_ASSERT_NOT_NULL(test, cma);
	KUNIT_EXPECT_EQ(test, CMA_MAX_NAME - 1,
			strnlen(cma_get_name(cma), CMA_MAX_NAME));
	KUNIT_EXPECT_EQ(test, 0, strncmp(cma_get_name(cma), "kunit-long-name-01234",
					 strlen("kunit-long-name-01234")));
}

static void default_area(struct kunit *test)
{
	struct cma *cma = area_default(test);

	KUNIT_EXPECT_TRUE(test, cma >= cma_areas &&
			  cma < cma_areas + cma_area_count);
	KUNIT_EXPECT_EQ(test, 0U, cma->order_per_bit);
}

#ifdef CMA_TESTS_HAS_CMA_INTERSECTS
/* Overlap at either end, inside, around; and clearly apart. */
static void intersects(struct kunit *test)
{
	struct cma *cma = area_of_row(test);
	unsigned int i;

	for (i = 0; i < area_nr_ranges(cma); i++) {
		struct area_range range = area_range(cma, i);
		unsigned long start = PFN_PHYS(range.base_pfn);
		unsigned long end = PFN_PHYS(range.base_pfn + range.count);

		KUNIT_EXPECT_TRUE(test, cma_intersects(cma, start, end));
		KUNIT_EXPECT_TRUE(test, cma_intersects(cma, start - SZ_4K,
						       start + SZ_4K));
		KUNIT_EXPECT_TRUE(test, cma_intersects(cma, end - SZ_4K,
						       end + SZ_4K));
		KUNIT_EXPECT_TRUE(test, cma_intersects(cma, start - SZ_4K,
						       end + SZ_4K));
		KUNIT_EXPECT_TRUE(test, cma_intersects(cma, start + SZ_4K,
						       start + 2 * SZ_4K));
		KUNIT_EXPECT_FALSE(test, cma_intersects(cma, start - 2 * SZ_4K,
							start - SZ_4K));
		KUNIT_EXPECT_FALSE(test, cma_intersects(cma, end, end + SZ_4K));
	}
}
#endif

KUNIT_ARRAY_PARAM(area, area_rows, area_row_describe);

static struct kunit_case cma_areas_cases[] = {
	KUNIT_CASE(each_area_once),
	KUNIT_CASE(early_exit),
	KUNIT_CASE(base_size_name),
	KUNIT_CASE(totals),
	KUNIT_CASE_PARAM(activated_whole, area_gen_params),
	KUNIT_CASE(as_declared),
	KUNIT_CASE(nameless),
	KUNIT_CASE(nameless_without_newline),
	KUNIT_CASE(percent_in_name),
	KUNIT_CASE(long_name),
	KUNIT_CASE(default_area),
#ifdef CMA_TESTS_HAS_CMA_INTERSECTS
	KUNIT_CASE_PARAM(intersects, area_gen_params),
#endif
	{}
};

static struct kunit_suite cma_areas_suite = {
	.name = "cma_areas",
	.init = areas_must_be_restored,
	.test_cases = cma_areas_cases,
};

kunit_test_suite(cma_areas_suite);
