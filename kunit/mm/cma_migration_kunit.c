// SPDX-License-Identifier: GPL-2.0
/*
 * One page of somebody else's in the way, in each state that it can be found
 * in: the migration of alloc_contig_range(), below the area's bitmap.
 *
 *     area:  |....f...|   f is a page of a file; alloc_contig_range() wants it
 *
 * Each case ends with every area as it was before: a page that was taken, and
 * whose taker was told that it was not, is missing then.
 */
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/migrate_mode.h>
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/shmem_fs.h>
#include <linux/swap.h>
#include <linux/tracepoint.h>
#include <linux/vmstat.h>
#include <linux/workqueue.h>
#include <trace/events/migrate.h>

#include "area_state.h"
#include "mm_internal.h"
#include "movable_file.h"

/* Some of the first ones come from lists that were filled elsewhere. */
#define FILE_PAGES 2048
/* Far longer than it takes to be told that a page is busy. */
#define HOLD_PAGE_MS 200
#define PATIENCE_MS 2000

static int take(unsigned long pfn)
{
	return alloc_contig_range(pfn, pfn + 1, CMA_TESTS_CONTIG_CMA,
				  GFP_KERNEL | __GFP_NOWARN);
}

static void expect_taken(struct kunit *test, unsigned long pfn, int err,
			 const char *page)
{
	KUNIT_EXPECT_EQ_MSG(test, 0, err, "expected %s to move away from pfn %#lx",
			    page, pfn);
	if (err)
		return;
	KUNIT_EXPECT_EQ(test, 1, page_count(pfn_to_page(pfn)));
	free_contig_range(pfn, 1);
}

/*
 * Pages that reclaim passes over, as mlock() makes them, can be migrated.
 * Guards e46a28790e59 ("CMA: migrate mlocked pages").
 */
static void unevictable_page_moves(struct kunit *test)
{
	struct cma *cma = area_default(test);
	struct movable_file *file = unevictable_file_kunit(test, cma, FILE_PAGES);
	unsigned long pfn;
	struct page *page;
	pgoff_t index;

	lru_add_drain_all();
	page = movable_file_page_inside(file, cma, &index);
	pfn = page_to_pfn(page);
	KUNIT_EXPECT_TRUE_MSG(test, folio_test_unevictable(page_folio(page)),
			      "this case needs a page that is not evictable");
	put_page(page);

	expect_taken(test, pfn, take(pfn), "an unevictable page");
	KUNIT_EXPECT_EQ(test, 0UL, movable_file_count_wrong(file));
}

/*
 * A page that waits in a CPU's batch, here to be made active, is held by it.
 * Expect the batches to be emptied first. Guards d479960e44f2 ("mm: disable
 * LRU pagevec during the migration temporarily").
 */
static void page_in_a_batch_moves(struct kunit *test)
{
	struct cma *cma = area_default(test);
	struct movable_file *file = movable_file_kunit(test, cma, FILE_PAGES);
	unsigned long pfn;
	struct page *page;
	pgoff_t index;
	int held;

	page = movable_file_page_inside(file, cma, &index);
	pfn = page_to_pfn(page);
	lru_add_drain_all();
	held = page_count(page);
	/* The first time it is noted, the second time it is worth a place. */
	folio_mark_accessed(page_folio(page));
	folio_mark_accessed(page_folio(page));
	held = page_count(page) - held;
	put_page(page);
	if (held != 1)
		kunit_skip(test, "an accessed page waits in no batch (multi-gen LRU)");

	expect_taken(test, pfn, take(pfn), "a page that waits in a batch");
	KUNIT_EXPECT_EQ(test, 0UL, movable_file_count_wrong(file));
}

struct lock_holder {
	struct delayed_work work;
	struct page *page;
};

static void unlock_later(struct work_struct *work)
{
	struct lock_holder *holder =
		container_of(to_delayed_work(work), struct lock_holder, work);

	unlock_page(holder->page);
}

/* Expect cma_alloc() to wait for who reads or writes the page just now. */
static void locked_page_is_waited_for(struct kunit *test)
{
	struct cma *cma = area_default(test);
	struct movable_file *file = movable_file_kunit(test, cma, FILE_PAGES);
	struct lock_holder holder;
	unsigned long pfn;
	pgoff_t index;
	int err;

	holder.page = movable_file_page_inside(file, cma, &index);
	pfn = page_to_pfn(holder.page);
	lock_page(holder.page);
	/* The lock keeps the page in its file; no reference is in the way. */
	put_page(holder.page);

	INIT_DELAYED_WORK_ONSTACK(&holder.work, unlock_later);
	schedule_delayed_work(&holder.work, msecs_to_jiffies(HOLD_PAGE_MS));
	err = take(pfn);
	flush_delayed_work(&holder.work);
	destroy_delayed_work_on_stack(&holder.work);

	expect_taken(test, pfn, err, "a page that was locked for a while");
	KUNIT_EXPECT_EQ(test, 0UL, movable_file_count_wrong(file));
}

