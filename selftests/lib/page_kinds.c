// SPDX-License-Identifier: GPL-2.0
#include "page_kinds.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kernel-page-flags.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "meminfo.h"
#include "pagemap.h"
#include "pattern.h"
#include "testbed.h"
#include "text_file.h"

#define MERGE_DEADLINE_MS 6000
#define MERGED_ALIKE 8
#define KIND_BYTES (2ul << 20)
#define KSM_RUN "/sys/kernel/mm/ksm/run"
#define MIN_FREE "/proc/sys/vm/min_free_kbytes"
#define THP "/sys/kernel/mm/transparent_hugepage"
#define LARGE_BYTES (64ul << 10)

static int map_memory(struct kind_pages *pages, size_t bytes, int flags)
{
	pages->bytes = bytes;
	pages->map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
	return pages->map == MAP_FAILED ? -errno : 0;
}

static int map_anonymous(struct kind_pages *pages, int flags)
{
	int err = map_memory(pages, KIND_BYTES, flags);

	if (err)
		return err;
	madvise(pages->map, pages->bytes, MADV_NOHUGEPAGE);
	pattern_fill(pages->map, pages->bytes, pages->seed);
	return 0;
}

static int make_anonymous(struct kind_pages *pages, struct guard *guard)
{
	(void)guard;
	return map_anonymous(pages, MAP_PRIVATE);
}

/* Shared memory is tmpfs's. */
static int make_shared_memory(struct kind_pages *pages, struct guard *guard)
{
	(void)guard;
	return map_anonymous(pages, MAP_SHARED);
}

static int make_locked(struct kind_pages *pages, struct guard *guard)
{
	int err = make_anonymous(pages, guard);

	if (!err && mlock(pages->map, pages->bytes))
		err = errno == EPERM || errno == ENOMEM ? -EOPNOTSUPP : -errno;
	return err;
}

/*
 * Map all of it and say so. Then wait until we are asked, or nobody is left to
 * ask: is all as it was when we came?
 */
static void live_as_sharer(const struct kind_pages *pages)
{
	bool is_wrong = pattern_first_wrong(pages->map, pages->bytes, pages->seed) >= 0;
	char byte = 0;

	close(pages->ask[1]);
	if (write(pages->told[1], &byte, 1) != 1 || read(pages->ask[0], &byte, 1) != 1)
		_exit(1);
	_exit(is_wrong || pattern_first_wrong(pages->map, pages->bytes, pages->seed) >= 0);
}

/* It has ended: its number may be somebody else's by now. */
static int reap_sharer(struct kind_pages *pages, int i)
{
	int status = -1;

	waitpid(pages->sharers[i], &status, 0);
	guard_cancel(pages->guard, pages->kill_ids[i]);
	pages->sharers[i] = 0;
	return status;
}

static int start_sharers(struct kind_pages *pages, struct guard *guard)
{
	int err = 0, i;
	char byte;

	pages->guard = guard;
	if (pipe2(pages->ask, O_CLOEXEC) || pipe2(pages->told, O_CLOEXEC))
		return -errno;
	for (i = 0; !err && i < PAGE_KIND_SHARERS; i++) {
		pages->sharers[i] = fork();
		if (pages->sharers[i] == 0)
			live_as_sharer(pages);
		err = pages->sharers[i] < 0 ? -errno : 0;
		if (!err)
			pages->kill_ids[i] = guard_kill(guard, pages->sharers[i]);
		if (!err && read(pages->told[0], &byte, 1) != 1)
			err = -EPIPE;
	}
	return err;
}

/* Mapped by several processes, so that each mapping must be moved. */
static int make_fork_shared(struct kind_pages *pages, struct guard *guard)
{
	int err = make_anonymous(pages, guard);

	return err ? err : start_sharers(pages, guard);
}

static int make_memory_of_several(struct kind_pages *pages, struct guard *guard)
{
	int err = make_shared_memory(pages, guard);

	return err ? err : start_sharers(pages, guard);
}

/*
 * Let who asks have it. With each write to such a file the kernel works
 * min_free_kbytes out anew, from watermarks that may be boosted meanwhile, whatever
 * it was before.
 */
static int enable_on_request(struct guard *guard, const char *path)
{
	int err = guard_keep_file(guard, MIN_FREE);

	return err < 0 ? err : guard_set_file(guard, path, "madvise");
}

/* With less than 512 MiB huge pages are off after the boot. */
static bool is_off(const char *path)
{
	char text[128];

	return text_file_read(path, text, sizeof(text)) > 0 && strstr(text, "[never]");
}

static int let_huge_pages_be_had(struct guard *guard)
{
	int err = is_off(THP "/enabled") ? enable_on_request(guard, THP "/enabled") : 0;

	if (!err && is_off(THP "/defrag"))
		err = guard_set_file(guard, THP "/defrag", "madvise");
	return err;
}

