// SPDX-License-Identifier: GPL-2.0
#include "resident.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "area_frames.h"
#include "area_sweep.h"
#include "meminfo.h"
#include "pagemap.h"
#include "resident_window.h"
#include "text_file.h"

/* So many residents are looked at for what kind of page they are. */
#define CHECKED_PAGES 64

int resident_look(struct resident *resident, struct occupancy *now)
{
	int err = window_look(resident);

	now->pages = resident->inside_pages;
	now->source = resident->exact ? OCCUPANCY_PAGEMAP :
		      resident->by_flags ? OCCUPANCY_KPAGEFLAGS :
		      OCCUPANCY_COUNTERS;
	return err;
}

/* As far as the kernel tells: what it does not tell cannot be wrong. */
static bool is_right_page(const struct resident *resident, __u64 pfn)
{
	__u64 flags, mappings;

	if (resident->kind->is_as_expected && !kpage_flags(pfn, &flags) &&
	    !resident->kind->is_as_expected(flags))
		return false;
	return !resident->mappings || kpage_count(pfn, &mappings) ||
	       mappings == resident->mappings;
}

static bool is_in(const struct cma_range *range, __u64 pfn)
{
	return pfn - range->base_pfn < range->count_pages;
}

/*
 * A number of residents must be what they should be: of those in @landing, or
 * without it of all in the area; all over it in either case.
 */
static int check_kind(const struct resident *resident,
		      const struct cma_range *landing, struct reason *why)
{
	unsigned int percent = resident->kind->expected_percent ?: 75;
	__u64 all = landing ? resident->landing_pages : resident->inside_pages;
	__u64 step = all / CHECKED_PAGES + 1, found = 0, slot;
	unsigned int seen = 0, good = 0;

	for (slot = resident->first_slot; resident->exact &&
	     slot < resident->end_slot; slot++) {
		__u64 pfn = window_pfn(resident, slot);

		if (!pfn || (landing ? !is_in(landing, pfn) :
			     !cma_area_contains(resident->target->area, pfn)))
			continue;
		if (found++ % step)
			continue;
		seen++;
		good += is_right_page(resident, pfn);
	}
	if (100 * good >= percent * seen)
		return 0;
	return refuse(why, -ENOENT,
		      "%u of %u pages looked at%s are %s pages%s, expected %u %%",
		      good, seen, landing ? " where it will go" : "",
		      resident->kind->name, resident->mappings ?
		      " with all their mappings" : "", percent);
}

/* A few pages tell nothing of a kind that only most of them must be of. */
static int check_kinds(const struct resident *resident, struct reason *why)
{
	int err = check_kind(resident, NULL, why);

	if (!err && resident->landing.count_pages >= CHECKED_PAGES)
		err = check_kind(resident, &resident->landing, why);
	return err;
}

int resident_check(const struct resident *resident, struct reason *why)
{
	__u64 inside = resident->inside_pages;
	__u64 wanted = resident->wanted_pages;
	__u64 off = inside > wanted ? inside - wanted : wanted - inside;

	if (off <= resident->tolerance_pages)
		return check_kinds(resident, why);
	return refuse(why, -ENOENT,
		      "%llu pages of ours inside the area, expected %llu +- %llu",
		      inside, wanted, resident->tolerance_pages);
}

/* Clean pages are dropped, not migrated: they are missed afterwards. */
static bool met_residents(struct resident *resident, __u64 before,
			  const struct sample *sample, __u64 expected)
{
	if (sample->has_migrations && sample->migrated_pages >= expected)
		return true;
	if (!resident->exact || window_look(resident))
		return !sample->has_migrations;
	return before >= resident->inside_pages + expected;
}

int resident_confirm(struct resident *resident, const struct sample *sample,
		     const struct request *request, struct reason *why)
{
	__u64 expected = request->pages, before = resident->inside_pages;

	if (expected > resident->wanted_pages)
		expected = resident->wanted_pages;
	/* Half: pages that others hold, or that were free, may lie between. */
	expected = (expected + 1) / 2;
	if (sample->error || met_residents(resident, before, sample, expected))
		return 0;
	return refuse(why, -ENOENT,
		      "the allocation took a place without pressure: %llu pages migrated and %lld left the area, expected at least %llu of %llu",
		      sample->migrated_pages,
		      (long long)(before - resident->inside_pages), expected,
		      request->pages);
}

