// SPDX-License-Identifier: GPL-2.0
#include "movable.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "meminfo.h"
#include "pagemap.h"
#include "testbed.h"
#include "time_budget.h"

#define STEP_BYTES (8ul << 20)
#define PRESS_BYTES (16ul << 20)
/*
 * For all presses of a program that come to nothing: kselftest ends it after 45 s, and
 * then no case of it has said what it needs.
 */
#define PRESS_BUDGET_MS 30000
#define ELSEWHERE_MARGIN_BYTES (32ul << 20)
#define MAGIC 0x5eed0fa6e0000000ull

static __u64 *last_word(const void *address)
{
	return (__u64 *)((char *)address + pagemap_page_size()) - 1;
}

static void fill(struct movable *movable, size_t bytes)
{
	size_t size = pagemap_page_size(), end = movable->filled_bytes + bytes;

	/* Many pages a call where the kernel can; else each faults below. */
	madvise(movable->map + movable->filled_bytes, bytes, MADV_POPULATE_WRITE);

	for (; movable->filled_bytes < end; movable->filled_bytes += size) {
		unsigned char *address = movable->map + movable->filled_bytes;
		__u64 word = MAGIC + movable->filled_bytes / size;

		*(__u64 *)address = word;
		*last_word(address) = ~word;
	}
}

/* What is there to be had, and what of it is left to others: more where they live here. */
static int read_available(__u64 *available, __u64 *spare)
{
	int err = meminfo_bytes("MemAvailable", available);

	if (err == 0)
		err = meminfo_bytes("MemTotal", spare);
	if (err == 0)
		*spare /= testbed_owns_machine() ? 32 : 16;
	return err;
}

bool movable_is_too_much(__u64 bytes)
{
	__u64 available, spare, in_areas;

	return !read_available(&available, &spare) && !meminfo_bytes("CmaFree", &in_areas) &&
	       available < in_areas + spare / 2 + bytes;
}

/*
 * Of memory to be filled, that which comes from elsewhere whatever the kernel thinks: a good
 * deal before free pages elsewhere become as few as those in the areas.
 */
static size_t elsewhere_bytes(void)
{
	__u64 free, in_areas;

	if (meminfo_bytes("MemFree", &free) || meminfo_bytes("CmaFree", &in_areas) ||
	    free < 2 * in_areas + ELSEWHERE_MARGIN_BYTES)
		return 0;
	return (free - 2 * in_areas - ELSEWHERE_MARGIN_BYTES) / STEP_BYTES * STEP_BYTES;
}

/*
 * Single pages near the area, since what is measured and pinned there is a page. Before, as large
 * as they come: a kernel with its checks takes milliseconds for each.
 */
static void choose_page_sizes(const struct movable *movable)
{
	size_t large = elsewhere_bytes();

	if (large > movable->mapped_bytes)
		large = movable->mapped_bytes;
	madvise(movable->map, large, MADV_HUGEPAGE);
	madvise(movable->map + large, movable->mapped_bytes - large, MADV_NOHUGEPAGE);
}

