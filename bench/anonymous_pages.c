// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/kernel-page-flags.h>
#include <sys/mman.h>

#include "resident_window.h"

#ifndef MADV_POPULATE_WRITE	/* 5.14; older C libraries lack the name */
#define MADV_POPULATE_WRITE 23
#endif

int anonymous_map(struct resident *resident, struct reason *why)
{
	size_t bytes = resident->capacity_slots *
		       resident->target->page_size_bytes;

	resident->base = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (resident->base == MAP_FAILED)
		return refuse(why, -errno, "cannot map address space for the pressure: %m");
	madvise(resident->base, bytes, MADV_NOHUGEPAGE);
	return 0;
}

int populate_for_writing(struct resident *resident, __u64 slot, __u64 slots)
{
	size_t page_size = resident->target->page_size_bytes;
	char *page = window_address(resident, slot);

	if (!madvise(page, slots * page_size, MADV_POPULATE_WRITE))
		return 0;
	if (errno != EINVAL)
		return errno == EAGAIN ? 0 : -errno;
	for (; slots; slots--, page += page_size)
		__atomic_store_n(page, 1, __ATOMIC_RELAXED);
	return 0;
}

void anonymous_drop(struct resident *resident, __u64 slot, __u64 slots)
{
	madvise(window_address(resident, slot),
		slots * resident->target->page_size_bytes, MADV_DONTNEED);
}

static bool is_anonymous(__u64 flags)
{
	return flags & (1ull << KPF_ANON);
}

const struct page_kind anonymous_pages = {
	.name = "anonymous",
	.map = anonymous_map,
	.fault = populate_for_writing,
	.drop = anonymous_drop,
	.is_as_expected = is_anonymous,
};
