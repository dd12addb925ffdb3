/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What nearly every test stands on: one area, a heap that allocates from it,
 * a guard, and the knowledge whether others use the area at the same time.
 */
#ifndef CMA_TESTS_TESTBED_H
#define CMA_TESTS_TESTBED_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "area.h"
#include "dma_heap.h"
#include "guard.h"
#include "monotonic.h"
#include "trace_event.h"

#define TESTBED_MAX_BLOCKS 32

struct testbed {
	struct cma_area_list areas;
	struct dma_heap_list heaps;
	const struct cma_area *area;
	const struct dma_heap *heap;
	bool area_is_unseen;	/* neither debugfs nor sysfs shows any: heap's, of unknown size */
	int heap_fd;
	size_t page_size;
	struct guard guard;
	/* From testbed_settle(). */
	bool is_settled;
	bool knows_used;
	__u64 used_at_start;	/* ~0ull where used pages cannot be read */
	__u64 area_pages;
	__u64 room_pages;	/* longest free run; without debugfs one that is not longer */
	char reason[128];
	bool watches_others;
	struct trace others;	/* allocations and releases, by program */
	bool compares_all_areas;	/* set by a test that compares figures of all of them */
	/* Blocks taken through debugfs, which are a stack in the kernel too. */
	int nblocks;
	int block_guard_id[TESTBED_MAX_BLOCKS];
	__u64 block_pages[TESTBED_MAX_BLOCKS];
	__u64 refused_pages;	/* of the block that testbed_judge_later() left, or 0 */
};

/*
 * testbed_open_debugfs - the largest area that debugfs shows.
 * testbed_open_heap - the largest area that has a heap; debugfs where it is. Where the
 * kernel shows no areas, a heap that takes memory from one.
 *
 * Return NULL, or the reason to skip: the option, file or privilege missing.
 * Call testbed_close() either way.
 */
const char *testbed_open_debugfs(struct testbed *bed);
const char *testbed_open_heap(struct testbed *bed);

/*
 * testbed_settle - wait for a quiet area and remember how it is.
 *
 * For tests that tell exact figures. Returns NULL or the reason to skip.
 */
const char *testbed_settle(struct testbed *bed);

/*
 * testbed_lacks_room - may others have left too little for a buffer of @pages?
 *
 * After testbed_settle(). A run of free pages takes an aligned buffer for sure
 * where it is nearly twice as long. Returns NULL, there is room for it, or the
 * reason to skip.
 */
const char *testbed_lacks_room(struct testbed *bed, __u64 pages);

/*
 * testbed_give_back - free the blocks of ours that are left in debugfs.
 *
 * Returns the area's used pages once they are as they were at testbed_settle(),
 * or the last figure seen, within two seconds.
 */
__u64 testbed_give_back(struct testbed *bed);

/* testbed_close - undo what the guard knows. Returns 0 or its -errno. */
int testbed_close(struct testbed *bed);

/*
 * testbed_wait_quiet - wait until nobody allocates from the area.
 *
 * True when used pages and counters stood still for 20 ms within the deadline
 * of two seconds; false: others are at work, exact figures cannot be told.
 */
bool testbed_wait_quiet(const struct testbed *bed);

/*
 * testbed_saw_others - did another program allocate or release in the area
 * since the testbed was opened? With bed->compares_all_areas, in any area.
 *
 * Judged by trace events, which are not what the tests compare. False where
 * tracing is not to be had: then a disturbed test fails.
 */
bool testbed_saw_others(struct testbed *bed);

/*
 * testbed_wait_used - wait until the area's used pages are @pages.
 *
 * For memory that a process or a descriptor gives back a little later. Returns
 * the last figure seen, within two seconds.
 */
__u64 testbed_wait_used(const struct testbed *bed, __u64 pages);

/* testbed_used - used pages now; ~0ull when they cannot be read. */
__u64 testbed_used(const struct testbed *bed);

/*
 * testbed_area_pages - size of the area; 0 when nothing tells it.
 *
 * Without debugfs, before 6.15, CmaTotal tells it if there is one area only. Of an
 * area that is not seen it is not less than this.
 */
__u64 testbed_area_pages(const struct testbed *bed);

/*
 * testbed_debugfs_alloc - cma_debugfs_alloc() that is undone on any exit.
 * testbed_debugfs_free - free the block allocated last.
 *
 * Return 0 or -errno; -ENOSPC: more than TESTBED_MAX_BLOCKS, -ENOENT: none.
 */
int testbed_debugfs_alloc(struct testbed *bed, __u64 pages);
int testbed_debugfs_free(struct testbed *bed);

/*
 * testbed_take_room - a block of all the room there is, with what must move there.
 * @pages: how large it is, or would be.
 *
 * What is on its way has ten seconds to arrive: a page in a processor's batch, one
 * that KSM looks at, one that a disk has read and a work item lets go a little
 * later. Returns 0, or -errno as testbed_debugfs_alloc(): -ENOMEM, something
 * there does not move.
 */
int testbed_take_room(struct testbed *bed, __u64 *pages);

/* testbed_take_part - likewise, one of @parts equal parts of the room. */
int testbed_take_part(struct testbed *bed, unsigned int parts, __u64 *pages);

/*
 * testbed_judge_later - was the room refused for a page of ours? Not to be told yet.
 * @err: of asking for @pages, all of the room or a part of it, with the rest of it free.
 *
 * A page that another program holds there, in a pipe or a journal, refuses the room as
 * well as one of ours that does not move. Returns @err; 0 where it is -ENOMEM and others
 * have the machine, too: then testbed_ask_again() tells.
 */
int testbed_judge_later(struct testbed *bed, int err, __u64 pages);

/*
 * testbed_ask_again - now that nothing of ours is in the area: is what was refused granted?
 *
 * Undoes what the guard knows, since free huge pages of ours are in their pool until then.
 * Returns NULL, it is: a page of ours was in the way, or the reason to skip.
 */
const char *testbed_ask_again(struct testbed *bed);

/*
 * testbed_owns_machine - may a test do what would harm other users of CMA?
 *
 * True where CMA_TESTS_OWN_MACHINE=1 is in the environment: a guest booted for
 * the tests alone.
 */
bool testbed_owns_machine(void);

/* testbed_open_descriptors - how many descriptors this process has open. */
int testbed_open_descriptors(void);

/* testbed_next_descriptor - the number that the next one gets: none is kept, not even unused. */
int testbed_next_descriptor(void);

#endif
