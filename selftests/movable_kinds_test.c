// SPDX-License-Identifier: GPL-2.0
/*
 * The controls of busy_test.c: pages that must get out of the way, whatever
 * kind they are of, and arrive whole.
 *
 *	area	[aaa fff mmm hhhhhh kkk ttt ....]  pages of every kind
 *	area	[XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX]  all of the room is taken
 *	elsewhere  aaa fff mmm hhhhhh kkk ttt	   bit for bit as they were
 *
 * Each is written to while it moves, by a thread of its own, bar those that a
 * write would make another kind of. The area is taken and returned several times,
 * more of it each time.
 *
 * The kinds are in lib/page_kinds.c. Pages of files are in page_cache_test.c, those
 * in zram in zram_swap_test.c, those that are to be pinned in long_term_pin_test.c.
 */
#include <errno.h>
#include <linux/kernel-page-flags.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness.h"
#include "meminfo.h"
#include "movable.h"
#include "page_kinds.h"
#include "pagemap.h"
#include "pattern.h"
#include "testbed.h"

/* Pages of one kind, and what became of them. */
struct subject {
	struct kind_pages pages;
	struct pattern_writer writer;
	long in_area;		/* before the area was taken */
	long of_kind;		/* of them, those that kpageflags takes for the kind */
	unsigned char *watched;	/* a page of them there, or NULL */
	__u64 watched_pfn, watched_flags;
};

FIXTURE(movable_kinds)
{
	struct testbed bed;
	struct movable ballast;
	struct subject subjects[PAGE_KINDS];
};

FIXTURE_VARIANT(movable_kinds)
{
	const char *kind;	/* alone; NULL: all that this machine has, together */
};

FIXTURE_VARIANT_ADD(movable_kinds, every_kind) { .kind = NULL };
FIXTURE_VARIANT_ADD(movable_kinds, anonymous) { .kind = "anonymous" };
FIXTURE_VARIANT_ADD(movable_kinds, shared_memory) { .kind = "shared memory" };
FIXTURE_VARIANT_ADD(movable_kinds, shared_by_processes)
{
	.kind = "shared memory of several processes",
};

FIXTURE_VARIANT_ADD(movable_kinds, locked) { .kind = "locked in memory" };
FIXTURE_VARIANT_ADD(movable_kinds, shared_by_fork) { .kind = "shared by fork" };
FIXTURE_VARIANT_ADD(movable_kinds, huge) { .kind = "transparent huge" };
FIXTURE_VARIANT_ADD(movable_kinds, large_folios) { .kind = "large folios" };
FIXTURE_VARIANT_ADD(movable_kinds, lazily_freed) { .kind = "freed lazily, written again" };
FIXTURE_VARIANT_ADD(movable_kinds, hugetlb) { .kind = "hugetlb" };
FIXTURE_VARIANT_ADD(movable_kinds, shared_hugetlb) { .kind = "hugetlb, shared" };
FIXTURE_VARIANT_ADD(movable_kinds, merged) { .kind = "merged by KSM" };

FIXTURE_SETUP(movable_kinds)
{
	const char *reason;

	OPEN_QUIET_TESTBED(&self->bed, testbed_open_debugfs);
	reason = movable_press(&self->ballast, &self->bed);
	if (reason)
		SKIP_SETUP("%s", reason);
}

FIXTURE_TEARDOWN(movable_kinds)
{
	size_t i;

	movable_free(&self->ballast);
	for (i = 0; i < PAGE_KINDS; i++) {
		pattern_writer_stop(&self->subjects[i].writer);
		page_kind_unmake(&self->subjects[i].pages);
	}
	CLOSE_QUIET_TESTBED(&self->bed);
}

/* What the kernel knows of a page, and must know of it elsewhere. */
static __u64 lasting_flags(__u64 pfn)
{
	const __u64 lasting = 1ull << KPF_UPTODATE | 1ull << KPF_ANON | 1ull << KPF_SWAPBACKED |
			      1ull << KPF_HUGE | 1ull << KPF_MLOCKED;
	__u64 flags;

	return kpage_flags(pfn, &flags) ? 0 : flags & lasting;
}

static void watch_a_page(struct subject *subject, const struct cma_area *area)
{
	unsigned char *page = subject->pages.map, *end = page + subject->pages.bytes;
	__u64 pfn;

	for (; !subject->watched && page < end; page += pagemap_page_size()) {
		if (pagemap_pfn(page, &pfn) || !cma_area_contains(area, pfn))
			continue;
		subject->watched = page;
		subject->watched_pfn = pfn;
		subject->watched_flags = lasting_flags(pfn);
	}
}

/*
 * It is still anonymous or a file's, backed by swap or not, locked or not: what
 * reclaim makes of a page hangs on it, long after.
 */
