// SPDX-License-Identifier: GPL-2.0
#include "testbed.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "meminfo.h"
#include "pagemap.h"
#include "text_file.h"
#include "time_budget.h"
#include "unseen_area.h"

#define DEADLINE_MS 2000
#define QUIET_MS 20
#define ROOM_DEADLINE_MS 10000
/* One takes half a minute where KASAN looks at each page of an area that is written to. */
#define ROOM_ATTEMPTS 5
/*
 * On a board somebody may hold a page for as long as it is up. For all rooms that are refused
 * to a program there: kselftest ends it after 45 s, and then no case has said why it skips.
 */
#define REFUSALS_BUDGET_MS 15000

/* Give the processor away for a moment between two looks at a condition. */
static void pause_ms(int ms)
{
	poll(NULL, 0, ms);
}

static const char *find_areas(struct testbed *bed)
{
	int err;

	memset(bed, 0, sizeof(*bed));
	bed->heap_fd = -1;
	bed->page_size = pagemap_page_size();
	err = cma_area_discover(&bed->areas);
	if (err == -EACCES)
		return "needs root to read " CMA_DEBUGFS_ROOT;
	if (err)
		return "needs CONFIG_CMA_DEBUGFS with debugfs mounted, or CONFIG_CMA_SYSFS";
	if (!bed->areas.count)
		return "needs a CMA area: boot with cma=64M or a reserved-memory node";
	return NULL;
}

/* The last step of opening: guard against ourselves, watch for others. */
static const char *open_guard(struct testbed *bed)
{
	if (guard_open(&bed->guard))
		return "needs pidfd_open() (Linux 5.3) for the guard process";
	bed->watches_others = !trace_open(&bed->others, &bed->guard, "others");
	if (bed->watches_others) {
		trace_enable(&bed->others, "cma/cma_alloc_finish");
		trace_enable(&bed->others, "cma/cma_release");
	}
	return NULL;
}

bool testbed_saw_others(struct testbed *bed)
{
	char name[CMA_NAME_SIZE + 8] = "";

	if (!bed->watches_others)
		return false;
	if (!bed->compares_all_areas)
		snprintf(name, sizeof(name), "name=%s ", bed->area->name);
	return trace_count_others(&bed->others, "cma_alloc_finish", name) > 0 ||
	       trace_count_others(&bed->others, "cma_release", name) > 0;
}

const char *testbed_open_debugfs(struct testbed *bed)
{
	const char *reason = find_areas(bed);
	size_t i;

	for (i = 0; !reason && i < bed->areas.count; i++) {
		const struct cma_area *area = &bed->areas.area[i];

		if (area->has_debugfs && area->nranges == 1 &&
		    (!bed->area || area->count_pages > bed->area->count_pages))
			bed->area = area;
	}
	if (!reason && geteuid())
		reason = "needs root to write " CMA_DEBUGFS_ROOT;
	if (!reason && !bed->area)
		reason = "needs CONFIG_CMA_DEBUGFS and debugfs on /sys/kernel/debug";
	return reason ? reason : open_guard(bed);
}

/* The heap of the largest area, or what must do where the kernel shows none. */
static void choose_heap(struct testbed *bed)
{
	size_t i;

	for (i = 0; i < bed->heaps.count; i++) {
		const struct dma_heap *heap = &bed->heaps.heap[i];

		if (heap->area &&
		    (!bed->area ||
		     heap->area->count_pages > bed->area->count_pages)) {
			bed->area = heap->area;
			bed->heap = heap;
		}
	}
	if (bed->areas.count)
		return;
	bed->heap = unseen_area_find_heap(&bed->heaps, &bed->areas.area[0]);
	if (!bed->heap)
		return;
	bed->area = bed->heap->area;
	bed->areas.count = 1;
	bed->area_is_unseen = true;
	bed->compares_all_areas = true;
}

static const char *find_heap(struct testbed *bed)
{
	if (dma_heap_discover(&bed->heaps, bed->areas.count ? &bed->areas : NULL))
		return "needs CONFIG_DMABUF_HEAPS_CMA and devtmpfs on /dev";
	choose_heap(bed);
	if (!bed->heap)
		return "needs a heap of a CMA area: CONFIG_DMABUF_HEAPS_CMA and a default area";
	bed->heap_fd = dma_heap_open(bed->heap);
	if (bed->heap_fd == -EACCES)
		return "needs permission to open " DMA_HEAP_ROOT "/*";
	return bed->heap_fd < 0 ? "needs a heap that can be opened" : NULL;
}

