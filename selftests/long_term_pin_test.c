// SPDX-License-Identifier: GPL-2.0
/*
 * Pins for long, as io_uring's fixed buffers take them (and RDMA, VFIO, for which
 * it takes a device): a page must leave the area before it is pinned, or the
 * area could not be taken for as long as the pin lasts.
 *
 *	area: |...pppp...|	     pin them: |..........|  pppp
 */
#include <errno.h>
#include <sched.h>
#include <sys/uio.h>
#include <unistd.h>

#include "harness.h"
#include "io_ring.h"
#include "movable.h"
#include "pagemap.h"
#include "testbed.h"

#define PINNED_BYTES (2ul << 20)
/* Less than a processor's batch of pages on their way to another list. */
#define BATCH_PAGES 4

FIXTURE(long_term_pin)
{
	struct testbed bed;
	struct movable memory;
};

FIXTURE_SETUP(long_term_pin)
{
	const char *reason;
	int ring;

	OPEN_QUIET_TESTBED(&self->bed, testbed_open_debugfs);
	ring = io_ring_open();
	if (ring < 0)
		SKIP_SETUP("needs CONFIG_IO_URING, not disabled by kernel.io_uring_disabled");
	close(ring);
	reason = movable_press(&self->memory, &self->bed);
	if (reason)
		SKIP_SETUP("%s", reason);
}

FIXTURE_TEARDOWN(long_term_pin)
{
	movable_free(&self->memory);
	CLOSE_QUIET_TESTBED(&self->bed);
}

TEST_F_TIMEOUT(long_term_pin, pinning_moves_out, 110)
{
	struct testbed *bed = &self->bed;
	struct movable *memory = &self->memory;
	__u64 room;
	long before;
	int ring, err;

	ring = io_ring_open();
	ASSERT_LE(0, ring);
	before = movable_keep_reached(memory, bed->area, PINNED_BYTES);
	ASSERT_LT(0, before);
	ASSERT_EQ(0, io_ring_pin(ring, memory->map, memory->filled_bytes));
	EXPECT_EQ(0, pagemap_pages_in_area(memory->map, memory->filled_bytes, bed->area)) {
		TH_LOG("area %s: of %ld pages some are pinned where they must not stay",
		       bed->area->name, before);
	}
	EXPECT_EQ(-1, movable_first_bad(memory));
	err = testbed_take_room(bed, &room);
	EXPECT_ROOM(bed, err, room);
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
TEST_F_TIMEOUT(long_term_pin, page_in_a_batch_is_pinned, 110)
{
	struct testbed *bed = &self->bed;
	struct movable *memory = &self->memory;
	cpu_set_t allowed;
	unsigned char *run;
	int ring, cpu, here, pinned = 0;
	long reached;

	if (process_vm_readv(getpid(), NULL, 0, NULL, 0, 0))
		SKIP(return, "needs CONFIG_CROSS_MEMORY_ATTACH");
	ASSERT_EQ(0, sched_getaffinity(0, sizeof(allowed), &allowed));
	reached = movable_keep_reached(memory, bed->area, PINNED_BYTES);
	ASSERT_LT(0, reached);
	here = sched_getcpu();
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &allowed))
			continue;
		/* Each run leaves the area; of many processors the last may find none. */
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
		pinned++;
	}
	EXPECT_LT(0, pinned) {
		TH_LOG("area %s: of %ld pages of ours there no %d are next to each other, nothing was pinned",
		       bed->area->name, reached, BATCH_PAGES);
	}
	sched_setaffinity(0, sizeof(allowed), &allowed);
	EXPECT_EQ(-1, movable_first_bad(memory));
}

TEST_HARNESS_MAIN
