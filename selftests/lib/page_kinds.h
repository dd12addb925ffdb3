/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pages that the kernel can move, of every kind that a program can have for
 * itself. Each kind is a row of a table.
 */
#ifndef CMA_TESTS_PAGE_KINDS_H
#define CMA_TESTS_PAGE_KINDS_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "guard.h"

/* The kernel's own include/linux/kernel-page-flags.h has it. */
#define KPF_MLOCKED 33

#define PAGE_KINDS 11
#define PAGE_KIND_SHARERS 3
/* Of hugetlb, a kind. */
#define PAGE_KIND_HUGE_PAGES 4

struct kind_pages {
	unsigned char *map;	/* NULL: there are none */
	size_t bytes;
	__u64 seed;
	pid_t sharers[PAGE_KIND_SHARERS];	/* processes that map them too, or 0 */
	int kill_ids[PAGE_KIND_SHARERS];
	struct guard *guard;
	int ask[2], told[2];	/* pipes to them and from them */
};

struct page_kind {
	const char *name;
	const char *needs;	/* see page_kind_needs() */
	__u64 flags;		/* of kpageflags: by them it is told that they are of this kind */
	/* 0 or -errno; -EOPNOTSUPP, -ETIME: this kernel or this user cannot have them */
	int (*make)(struct kind_pages *pages, struct guard *guard);
	/* The first page that is not as it was made, or -1; NULL: by pattern. */
	long (*check)(const struct kind_pages *pages);
	const char *why_not_written;	/* NULL: may be written to, and stay of this kind */
	bool copies_when_written;	/* what is written the sharers do not see */
	bool flags_come_late;		/* what kpageflags says of them still changes */
};

extern const struct page_kind page_kinds[PAGE_KINDS];

/*
 * page_kind_make - fill pages of @kind with a pattern by @seed.
 *
 * Returns as @kind->make. Undo with page_kind_unmake() in every case.
 */
int page_kind_make(const struct page_kind *kind, struct kind_pages *pages, struct guard *guard,
		   __u64 seed);
void page_kind_unmake(struct kind_pages *pages);

/* page_kind_needs - what is missing where they cannot be had. */
const char *page_kind_needs(const struct page_kind *kind);

/* page_kind_first_wrong - the first page that is not as it was made, or -1. */
long page_kind_first_wrong(const struct page_kind *kind, const struct kind_pages *pages);

/*
 * page_kind_ask_sharers - let the other processes look once more, and end.
 *
 * Returns how many of them see what was not there before.
 */
int page_kind_ask_sharers(struct kind_pages *pages);

/* page_kind_find - the kind called @name, or NULL. */
const struct page_kind *page_kind_find(const char *name);

#endif
