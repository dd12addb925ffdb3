// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/dma_heap on a CMA area: names, sizes, exhaustion, and what is left of an
 * owner that was killed. The ioctl's arguments are in dma_heap_ioctl_test.c, the
 * buffer itself in dma_buf_test.c, leaks over many buffers in dma_heap_leak_test.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "environment.h"
#include "harness.h"
#include "random.h"
#include "testbed.h"
#include "text_file.h"

#define MAX_BUFFERS 128
/* Of the room, for exhaustion. */
#define PARTS 32
#define NEEDS_USED "needs CONFIG_CMA_DEBUGFS and root, or Linux 6.15"
/* So many, or what there is time for; fewer are no sample. */
#define KILLS 48
#define LEAST_KILLS 12
#define KILLS_MS 4000
#define MOST_ROUNDS 8
/* Up to 2^17 us, more than a round takes on a slow machine: anywhere in it. */
#define DELAY_BITS 18

FIXTURE(dma_heap)
{
	struct testbed bed;
};

FIXTURE_SETUP(dma_heap)
{
	OPEN_QUIET_TESTBED(&self->bed, testbed_open_heap);
}

/* Whatever a test did, the area is again as it was. */
FIXTURE_TEARDOWN(dma_heap)
{
	CLOSE_QUIET_TESTBED(&self->bed);
}

/*
 * Which heap is whose is found by taking a page of it. Then its name is no
 * surprise: that of its area, after 6.16 "default_cma_region" for the default
 * one as well. But on a board, whose vendor may have heaps with names of their
 * own.
 */
TEST_F(dma_heap, heaps_are_named_by_their_areas)
{
	const struct dma_heap_list *heaps = &self->bed.heaps;
	size_t i;

	if (!testbed_owns_machine())
		SKIP(return, "needs CMA_TESTS_OWN_MACHINE=1: a vendor's heaps have names of their own");
	for (i = 0; i < heaps->count; i++) {
		const struct dma_heap *heap = &heaps->heap[i];

		if (!heap->area)
			continue;
		EXPECT_TRUE(!strcmp(heap->name, heap->area->name) ||
			    !strcmp(heap->name, "default_cma_region")) {
			TH_LOG("heap %s takes from area %s", heap->name, heap->area->name);
		}
	}
}

/* Root alone may open a heap until somebody says otherwise, as udev does on boards. */
TEST_F(dma_heap, heap_is_a_device_of_its_class)
{
	char path[128], device[32], text[32];
	struct stat node;

	snprintf(path, sizeof(path), DMA_HEAP_ROOT "/%s", self->bed.heap->name);
	ASSERT_EQ(0, stat(path, &node));
	EXPECT_TRUE(S_ISCHR(node.st_mode));
	if (testbed_owns_machine() && !geteuid())
		EXPECT_EQ(S_IFCHR | 0600, node.st_mode) {
			TH_LOG("%s: mode %o", path, node.st_mode);
		}
	snprintf(path, sizeof(path), "/sys/class/dma_heap/%s/dev", self->bed.heap->name);
	snprintf(device, sizeof(device), "%u:%u\n", major(node.st_rdev), minor(node.st_rdev));
	ASSERT_LT(0, text_file_read(path, text, sizeof(text)));
	EXPECT_STREQ(device, text);
}

/* A buffer of @bytes takes exactly the pages that hold it. */
static void check_size(struct __test_metadata *_metadata,
		       const struct testbed *bed, size_t bytes)
{
	__u64 pages = (bytes + bed->page_size - 1) / bed->page_size;
	__u64 bits_pages = (pages + (1ull << bed->area->order_per_bit) - 1) >>
			   bed->area->order_per_bit
			   << bed->area->order_per_bit;
	int fd = dma_heap_alloc(bed->heap_fd, bytes);
	__u64 taken;

	ASSERT_GE(fd, 0) {
		TH_LOG("area %s: %zu bytes: %s", bed->area->name, bytes,
		       strerror(-fd));
	}
	EXPECT_EQ((long long)(pages * bed->page_size), dma_buf_bytes(fd));
	taken = testbed_used(bed) - bed->used_at_start;
	/* With order_per_bit > 0, 6.x rounds used up to bits, 7.x does not. */
	if (taken != bits_pages)
		EXPECT_EQ(pages, taken) {
			TH_LOG("area %s: %zu bytes", bed->area->name, bytes);
		}
	EXPECT_EQ(0, close(fd));
	EXPECT_EQ(bed->used_at_start, testbed_wait_used(bed, bed->used_at_start));
}

TEST_F(dma_heap, sizes_take_the_pages_that_hold_them)
{
	size_t page = self->bed.page_size;
	const size_t sizes[] = {
		1, page - 1, page, page + 1, 3 * page, 7 * page + 1,
		255 * page, 256 * page, 257 * page, 1000 * page - 1,
		self->bed.room_pages / 2 * page,
	};
	const char *reason = testbed_lacks_room(&self->bed, 2);
	size_t i;

	if (!self->bed.knows_used)
		SKIP(return, NEEDS_USED);
	if (reason)
		SKIP(return, "%s", reason);
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		if (sizes[i] <= self->bed.room_pages / 2 * page)
			check_size(_metadata, &self->bed, sizes[i]);
}