static int map_all(struct movable *movable)
{
	__u64 available, spare;
	int err = read_available(&available, &spare);

	memset(movable, 0, sizeof(*movable));
	if (err)
		return err;
	if (available < spare + STEP_BYTES)
		return -ENOSPC;
	movable->mapped_bytes = (available - spare) / STEP_BYTES * STEP_BYTES;
	movable->map = mmap(NULL, movable->mapped_bytes,
			    PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (movable->map == MAP_FAILED) {
		movable->map = NULL;
		return -errno;
	}
	choose_page_sizes(movable);
	/* A child would keep all of it when movable_free() is to make room. */
	madvise(movable->map, movable->mapped_bytes, MADV_DONTFORK);
	return 0;
}

long movable_reach(struct movable *movable, const struct cma_area *area,
		   long wanted_pages, long long deadline_ms)
{
	long long end = monotonic_deadline_ms(deadline_ms);
	long pages = map_all(movable);

	while (pages >= 0 && pages < wanted_pages) {
		long step;

		if (movable->filled_bytes == movable->mapped_bytes)
			return -ENOSPC;
		if (monotonic_ms() > end)
			return -ETIME;
		fill(movable, STEP_BYTES);
		step = pagemap_pages_in_area(movable->map +
					     movable->filled_bytes - STEP_BYTES,
					     STEP_BYTES, area);
		if (step < 0)
			return step;
		pages += step;
	}
	return pages;
}

/*
 * Take a block of the area; *fd: of a heap's buffer, or -1. Taking one also
 * empties the processors' lists, where tens of megabytes that were freed before
 * wait, which would go first, whatever the press.
 */
static bool take_lead(struct testbed *bed, __u64 pages, int *fd)
{
	*fd = -1;
	if (testbed_debugfs_alloc(bed, pages) == 0)
		return true;
	if (bed->heap_fd >= 0)
		*fd = dma_heap_alloc(bed->heap_fd, pages * bed->page_size);
	return *fd >= 0;
}

static void give_lead(struct testbed *bed, int fd)
{
	if (fd >= 0)
		close(fd);
	else
		testbed_debugfs_free(bed);
}

/* What is left of it. */
static long long *budget_ms;

static void __attribute__((constructor)) share_budget(void)
{
	budget_ms = time_budget_share(PRESS_BUDGET_MS);
}

const char *movable_press(struct movable *movable, struct testbed *bed)
{
	long long start_ms = monotonic_ms();
	const char *reason = movable_press_within(movable, bed, *budget_ms);

	if (reason)
		time_budget_spend(budget_ms, start_ms);
	return reason;
}

const char *movable_press_within(struct movable *movable, struct testbed *bed,
				 long long deadline_ms)
{
	long wanted = testbed_area_pages(bed) / 8, placed;
	bool leads;
	int lead_fd;

	if (wanted > (long)(PRESS_BYTES / bed->page_size))
		wanted = PRESS_BYTES / bed->page_size;
	/* An area that others fill has no room for it: a page empties the lists. */
	leads = take_lead(bed, wanted, &lead_fd);
	if (!leads && take_lead(bed, 1, &lead_fd))
		give_lead(bed, lead_fd);
	placed = movable_reach(movable, bed->area, wanted, deadline_ms);
	if (leads)
		give_lead(bed, lead_fd);
	if (placed >= wanted)
		return NULL;
	snprintf(bed->reason, sizeof(bed->reason),
		 "needs less memory or CMA_TESTS_OWN_MACHINE=1: no page reached %.60s (%s)",
		 bed->area->name, strerror(-placed));
	return bed->reason;
}

long movable_keep_reached(struct movable *movable, const struct cma_area *area,
			  size_t bytes)
{
	unsigned char *start = movable->map + movable->filled_bytes;
	unsigned char *end = movable->map + movable->mapped_bytes;
	long pages = 0;

	while (pages == 0 && start - movable->map >= (ptrdiff_t)bytes) {
		start -= bytes;
		pages = pagemap_pages_in_area(start, bytes, area);
	}
	if (pages <= 0)
		return pages ? pages : -ENOENT;
	if (start > movable->map)
		munmap(movable->map, start - movable->map);
	if (start + bytes < end)
		munmap(start + bytes, end - start - bytes);
	movable->first_page = (start - movable->map) / pagemap_page_size();
	movable->map = start;
	movable->mapped_bytes = bytes;
	movable->filled_bytes = bytes;
	return pages;
}

void movable_free(struct movable *movable)
{
	if (movable->map)
		munmap(movable->map, movable->mapped_bytes);
	movable->map = NULL;
	movable->filled_bytes = 0;
}

bool movable_page_is_good(const void *address, size_t page)
{
	return *(const __u64 *)address == MAGIC + page &&
	       *last_word(address) == ~(MAGIC + page);
}

long movable_first_bad(const struct movable *movable)
{
	size_t size = pagemap_page_size(), page;

	for (page = 0; page < movable->filled_bytes / size; page++)
		if (!movable_page_is_good(movable->map + page * size,
					  movable->first_page + page))
			return page;
	return -1;
}
