// SPDX-License-Identifier: GPL-2.0
#include "tmpfs_pages.h"

#include <errno.h>
#include <linux/kernel-page-flags.h>
#include <sys/mman.h>
#include <unistd.h>

#include "resident_window.h"

static int tmpfs_map(struct resident *resident, struct reason *why)
{
	__u64 bytes = resident->capacity_slots *
		      resident->target->page_size_bytes;

	resident->file_fd = memfd_create("cmabench", MFD_CLOEXEC);
	if (resident->file_fd < 0 || ftruncate(resident->file_fd, bytes))
		return refuse(why, -errno, "cannot make a memfd: %m (CONFIG_SHMEM, CONFIG_MEMFD_CREATE)");
	resident->base = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
			      resident->file_fd, 0);
	if (resident->base == MAP_FAILED)
		return refuse(why, -errno, "cannot map a memfd: %m");
	return 0;
}

static void tmpfs_drop(struct resident *resident, __u64 slot, __u64 slots)
{
	madvise(window_address(resident, slot),
		slots * resident->target->page_size_bytes, MADV_REMOVE);
}

static bool is_tmpfs(__u64 flags)
{
	return !(flags & (1ull << KPF_ANON)) &&
	       (flags & (1ull << KPF_SWAPBACKED));
}

const struct page_kind tmpfs_pages = {
	.name = "tmpfs",
	.needs_ballast = true,
	.map = tmpfs_map,
	.fault = populate_for_writing,
	.drop = tmpfs_drop,
	.is_as_expected = is_tmpfs,
};