TEST_F(dma_heap, more_than_the_area_is_refused)
{
	size_t whole = self->bed.area_pages * self->bed.page_size;

	EXPECT_EQ(-ENOMEM, dma_heap_alloc(self->bed.heap_fd, whole + 1));
	EXPECT_EQ(-ENOMEM, dma_heap_alloc(self->bed.heap_fd, 2 * whole));
}

/* The whole is there for a moment, or refused, where others have a part of it. */
TEST_F(dma_heap, whole_area_and_beyond)
{
	struct testbed *bed = &self->bed;
	size_t whole = self->bed.area_pages * bed->page_size;
	int fd;

	if (!self->bed.knows_used)
		SKIP(return, NEEDS_USED);
	if (!self->bed.used_at_start && !testbed_owns_machine())
		SKIP(return, "takes all of area %s: needs CMA_TESTS_OWN_MACHINE=1",
		     bed->area->name);
	fd = dma_heap_alloc(bed->heap_fd, whole);
	if (self->bed.used_at_start) {
		EXPECT_EQ(-ENOMEM, fd);
	} else {
		EXPECT_GE(fd, 0) {
			TH_LOG("area %s, empty, all of its %llu pages: %s",
			       bed->area->name,
			       (unsigned long long)self->bed.area_pages,
			       strerror(-fd));
		}
	}
	if (fd < 0)
		return;
	EXPECT_EQ(self->bed.area_pages, testbed_used(bed));
	EXPECT_EQ(-ENOMEM, dma_heap_alloc(bed->heap_fd, 1));
	close(fd);
}

/*
 *	[1111][2222][3333]...[nnnn]	until -ENOMEM
 *	[1111][    ][3333]...[nnnn]	one given back is enough for one more
 */
TEST_F(dma_heap, exhaustion_and_recovery)
{
	struct testbed *bed = &self->bed;
	size_t bytes = self->bed.room_pages / PARTS * bed->page_size;
	const char *reason = testbed_lacks_room(bed, PARTS);
	int fds[MAX_BUFFERS], count = 0, err = 0;

	if (!testbed_owns_machine())
		SKIP(return, "takes all of area %s: needs CMA_TESTS_OWN_MACHINE=1",
		     bed->area->name);
	if (reason)
		SKIP(return, "%s", reason);
	while (count < MAX_BUFFERS) {
		err = dma_heap_alloc(bed->heap_fd, bytes);
		if (err < 0)
			break;
		fds[count++] = err;
	}
	EXPECT_EQ(-ENOMEM, err);
	/* Alignment may cost a few; most of the area must have been usable. */
	EXPECT_GE(count, PARTS / 2);
	EXPECT_EQ(-ENOMEM, dma_heap_alloc(bed->heap_fd, bytes));
	ASSERT_GT(count, 0);

	close(fds[count / 2]);
	fds[count / 2] = dma_heap_alloc(bed->heap_fd, bytes);
	EXPECT_GE(fds[count / 2], 0) {
		TH_LOG("area %s: as much as was just given back: %s",
		       bed->area->name, strerror(-fds[count / 2]));
	}
	while (count--)
		close(fds[count]);
}

TEST_F(dma_heap, descriptor_limit_leaks_nothing)
{
	const char *reason = testbed_lacks_room(&self->bed, 1);
	struct rlimit old, full;

	/* The heap has a buffer by then, which is what might leak. */
	if (reason)
		SKIP(return, "%s", reason);
	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &old));
	full = old;
	full.rlim_cur = self->bed.heap_fd + 1;
	/* Fill every descriptor below the limit. */
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &full));
	while (dup(self->bed.heap_fd) >= 0)
		;
	EXPECT_EQ(-EMFILE, dma_heap_alloc(self->bed.heap_fd, 1));
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &old));
	EXPECT_EQ(self->bed.used_at_start,
		  testbed_wait_used(&self->bed, self->bed.used_at_start));
	if (!self->bed.knows_used && !test_has_failed(_metadata))
		SKIP(return, NEEDS_USED ", to see a leak");
}

/* What an owner does just now. */
enum phase { ALLOCATES, WRITES, GIVES_BACK, PHASES };

/* In shared memory: what the child that gets killed does, told by it. */
struct owner {
	int rounds, allocated;
	enum phase phase;
};

static void tell_phase(struct owner *owner, enum phase phase)
{
	__atomic_store_n(&owner->phase, phase, __ATOMIC_SEQ_CST);
}

/* What an owner may have: all of the room, half of it where others may want some. */
static size_t share_of_room(const struct testbed *bed)
{
	return testbed_owns_machine() ? bed->room_pages : bed->room_pages / 2;
}

/*
 * From a page to all of the share, more small ones than large ones: a small one first,
 * which there always is, and every eighth owner then takes all.
 */