/*
 * A page that somebody holds stays: where it is, in its file, and on the LRU,
 * from where it was taken for the attempt.
 */
static void pinned_page_goes_back_to_the_lru(struct kunit *test)
{
	struct cma *cma = area_default(test);
	struct movable_file *file = movable_file_kunit(test, cma, FILE_PAGES);
	unsigned long pfn;
	struct page *page;
	pgoff_t index;

	page = movable_file_page_inside(file, cma, &index);
	pfn = page_to_pfn(page);
	lru_add_drain_all();
	KUNIT_EXPECT_TRUE_MSG(test, folio_test_lru(page_folio(page)),
			      "this case needs a page that is on the LRU");

	KUNIT_EXPECT_EQ(test, -EBUSY, take(pfn));
	lru_add_drain_all();
	KUNIT_EXPECT_TRUE_MSG(test, folio_test_lru(page_folio(page)),
			      "the page at pfn %#lx is lost to reclaim and migration",
			      pfn);
	put_page(page);

	expect_taken(test, pfn, take(pfn), "a page that nobody holds any more");
	KUNIT_EXPECT_EQ(test, 0UL, movable_file_count_wrong(file));
}

/*
 * Who allocates for a file system holds its locks: to move pages of files could
 * wait for them. Expect such pages to stay until somebody else asks.
 */
static void page_of_a_file_stays_for_a_file_system(struct kunit *test)
{
	struct cma *cma = area_default(test);
	struct movable_file *file = movable_file_kunit(test, cma, FILE_PAGES);
	unsigned int flags;
	unsigned long pfn;
	struct page *page;
	pgoff_t index;
	int err;

	page = movable_file_page_inside(file, cma, &index);
	pfn = page_to_pfn(page);
	put_page(page);

	flags = memalloc_nofs_save();
	err = take(pfn);
	memalloc_nofs_restore(flags);
	KUNIT_EXPECT_EQ_MSG(test, -EBUSY, err,
			    "a page of a file, wanted by a file system");
	if (!err)
		free_contig_range(pfn, 1);
	else
		expect_taken(test, pfn, take(pfn), "a page of a file");
	KUNIT_EXPECT_EQ(test, 0UL, movable_file_count_wrong(file));
}

/* With the parts that wait in the CPUs: exact, and below zero where it is. */
static long count_isolated(struct pglist_data *node, enum node_stat_item item)
{
	long pages = atomic_long_read(&node->vm_stat[item]);
	int cpu;

	for_each_online_cpu(cpu)
		pages += per_cpu_ptr(node->per_cpu_nodestats,
				     cpu)->vm_node_stat_diff[item];

	return pages;
}

/* Reclaim isolates pages too, and has its moment to put them back. */
static void expect_none_isolated(struct kunit *test, struct pglist_data *node,
				 enum node_stat_item item, const char *kind)
{
	long pages = count_isolated(node, item);
	unsigned int ms;

	for (ms = 0; pages && ms < PATIENCE_MS; ms++) {
		usleep_range(1000, 2000);
		pages = count_isolated(node, item);
	}
	KUNIT_EXPECT_EQ_MSG(test, 0L, pages,
			    "expected no %s page to be isolated when none moves",
			    kind);
}

/*
 * A page that is moved is counted as isolated, and no longer when it has moved
 * or stays: reclaim and compaction wait where too many are. Guards "mm, cma:
 * prevent nr_isolated_* counters from going negative".
 */
static void pages_are_isolated_for_a_moment(struct kunit *test)
{
	struct cma *cma = area_default(test);
	struct movable_file *file = movable_file_kunit(test, cma, FILE_PAGES);
	struct pglist_data *node = area_zone(cma)->zone_pgdat;
	unsigned long pfn;
	struct page *page;
	pgoff_t index;

	lru_add_drain_all();
	page = movable_file_page_inside(file, cma, &index);
	pfn = page_to_pfn(page);
	KUNIT_EXPECT_EQ(test, -EBUSY, take(pfn));
	put_page(page);
	lru_add_drain_all();
	expect_taken(test, pfn, take(pfn), "a page of a file");

	expect_none_isolated(test, node, NR_ISOLATED_ANON, "anonymous");
	expect_none_isolated(test, node, NR_ISOLATED_FILE, "file");
}

/* Who holds a page for a moment is outlasted: so all kernels from 6.1 to 7.3. */
#define MIGRATION_TRIES 5U

/* What counts migrations of this task, and at one of them has a page freed. */
struct free_at_last {
	struct task_struct *task;
	unsigned int calls;
	unsigned int free_at_call;
	struct inode *inode;
	struct page *page;
	pgoff_t index;
	bool wanted;
	bool freed;
};

