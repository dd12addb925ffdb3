/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel tells about one page frame, and whose it is. */
#ifndef CMABENCH_PAGE_DESCRIPTION_H
#define CMABENCH_PAGE_DESCRIPTION_H

#include "bench.h"

struct page_description {
	__u64 pfn;
	__u64 times;		/* it was in the way */
	bool knows_flags, knows_mappings;
	__u64 flags;		/* KPF_* */
	__u64 mappings;
	char owner[48];		/* processes that map it; "" for none found */
	char allocated_by[200];	/* page_owner: program and first frames */
};

/* page_describe_all - fill in everything but pfn and times. */
void page_describe_all(struct page_description *pages, size_t count);

/* page_flag_names - "anon,mmap,lru" into @text. */
void page_flag_names(__u64 flags, char *text, size_t size);

/* page_type - "anonymous", "page cache", "slab" and so on. */
const char *page_type(const struct page_description *page);

#endif
