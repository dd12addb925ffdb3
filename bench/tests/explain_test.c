// SPDX-License-Identifier: GPL-2.0
/* Logs of old and new kernels, line by line. */
#include "explained_log.h"
#include "harness.h"

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
	       expect_number("times", told->range[0].count.times, 2) &
	       expect_number("suppressed", told->suppressed, 88) &
	       expect_number("failures", told->failures, 1) &
	       expect_number("pages", told->failure[0].pages, 256) &
	       expect_number("errno", told->failure[0].error, EBUSY) &
	       expect_number("recognised", told->recognised, 5);
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

TEST(oldest_prefixes_are_explained)
{
	static const char *const lines[] = {
		"[    0.000000] cma: CMA: reserved 320 MiB at 40000000\n",
		"<4>[   56.372023] alloc_contig_range test_pages_isolated(48400, 486fd) failed\n",
		"<7>[   57.100000] cma: dma_alloc_from_contiguous(): memory range at c0a1b000 is busy, retrying\n",
		"x-1 [000] .... 1.0: cma_alloc: pfn=ffffffffffffffff page=(null) count=256 align=8\n",
	};
	struct explanation *told = told_by(lines, ARRAY_SIZE(lines));
	bool good;

	good = expect_number("base", told->area[0].base, 0x40000000) &
	       expect_number("end", told->range[0].end_pfn, 0x486fd) &
	       expect_number("retries", told->logged_retries, 1) &
	       expect_number("failed", told->trace.failures, 1) &
	       expect_number("pages", told->failure[0].pages, 256) &
	       expect_number("recognised", told->recognised, 4);
	free(told);
	return good;
}

/* dump_page() with page_owner, as journalctl shows it, with a serial line's ends. */
TEST(dumped_page_is_explained)
{
	static const char *const lines[] = {
		"Jun 09 20:38:39 board kernel: page: refcount:3 mapcount:1 mapping:0 index:0xf pfn:0x57611\n",
		"Jun 09 20:38:39 board kernel: anon flags: 0x40(uptodate|lru|swapbacked|zone=0)\n",
		"Jun 09 20:38:39 board kernel: page dumped because: migration failure\n",
		"Jun 09 20:38:39 board kernel: page_owner tracks the page as allocated\n",
		"Jun 09 20:38:39 board kernel: page last allocated via order 0, migratetype Movable, pid 77, tgid 70 (camera), ts 1\n",
		"Jun 09 20:38:39 board kernel:  post_alloc_hook+0x1a0/0x1b0\n",
		"Jun 09 20:38:39 board kernel:  folio_prealloc+0x30/0x90\n",
		"Jun 09 20:38:39 board kernel: usb 1-1: new device\n",
		"Jun 09 20:38:39 board kernel:  not_ours+0x30/0x90\n",
		"page:(ptrval) refcount:2 mapcount:0 mapping:(ptrval) index:0x1 pfn:0x57700\n",
		"aops:shmem_aops ino:402 dentry name:\"data\"\n",
		"page dumped because: unmovable page\n",
	};
	struct explanation *told = told_by(lines, ARRAY_SIZE(lines));
	bool good;

	good = expect_number("pages", told->pages, 2) &
	       expect_text("why", told->page[0].why, "migration failure") &
	       expect_text("flags", told->page[0].flags, "uptodate|lru|swapbacked|zone=0") &
	       expect_text("type", told->page[0].type, "anonymous") &
	       expect_text("owner", told->page[0].allocated_by,
			   "process 70 (camera): post_alloc_hook folio_prealloc") &
	       expect_text("file", told->page[1].type, "page cache, shmem_aops \"data\"") &
	       expect_text("why", told->page[1].why, "unmovable page") &
	       expect_number("unknown", strlen(told->page[1].allocated_by), 0) &
	       expect_number("recognised", told->recognised, 9);
	free(told);
	return good;
}

