/* SPDX-License-Identifier: GPL-2.0 */
/* Pages of 1 GiB, of the areas that hugetlb_cma= has the kernel make, one a node. */
#ifndef CMA_TESTS_GIGANTIC_PAGE_H
#define CMA_TESTS_GIGANTIC_PAGE_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "area.h"

#define GIGANTIC_BYTES 0x40000000ul
/* The number of them; writing takes them and gives them back. */
#define GIGANTIC_PAGES "/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages"

/* gigantic_page_is_asked_for - does the command line give hugetlb an area? */
bool gigantic_page_is_asked_for(void);

/*
 * gigantic_used_pages - used pages of hugetlb's areas, hugetlb0, hugetlb1 ...
 *
 * ~0: there is none of them, or their used pages cannot be read.
 */
__u64 gigantic_used_pages(const struct cma_area_list *areas);

/* gigantic_page_map - memory of a page that nobody has. Returns NULL, with errno. */
unsigned char *gigantic_page_map(void);
void gigantic_page_unmap(unsigned char *map);

/*
 * gigantic_page_mark - leave words that follow from @seed all over the page, one in 4 KiB.
 * gigantic_page_is_marked - are they there? Seed 0 stands for a zeroed page.
 * gigantic_page_first_wrong - where the first is that is not, in bytes; or GIGANTIC_BYTES.
 */
void gigantic_page_mark(unsigned char *map, __u64 seed);
bool gigantic_page_is_marked(const unsigned char *map, __u64 seed);
size_t gigantic_page_first_wrong(const unsigned char *map, __u64 seed);

#endif
