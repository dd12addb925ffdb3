// SPDX-License-Identifier: GPL-2.0
#include "pageblock.h"

#include <stdlib.h>
#include <string.h>

#include "text_file.h"

__u64 pageblock_pages(void)
{
	static const char label[] = "Pages per block:";
	static __u64 pages;
	char *text, *at;

	if (pages)
		return pages;
	pages = 512;
	if (text_file_read_all("/proc/pagetypeinfo", &text) < 0)
		return pages;
	at = strstr(text, label);
	if (at)
		pages = strtoull(at + strlen(label), NULL, 10) ?: pages;
	free(text);
	return pages;
}

size_t pageblocks_count(const struct cma_area *area)
{
	size_t count = 0, i;

	for (i = 0; i < area->nranges; i++)
		count += area->ranges[i].count_pages / pageblock_pages();
	return count;
}

struct cma_range pageblock_number(const struct cma_area *area, size_t n)
{
	struct cma_range block = { .count_pages = pageblock_pages() };
	size_t i, blocks;

	for (i = 0; i < area->nranges; i++) {
		blocks = area->ranges[i].count_pages / pageblock_pages();
		if (n < blocks)
			break;
		n -= blocks;
	}
	block.base_pfn = area->ranges[i].base_pfn + n * pageblock_pages();
	return block;
}

struct cma_range pageblock_of_pfn(const struct cma_area *area, __u64 pfn)
{
	size_t count = pageblocks_count(area), n;
	struct cma_range block;

	for (n = 0; n < count; n++) {
		block = pageblock_number(area, n);
		if (pfn - block.base_pfn < block.count_pages)
			return block;
	}
	return (struct cma_range) { 0 };
}
