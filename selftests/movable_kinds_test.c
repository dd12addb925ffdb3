// SPDX-License-Identifier: GPL-2.0
/*
 * The controls of busy_test.c: pages that must get out of the way, whatever
 * kind they are of, and arrive whole.
 *
 *	area	[aaa fff mmm hhhhhh kkk ttt ....]  pages of every kind
 *	area	[XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX]  all of the room is taken
 *	elsewhere  aaa fff mmm hhhhhh kkk ttt	   bit for bit as they were
 *
 * Some of them are written to while they move.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kernel-page-flags.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "io_ring.h"
#include "meminfo.h"
#include "movable.h"
#include "pagemap.h"
#include "pattern.h"
#include "testbed.h"
#include "text_file.h"

#define MERGE_DEADLINE_MS 6000
#define KIND_BYTES (2ul << 20)
#define SHARERS 3
#define HUGE_PAGES 4
/* Less than a processor's batch of pages on their way to another list. */
#define BATCH_PAGES 4
/* The kernel's own include/linux/kernel-page-flags.h has it. */
#define KPF_MLOCKED 33
#define KSM_RUN "/sys/kernel/mm/ksm/run"
#define KSM_SHARING "/sys/kernel/mm/ksm/pages_sharing"

struct pages {
	unsigned char *map;
	size_t bytes;
	__u64 seed;
	pid_t sharers[SHARERS];
	int ask[2];		/* a pipe to them */
	struct pattern_writer writer;
	bool is_written;
	long in_area;		/* before the area was taken */
	unsigned char *watched;	/* a page of them there, or NULL */
	__u64 watched_pfn, watched_flags;
};

static int map_anonymous(struct pages *pages, int flags)
{
	pages->bytes = KIND_BYTES;
	pages->map = mmap(NULL, pages->bytes, PROT_READ | PROT_WRITE,
			  flags | MAP_ANONYMOUS, -1, 0);
	if (pages->map == MAP_FAILED)
		return -errno;
	madvise(pages->map, pages->bytes, MADV_NOHUGEPAGE);
	pattern_fill(pages->map, pages->bytes, pages->seed);
	return 0;
}

static int make_anonymous(struct pages *pages, struct guard *guard)
{
	(void)guard;
	return map_anonymous(pages, MAP_PRIVATE);
}

static int make_written(struct pages *pages, struct guard *guard)
{
	int err = make_anonymous(pages, guard);

	if (err)
		return err;
	pages->is_written = true;
	return pattern_writer_start(&pages->writer, pages->map, pages->bytes);
}

/* Shared memory is tmpfs's; written to as well. */
static int make_shared_memory(struct pages *pages, struct guard *guard)
{
	int err = map_anonymous(pages, MAP_SHARED);

	(void)guard;
	if (err)
		return err;
	pages->is_written = true;
	return pattern_writer_start(&pages->writer, pages->map, pages->bytes);
}

static int make_locked(struct pages *pages, struct guard *guard)
{
	int err = make_anonymous(pages, guard);

	if (!err && mlock(pages->map, pages->bytes))
		err = errno == EPERM || errno == ENOMEM ? -EOPNOTSUPP : -errno;
	return err;
}

/* Wait until we are asked, or nobody is left to ask: is all as it was when we came? */
static void live_as_sharer(const struct pages *pages)
{
	char byte;

	close(pages->ask[1]);
	if (read(pages->ask[0], &byte, 1) != 1)
		_exit(1);
	_exit(pattern_first_wrong(pages->map, pages->bytes, pages->seed) >= 0);
}

/* Mapped by several processes, so that each mapping must be moved. */
static int make_fork_shared(struct pages *pages, struct guard *guard)
{
	int err = make_anonymous(pages, guard), i;

	if (!err && pipe2(pages->ask, O_CLOEXEC))
		err = -errno;
	for (i = 0; !err && i < SHARERS; i++) {
		pages->sharers[i] = fork();
		if (pages->sharers[i] == 0)
			live_as_sharer(pages);
		err = pages->sharers[i] < 0 ? -errno : 0;
		if (!err)
			guard_kill(guard, pages->sharers[i]);
	}
	return err;
}