static size_t choose_pages(size_t share, struct random *random, int round, bool takes_all)
{
	unsigned int bits = 64 - __builtin_clzll(share), low, high;
	size_t pages;

	if (round < 2)
		return round && takes_all ? share : 1;
	low = random_below(random, bits);
	high = random_below(random, bits);
	pages = 1ull << (low < high ? low : high);
	pages += random_below(random, pages);
	return pages > share ? share : pages;
}

/*
 * Allocate, map, write, give back, again. Half of the buffers stay open, so that the
 * area is full after a while; then it goes on with what is refused. What is others'
 * is not even asked for.
 */
static void live_in_the_area(const struct testbed *bed, struct owner *owner, __u64 seed)
{
	size_t share = share_of_room(bed), left = testbed_owns_machine() ? SIZE_MAX : share;
	struct random random;
	size_t offset;

	random_seed(&random, seed);
	for (;;) {
		int round = __atomic_load_n(&owner->rounds, __ATOMIC_SEQ_CST), fd;
		size_t pages = choose_pages(share, &random, round, seed % 8 == 0);
		size_t bytes = pages * bed->page_size;
		char *map = NULL;

		tell_phase(owner, ALLOCATES);
		fd = pages > left ? -ENOMEM : dma_heap_alloc(bed->heap_fd, bytes);
		tell_phase(owner, WRITES);
		if (fd >= 0 && dma_buf_map(fd, bytes, (void **)&map) == 0)
			for (offset = 0; offset < bytes; offset += bed->page_size)
				map[offset] = 0x5a;
		tell_phase(owner, GIVES_BACK);
		if (fd >= 0)
			__atomic_add_fetch(&owner->allocated, 1, __ATOMIC_SEQ_CST);
		if (fd >= 0 && random_below(&random, 2)) {
			munmap(map, bytes);
			close(fd);
		} else if (fd >= 0) {
			left -= pages;
		}
		__atomic_add_fetch(&owner->rounds, 1, __ATOMIC_SEQ_CST);
	}
}

/* Let the child do so many rounds, then stop it, so much later. Returns what it did then. */
static enum phase kill_owner(struct __test_metadata *_metadata, struct testbed *bed,
			     struct owner *owner, int least, unsigned int delay_us, __u64 seed)
{
	long long end = monotonic_deadline_ms(10000);
	int status, kill_id;
	enum phase phase;
	pid_t pid;

	memset(owner, 0, sizeof(*owner));
	pid = fork();
	ASSERT_GE(pid, 0);
	if (pid == 0)
		live_in_the_area(bed, owner, seed);
	kill_id = guard_kill(&bed->guard, pid);
	while (__atomic_load_n(&owner->rounds, __ATOMIC_SEQ_CST) < least && monotonic_ms() < end)
		usleep(100);
	usleep(delay_us);
	phase = __atomic_load_n(&owner->phase, __ATOMIC_SEQ_CST);
	kill(pid, SIGKILL);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	guard_cancel(&bed->guard, kill_id);
	EXPECT_EQ(SIGKILL, WTERMSIG(status));
	EXPECT_LT(0, owner->allocated);
	return phase;
}

/*
 * At points that the seed chooses, in the ioctl, in a fault or between them, as it
 * happens: most in the ioctl, which takes longest. How many where is told.
 */
TEST_F_TIMEOUT(dma_heap, killed_owner_leaves_nothing, 110)
{
	long long end = monotonic_ms() + KILLS_MS;
	__u64 seed = environment_seed();
	struct testbed *bed = &self->bed;
	const char *reason = testbed_lacks_room(bed, 2);
	int kills, in_phase[PHASES] = { 0 };
	struct random random;
	struct owner *owner;

	if (!self->bed.knows_used)
		SKIP(return, NEEDS_USED);
	if (reason)
		SKIP(return, "%s", reason);
	owner = mmap(NULL, sizeof(*owner), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		     -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)owner);
	TH_LOG("seed %llu", (unsigned long long)seed);
	random_seed(&random, seed);
	for (kills = 0; kills < KILLS && (kills < LEAST_KILLS || monotonic_ms() < end); kills++) {
		int least = 1 + random_below(&random, MOST_ROUNDS);
		unsigned int delay_us = random_below(&random,
						     1u << random_below(&random, DELAY_BITS));

		in_phase[kill_owner(_metadata, bed, owner, least, delay_us,
				    random_next(&random))]++;
		EXPECT_EQ(self->bed.used_at_start,
			  testbed_wait_used(bed, self->bed.used_at_start)) {
			TH_LOG("area %s: owner killed %u us after %d rounds; the same again: CMA_TESTS_SEED=%llu",
			       bed->area->name, delay_us, least, (unsigned long long)seed);
		}
	}
	TH_LOG("%d owners killed: %d while they allocated, %d while they wrote, %d while they gave back",
	       kills, in_phase[ALLOCATES], in_phase[WRITES], in_phase[GIVES_BACK]);
	munmap(owner, sizeof(*owner));
}

TEST_HARNESS_MAIN
