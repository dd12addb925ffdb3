/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pages of ours, a wanted number of them inside a CMA area.
 *
 * Nobody can ask for a page inside an area. A zone hands CMA pages out to
 * movable allocations only while its free CMA pages (C) are more than its
 * other free pages (F), so F has to be used up first, by ballast:
 *
 *	free before	F FFFFFFFFFFFFFFFFFFFFFFFF   C CCCCCCCC
 *	fault		ballast ................
 *	F == C		F FFFFFFFF                   C CCCCCCCC
 *	fault on	every second page is inside the area
 *	at the target	F FFFF                       C CCCC
 *
 * Residents must also be where the allocation will look, which is the first
 * fit from the base. A sweep (area_sweep.h) makes the allocator fill the area
 * from there:
 *
 *	base |RRRRRRRRRRRRRRRRRRRR....................| target 50 %
 *	     |<- n ->|					allocation of n pages
 *
 * It migrates n residents out; F is kept above C + n meanwhile, or they would
 * go to another place in the area. The release leaves a hole at the base. As C
 * is now larger again, new faults go into the area until that hole, found in
 * the bitmap, is dense again, and pages outside are given back until F is what
 * it was: every sample starts from the same state. Samples that nevertheless
 * migrated less than half are not valid.
 *
 * Where PFNs may be read (CAP_SYS_ADMIN, base_pfn in debugfs) residents are
 * counted by PFN; those that no mapping shows by the flags of the area's frames;
 * elsewhere by CmaTotal - CmaFree - used; less what that was before. The OOM
 * killer is kept away: faulting stops at the highest that the zone's watermarks
 * can be, of what is free outside the area, see floor_pages().
 */
#ifndef CMABENCH_RESIDENT_H
#define CMABENCH_RESIDENT_H

#include "bench.h"

struct resident;

/*
 * What kind of pages: how they come, how they go. All callbacks work on slots
 * of resident->base.
 */
struct page_kind {
	const char *name;	/* "anonymous", as in "anonymous pages" */
	bool by_counters;	/* no mapping of ours shows where they are ... */
	bool (*is_in_frame)(__u64 flags);	/* ... but /proc/kpageflags does */
	bool needs_ballast;	/* too dear to use up other memory with */
	/* Sets resident->base to a mapping of capacity_slots pages. */
	int (*map)(struct resident *resident, struct reason *why);
	/* Makes pages present. Returns 0 or -errno. */
	int (*fault)(struct resident *resident, __u64 slot, __u64 slots);
	/* Frees them; the slots can be faulted again. */
	void (*drop)(struct resident *resident, __u64 slot, __u64 slots);
	void (*unmap)(struct resident *resident);	/* optional */
	/* Optional: do /proc/kpageflags bits show such a page? */
	bool (*is_as_expected)(__u64 flags);
	unsigned int expected_percent;	/* so many must; 0: three of four */
};

extern const struct page_kind anonymous_pages;
/* Its parts, for kinds that are nearly that. */
int anonymous_map(struct resident *resident, struct reason *why);
void anonymous_drop(struct resident *resident, __u64 slot, __u64 slots);
int populate_for_writing(struct resident *resident, __u64 slot, __u64 slots);

struct resident {
	const struct page_kind *kind;
	void *kind_state;	/* the kind's own */
	int file_fd;		/* likewise; closed at the end */
	const struct target *target;
	struct resident *ballast;	/* NULL: the window's lower slots are */
	char *base;		/* one mapping, slots of a page each */
	__u64 capacity_slots;
	/* The slots that may hold residents; those below are ballast. */
	__u64 first_slot, end_slot;
	bool ballast_is_known;
	__u64 *entries;		/* pagemap of the window, by slot */
	int pagemap_fd;
	bool exact;		/* by PFN */
	bool by_flags;		/* by /proc/kpageflags: how many, not which */
	/* Where slots' frames are not seen: below the one from before this sample ... */
	__u64 settled_slot;
	__u64 top_slot;		/* ... and those that go next, downwards from here */
	__u64 lent_before_pages;
	__u64 wanted_pages, tolerance_pages;
	struct cma_range landing;	/* where the request will go */
	/* What the last look at the window found. */
	__u64 inside_pages, outside_pages, landing_pages;
	unsigned int mappings;		/* that each page must have; 0: any */
	unsigned int backed_off;	/* so many samples in a row */
};

/* resident_open - @percent 0: only ballast. resident_close() in every case. */
int resident_open(struct resident *resident, const struct page_kind *kind,
		  const struct target *target, unsigned int percent,
		  struct reason *why);

/*
 * resident_fill - bring as many pages into the area as are wanted, and make
 * room outside for those that @request will push out.
 */
int resident_fill(struct resident *resident, const struct request *request,
		  struct reason *why);

/* resident_look - count them now. Returns 0 or -errno. */
int resident_look(struct resident *resident, struct occupancy *now);

/*
 * resident_check - 0 when the count is the wanted one and the pages are what
 * they should be, else -ENOENT and why.
 */
int resident_check(const struct resident *resident, struct reason *why);

/*
 * resident_confirm - after a sample: did the allocation meet residents?
 * Returns 0, or -ENOENT and the reason.
 */
int resident_confirm(struct resident *resident, const struct sample *sample,
		     const struct request *request, struct reason *why);

void resident_close(struct resident *resident);

#endif