static int make_huge(struct pages *pages, struct guard *guard)
{
	__u64 huge;

	(void)guard;
	if (text_file_read_u64("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", &huge) ||
	    huge > 4 * KIND_BYTES)
		return -EOPNOTSUPP;
	pages->bytes = 2 * huge;
	pages->map = mmap(NULL, pages->bytes, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (pages->map == MAP_FAILED)
		return -errno;
	madvise(pages->map, pages->bytes, MADV_HUGEPAGE);
	pattern_fill(pages->map, pages->bytes, pages->seed);
	return 0;
}

/*
 * Pages of hugetlb, with none to spare in its pool: each moves to one that is
 * made for it. Guards ae37c7ff79f1 ("mm: make alloc_contig_range handle in-use
 * hugetlb pages").
 */
static int make_hugetlb(struct pages *pages, struct guard *guard)
{
	char text[32];
	__u64 huge;

	if (meminfo_bytes("Hugepagesize", &huge) || huge > 4 * KIND_BYTES)
		return -EOPNOTSUPP;
	snprintf(text, sizeof(text), "%d", HUGE_PAGES);
	if (guard_set_file(guard, "/proc/sys/vm/nr_hugepages", text))
		return -EOPNOTSUPP;
	pages->bytes = HUGE_PAGES * huge;
	pages->map = mmap(NULL, pages->bytes, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	if (pages->map == MAP_FAILED)
		return errno == ENOMEM ? -EOPNOTSUPP : -errno;
	pattern_fill(pages->map, pages->bytes, pages->seed);
	return 0;
}

/* To be freed when memory is short, and then wanted after all. */
static int make_lazily_freed(struct pages *pages, struct guard *guard)
{
	int err = make_anonymous(pages, guard);

	if (err)
		return err;
	if (madvise(pages->map, pages->bytes, MADV_FREE))
		return -EOPNOTSUPP;
	pattern_fill(pages->map, pages->bytes, pages->seed);
	return 0;
}

/* Every page the same, merged into few that all of them share. */
static int make_merged(struct pages *pages, struct guard *guard)
{
	long long end = testbed_now_ms() + MERGE_DEADLINE_MS;
	size_t size = pagemap_page_size(), offset;
	__u64 sharing = 0;
	int err = make_anonymous(pages, guard);

	if (err)
		return err;
	for (offset = size; offset < pages->bytes; offset += size)
		memcpy(pages->map + offset, pages->map, size);
	if (madvise(pages->map, pages->bytes, MADV_MERGEABLE))
		return -EOPNOTSUPP;
	if (guard_set_file(guard, "/sys/kernel/mm/ksm/sleep_millisecs", "1") ||
	    guard_set_file(guard, "/sys/kernel/mm/ksm/pages_to_scan", "2000") ||
	    guard_set_file(guard, KSM_RUN, "1"))
		return -EOPNOTSUPP;
	while (sharing < 64 && testbed_now_ms() < end) {
		usleep(1000);
		text_file_read_u64(KSM_SHARING, &sharing);
	}
	return sharing < 64 ? -ETIME : 0;
}

static long check_merged(const struct pages *pages)
{
	size_t size = pagemap_page_size(), offset;

	for (offset = 0; offset < pages->bytes; offset += size)
		if (pattern_first_wrong(pages->map + offset, size, pages->seed) >= 0)
			return offset / size;
	return -1;
}

static const struct kind {
	const char *name;
	/* -EOPNOTSUPP: this kernel or this user cannot have such pages */
	int (*make)(struct pages *pages, struct guard *guard);
	long (*check)(const struct pages *pages);	/* NULL: by pattern */
} kinds[] = {
	{ "anonymous", make_anonymous, NULL },
	{ "anonymous, written to", make_written, NULL },
	{ "shared memory, written to", make_shared_memory, NULL },
	{ "locked in memory", make_locked, NULL },
	{ "shared by fork", make_fork_shared, NULL },
	{ "transparent huge", make_huge, NULL },
	{ "freed lazily, written again", make_lazily_freed, NULL },
	{ "hugetlb", make_hugetlb, NULL },
	{ "merged by KSM", make_merged, check_merged },
};

FIXTURE(movable_kinds)
{
	struct testbed bed;
	struct movable ballast;
	struct pages pages[ARRAY_SIZE(kinds)];
};

FIXTURE_SETUP(movable_kinds)
{
	const char *reason;

	OPEN_QUIET_TESTBED(&self->bed, testbed_open_debugfs);
	reason = movable_press(&self->ballast, &self->bed);
	if (reason)
		SKIP_SETUP("%s", reason);
}

static void unmake(struct pages *pages)
{
	int i;

	for (i = 0; i < SHARERS; i++) {
		if (pages->sharers[i] <= 0)
			continue;
		kill(pages->sharers[i], SIGKILL);
		waitpid(pages->sharers[i], NULL, 0);
	}
	if (pages->ask[0] != pages->ask[1]) {
		close(pages->ask[0]);
		close(pages->ask[1]);
	}
	if (pages->map && pages->map != MAP_FAILED)
		munmap(pages->map, pages->bytes);
}

FIXTURE_TEARDOWN(movable_kinds)
{
	size_t i;

	movable_free(&self->ballast);
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		unmake(&self->pages[i]);
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

static void watch_a_page(struct pages *pages, const struct cma_area *area)
{
	size_t offset;
	__u64 pfn;

	for (offset = 0; !pages->watched && offset < pages->bytes; offset += pagemap_page_size()) {
		if (pagemap_pfn(pages->map + offset, &pfn) || !cma_area_contains(area, pfn))
			continue;
		pages->watched = pages->map + offset;
		pages->watched_pfn = pfn;
		pages->watched_flags = lasting_flags(pfn);
	}
}

/*
 * It is still anonymous or a file's, backed by swap or not, locked or not: what
 * reclaim makes of a page hangs on it, long after.
 */
static void check_watched(struct __test_metadata *_metadata, const struct pages *pages,
			  const char *name)
{
	__u64 pfn, flags;

	if (!pages->watched || pagemap_pfn(pages->watched, &pfn) || pfn == pages->watched_pfn)
		return;
	flags = lasting_flags(pfn);
	EXPECT_EQ(pages->watched_flags, flags) {
		TH_LOG("%s: moved from frame 0x%llx to 0x%llx, flags of kpageflags %llx then %llx",
		       name, (unsigned long long)pages->watched_pfn, (unsigned long long)pfn,
		       (unsigned long long)pages->watched_flags, (unsigned long long)flags);
	}
}

/* What we write now is ours: the sharers go on to see what was there at the fork. */
static void check_sharers(struct __test_metadata *_metadata, struct pages *pages)
{
	int i, status;

	pattern_fill(pages->map, pages->bytes, pages->seed + 1);
	for (i = 0; i < SHARERS; i++) {
		ssize_t written = write(pages->ask[1], "", 1);

		ASSERT_EQ(1, written);
	}
	for (i = 0; i < SHARERS; i++) {
		ASSERT_EQ(pages->sharers[i], waitpid(pages->sharers[i], &status, 0));
		pages->sharers[i] = 0;
		EXPECT_EQ(0, status) {
			TH_LOG("shared by fork, moved: sharer %d sees what another wrote", i);
		}
	}
}

TEST_F_TIMEOUT(movable_kinds, every_kind_makes_room_unchanged, 110)
{
	struct testbed *bed = &self->bed;
	long in_area = 0;
	__u64 room = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct pages *pages = &self->pages[i];
		int err;

		pages->seed = i + 1;
		err = kinds[i].make(pages, &bed->guard);
		if (err == -EOPNOTSUPP || err == -ETIME) {
			TH_LOG("left out: %s (%s)", kinds[i].name, strerror(-err));
			unmake(pages);
			memset(pages, 0, sizeof(*pages));
			continue;
		}
		ASSERT_EQ(0, err) {
			TH_LOG("%s: %s", kinds[i].name, strerror(-err));
		}
		pages->in_area = pagemap_pages_in_area(pages->map, pages->bytes, bed->area);
		in_area += pages->in_area;
		/* Whether lazily freed memory is, is told late, in batches. */
		if (kinds[i].make != make_lazily_freed)
			watch_a_page(pages, bed->area);
	}
	ASSERT_LT(0, in_area) {
		TH_LOG("area %s: none of the pages is there", bed->area->name);
	}
	/* Room for them outside. */
	movable_free(&self->ballast);
	EXPECT_EQ(0, testbed_take_room(bed, &room)) {
		TH_LOG("area %s: %llu pages of room, all movable, cannot be taken",
		       bed->area->name, (unsigned long long)room);
	}
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct pages *pages = &self->pages[i];
		long bad = -1, left;

		if (!pages->map)
			continue;
		if (pages->is_written)
			bad = pattern_writer_stop(&pages->writer);
		EXPECT_EQ(-1, bad) {
			TH_LOG("%s: a write to page %ld was lost", kinds[i].name, bad);
		}
		bad = kinds[i].check ? kinds[i].check(pages) :
		      pattern_first_wrong(pages->map, pages->bytes, pages->seed);
		EXPECT_EQ(-1, bad) {
			TH_LOG("%s: page %ld changed", kinds[i].name, bad);
		}
		check_watched(_metadata, pages, kinds[i].name);
		left = pagemap_pages_in_area(pages->map, pages->bytes, bed->area);
		TH_LOG("%s: %ld pages in the area before, %ld after, %llu rounds written",
		       kinds[i].name, pages->in_area, left,
		       (unsigned long long)pages->writer.rounds);
		if (testbed_used(bed) == bed->area_pages)
			EXPECT_EQ(0, left);
		if (pages->sharers[0])
			check_sharers(_metadata, pages);
	}
	EXPECT_EQ(0, vmstat_wait_isolated()) {
		TH_LOG("pages that moved are still counted as isolated");
	}
}

/* The pool of hugetlb: how many, and how many of them are free and surplus. */
struct pool {
	__u64 total, free, surplus;
};

static int read_pool(struct pool *pool)
{
	const struct {
		const char *field;
		__u64 *pages;
	} fields[] = {
		{ "HugePages_Total", &pool->total }, { "HugePages_Free", &pool->free },
		{ "HugePages_Surp", &pool->surplus },
	};
	size_t i;
	int err = 0;

	for (i = 0; !err && i < ARRAY_SIZE(fields); i++)
		err = meminfo_number(fields[i].field, fields[i].pages);
	return err;
}

/*
 * Huge pages that nobody uses just now are not given up but replaced: the pool
 * stays as large as somebody wanted it.
 *
 *	pool	[hhhh] in the area  ->  [hhhh] elsewhere
 */
TEST_F_TIMEOUT(movable_kinds, free_huge_pages_are_replaced, 110)
{
	struct testbed *bed = &self->bed;
	struct pages *pages = &self->pages[0];
	struct pool before, after;
	int err = make_hugetlb(pages, &bed->guard);
	__u64 room;

	if (err == -EOPNOTSUPP)
		SKIP(return, "needs CONFIG_HUGETLB_PAGE, small huge pages and room for %d of them",
		     HUGE_PAGES);
	ASSERT_EQ(0, err);
	pages->in_area = pagemap_pages_in_area(pages->map, pages->bytes, bed->area);
	munmap(pages->map, pages->bytes);
	pages->map = NULL;
	movable_free(&self->ballast);
	ASSERT_EQ(0, read_pool(&before));
	EXPECT_LE(HUGE_PAGES, before.free);
	EXPECT_EQ(0, testbed_take_room(bed, &room)) {
		TH_LOG("area %s: %llu pages of room, huge pages of nobody's in it, cannot be taken",
		       bed->area->name, (unsigned long long)room);
	}
	ASSERT_EQ(0, read_pool(&after));
	EXPECT_EQ(before.total, after.total);
	EXPECT_EQ(before.free, after.free);
	EXPECT_EQ(before.surplus, after.surplus);
	TH_LOG("area %s: %ld pages of the pool in it", bed->area->name, pages->in_area);
}

/*
 * A long-term pin must not keep a page in the area: pinning moves it out, or
 * the area could never be taken again.
 */
TEST_F_TIMEOUT(movable_kinds, long_term_pin_moves_out, 110)
{
	struct testbed *bed = &self->bed;
	struct movable *memory = &self->ballast;
	__u64 room;
	long before;
	int ring;

	ring = io_ring_open();
	if (ring < 0)
		SKIP(return, "needs CONFIG_IO_URING, not disabled by kernel.io_uring_disabled");
	before = movable_keep_reached(memory, bed->area, KIND_BYTES);
	ASSERT_LT(0, before);
	ASSERT_EQ(0, io_ring_pin(ring, memory->map, memory->filled_bytes));
	EXPECT_EQ(0, pagemap_pages_in_area(memory->map, memory->filled_bytes, bed->area)) {
		TH_LOG("area %s: of %ld pages some are pinned where they must not stay",
		       bed->area->name, before);
	}
	EXPECT_EQ(-1, movable_first_bad(memory));
	EXPECT_EQ(0, testbed_take_room(bed, &room));
	close(ring);
}

/* The first pages of @memory that all lie in @area, or NULL. */
static unsigned char *run_inside(const struct movable *memory, const struct cma_area *area)
{
	size_t bytes = BATCH_PAGES * pagemap_page_size(), offset;

	for (offset = 0; offset + bytes <= memory->filled_bytes; offset += bytes)
		if (pagemap_pages_in_area(memory->map + offset, bytes, area) == BATCH_PAGES)
			return memory->map + offset;
	return NULL;
}

/* As by another process: a page that is accessed twice is on its way to be active. */
static int access_twice(unsigned char *start)
{
	size_t bytes = BATCH_PAGES * pagemap_page_size();
	unsigned char copy[bytes];
	struct iovec from = { start, bytes }, to = { copy, bytes };
	int round;

	for (round = 0; round < 2; round++)
		if (process_vm_readv(getpid(), &to, 1, &from, 1, 0) != (ssize_t)bytes)
			return -errno;
	return 0;
}

static int run_on(int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	return sched_setaffinity(0, sizeof(cpus), &cpus) ? -errno : 0;
}

/*
 * A page on the LRU can wait in a processor's batch at the same time, which
 * holds it: the batch is emptied, and the page moves out to be pinned. Guards
 * 98c6d259319e ("mm/gup: check ref_count instead of lru before migration").
 *
 *	batch of this processor, or of another one:  [p p p p . . .]
 *	area: |...pppp...|	     pin them: |..........|  pppp
 */
TEST_F_TIMEOUT(movable_kinds, page_in_a_batch_is_pinned, 110)
{
	struct testbed *bed = &self->bed;
	struct movable *memory = &self->ballast;
	cpu_set_t allowed;
	unsigned char *run;
	int ring, cpu, here;

	ring = io_ring_open();
	if (ring < 0)
		SKIP(return, "needs CONFIG_IO_URING, not disabled by kernel.io_uring_disabled");
	close(ring);
	ASSERT_EQ(0, sched_getaffinity(0, sizeof(allowed), &allowed));
	ASSERT_LT(0, movable_keep_reached(memory, bed->area, KIND_BYTES));
	here = sched_getcpu();
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &allowed))
			continue;
		run = run_inside(memory, bed->area);
		if (!run)
			break;
		ASSERT_EQ(0, run_on(cpu));
		ASSERT_EQ(0, access_twice(run));
		ASSERT_EQ(0, run_on(here));
		ring = io_ring_open();
		ASSERT_LE(0, ring);
		EXPECT_EQ(0, io_ring_pin(ring, run, BATCH_PAGES * bed->page_size)) {
			TH_LOG("area %s: pages in the batch of processor %d cannot be pinned",
			       bed->area->name, cpu);
		}
		EXPECT_EQ(0, pagemap_pages_in_area(run, BATCH_PAGES * bed->page_size,
						   bed->area));
		close(ring);
	}
	sched_setaffinity(0, sizeof(allowed), &allowed);
	EXPECT_EQ(-1, movable_first_bad(memory));
}

TEST_HARNESS_MAIN
