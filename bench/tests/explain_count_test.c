// SPDX-License-Identifier: GPL-2.0
/* More different ones than there are places for. */
#include "explained_log.h"
#include "harness.h"

/* The same over and over, and lines that only look like it. */
TEST(bad_logs_do_no_harm)
{
	struct explanation *told = told_by(NULL, 0);
	char line[128];
	bool good;
	unsigned int i;

	for (i = 0; i < 3 * EXPLAIN_MAX; i++) {
		snprintf(line, sizeof(line),
			 "alloc_contig_range: [%x, %x) PFNs busy", i, i + 1);
		explain_line(told, line);
	}
	explain_line(told, "alloc failed, req-size: many pages, ret: -16");
	explain_line(told, "alloc_contig_range: [, ) PFNs busy");
	explain_line(told, "cma: Reserved x MiB at y");
	explain_line(told, "flags: 0x1(");
	good = expect_number("ranges", told->ranges, EXPLAIN_MAX) &
	       expect_number("too many", told->too_many, 0) &
	       expect_number("failures", told->failures, 0) &
	       expect_number("areas", told->areas, 0);
	free(told);
	return good;
}

/* @count different ranges, and as many pages that could not be isolated. */
static void explain_different(struct explanation *told, unsigned int first,
			      unsigned int count)
{
	char line[128];
	unsigned int i;

	for (i = first; i < first + count; i++) {
		snprintf(line, sizeof(line),
			 "test_pages_isolated: start_pfn=0x%x0 end_pfn=0x%xf fin_pfn=0x%x0 ret=fail",
			 i, i, i);
		explain_line(told, line);
	}
}

/* What is in the way most often may come when all places are taken. */
TEST(frequent_ones_may_come_late)
{
	static const char *const exact[] = {
		"busy ranges, 512 different ones, the most frequent",
		"       2 times  pfn 0x70-0x7e",
	};
	static const char *const bounds[] = {
		"busy ranges, more than 512 different ones: those that may be the most frequent",
		"at most 1001 times, at least 1000  pfn 0x99990-0x9999e",
		"pages in the way, more than 512 different ones: those that may be",
		"at most 1001 times, at least 1000  pfn 0x99990: could not be isolated",
	};
	struct explanation *told = told_by(NULL, 0);
	unsigned int i;
	bool good;

	explain_different(told, 0, EXPLAIN_MAX);
	explain_different(told, 7, 1);
	good = expect_printed(told, exact, ARRAY_SIZE(exact));
	for (i = 0; i < 1000; i++) {
		explain_different(told, 0x9999, 1);
		explain_different(told, 2 * EXPLAIN_MAX + i, 1);
	}
	good &= expect_printed(told, bounds, ARRAY_SIZE(bounds)) &
		expect_number("ranges", told->ranges, EXPLAIN_MAX) &
		expect_number("first", told->range[0].start_pfn, 0x99990);
	free(told);
	return good;
}

/* A page that took the place of one whose owner's lines are coming is not its. */
TEST(replaced_page_has_no_owner)
{
	static const char owner[] =
		"page last allocated via order 0, migratetype Movable, pid 7, tgid 7 (cat), ts 5";
	struct explanation *told = told_by(NULL, 0);
	bool good;

	explain_line(told, "page: refcount:3 mapcount:1 mapping:0 index:0xf pfn:0x57611");
	explain_line(told, "page dumped because: migration failure");
	explain_different(told, 0x100000, EXPLAIN_MAX);
	explain_line(told, owner);
	good = expect_number("page", told->page[0].pfn, (0x100000 + EXPLAIN_MAX - 1) << 4) &
	       expect_number("owner", strlen(told->page[0].allocated_by), 0);
	free(told);
	return good;
}
