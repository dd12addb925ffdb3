// SPDX-License-Identifier: GPL-2.0
/*
 * What makes page frames busy for microseconds: fork() while it copies the page
 * tables, process_vm_readv() and process_vm_writev() while they copy a page, a
 * page in a processor's batch on its way to another list of the LRU. Somebody
 * does it all the time, from page to page, to memory that lies in the area. All
 * of the room is asked for meanwhile: the kernel may come upon a page that is
 * held just then and refuse, but to ask again is enough.
 *
 *	area	[mmmmmMmmmmmm........]	M: held for a moment, the next one then
 *	area	[XXXXXXXXXXXXXXXXXXXX]	taken, though it goes on
 *
 * What is held for longer is in busy_recipes_test.c.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "background.h"
#include "harness.h"
#include "movable.h"
#include "pagemap.h"
#include "testbed.h"
#include "trace_event.h"

#define MEMORY_BYTES (8ul << 20)

/* The memory, and how its pages are held, one after the other. */
struct holder {
	struct movable *memory;
	int (*hold)(struct holder *holder, unsigned char *page);	/* 0 or -errno */
	size_t offset;		/* of the next page */
	struct background background;
};

static int hold_next(void *argument)
{
	struct holder *holder = argument;
	int err = holder->hold(holder, holder->memory->map + holder->offset);

	holder->offset = (holder->offset + pagemap_page_size()) % holder->memory->filled_bytes;
	return err;
}

/* A child is made of all pages at once; it sees that they are as they were. */
static int hold_by_fork(struct holder *holder, unsigned char *page)
{
	pid_t pid;
	int status;

	(void)page;
	if (madvise(holder->memory->map, holder->memory->mapped_bytes, MADV_DOFORK))
		return -errno;
	pid = fork();
	if (pid == 0)
		_exit(movable_first_bad(holder->memory) >= 0);
	if (pid < 0)
		return -errno;
	if (waitpid(pid, &status, 0) != pid)
		return -errno;
	return status ? -EILSEQ : 0;
}

/* Read, and written back as it is: pinned both times. */
static int hold_by_process_vm(struct holder *holder, unsigned char *page)
{
	size_t size = pagemap_page_size();
	unsigned char copy[size];
	struct iovec ours = { copy, size }, theirs = { page, size };

	(void)holder;
	if (process_vm_readv(getpid(), &ours, 1, &theirs, 1, 0) != (ssize_t)size ||
	    process_vm_writev(getpid(), &ours, 1, &theirs, 1, 0) != (ssize_t)size)
		return -errno;
	return 0;
}

/* To the list of what is not used, and back by using it. */
static int hold_by_batch(struct holder *holder, unsigned char *page)
{
	(void)holder;
	if (madvise(page, pagemap_page_size(), MADV_COLD))
		return -errno;
	__atomic_load_n(page, __ATOMIC_RELAXED);
	return 0;
}

FIXTURE(busy_moments)
{
	struct testbed bed;
	struct trace trace;
	struct movable memory;
	struct holder holder;
};

FIXTURE_VARIANT(busy_moments)
{
	int (*hold)(struct holder *holder, unsigned char *page);
};

FIXTURE_VARIANT_ADD(busy_moments, fork)
{
	.hold = hold_by_fork,
};

FIXTURE_VARIANT_ADD(busy_moments, process_vm)
{
	.hold = hold_by_process_vm,
};

FIXTURE_VARIANT_ADD(busy_moments, lru_batch)
{
	.hold = hold_by_batch,
};

FIXTURE_SETUP(busy_moments)
{
	struct testbed *bed = &self->bed;
	const char *reason;

	OPEN_QUIET_TESTBED(bed, testbed_open_debugfs);
	if (trace_open(&self->trace, &bed->guard, "moments"))
		SKIP_SETUP("needs CONFIG_FTRACE and tracefs on /sys/kernel/tracing");
	ASSERT_EQ(0, trace_enable(&self->trace, "cma/cma_alloc_busy_retry"));
	reason = movable_press(&self->memory, bed);
	if (reason)
		SKIP_SETUP("%s", reason);
}

FIXTURE_TEARDOWN(busy_moments)
{
	background_stop(&self->holder.background);
	movable_free(&self->memory);
	trace_close(&self->trace);
	CLOSE_QUIET_TESTBED(&self->bed);
}

TEST_F_TIMEOUT(busy_moments, asking_again_is_enough, 110)
{
	struct testbed *bed = &self->bed;
	struct holder *holder = &self->holder;
	__u64 room = 0, holds;
	long before;
	int err;

	if (variant->hold == hold_by_process_vm &&
	    process_vm_readv(getpid(), NULL, 0, NULL, 0, 0))
		SKIP(return, "needs CONFIG_CROSS_MEMORY_ATTACH");
	before = movable_keep_reached(&self->memory, bed->area, MEMORY_BYTES);
	ASSERT_LT(0, before);
	holder->memory = &self->memory;
	holder->hold = variant->hold;
	ASSERT_EQ(0, background_start(&holder->background, hold_next, holder));
	err = background_wait(&holder->background, 1);
	ASSERT_EQ(0, err) {
		TH_LOG("nothing was held: %s", strerror(-err));
	}
	ASSERT_EQ(0, trace_clear(&self->trace));
	holds = background_steps(&holder->background);
	err = testbed_take_room(bed, &room);
	EXPECT_ROOM(bed, err, room) {
		TH_LOG("area %s: %llu pages of room cannot be taken while %ld of them are held now and then",
		       bed->area->name, (unsigned long long)room, before);
	}
	holds = background_steps(&holder->background) - holds;
	EXPECT_LT(0, holds) {
		TH_LOG("nobody held a page while the area was taken: nothing was tested");
	}
	TH_LOG("area %s: %ld pages held %llu times meanwhile, %ld ranges were busy",
	       bed->area->name, before, (unsigned long long)holds,
	       trace_count(&self->trace, "cma_alloc_busy_retry", ""));
	if (testbed_used(bed) == bed->area_pages)
		EXPECT_EQ(0, pagemap_pages_in_area(self->memory.map, MEMORY_BYTES, bed->area));
	EXPECT_EQ(bed->used_at_start, testbed_give_back(bed));
	err = background_stop(&holder->background);
	EXPECT_EQ(0, err) {
		TH_LOG("holding a page that moves: %s", strerror(-err));
	}
	EXPECT_EQ(-1, movable_first_bad(&self->memory));
}

TEST_HARNESS_MAIN