const char *testbed_open_heap(struct testbed *bed)
{
	const char *no_areas = find_areas(bed), *reason = find_heap(bed);

	if (reason)
		return no_areas ? no_areas : reason;
	return open_guard(bed);
}

/*
 * The longest free run. Where debugfs does not tell it, half of an area must be there
 * that nobody else uses, or has taken from. Of another one, as much as the heap gives.
 */
static __u64 find_room(const struct testbed *bed)
{
	__u64 pages;
	int fd;

	if (cma_area_read(bed->area, CMA_MAXCHUNK_PAGES, &pages) == 0)
		return pages;
	pages = bed->area_pages / 2;
	if ((testbed_owns_machine() && !bed->area_is_unseen) ||
	    (bed->knows_used && !bed->used_at_start))
		return pages;
	for (; pages; pages /= 2) {
		fd = dma_heap_alloc(bed->heap_fd, pages * bed->page_size);
		if (fd >= 0)
			close(fd);
		/* What is wrong with the heap otherwise is for the tests to find. */
		if (fd != -ENOMEM)
			break;
	}
	return pages;
}

const char *testbed_settle(struct testbed *bed)
{
	if (!testbed_wait_quiet(bed)) {
		snprintf(bed->reason, sizeof(bed->reason),
			 "area %s is in use by others", bed->area->name);
		return bed->reason;
	}
	bed->area_pages = testbed_area_pages(bed);
	if (!bed->area_pages) {
		snprintf(bed->reason, sizeof(bed->reason),
			 "needs CONFIG_CMA_DEBUGFS: size of area %s unknown",
			 bed->area->name);
		return bed->reason;
	}
	bed->used_at_start = testbed_used(bed);
	bed->knows_used = bed->used_at_start != ~0ull;
	bed->room_pages = find_room(bed);
	bed->is_settled = true;
	return NULL;
}

const char *testbed_lacks_room(struct testbed *bed, __u64 pages)
{
	__u64 aligned = 1;

	while (aligned < pages)
		aligned *= 2;
	/* At worst the run begins one page behind an aligned one. */
	if (bed->room_pages >= pages + aligned - 1)
		return NULL;
	snprintf(bed->reason, sizeof(bed->reason),
		 "needs %llu free pages in area %.40s, found %llu in a run",
		 (unsigned long long)(pages + aligned - 1), bed->area->name,
		 (unsigned long long)bed->room_pages);
	return bed->reason;
}

__u64 testbed_give_back(struct testbed *bed)
{
	while (bed->nblocks && testbed_debugfs_free(bed) == 0)
		;
	return testbed_wait_used(bed, bed->used_at_start);
}

int testbed_close(struct testbed *bed)
{
	if (bed->heap_fd >= 0)
		close(bed->heap_fd);
	bed->heap_fd = -1;
	if (bed->watches_others)
		trace_close(&bed->others);
	bed->watches_others = false;
	return guard_close(&bed->guard);
}

bool testbed_wait_quiet(const struct testbed *bed)
{
	long long end = monotonic_deadline_ms(DEADLINE_MS);
	struct cma_snapshot before, after;

	cma_area_snapshot(bed->area, &before);
	while (monotonic_ms() < end) {
		pause_ms(QUIET_MS);
		cma_area_snapshot(bed->area, &after);
		if (!memcmp(&before, &after, sizeof(before)))
			return true;
		before = after;
	}
	return false;
}

__u64 testbed_used(const struct testbed *bed)
{
	__u64 pages;

	return cma_area_used_pages(bed->area, &pages) ? ~0ull : pages;
}

__u64 testbed_wait_used(const struct testbed *bed, __u64 pages)
{
	long long end = monotonic_deadline_ms(DEADLINE_MS);
	__u64 used = testbed_used(bed);

	while (used != pages && monotonic_ms() < end) {
		pause_ms(1);
		used = testbed_used(bed);
	}
	return used;
}

