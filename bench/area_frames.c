// SPDX-License-Identifier: GPL-2.0
#include "area_frames.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kernel-page-flags.h>
#include <unistd.h>

#include "meminfo.h"

/*
 * A page that somebody uses as memory of a process or of a file has one of
 * these. A free one, on a buddy or a per-CPU list, has none; nor has one that
 * CMA gave to a driver.
 */
#define OCCUPIED ((1ull << KPF_LRU) | (1ull << KPF_ANON) |		\
		  (1ull << KPF_MMAP) | (1ull << KPF_SWAPBACKED) |	\
		  (1ull << KPF_UPTODATE) | (1ull << KPF_SLAB))

#define BATCH_FRAMES 4096

static int kpageflags_fd(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	return fd;
}

static bool is_occupied(__u64 flags)
{
	return flags & OCCUPIED;
}

/* Adds to *@pages. */
static int count_range(int fd, const struct cma_range *range,
		       bool (*counts)(__u64 flags), __u64 *pages)
{
	static __u64 flags[BATCH_FRAMES];
	__u64 frame = 0, batch;
	ssize_t got, i;

	while (frame < range->count_pages) {
		batch = range->count_pages - frame;
		if (batch > BATCH_FRAMES)
			batch = BATCH_FRAMES;
		got = pread(fd, flags, batch * sizeof(flags[0]),
			    (range->base_pfn + frame) * sizeof(flags[0]));
		if (got <= 0)
			return got ? -errno : -ENXIO;
		got /= sizeof(flags[0]);
		for (i = 0; i < got; i++)
			*pages += counts(flags[i]);
		frame += got;
	}
	return 0;
}

int area_frames_count(const struct cma_area *area,
		      bool (*counts)(__u64 flags), __u64 *pages)
{
	unsigned int i;
	int err = 0;

	*pages = 0;
	if (!area->nranges || kpageflags_fd() < 0)
		return -ENOENT;
	for (i = 0; i < area->nranges && !err; i++)
		err = count_range(kpageflags_fd(), &area->ranges[i], counts,
				  pages);
	return err;
}

int range_frames_count(const struct cma_range *range,
		       bool (*counts)(__u64 flags), __u64 *pages)
{
	*pages = 0;
	return kpageflags_fd() < 0 ? -ENOENT :
	       count_range(kpageflags_fd(), range, counts, pages);
}

int area_lent_pages(const struct target *target, __u64 *pages)
{
	__u64 total_bytes, free_bytes, used, not_free;
	int err;

	vm_stat_refresh();
	err = meminfo_bytes("CmaTotal", &total_bytes);
	if (!err)
		err = meminfo_bytes("CmaFree", &free_bytes);
	if (err)
		return err;
	if (cma_area_used_pages(target->area, &used))
		used = 0;
	not_free = (total_bytes - free_bytes) / target->page_size_bytes;
	*pages = not_free > used ? not_free - used : 0;
	return 0;
}

int area_frames_occupied(const struct target *target, struct occupancy *now)
{
	now->pages = 0;
	now->source = OCCUPANCY_UNKNOWN;
	if (!target->area)
		return 0;
	now->source = OCCUPANCY_KPAGEFLAGS;
	if (!area_frames_count(target->area, is_occupied, &now->pages))
		return 0;
	now->source = OCCUPANCY_COUNTERS;
	return area_lent_pages(target, &now->pages);
}
