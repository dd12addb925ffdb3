// SPDX-License-Identifier: GPL-2.0
#include "area_frames.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kernel-page-flags.h>
#include <unistd.h>

#include "machine.h"
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

/* Without debugfs 6.9 to 6.14 tell what was taken since the boot, and given back. */
static int taken_pages(const struct cma_area *area, __u64 *pages)
{
	__u64 given_back;
	int err;

	if (!cma_area_used_pages(area, pages))
		return 0;
	err = cma_area_read(area, CMA_ALLOC_PAGES_SUCCESS, pages);
	if (!err)
		err = cma_area_read(area, CMA_RELEASE_PAGES_SUCCESS, &given_back);
	if (!err)
		*pages -= given_back;
	return err;
}

/* CmaFree is of all areas, and so must be what is taken. False: not told of each. */
static bool taken_of_all_areas(__u64 *pages)
{
	__u64 taken;
	size_t i;

	*pages = 0;
	for (i = 0; i < machine.areas.count; i++) {
		if (taken_pages(&machine.areas.area[i], &taken))
			return false;
		*pages += taken;
	}
	return true;
}

int area_lent_pages(const struct target *target, struct occupancy *now)
{
	__u64 total_bytes, free_bytes, taken, not_free;
	bool told;
	int err;

	vm_stat_refresh();
	err = meminfo_bytes("CmaTotal", &total_bytes);
	if (!err)
		err = meminfo_bytes("CmaFree", &free_bytes);
	if (err)
		return err;
	told = taken_of_all_areas(&taken);
	if (!told)
		taken = 0;
	not_free = (total_bytes - free_bytes) / target->page_size_bytes;
	now->pages = not_free > taken ? not_free - taken : 0;
	now->source = told ? OCCUPANCY_COUNTERS : OCCUPANCY_NOT_FREE;
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
	return area_lent_pages(target, now);
}

/* Free pages on per-CPU lists look used to the counters. */
static __u64 few_pages(const struct target *target)
{
	__u64 total_bytes;

	if (!target->area)
		return 0;
	if (target->area->count_pages)
		return target->area->count_pages / 20;
	return meminfo_bytes("CmaTotal", &total_bytes) ? 0 :
	       total_bytes / target->page_size_bytes / 20;
}

int area_frames_expect_empty(const struct target *target, struct occupancy *now,
			     struct reason *why)
{
	__u64 few = few_pages(target);

	if (area_frames_occupied(target, now))
		return refuse(why, -EIO, "cannot count pages in the area");
	if (now->pages <= few)
		return 0;
	if (now->source == OCCUPANCY_NOT_FREE)
		return refuse(why, -EBUSY,
			      "%llu pages are not free, expected at most %llu: drivers' buffers or pages of other programs, which this kernel does not tell apart (debugfs and root, or Linux 6.9, would); --pressure ambient measures it as it is",
			      now->pages, few);
	return refuse(why, -EBUSY,
		      "%llu pages of other programs are in the area%s, expected at most %llu; --pressure ambient measures it as it is",
		      now->pages,
		      now->source == OCCUPANCY_COUNTERS && machine.areas.count > 1 ? "s" : "",
		      few);
}