static int make_huge(struct kind_pages *pages, struct guard *guard)
{
	__u64 huge;
	int err;

	if (text_file_read_u64(THP "/hpage_pmd_size", &huge) ||
	    huge > 4 * KIND_BYTES || let_huge_pages_be_had(guard))
		return -EOPNOTSUPP;
	err = map_memory(pages, 2 * huge, MAP_PRIVATE);
	if (err)
		return err;
	madvise(pages->map, pages->bytes, MADV_HUGEPAGE);
	pattern_fill(pages->map, pages->bytes, pages->seed);
	return 0;
}

/*
 * Folios of sixteen pages of 4 KiB, fewer where pages are larger: no room for a
 * huge page between their ends.
 */
static int make_large_folios(struct kind_pages *pages, struct guard *guard)
{
	int err;

	if (enable_on_request(guard, THP "/hugepages-64kB/enabled"))
		return -EOPNOTSUPP;
	err = map_memory(pages, KIND_BYTES, MAP_PRIVATE);
	if (err)
		return err;
	err = madvise(pages->map, pages->bytes, MADV_NOHUGEPAGE);
	if (!err)
		err = madvise(pages->map + LARGE_BYTES, pages->bytes - 2 * LARGE_BYTES,
			      MADV_HUGEPAGE);
	pattern_fill(pages->map, pages->bytes, pages->seed);
	return err ? -EOPNOTSUPP : 0;
}

static int map_hugetlb(struct kind_pages *pages, struct guard *guard, int flags)
{
	char text[32];
	__u64 huge, pool;
	int err;

	if (meminfo_bytes("Hugepagesize", &huge) || huge > 4 * KIND_BYTES ||
	    meminfo_number("HugePages_Total", &pool))
		return -EOPNOTSUPP;
	snprintf(text, sizeof(text), "%llu", (unsigned long long)pool + PAGE_KIND_HUGE_PAGES);
	if (guard_set_file(guard, "/proc/sys/vm/nr_hugepages", text))
		return -EOPNOTSUPP;
	err = map_memory(pages, PAGE_KIND_HUGE_PAGES * huge, flags | MAP_HUGETLB);
	if (err)
		return err == -ENOMEM ? -EOPNOTSUPP : err;
	pattern_fill(pages->map, pages->bytes, pages->seed);
	return 0;
}

/*
 * Pages of hugetlb, with none to spare in its pool: each moves to one that is
 * made for it. Guards ae37c7ff79f1 ("mm: make alloc_contig_range handle in-use
 * hugetlb pages").
 */
static int make_hugetlb(struct kind_pages *pages, struct guard *guard)
{
	return map_hugetlb(pages, guard, MAP_PRIVATE);
}

static int make_shared_hugetlb(struct kind_pages *pages, struct guard *guard)
{
	return map_hugetlb(pages, guard, MAP_SHARED);
}

/* To be freed when memory is short, and then wanted after all. */
static int make_lazily_freed(struct kind_pages *pages, struct guard *guard)
{
	int err = make_anonymous(pages, guard);

	if (err)
		return err;
	if (madvise(pages->map, pages->bytes, MADV_FREE))
		return -EOPNOTSUPP;
	pattern_fill(pages->map, pages->bytes, pages->seed);
	return 0;
}

/*
 * How many of our pages are merged with the one before: both are one frame. What KSM
 * says of itself has others' pages in it, and to 6.12 each anonymous page has KPF_KSM.
 */
static size_t count_merged(const struct kind_pages *pages)
{
	size_t size = pagemap_page_size(), offset, merged = 0;
	__u64 before = 0, pfn;

	for (offset = 0; offset < pages->bytes; offset += size, before = pfn) {
		if (pagemap_pfn(pages->map + offset, &pfn))
			pfn = 0;
		merged += pfn && pfn == before;
	}
	return merged;
}

/*
 * Eight pages each are the same, merged into one that all of them share: mostly the
 * first, so that they lie where the pages lay.
 */
static int make_merged(struct kind_pages *pages, struct guard *guard)
{
	long long end = monotonic_deadline_ms(MERGE_DEADLINE_MS);
	size_t size = pagemap_page_size(), page;
	int err = make_anonymous(pages, guard);

	if (err)
		return err;
	for (page = 0; page < pages->bytes / size; page++)
		pattern_fill(pages->map + page * size, size, pages->seed + page / MERGED_ALIKE);
	if (madvise(pages->map, pages->bytes, MADV_MERGEABLE))
		return -EOPNOTSUPP;
	if (guard_set_file(guard, "/sys/kernel/mm/ksm/sleep_millisecs", "1") ||
	    guard_set_file(guard, "/sys/kernel/mm/ksm/pages_to_scan", "2000") ||
	    guard_set_file(guard, KSM_RUN, "1"))
		return -EOPNOTSUPP;
	while (count_merged(pages) < KIND_BYTES / size / 4) {
		if (monotonic_ms() > end)
			return -ETIME;
		usleep(10000);
	}
	return 0;
}