/* May this process read PFNs, and is the area's place known? */
static bool can_see_frames(struct resident *resident)
{
	return !resident->kind->by_counters &&
	       resident->target->area->nranges &&
	       window_fault(resident, 1) == 0 && window_scan(resident) == 0 &&
	       window_pfn(resident, 0);
}

static int map_entries(struct resident *resident)
{
	resident->entries = mmap(NULL, resident->capacity_slots * sizeof(__u64),
				 PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
				 -1, 0);
	return resident->entries == MAP_FAILED ? -errno : 0;
}

/* A window of its own, for nothing but using up memory outside the area. */
static int open_ballast(struct resident *resident, struct reason *why)
{
	if (!resident->kind->needs_ballast)
		return 0;
	resident->ballast = calloc(1, sizeof(*resident->ballast));
	if (!resident->ballast)
		return refuse(why, -ENOMEM, "out of memory");
	return resident_open(resident->ballast, &anonymous_pages,
			     resident->target, 0, why);
}

/* Twice what there is: in counters mode the window only moves on. */
static int choose_capacity(struct resident *resident)
{
	__u64 total_bytes;
	int err = meminfo_bytes("MemTotal", &total_bytes);

	resident->capacity_slots = 2 * total_bytes /
				   resident->target->page_size_bytes;
	if (resident->kind->needs_ballast && !resident->kind->by_counters)
		resident->capacity_slots = 2 * resident->wanted_pages +
			resident->target->area->count_pages / 2;
	return err;
}

static int prepare_window(struct resident *resident, struct reason *why)
{
	struct occupancy before;
	int err;

	resident->by_flags = resident->kind->is_in_frame &&
		!area_frames_count(resident->target->area,
				   resident->kind->is_in_frame,
				   &resident->lent_before_pages);
	err = resident->by_flags ? 0 : area_lent_pages(resident->target, &before);
	if (!err && !resident->by_flags)
		resident->lent_before_pages = before.pages;
	if (!err)
		err = choose_capacity(resident);
	if (err)
		return refuse(why, err, "/proc/meminfo has no CmaTotal, CmaFree and MemTotal");
	err = map_entries(resident);
	if (err)
		return refuse(why, err, "cannot map address space for the pressure: %s",
			      strerror(-err));
	err = resident->kind->map(resident, why);
	return err ? err : open_ballast(resident, why);
}

int resident_open(struct resident *resident, const struct page_kind *kind,
		  const struct target *target, unsigned int percent,
		  struct reason *why)
{
	__u64 area_pages = target->area->count_pages;
	int err;

	memset(resident, 0, sizeof(*resident));
	resident->kind = kind;
	resident->target = target;
	resident->base = MAP_FAILED;
	resident->entries = MAP_FAILED;
	resident->file_fd = -1;
	resident->pagemap_fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	/* Should the kernel ever have to choose, it chooses this program. */
	text_file_write("/proc/self/oom_score_adj", "1000");
	if (!area_pages)
		return refuse(why, -ENOENT,
			      "the size of area %s is not known (CONFIG_CMA_DEBUGFS, debugfs mounted, root)",
			      target_name(target));
	resident->wanted_pages = area_pages * percent / 100;
	resident->tolerance_pages = area_pages / 100;
	if (resident->tolerance_pages < SMALL_PAGES / 2)
		resident->tolerance_pages = SMALL_PAGES / 2;
	resident->ballast_is_known = kind->needs_ballast;
	err = prepare_window(resident, why);
	if (err)
		return err;
	resident->exact = can_see_frames(resident);
	/* Where it cannot be done the check after each sample will tell. */
	if (percent)
		area_sweep(target);
	return 0;
}

void resident_close(struct resident *resident)
{
	size_t page_size = resident->target->page_size_bytes;

	if (resident->base != MAP_FAILED)
		munmap(resident->base, resident->capacity_slots * page_size);
	if (resident->kind->unmap)
		resident->kind->unmap(resident);
	if (resident->entries != MAP_FAILED)
		munmap(resident->entries,
		       resident->capacity_slots * sizeof(__u64));
	if (resident->file_fd >= 0)
		close(resident->file_fd);
	if (resident->pagemap_fd >= 0)
		close(resident->pagemap_fd);
	if (resident->ballast)
		resident_close(resident->ballast);
	free(resident->ballast);
}