/* Two tasks at once, as trace-cmd, perf and a dump into the log write them. */
TEST(traces_of_all_tools_are_explained)
{
	static const char *const lines[] = {
		"   cma-101   [000]    12.000000: cma_alloc_start:      name=reserved count=4096 align=0\n",
		"   cma 102 [001]    12.100000: cma:cma_alloc_start: name=reserved count=16 align=0\n",
		"   cma-101   [000]    12.150000: test_pages_isolated:  start_pfn=0x70000 end_pfn=0x71000 fin_pfn=0x70011 ret=fail\n",
		"   cma-101   [000]    12.200000: cma_alloc_busy_retry: name=reserved pfn=0x70000 count=4096 align=0\n",
		"   cma 102 [001]    12.300000: cma:cma_alloc_finish: name=reserved pfn=0xffffffffffffffff count=16 align=0\n",
		"   cma-101   [000]    12.500000: cma_alloc_finish:     name=reserved pfn=0x70012 count=4096 align=0 errorno=0\n",
		"[   13.1]   cma-103     0..... 13000000us : cma_alloc_start: name=reserved count=1 align=0\n",
		"[   13.1]   cma-103     0..... 13600000us : cma_alloc_finish: name=reserved pfn=0x1 count=1 align=0 errorno=0\n",
	};
	struct explanation *told = told_by(lines, ARRAY_SIZE(lines) - 2);
	bool good;

	good = expect_number("starts", told->trace.starts, 2) &
	       expect_number("failures", told->trace.failures, 1) &
	       expect_number("failed pages", told->failure[0].pages, 16) &
	       expect_number("most retries", told->trace.most_retries, 1) &
	       expect_number("slowest us", told->trace.slowest_s * 1e6 + 0.5, 500000) &
	       expect_number("slowest pages", told->trace.slowest_pages, 4096) &
	       expect_number("page", told->page[0].pfn, 0x70011);
	explain_line(told, lines[6]);
	explain_line(told, lines[7]);
	good &= expect_number("dumped us", told->trace.slowest_s * 1e6 + 0.5, 600000);
	free(told);
	return good;
}

/* Bytes that are no text stand for blanks; a line has an end, or is cut. */
TEST(bytes_do_no_harm)
{
	static const char bytes[] =
		"\0\33[31mcma: Reserved 16 MiB at 0x3ec00000\r\n"
		"cma: cma_alloc: e\33vil: alloc failed, req-size: 4 pages, ret: -12\r";
	size_t size = 3 * EXPLAIN_LINE, at = size - sizeof(bytes);
	struct explanation *told = told_by(NULL, 0);
	char *text = calloc(1, size);
	FILE *file = text ? fmemopen(text, size, "r") : NULL;
	bool good;

	if (!file)
		abort();
	text[at - 1] = '\n';
	memcpy(text + at, bytes, sizeof(bytes));
	good = expect_number("read", explain_file(told, file), 0) &
	       expect_number("lines", told->lines, 3) &
	       expect_number("areas", told->areas, 1) &
	       expect_text("failed in", told->failure[0].area, "e vil") &
	       expect_number("errno", told->failure[0].error, ENOMEM);
	fclose(file);
	free(text);
	free(told);
	return good;
}

/* Behind the area's column: nothing else before it. */
#define ONLY_OUT_OF_MEMORY "not told             out of memory"

/* From 6.15 on a range without room says EBUSY, as a busy one does. */
TEST(errnos_are_of_their_kernel)
{
	static const struct {
		const char *kernel, *busy, *no_memory;
	} cases[] = {
		{ "Linux version 4.9.80-v7+", "busy: pages in the way", "no slot: " },
		{ "Linux version 6.1.0-40-arm64", "busy: pages in the way", "no slot: " },
		{ "Linux version 6.12.117", "busy: pages in the way", "no slot: " },
		{ "Linux version 6.14.0-rc7", "busy: pages in the way", "no slot: " },
		{ "Linux version 6.15.0-rc1", "busy, no slot, or too big", ONLY_OUT_OF_MEMORY },
		{ "Linux version 6.19.3", "busy, no slot, or too big", ONLY_OUT_OF_MEMORY },
		{ "Linux version 7.2.1", "busy, no slot, or too big", ONLY_OUT_OF_MEMORY },
		{ "usb 1-1: new device", "busy; from 6.15 on also", "no slot: " },
	};
	bool good = true;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *const lines[] = {
			cases[i].kernel,
			"cma: cma_alloc: alloc failed, req-size: 256 pages, ret: -16",
			"cma: cma_alloc: alloc failed, req-size: 256 pages, ret: -12",
		};
		struct explanation *told = told_by(lines, ARRAY_SIZE(lines));
		char *text = printed(told);

		good &= expect_text(cases[i].kernel, strstr(text, "EBUSY") ?: "",
				    cases[i].busy) &
			expect_text(cases[i].kernel, strstr(text, "ENOMEM") ?: "",
				    cases[i].no_memory);
		free(text);
		free(told);
	}
	return good;
}