static long check_merged(const struct kind_pages *pages)
{
	size_t size = pagemap_page_size(), page;

	for (page = 0; page < pages->bytes / size; page++)
		if (pattern_first_wrong(pages->map + page * size, size,
					pages->seed + page / MERGED_ALIKE) >= 0)
			return page;
	return -1;
}

#define FLAG(name) (1ull << KPF_ ## name)

const struct page_kind page_kinds[PAGE_KINDS] = {
	{ .name = "anonymous", .make = make_anonymous, .flags = FLAG(ANON) },
	{ .name = "shared memory", .make = make_shared_memory, .flags = FLAG(SWAPBACKED) },
	{
		.name = "shared memory of several processes", .make = make_memory_of_several,
		.flags = FLAG(SWAPBACKED),
	},
	{
		.name = "locked in memory", .make = make_locked, .flags = FLAG(MLOCKED),
		.needs = "CAP_IPC_LOCK, or a larger RLIMIT_MEMLOCK",
	},
	{
		.name = "shared by fork", .make = make_fork_shared, .flags = FLAG(ANON),
		.why_not_written = "a write would copy the page", .copies_when_written = true,
	},
	{
		.name = "transparent huge", .make = make_huge, .flags = FLAG(THP),
		.needs = "CONFIG_TRANSPARENT_HUGEPAGE, and huge pages of 8 MiB at most",
	},
	{
		.name = "large folios", .make = make_large_folios, .flags = FLAG(COMPOUND_TAIL),
		.needs = "CONFIG_TRANSPARENT_HUGEPAGE of Linux 6.8, for " THP "/hugepages-64kB",
	},
	/* Whether memory is freed lazily is told in batches. */
	{
		.name = "freed lazily, written again", .make = make_lazily_freed,
		.flags = FLAG(ANON), .flags_come_late = true,
		.needs = "MADV_FREE",
	},
	{
		.name = "hugetlb", .make = make_hugetlb, .flags = FLAG(HUGE),
		.needs = "CONFIG_HUGETLB_PAGE, huge pages of 8 MiB at most and room for four",
	},
	{
		.name = "hugetlb, shared", .make = make_shared_hugetlb, .flags = FLAG(HUGE),
		.needs = "CONFIG_HUGETLB_PAGE, huge pages of 8 MiB at most and room for four",
	},
	{
		.name = "merged by KSM", .make = make_merged, .check = check_merged,
		.flags = FLAG(KSM), .why_not_written = "a write would undo the merging",
		.needs = "CONFIG_KSM, its thread within six seconds, CONFIG_PROC_PAGE_MONITOR",
	},
};

/* Each kind is kept from children by an advice. Of nothing it is taken where any is. */
static bool takes_advice(void)
{
	return !madvise(NULL, 0, MADV_DONTFORK);
}

const char *page_kind_needs(const struct page_kind *kind)
{
	return takes_advice() ? kind->needs : "CONFIG_ADVISE_SYSCALLS";
}

int page_kind_make(const struct page_kind *kind, struct kind_pages *pages, struct guard *guard,
		   __u64 seed)
{
	int err;

	memset(pages, 0, sizeof(*pages));
	pages->seed = seed;
	err = takes_advice() ? kind->make(pages, guard) : -EOPNOTSUPP;
	if (pages->map == MAP_FAILED)
		pages->map = NULL;
	/* Not for the sharers of other kinds. */
	if (!err && madvise(pages->map, pages->bytes, MADV_DONTFORK))
		err = -errno;
	return err;
}

void page_kind_unmake(struct kind_pages *pages)
{
	int i;

	for (i = 0; i < PAGE_KIND_SHARERS; i++) {
		if (pages->sharers[i] <= 0)
			continue;
		kill(pages->sharers[i], SIGKILL);
		reap_sharer(pages, i);
	}
	for (i = 0; i < 2; i++) {
		if (pages->ask[0] != pages->ask[1])
			close(pages->ask[i]);
		if (pages->told[0] != pages->told[1])
			close(pages->told[i]);
	}
	if (pages->map)
		munmap(pages->map, pages->bytes);
	memset(pages, 0, sizeof(*pages));
}

long page_kind_first_wrong(const struct page_kind *kind, const struct kind_pages *pages)
{
	return kind->check ? kind->check(pages) :
	       pattern_first_wrong(pages->map, pages->bytes, pages->seed);
}

int page_kind_ask_sharers(struct kind_pages *pages)
{
	int i, wrong = 0;

	for (i = 0; i < PAGE_KIND_SHARERS && pages->sharers[i] > 0; i++)
		wrong += write(pages->ask[1], "", 1) != 1;
	for (i = 0; i < PAGE_KIND_SHARERS && pages->sharers[i] > 0; i++)
		wrong += reap_sharer(pages, i) != 0;
	return wrong;
}

const struct page_kind *page_kind_find(const char *name)
{
	size_t i;

	for (i = 0; i < PAGE_KINDS; i++)
		if (!strcmp(page_kinds[i].name, name))
			return &page_kinds[i];
	return NULL;
}
