// SPDX-License-Identifier: GPL-2.0
#include "explain.h"

#include <stdlib.h>
#include <string.h>

#include "bench.h"

const char *behind(const char *line, const char *label)
{
	const char *at = strstr(line, label);

	return at ? at + strlen(label) : NULL;
}

static bool read_kernel(struct explanation *told, const char *line)
{
	const char *at = behind(line, "Linux version ");

	if (!at)
		return false;
	snprintf(told->kernel, sizeof(told->kernel), "%.*s",
		 (int)strcspn(at, "\n "), at);
	if (sscanf(at, "%u.%u", &told->kernel_major, &told->kernel_minor) != 2)
		told->kernel_major = 0;
	return true;
}

static __u64 unit_bytes(const char *unit)
{
	return !strncmp(unit, "KiB", 3) ? 1024 : 1024 * 1024;
}

static void add_area(struct explanation *told, const char *name, __u64 base,
		     __u64 bytes)
{
	struct explained_area *area;
	size_t i;

	for (i = 0; i < told->areas; i++)
		if (told->area[i].base == base && told->area[i].bytes == bytes)
			return;
	if (told->areas == EXPLAIN_MAX) {
		told->too_many++;
		return;
	}
	area = &told->area[told->areas++];
	area->base = base;
	area->bytes = bytes;
	snprintf(area->name, sizeof(area->name), "%s", name);
}

/*
 *	cma: CMA: reserved 16 MiB at 2c000000			up to 3.16
 *	cma: Reserved 128 MiB at 0x0000000057600000 on node -1
 *	Reserved memory: created CMA memory pool at 0x..., size 64 MiB
 *	OF: reserved mem: 0x...0x (65536 KiB) map reusable linux,cma
 */
static bool read_area(struct explanation *told, const char *line)
{
	unsigned long long size, base, end;
	char unit[8], name[64] = "";
	const char *at;

	at = behind(line, "cma: Reserved ") ?: behind(line, "CMA: reserved ");
	if (at && sscanf(at, "%llu %7s at %llx", &size, unit, &base) == 3) {
		add_area(told, "the default area", base, size * unit_bytes(unit));
		return true;
	}
	at = behind(line, "created CMA memory pool at 0x");
	if (at && sscanf(at, "%llx, size %llu %7s", &base, &size, unit) == 3) {
		add_area(told, "", base, size * unit_bytes(unit));
		return true;
	}
	/* 6.x and later name the node here, right before or after. */
	at = behind(line, "reserved mem: 0x");
	if (at && strstr(at, " reusable ") &&
	    sscanf(at, "%llx..0x%llx (%llu %7[^)]) map reusable %63s", &base,
		   &end, &size, unit, name) == 5) {
		add_area(told, name, base, size * unit_bytes(unit));
		return true;
	}
	return false;
}

void explain_failure(struct explanation *told, const char *area,
		     size_t length, __u64 pages, int error)
{
	struct explained_failure *failure;
	size_t i;

	for (i = 0; i < told->failures; i++) {
		failure = &told->failure[i];
		if (failure->pages != pages || failure->error != error ||
		    strncmp(failure->area, area, length) ||
		    strlen(failure->area) != length)
			continue;
		failure->times++;
		return;
	}
	if (told->failures == EXPLAIN_MAX) {
		told->too_many++;
		return;
	}
	failure = &told->failure[told->failures++];
	snprintf(failure->area, sizeof(failure->area), "%.*s", (int)length,
		 area);
	failure->pages = pages;
	failure->error = error;
	failure->times = 1;
}

/*
 *	cma: cma_alloc: alloc failed, req-size: 64 pages, ret: -16
 *	cma: cma_alloc: reserved: alloc failed, req-size: 64 pages, ret: -16
 *	cma: __cma_alloc: reserved: alloc failed, req-size: ...
 */
static bool read_failure(struct explanation *told, const char *line)
{
	const char *at = strstr(line, "alloc failed, req-size: "), *name;
	unsigned long long pages;
	size_t length = 0;
	int error;

	if (!at || sscanf(at, "alloc failed, req-size: %llu pages, ret: -%d",
			  &pages, &error) != 2)
		return false;
	name = behind(line, "cma_alloc: ");
	if (name && name < at) {
		length = at - name;
		while (length && strchr(":\n ", name[length - 1]))
			length--;
	}
	explain_failure(told, name ? name : "", length, pages, error);
	return true;
}

void explain_range(struct explanation *told, __u64 start, __u64 end)
{
	size_t i;

	for (i = 0; i < told->ranges; i++)
		if (told->range[i].start_pfn == start &&
		    told->range[i].end_pfn == end) {
			told->range[i].times++;
			return;
		}
	if (told->ranges == EXPLAIN_MAX) {
		told->too_many++;
		return;
	}
	told->range[told->ranges].start_pfn = start;
	told->range[told->ranges].end_pfn = end;
	told->range[told->ranges++].times = 1;
}

/*
 *	alloc_contig_range test_pages_isolated(48400, 486fd) failed	up to 4.0
 *	alloc_contig_range: [57600, 57800) PFNs busy			up to 5.x
 */
static bool read_busy_range(struct explanation *told, const char *line)
{
	unsigned long long start, end;
	const char *at = behind(line, "alloc_contig_range");

	if (!at)
		return false;
	if (sscanf(at, " test_pages_isolated(%llx, %llx) failed", &start, &end) == 2 ||
	    (strstr(at, "PFNs busy") &&
	     sscanf(at, ": [%llx, %llx)", &start, &end) == 2)) {
		explain_range(told, start, end);
		return true;
	}
	if (*at == ':' && strstr(at, "callbacks suppressed")) {
		told->suppressed += strtoull(at + 1, NULL, 10);
		return true;
	}
	return false;
}

/*
 * Kernels with CMA_DEBUG; the function's name was once dma_alloc_from_contiguous():
 *
 *	cma: cma_alloc(): memory range at pfn 0x57600 (ptrval) is busy, retrying
 */
static bool read_debug_retry(struct explanation *told, const char *line)
{
	const char *at = behind(line, "(): memory range at ");

	if (!at || !strstr(at, "is busy, retrying"))
		return false;
	told->logged_retries++;
	return true;
}

static bool read_free_pages(struct explanation *told, const char *line)
{
	const char *at = behind(line, "number of available pages: ");

	if (!at)
		return false;
	snprintf(told->free_pages, sizeof(told->free_pages), "%.*s",
		 (int)strcspn(at, "\n"), at);
	return true;
}

void explain_line(struct explanation *told, const char *line)
{
	static bool (*const readers[])(struct explanation *, const char *) = {
		read_kernel, read_area, read_failure, read_busy_range,
		read_debug_retry, read_free_pages, explain_dump_line,
		explain_trace_line,
	};
	size_t i;

	told->lines++;
	for (i = 0; i < ARRAY_SIZE(readers); i++)
		if (readers[i](told, line)) {
			told->recognised++;
			return;
		}
}