/* On the other CPU: the page leaves its file, and who held it lets go. */
static int free_page_when_wanted(void *data)
{
	struct free_at_last *last = data;
	loff_t start = (loff_t)last->index << PAGE_SHIFT;

	while (!READ_ONCE(last->wanted) && !kthread_should_stop())
		cond_resched();
	if (last->wanted) {
		shmem_truncate_range(last->inode, start, start + PAGE_SIZE - 1);
		put_page(last->page);
		WRITE_ONCE(last->freed, true);
	}
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);

	return 0;
}

/*
 * A probe of mm_migrate_pages. What else it is given differs from kernel to kernel,
 * in number and type; nothing of it is read, and so none of it is declared.
 */
static void on_migrate(void *data)
{
	struct free_at_last *last = data;
	unsigned int ms;

	if (current != last->task || ++last->calls != last->free_at_call)
		return;
	WRITE_ONCE(last->wanted, true);
	for (ms = 0; ms < PATIENCE_MS && !READ_ONCE(last->freed); ms++)
		mdelay(1);
}

static void trace_off(void *data)
{
	unregister_trace_mm_migrate_pages((void *)on_migrate, data);
	tracepoint_synchronize_unregister();
}

static void lru_on(void *data)
{
	lru_cache_enable();
}

/*
 * A page is busy for as long as migration is tried, and free when the range is
 * looked at after that: the range is then had, and must be said to be had.
 *
 *	try, try, ... the last try | freed | is the range free? yes
 *
 * Guards "mm/cma: fix alloc_contig_range ret code/potential leak": -EBUSY of
 * the last try was returned, and the pages stayed taken.
 */
static void page_freed_after_the_last_try_is_had(struct kunit *test)
{
	struct cma *cma = area_default(test);
	struct movable_file *file = movable_file_kunit(test, cma, FILE_PAGES);
	struct free_at_last *last = kunit_kzalloc(test, sizeof(*last), GFP_KERNEL);
	struct task_struct *thread;
	unsigned long pfn;
	int err;

	if (num_online_cpus() < 2)
		kunit_skip(test, "needs two CPUs: boot with -smp 2");
	if (!IS_ENABLED(CONFIG_TRACEPOINTS))
		kunit_skip(test, "needs CONFIG_TRACEPOINTS");
	if (IS_ENABLED(CONFIG_CFI) || IS_ENABLED(CONFIG_CFI_CLANG))
		kunit_skip(test, "needs a kernel without CONFIG_CFI");
	KUNIT_ASSERT_NOT_NULL(test, last);
	last->task = current;
	last->inode = file_inode(file->file);
	last->page = movable_file_page_inside(file, cma, &last->index);
	pfn = page_to_pfn(last->page);
	KUNIT_ASSERT_EQ(test, 0,
			register_trace_mm_migrate_pages((void *)on_migrate, last));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, trace_off, last));

	/* Held all the time: so often it is tried. */
	KUNIT_EXPECT_EQ(test, -EBUSY, take(pfn));
	KUNIT_EXPECT_GE_MSG(test, last->calls, MIGRATION_TRIES,
			    "tries to migrate a page that is held");
	last->free_at_call = last->calls;
	last->calls = 0;

	/* So that a page without an owner is freed at once. */
	lru_cache_disable();
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, lru_on, NULL));

	migrate_disable();
	thread = kthread_create(free_page_when_wanted, last, "cma_kunit_free");
	if (!IS_ERR(thread)) {
		kthread_bind(thread, cpumask_any_but(cpu_online_mask,
						     raw_smp_processor_id()));
		wake_up_process(thread);
		err = take(pfn);
		kthread_stop(thread);
	}
	migrate_enable();
	if (!last->freed)
		put_page(last->page);
	KUNIT_ASSERT_FALSE(test, IS_ERR(thread));

	KUNIT_EXPECT_TRUE_MSG(test, last->freed,
			      "this case needs the page to be freed at try %u",
			      last->free_at_call);
	expect_taken(test, pfn, err, "a page that was freed after the last try");
}

static struct kunit_case cma_migration_cases[] = {
	KUNIT_CASE(unevictable_page_moves),
	KUNIT_CASE(page_in_a_batch_moves),
	KUNIT_CASE(locked_page_is_waited_for),
	KUNIT_CASE(pinned_page_goes_back_to_the_lru),
	KUNIT_CASE(page_of_a_file_stays_for_a_file_system),
	KUNIT_CASE(pages_are_isolated_for_a_moment),
	KUNIT_CASE(page_freed_after_the_last_try_is_had),
	{}
};

static struct kunit_suite cma_migration_suite = {
	.name = "cma_migration",
	.init = areas_must_be_restored,
	.test_cases = cma_migration_cases,
};

kunit_test_suite(cma_migration_suite);