static void check_watched(struct __test_metadata *_metadata, const struct subject *subject,
			  const char *name)
{
	__u64 pfn, flags;

	if (!subject->watched || pagemap_pfn(subject->watched, &pfn) ||
	    pfn == subject->watched_pfn)
		return;
	flags = lasting_flags(pfn);
	EXPECT_EQ(subject->watched_flags, flags) {
		TH_LOG("%s: moved from frame 0x%llx to 0x%llx, flags of kpageflags %llx then %llx",
		       name, (unsigned long long)subject->watched_pfn, (unsigned long long)pfn,
		       (unsigned long long)subject->watched_flags, (unsigned long long)flags);
	}
}

/* Pages of the kind. Returns false where this machine cannot have them. */
static bool make_subject(struct __test_metadata *_metadata, struct subject *subject,
			 const struct page_kind *kind, struct testbed *bed)
{
	int err = page_kind_make(kind, &subject->pages, &bed->guard, kind - page_kinds + 1);

	if (err == -EOPNOTSUPP || err == -ETIME) {
		TH_LOG("left out: %s (%s)", kind->name, strerror(-err));
		page_kind_unmake(&subject->pages);
		return false;
	}
	ASSERT_EQ(0, err) {
		TH_LOG("%s: %s", kind->name, strerror(-err));
	}
	if (!kind->flags_come_late)
		watch_a_page(subject, bed->area);
	return true;
}

/*
 * What is to make room is there, and is what it is called: huge pages may have
 * come as small ones.
 */
static void check_kind(struct __test_metadata *_metadata, struct subject *subject,
		       const struct page_kind *kind, const struct cma_area *area)
{
	unsigned char *page = subject->pages.map, *end = page + subject->pages.bytes;
	__u64 pfn, flags;

	for (; page < end; page += pagemap_page_size()) {
		if (pagemap_pfn(page, &pfn) || !cma_area_contains(area, pfn))
			continue;
		subject->in_area++;
		if (!kpage_flags(pfn, &flags) && (flags & kind->flags) == kind->flags)
			subject->of_kind++;
	}
	EXPECT_LT(0, subject->in_area) {
		TH_LOG("%s: none of its pages is in area %s", kind->name, area->name);
	}
	EXPECT_LT(0, subject->of_kind) {
		TH_LOG("%s: %ld pages in area %s, and none has all of the flags 0x%llx of kpageflags",
		       kind->name, subject->in_area, area->name, (unsigned long long)kind->flags);
	}
	TH_LOG("%s: %ld pages in the area, %ld by their flags", kind->name, subject->in_area,
	       subject->of_kind);
}

static void start_writer(struct __test_metadata *_metadata, struct subject *subject,
			 const struct page_kind *kind)
{
	if (!subject->pages.map)
		return;
	if (kind->why_not_written) {
		TH_LOG("%s: not written to: %s", kind->name, kind->why_not_written);
		return;
	}
	ASSERT_EQ(0, pattern_writer_start(&subject->writer, subject->pages.map,
					  subject->pages.bytes));
}

static long count_in_area(struct subject *subjects, const struct cma_area *area)
{
	long all = 0;
	size_t i;

	for (i = 0; i < PAGE_KINDS; i++) {
		const struct kind_pages *pages = &subjects[i].pages;

		if (!pages->map)
			continue;
		subjects[i].in_area = pagemap_pages_in_area(pages->map, pages->bytes, area);
		all += subjects[i].in_area;
	}
	return all;
}

/* Every page can be written to still. */
static void check_writers_go_on(struct __test_metadata *_metadata,
				const struct subject *subjects)
{
	size_t i;

	for (i = 0; i < PAGE_KINDS; i++) {
		if (!subjects[i].writer.start)
			continue;
		EXPECT_TRUE(pattern_writer_goes_on(&subjects[i].writer)) {
			TH_LOG("%s: the writer does not come to the end of a round",
			       page_kinds[i].name);
		}
	}
}

static void check_moved(struct __test_metadata *_metadata, const struct subject *subject,
			const struct page_kind *kind, const struct testbed *bed)
{
	const struct kind_pages *pages = &subject->pages;
	long left = pagemap_pages_in_area(pages->map, pages->bytes, bed->area);

	check_watched(_metadata, subject, kind->name);
	TH_LOG("%s: %ld pages in the area before, %ld after, %llu rounds written", kind->name,
	       subject->in_area, left,
	       (unsigned long long)background_steps(&subject->writer.background));
	if (testbed_used(bed) == bed->area_pages)
		EXPECT_EQ(0, left);
}

static __u64 read_shared_memory(struct __test_metadata *_metadata)
{
	__u64 bytes;

	vm_stat_refresh();
	ASSERT_EQ(0, meminfo_bytes("Shmem", &bytes));
	return bytes;
}

