// SPDX-License-Identifier: GPL-2.0
#include "gigantic_page.h"

#include <linux/mman.h>
#include <string.h>
#include <sys/mman.h>

#include "text_file.h"

/* The least that is zeroed, or not: a page of the smallest size. */
#define MARK_STEP 4096ul

bool gigantic_page_is_asked_for(void)
{
	char line[4096];

	return text_file_read("/proc/cmdline", line, sizeof(line)) > 0 &&
	       strstr(line, "hugetlb_cma=");
}

__u64 gigantic_used_pages(const struct cma_area_list *areas)
{
	__u64 sum = 0, pages;
	size_t i, found = 0;

	for (i = 0; i < areas->count; i++) {
		if (strncmp(areas->area[i].name, "hugetlb", 7))
			continue;
		if (cma_area_used_pages(&areas->area[i], &pages))
			return ~0ull;
		sum += pages;
		found++;
	}
	return found ? sum : ~0ull;
}

unsigned char *gigantic_page_map(void)
{
	void *map = mmap(NULL, GIGANTIC_BYTES, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_HUGE_1GB, -1, 0);

	return map == MAP_FAILED ? NULL : map;
}

void gigantic_page_unmap(unsigned char *map)
{
	munmap(map, GIGANTIC_BYTES);
}

/* Another word at each place, and none of zero. */
static __u64 word_at(size_t at, __u64 seed)
{
	return seed ? seed * GIGANTIC_BYTES + at : 0;
}

void gigantic_page_mark(unsigned char *map, __u64 seed)
{
	size_t at;

	for (at = 0; at < GIGANTIC_BYTES; at += MARK_STEP)
		*(__u64 *)(map + at) = word_at(at, seed);
}

size_t gigantic_page_first_wrong(const unsigned char *map, __u64 seed)
{
	size_t at;

	for (at = 0; at < GIGANTIC_BYTES; at += MARK_STEP)
		if (*(const __u64 *)(map + at) != word_at(at, seed))
			break;
	return at;
}

bool gigantic_page_is_marked(const unsigned char *map, __u64 seed)
{
	return gigantic_page_first_wrong(map, seed) == GIGANTIC_BYTES;
}
