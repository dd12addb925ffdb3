// SPDX-License-Identifier: GPL-2.0
#include "pagemap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

/* Bits of a pagemap entry, Documentation/admin-guide/mm/pagemap.rst */
#define ENTRY_PRESENT	0x8000000000000000ull
#define ENTRY_PFN_MASK	0x007fffffffffffffull

#define BATCH_PAGES 512

size_t pagemap_page_size(void)
{
	static size_t page_size;

	if (!page_size)
		page_size = sysconf(_SC_PAGESIZE);
	return page_size;
}

static int open_pagemap(void)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Frame of a present page, or why there is none to tell. */
static int entry_pfn(__u64 entry, __u64 *pfn)
{
	if (!(entry & ENTRY_PRESENT))
		return -ENOENT;
	*pfn = entry & ENTRY_PFN_MASK;
	return *pfn ? 0 : -EPERM;
}

typedef bool (*visit_fn)(void *context, int err, __u64 pfn);

/*
 * Call @visit for each page of [start, start + bytes) until it says false.
 * Returns 0 or -errno of reading pagemap.
 */
static int walk(int fd, uintptr_t start, size_t bytes, visit_fn visit,
		void *context)
{
	size_t page_size = pagemap_page_size();
	size_t first = start / page_size;
	size_t end = (start + bytes + page_size - 1) / page_size;
	__u64 entries[BATCH_PAGES], pfn = 0;

	while (first < end) {
		size_t i, batch = end - first;
		ssize_t got;

		if (batch > BATCH_PAGES)
			batch = BATCH_PAGES;
		got = pread(fd, entries, batch * sizeof(entries[0]),
			    first * sizeof(entries[0]));
		if (got < 0)
			return -errno;
		if (got == 0)
			return 0;
		for (i = 0; i < got / sizeof(entries[0]); i++) {
			int err = entry_pfn(entries[i], &pfn);

			if (!visit(context, err, pfn))
				return 0;
		}
		first += i;
	}
	return 0;
}

struct run_check {
	__u64 base_pfn;
	size_t pages;
	int result;
};

static bool check_run(void *context, int err, __u64 pfn)
{
	struct run_check *run = context;

	if (err) {
		run->result = err;
		return false;
	}
	if (run->pages == 0)
		run->base_pfn = pfn;
	run->result = pfn == run->base_pfn + run->pages++;
	return run->result;
}

int pagemap_is_contiguous(const void *start, size_t bytes, __u64 *base_pfn)
{
	struct run_check run = { .result = -ENOENT };
	int fd = open_pagemap(), err;

	if (fd < 0)
		return fd;
	err = walk(fd, (uintptr_t)start, bytes, check_run, &run);
	close(fd);
	if (base_pfn)
		*base_pfn = run.base_pfn;
	return err ? err : run.result;
}

int pagemap_pfn(const void *address, __u64 *pfn)
{
	int result = pagemap_is_contiguous(address, 1, pfn);

	return result < 0 ? result : 0;
}

struct area_count {
	const struct cma_area *area;
	long pages;
};

static bool count_in_area(void *context, int err, __u64 pfn)
{
	struct area_count *count = context;

	if (err == -EPERM) {
		count->pages = -EPERM;
		return false;
	}
	if (err == 0 && cma_area_contains(count->area, pfn))
		count->pages++;
	return true;
}

long pagemap_pages_in_area(const void *start, size_t bytes,
			   const struct cma_area *area)
{
	struct area_count count = { .area = area };
	int fd, err;

	if (!area->nranges)
		return -ENOENT;
	fd = open_pagemap();
	if (fd < 0)
		return fd;
	err = walk(fd, (uintptr_t)start, bytes, count_in_area, &count);
	close(fd);
	return err ? err : count.pages;
}

static int read_frame(const char *path, __u64 pfn, __u64 *value)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;
	int err = 0;

	if (fd < 0)
		return -errno;
	got = pread(fd, value, sizeof(*value), pfn * sizeof(*value));
	if (got < 0)
		err = -errno;
	else if (got != sizeof(*value))
		err = -ENXIO;
	close(fd);
	return err;
}

int kpage_flags(__u64 pfn, __u64 *flags)
{
	return read_frame("/proc/kpageflags", pfn, flags);
}

int kpage_count(__u64 pfn, __u64 *count)
{
	return read_frame("/proc/kpagecount", pfn, count);
}