/*
 * Shared memory is counted wherever it lies. The harness has the fixture in such
 * memory, whose pages may be touched for the first time meanwhile.
 */
static void check_shared_memory(struct __test_metadata *_metadata, __u64 before, size_t page_size)
{
	__u64 slack = sizeof(FIXTURE_DATA(movable_kinds)) + page_size;
	__u64 now = read_shared_memory(_metadata);

	/* Others have some, too. */
	if (!testbed_owns_machine())
		return;
	EXPECT_LE(before, now + slack);
	EXPECT_LE(now, before + slack);
}

/* Take a part of the room from the pages, under their writers, and return it. */
static void take_and_return(struct __test_metadata *_metadata, struct testbed *bed,
			    struct subject *subjects, unsigned int parts)
{
	long before = count_in_area(subjects, bed->area);
	long long start_ms = monotonic_ms();
	__u64 room = 0, shared_memory = read_shared_memory(_metadata);
	int err = testbed_take_part(bed, parts, &room);
	size_t i;

	EXPECT_ROOM(bed, err, room) {
		TH_LOG("area %s: %llu pages of room, all movable, cannot be taken",
		       bed->area->name, (unsigned long long)room);
	}
	TH_LOG("area %s: %ld pages in it, %llu of it %s in %lld ms", bed->area->name, before,
	       (unsigned long long)room, err ? "refused" : "taken", monotonic_ms() - start_ms);
	check_shared_memory(_metadata, shared_memory, bed->page_size);
	check_writers_go_on(_metadata, subjects);
	for (i = 0; i < PAGE_KINDS; i++)
		if (subjects[i].pages.map)
			check_moved(_metadata, &subjects[i], &page_kinds[i], bed);
	EXPECT_EQ(bed->used_at_start, testbed_give_back(bed));
	check_writers_go_on(_metadata, subjects);
}

static void check_contents(struct __test_metadata *_metadata, struct subject *subject,
			   const struct page_kind *kind)
{
	struct kind_pages *pages = &subject->pages;
	long bad = pattern_writer_stop(&subject->writer);

	EXPECT_EQ(-1, bad) {
		TH_LOG("%s: a write to page %ld was lost", kind->name, bad);
	}
	bad = page_kind_first_wrong(kind, pages);
	EXPECT_EQ(-1, bad) {
		TH_LOG("%s: page %ld changed", kind->name, bad);
	}
	/* What we write now is ours: who shares by fork goes on to see what was there then. */
	if (kind->copies_when_written)
		pattern_fill(pages->map, pages->bytes, pages->seed + 1);
	EXPECT_EQ(0, page_kind_ask_sharers(pages)) {
		TH_LOG("%s, moved: so many sharers see what was not there before", kind->name);
	}
}

TEST_F_TIMEOUT(movable_kinds, makes_room_unchanged, 110)
{
	struct testbed *bed = &self->bed;
	__u64 moved_before, moved;
	unsigned int parts;
	size_t i;

	if (variant->kind)
		ASSERT_NE(NULL, page_kind_find(variant->kind));
	for (i = 0; i < PAGE_KINDS; i++) {
		const struct page_kind *kind = &page_kinds[i];

		if (variant->kind && strcmp(variant->kind, kind->name))
			continue;
		if (!make_subject(_metadata, &self->subjects[i], kind, bed) && variant->kind)
			SKIP(return, "needs %s", page_kind_needs(kind));
	}
	for (i = 0; i < PAGE_KINDS; i++)
		if (self->subjects[i].pages.map)
			check_kind(_metadata, &self->subjects[i], &page_kinds[i], bed->area);
	for (i = 0; i < PAGE_KINDS; i++)
		start_writer(_metadata, &self->subjects[i], &page_kinds[i]);
	check_writers_go_on(_metadata, self->subjects);
	ASSERT_EQ(0, vmstat_read("pgmigrate_success", &moved_before));
	for (parts = 4; parts; parts /= 2) {
		/* Room for them outside. */
		if (parts == 1)
			movable_free(&self->ballast);
		take_and_return(_metadata, bed, self->subjects, parts);
	}
	ASSERT_EQ(0, vmstat_read("pgmigrate_success", &moved));
	/* Refused for others, it may have been before anything moved. */
	if (!bed->refused_pages)
		EXPECT_LT(moved_before, moved);
	for (i = 0; i < PAGE_KINDS; i++)
		if (self->subjects[i].pages.map)
			check_contents(_metadata, &self->subjects[i], &page_kinds[i]);
	EXPECT_EQ(0, vmstat_wait_isolated()) {
		TH_LOG("pages that moved are still counted as isolated");
	}
}

TEST_HARNESS_MAIN
