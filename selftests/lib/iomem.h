/* SPDX-License-Identifier: GPL-2.0 */
/* /proc/iomem, line by line: what lies where in physical memory. */
#ifndef CMA_TESTS_IOMEM_H
#define CMA_TESTS_IOMEM_H

#include <stdbool.h>

/* A line of /proc/iomem; depth counts the blanks before it, by two. */
struct resource {
	unsigned long long start, end;
	int depth;
	char name[64];
};

typedef bool (*resource_fn)(void *context, const struct resource *resource);

/* iomem_walk - call @visit for each line until it says false. Returns lines or -errno. */
int iomem_walk(resource_fn visit, void *context);

/* iomem_is_hidden - is everything zero, as without CAP_SYS_ADMIN? */
bool iomem_is_hidden(void);

#endif
