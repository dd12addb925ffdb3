// SPDX-License-Identifier: GPL-2.0
/* Logs of old and new kernels, line by line. */
#include "../explain.h"
#include "harness.h"

static struct explanation *told_by(const char *const *lines, size_t count)
{
	struct explanation *told = calloc(1, sizeof(*told));
	size_t i;

	if (!told)
		abort();
	for (i = 0; i < count; i++)
		explain_line(told, lines[i]);
	return told;
}

TEST(old_log_is_explained)
{
	static const char *const lines[] = {
		"[    0.000000] Linux version 4.9.80-v7+ (gcc)\n",
		"[    0.000000] cma: Reserved 16 MiB at 0x000000003ec00000\n",
		"[   12.3] alloc_contig_range: [3ec00, 3ed00) PFNs busy\n",
		"[   12.4] alloc_contig_range: [3ec00, 3ed00) PFNs busy\n",
		"[   12.4] alloc_contig_range: 88 callbacks suppressed\n",
		"[   12.5] cma: cma_alloc: alloc failed, req-size: 256 pages, ret: -16\n",
		"[   13.0] usb 1-1: new high-speed USB device\n",
	};
	struct explanation *told = told_by(lines, ARRAY_SIZE(lines));
	bool good;

	good = expect_number("major", told->kernel_major, 4) &
	       expect_number("areas", told->areas, 1) &
	       expect_number("area", told->area[0].bytes, 16 << 20) &
	       expect_number("ranges", told->ranges, 1) &
	       expect_number("range", told->range[0].end_pfn, 0x3ed00) &
	       expect_number("times", told->range[0].times, 2) &
	       expect_number("suppressed", told->suppressed, 88) &
	       expect_number("failures", told->failures, 1) &
	       expect_number("pages", told->failure[0].pages, 256) &
	       expect_number("errno", told->failure[0].error, EBUSY) &
	       expect_number("recognised", told->recognised, 6);
	free(told);
	return good;
}

TEST(new_log_and_trace_are_explained)
{
	static const char *const lines[] = {
		"OF: reserved mem: 0x0000000070000000..0x0000000073ffffff (65536 KiB) map reusable linux,cma\n",
		"cma: __cma_alloc: reserved: alloc failed, req-size: 64 pages, ret: -12\n",
		"x-1 [000] .....     1.000000: cma_alloc_start: name=reserved count=4096 align=0\n",
		"x-1 [000] .....     1.100000: test_pages_isolated: start_pfn=0x70000 end_pfn=0x71000 fin_pfn=0x70011 ret=fail\n",
		"x-1 [000] .....     1.100001: cma_alloc_busy_retry: name=reserved pfn=0x70000 page=0 count=4096 align=0\n",
		"x-1 [000] .....     1.100002: cma_alloc_busy_retry: name=reserved pfn=0x70001 page=0 count=4096 align=0\n",
		"x-1 [000] .....     1.250000: cma_alloc_finish: name=reserved pfn=0x70012 page=0 count=4096 align=0 errorno=0\n",
	};
	struct explanation *told = told_by(lines, ARRAY_SIZE(lines));
	bool good;

	good = expect_text("area", told->area[0].name, "linux,cma") &
	       expect_text("failed in", told->failure[0].area, "reserved") &
	       expect_number("errno", told->failure[0].error, ENOMEM) &
	       expect_number("retries", told->trace.retries, 2) &
	       expect_number("microseconds", told->trace.slowest_s * 1e6 + 0.5,
			     250000) &
	       expect_number("page", told->page[0].pfn, 0x70011);
	free(told);
	return good;
}

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
	       expect_number("too many", told->too_many, 2 * EXPLAIN_MAX) &
	       expect_number("failures", told->failures, 0) &
	       expect_number("areas", told->areas, 0);
	free(told);
	return good;
}