/* The function has another name with each kernel; only older ones tell no area. */
TEST(failures_are_told_by_area)
{
	static const char *const lines[] = {
		"cma: __cma_alloc_frozen: linux,cma: alloc failed, req-size: 64 pages, ret: -12\n",
		"cma: __cma_alloc_frozen: reserved: alloc failed, req-size: 64 pages, ret: -12\n",
		"cma_alloc_test[7]: cma: cma_alloc: camera: alloc failed, req-size: 64 pages, ret: -12\n",
		"cma: cma_alloc: alloc failed, req-size: 64 pages, ret: -12\n",
		"cma: __cma_alloc_frozen: linux,cma: alloc failed, req-size: 64 pages, ret: -12\n",
	};
	struct explanation *told = told_by(lines, ARRAY_SIZE(lines));
	bool good;

	good = expect_number("failures", told->failures, 4) &
	       expect_text("first", told->failure[0].area, "linux,cma") &
	       expect_number("its name is all", strlen(told->failure[0].area), 9) &
	       expect_number("times", told->failure[0].count.times, 2) &
	       expect_text("second", told->failure[1].area, "reserved") &
	       expect_text("third", told->failure[2].area, "camera") &
	       expect_number("no name", strlen(told->failure[3].area), 0);
	free(told);
	return good;
}

/* The end of a long line, or a line of its own, has the number that matters. */
TEST(free_runs_keep_their_total)
{
	static const char *const new_lines[] = {
		"cma: number of available pages:\n",
		"cma: range 0: 1@12+3@77\n",
		"cma:\n",
		"=> 4 free of 4096 total pages\n",
	};
	static const char *const runs[] = {
		": 1@12+0@0+1@100+",
		"+19@1900+20@2000+...=> 1771 free of 16384 total pages\n",
	};
	static const char *const new_runs[] = {
		": range 0: 1@12+3@77=> 4 free of 4096 total pages\n",
	};
	struct explanation *told = told_by(NULL, 0);
	char line[1024] = "cma: number of available pages: 1@12";
	size_t length = strlen(line);
	unsigned int i;
	bool good;

	for (i = 0; i < 60; i++)
		length += snprintf(line + length, sizeof(line) - length, "+%u@%u", i, 100 * i);
	snprintf(line + length, sizeof(line) - length, "=> 1771 free of 16384 total pages");
	explain_line(told, line);
	good = expect_printed(told, runs, ARRAY_SIZE(runs));
	for (i = 0; i < ARRAY_SIZE(new_lines); i++)
		explain_line(told, new_lines[i]);
	good &= expect_printed(told, new_runs, ARRAY_SIZE(new_runs));
	free(told);
	return good;
}

/* "BUG: Bad page" dumps a page as well, with its owner; every log has a version. */
TEST(other_lines_are_not_about_cma)
{
	static const char *const lines[] = {
		"Linux version 6.12.117 (gcc)\n",
		"BUG: Bad page state in process cat  pfn:57611\n",
		"page: refcount:0 mapcount:0 mapping:0 index:0xf pfn:0x57611\n",
		"aops:shmem_aops ino:402 dentry name:\"data\"\n",
		"flags: 0x40(uptodate|lru|swapbacked|zone=0)\n",
		"page dumped because: PAGE_FLAGS_CHECK_AT_FREE flag(s) set\n",
		"page last allocated via order 0, migratetype Movable, pid 7, tgid 7 (cat), ts 5\n",
		" post_alloc_hook+0x1a0/0x1b0\n",
	};
	struct explanation *told = told_by(lines, ARRAY_SIZE(lines));
	bool good;

	good = expect_number("pages", told->pages, 0) &
	       expect_number("recognised", told->recognised, 0) &
	       expect_text("kernel", told->kernel, "6.12.117");
	free(told);
	return good;
}

/* 5.13 brought the events of an allocation's start and of its retries. */
TEST(retries_are_told_where_they_are_known)
{
	static const char *const lines[] = {
		"x-1 [000] .... 1.0: test_pages_isolated: start_pfn=0x70000 end_pfn=0x71000 fin_pfn=0x70011 ret=fail\n",
		"x-1 [000] .... 1.1: cma_alloc: pfn=71000 page=0 count=256 align=8\n",
	};
	static const struct {
		const char *line, *expected;
	} cases[] = {
		{ "usb 1-1: new device\n",
		  "traced: 1 allocations, 0 failed, retries are not told" },
		{ "x-1 [000] .... 1.2: cma_alloc_start: name=reserved count=256 align=8\n",
		  "traced: 2 allocations, 0 failed, 0 retries, at most 0 in one" },
		{ "x-1 [000] .... 1.2: cma_alloc_busy_retry: name=reserved pfn=0x1 count=256 align=8\n",
		  "traced: 1 allocations, 0 failed, 1 retries, at most 1 in one" },
	};
	bool good = true;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct explanation *told = told_by(lines, ARRAY_SIZE(lines));

		explain_line(told, cases[i].line);
		good &= expect_printed(told, &cases[i].expected, 1);
		free(told);
	}
	return good;
}
