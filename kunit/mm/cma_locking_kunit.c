// SPDX-License-Identifier: GPL-2.0
/*
 * The bitmap under its lock, without luck: a case holds the lock while another
 * CPU calls in. Threads that merely race (cma_concurrency) would have to meet
 * within a few instructions.
 */
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/kthread.h>

#include "area_state.h"

/* Far longer than a call needs to come from its first line to the lock. */
#define HOLD_LOCK_MS 20

struct caller {
	struct cma *cma;
	bool may_call;
	/* What to release, or NULL: allocate one bit. */
	struct page *release;
	struct page *page;
	struct completion done;
};

static int call(void *data)
{
	struct caller *caller = data;
	struct cma *cma = caller->cma;
	unsigned long count = 1UL << cma->order_per_bit;

	while (!READ_ONCE(caller->may_call))
		cond_resched();
	if (caller->release)
		cma_release(cma, caller->release, count);
	else
		caller->page = cma_alloc(cma, count, 0, true);
	complete(&caller->done);

	return 0;
}

/* The lock of the area is held: let the caller run into it. */
static void let_call(struct caller *caller)
{
	WRITE_ONCE(caller->may_call, true);
	mdelay(HOLD_LOCK_MS);
}

static void start_on_other_cpu(struct kunit *test, struct caller *caller)
{
	unsigned int cpu = cpumask_any_but(cpu_online_mask, raw_smp_processor_id());
	struct task_struct *task;

	init_completion(&caller->done);
	task = kthread_create(call, caller, "cma_kunit_caller");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	kthread_bind(task, cpu);
	wake_up_process(task);
}

static struct cma *area_on_two_cpus(struct kunit *test)
{
	if (num_online_cpus() < 2)
		kunit_skip(test, "needs two CPUs: boot with -smp 2");

	return area_default(test);
}

/*
 * While the lock is held, someone else is given the first free place:
 *
 *     |x...|   the bit is set by us, as another allocation would
 *
 * Expect the caller, who could not search before, to get another place.
 */
static void search_waits_for_lock(struct kunit *test)
{
	struct cma *cma = area_on_two_cpus(test);
	struct area_range range = area_range(cma, 0);
	struct caller caller = { .cma = cma };
	struct area_state before;
	unsigned long place, bit;
	bool clear_while_held;

	area_state_take(test, cma, &before);
	place = area_first_place(&before, 1UL << cma->order_per_bit, 0);
	KUNIT_ASSERT_NE(test, place, NO_PLACE);
	bit = (place - range.base_pfn) >> cma->order_per_bit;

	/* Stay here, so that the caller is on the other CPU. */
	migrate_disable();
	start_on_other_cpu(test, &caller);
	spin_lock(&cma->lock);
	let_call(&caller);
	clear_while_held = !test_and_set_bit(bit, range.bitmap);
	spin_unlock(&cma->lock);
	migrate_enable();
	wait_for_completion(&caller.done);

	KUNIT_EXPECT_TRUE_MSG(test, clear_while_held,
			      "area %s: a bit was set while the lock was held",
			      cma_get_name(cma));
	KUNIT_EXPECT_NOT_NULL(test, caller.page);
	if (caller.page) {
		KUNIT_EXPECT_NE_MSG(test, place, page_to_pfn(caller.page),
				    "area %s: a place was found before the lock was had",
				    cma_get_name(cma));
		cma_release(cma, caller.page, 1UL << cma->order_per_bit);
	}
	spin_lock_irq(&cma->lock);
	clear_bit(bit, range.bitmap);
	spin_unlock_irq(&cma->lock);
	area_expect_as_before(test, &before);
}

/* Expect the bit of a page to stay until the lock can be had. */
static void release_waits_for_lock(struct kunit *test)
{
	struct cma *cma = area_on_two_cpus(test);
	unsigned long count = 1UL << cma->order_per_bit;
	struct caller caller = { .cma = cma };
	struct area_state before;
	unsigned long clear_bits;

	area_state_take(test, cma, &before);
	caller.release = cma_alloc(cma, count, 0, true);
	KUNIT_ASSERT_NOT_NULL(test, caller.release);

	migrate_disable();
	start_on_other_cpu(test, &caller);
	spin_lock(&cma->lock);
	let_call(&caller);
	clear_bits = area_count_clear_bits(cma, page_to_pfn(caller.release),
					   count);
	spin_unlock(&cma->lock);
	migrate_enable();
	wait_for_completion(&caller.done);

	KUNIT_EXPECT_EQ_MSG(test, 0UL, clear_bits,
			    "area %s: a bit was cleared while the lock was held",
			    cma_get_name(cma));
	area_expect_as_before(test, &before);
}

static struct kunit_case cma_locking_cases[] = {
	KUNIT_CASE(search_waits_for_lock),
	KUNIT_CASE(release_waits_for_lock),
	{}
};

static struct kunit_suite cma_locking_suite = {
	.name = "cma_locking",
	.init = areas_must_be_restored,
	.test_cases = cma_locking_cases,
};

kunit_test_suite(cma_locking_suite);