__u64 testbed_area_pages(const struct testbed *bed)
{
	__u64 total;

	if (bed->area->count_pages || bed->areas.count > 1 ||
	    meminfo_bytes("CmaTotal", &total))
		return bed->area->count_pages;
	return total / bed->page_size;
}

/*
 * The guard must know before the kernel allocates, and must not free when the
 * allocation failed: somebody else's block would go. A test killed between the
 * two steps of a failing allocation is the one gap.
 */
int testbed_debugfs_alloc(struct testbed *bed, __u64 pages)
{
	char path[CMA_PATH_SIZE], text[32];
	int id, err;

	if (bed->nblocks == TESTBED_MAX_BLOCKS)
		return -ENOSPC;
	cma_area_debugfs_path(bed->area, "free", path);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)pages);
	id = guard_write(&bed->guard, path, text);
	if (id < 0)
		return id;
	err = cma_debugfs_alloc(bed->area, pages);
	if (err) {
		guard_cancel(&bed->guard, id);
		return err;
	}
	bed->block_guard_id[bed->nblocks] = id;
	bed->block_pages[bed->nblocks++] = pages;
	return 0;
}

int testbed_debugfs_free(struct testbed *bed)
{
	int err;

	if (!bed->nblocks)
		return -ENOENT;
	bed->nblocks--;
	err = cma_debugfs_free(bed->area, bed->block_pages[bed->nblocks]);
	if (err)
		return err;
	return guard_cancel(&bed->guard, bed->block_guard_id[bed->nblocks]);
}

/* What is left of it. */
static long long *budget_ms;

static void __attribute__((constructor)) share_budget(void)
{
	budget_ms = time_budget_share(REFUSALS_BUDGET_MS);
}

static int ask_for_room(struct testbed *bed, __u64 pages, long long deadline_ms)
{
	long long start_ms = monotonic_ms(), end;
	int attempts = 0, err;

	if (!testbed_owns_machine() && deadline_ms > *budget_ms)
		deadline_ms = *budget_ms;
	end = monotonic_deadline_ms(deadline_ms);
	do {
		err = testbed_debugfs_alloc(bed, pages);
		attempts++;
	} while (err == -ENOMEM && (attempts < ROOM_ATTEMPTS || monotonic_ms() < end));
	if (err == -ENOMEM)
		time_budget_spend(budget_ms, start_ms);
	return err;
}

int testbed_take_part(struct testbed *bed, unsigned int parts, __u64 *pages)
{
	int err = cma_area_read(bed->area, CMA_MAXCHUNK_PAGES, pages);

	if (err)
		return err;
	*pages /= parts;
	return ask_for_room(bed, *pages, ROOM_DEADLINE_MS);
}

int testbed_take_room(struct testbed *bed, __u64 *pages)
{
	return testbed_take_part(bed, 1, pages);
}

int testbed_judge_later(struct testbed *bed, int err, __u64 pages)
{
	if (err != -ENOMEM || testbed_owns_machine())
		return err;
	/* The first is the smallest: fewer pages of others are in its way. */
	if (!bed->refused_pages)
		bed->refused_pages = pages;
	return 0;
}

const char *testbed_ask_again(struct testbed *bed)
{
	if (testbed_saw_others(bed)) {
		snprintf(bed->reason, sizeof(bed->reason), "area %.60s was used by others meanwhile",
			 bed->area->name);
		return bed->reason;
	}
	guard_undo(&bed->guard);
	if (ask_for_room(bed, bed->refused_pages, DEADLINE_MS) != -ENOMEM) {
		testbed_debugfs_free(bed);
		return NULL;
	}
	snprintf(bed->reason, sizeof(bed->reason),
		 "somebody else holds a page of the area: %llu pages of %.40s refused",
		 (unsigned long long)bed->refused_pages, bed->area->name);
	return bed->reason;
}

bool testbed_owns_machine(void)
{
	const char *value = getenv("CMA_TESTS_OWN_MACHINE");

	return value && strcmp(value, "1") == 0;
}

int testbed_open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	if (!dir)
		return -errno;
	while (readdir(dir))
		count++;
	closedir(dir);
	return count - 3;	/* ".", ".." and the folder itself */
}

int testbed_next_descriptor(void)
{
	int next = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);

	close(next);
	return next;
}
