// SPDX-License-Identifier: GPL-2.0
/*
 * Everything at once, by chance: buffers of a heap, blocks of debugfs, movable
 * memory of several kinds, pressure, pinned pages, children that are killed,
 * requests that must fail. After each step the accounts must add up, and
 * whatever is looked at must contain what was written.
 *
 * What step N does follows from the seed and N alone, whatever became of the
 * steps before; both are printed when something fails:
 *
 *	CMA_TESTS_SEED=<seed>			the same steps again
 *	CMA_TESTS_STRESS_STEPS=<steps>		so many, however long they take
 *	CMA_TESTS_STRESS_SECONDS=<seconds>	for so long, however many they are
 *	CMA_TESTS_STRESS_TELL=1			a line a step
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "accounts.h"
#include "environment.h"
#include "harness.h"
#include "meminfo.h"
#include "movable.h"
#include "page_pipe.h"
#include "piece.h"
#include "random.h"
#include "testbed.h"
#include "text_file.h"

#define DEFAULT_STEPS 300
#define DEFAULT_MS 15000
#define SLOTS 12
#define MEMORY_BYTES 0x100000ul

struct stress {
	struct testbed bed;
	struct piece pieces[SLOTS];
	struct movable ballast;
	int pipe[2];
	bool is_pinned;
	struct random random;
	__u64 seed, moved_at_start;
	__u64 taken_pages;
	__u64 counted_at_start;		/* sysfs: pages allocated less released */
	unsigned long step;
	const char *failure;		/* NULL: all is well */
	const char *doing;
};

static __u64 below(struct stress *stress, __u64 limit)
{
	return (random_next(&stress->random) >> 16) % limit;
}

/* The first that is wrong counts; NULL: nothing is. */
static void fail(struct stress *stress, const char *what)
{
	if (!stress->failure)
		stress->failure = what;
}

/* A slot that is in use (@used) or not, by chance; NULL: there is none. */
static struct piece *find_piece(struct stress *stress, bool used)
{
	size_t start = below(stress, SLOTS), i;

	for (i = 0; i < SLOTS; i++) {
		struct piece *piece = &stress->pieces[(start + i) % SLOTS];

		if (used == !!piece->kind)
			return piece;
	}
	return NULL;
}

/* A buffer that is held, or NULL. */
static struct piece *find_buffer(struct stress *stress)
{
	struct piece *piece = find_piece(stress, true);

	return piece && piece->kind == PIECE_BUFFER ? piece : NULL;
}

static void take_buffer(struct stress *stress)
{
	__u64 limit = below(stress, 4) ? 64 : stress->bed.room_pages / 8 + 1;
	size_t pages = below(stress, limit) + 1;
	struct piece *piece = find_piece(stress, false);
	struct testbed *bed = &stress->bed;

	if (!piece || bed->heap_fd < 0)
		return;
	fail(stress, piece_take_buffer(piece, bed->heap_fd, pages * bed->page_size, stress->step));
	if (piece->kind == PIECE_BUFFER)
		stress->taken_pages += pages;
}

static void map_memory(struct stress *stress)
{
	enum piece_kind kind = below(stress, 2) ? PIECE_SHARED : PIECE_ANONYMOUS;
	struct piece *piece = find_piece(stress, false);

	if (piece)
		fail(stress, piece_map(piece, kind, MEMORY_BYTES, stress->step));
}

static void verify(struct stress *stress)
{
	struct piece *piece = find_piece(stress, true);

	if (piece && !piece_is_whole(piece))
		fail(stress, "contents changed");
}

static void drop(struct stress *stress, struct piece *piece)
{
	if (!piece_is_whole(piece))
		fail(stress, "contents changed");
	if (piece->kind == PIECE_BUFFER)
		stress->taken_pages -= piece->bytes / stress->bed.page_size;
	piece_drop(piece);
}

static void give_up(struct stress *stress)
{
	struct piece *piece = find_piece(stress, true);

	if (piece)
		drop(stress, piece);
}

static void take_block(struct stress *stress)
{
	struct testbed *bed = &stress->bed;
	__u64 pages = below(stress, bed->room_pages / 4) + 1;
	int err;

	if (!bed->area->has_debugfs || geteuid() || bed->nblocks == TESTBED_MAX_BLOCKS)
		return;
	err = testbed_debugfs_alloc(bed, pages);
	if (!err)
		stress->taken_pages += pages;
	else if (err != -ENOMEM)
		fail(stress, "a block is refused, not for want of memory");
}

static void free_block(struct stress *stress)
{
	struct testbed *bed = &stress->bed;
	__u64 pages = bed->nblocks ? bed->block_pages[bed->nblocks - 1] : 0;

	if (!pages)
		return;
	if (testbed_debugfs_free(bed))
		fail(stress, "a block cannot be freed");
	stress->taken_pages -= pages;
}

/* Hold a page of some memory in the pipe, or let go the one that is there. */
static void pin_or_release(struct stress *stress)
{
	size_t page = stress->bed.page_size;
	struct piece *piece = find_piece(stress, true);
	unsigned char contents[page];

	if (stress->is_pinned) {
		if (page_pipe_drain(stress->pipe[0], contents, page))
			fail(stress, "a pinned page cannot be drained");
		stress->is_pinned = false;
	} else if (piece && piece->kind != PIECE_BUFFER) {
		size_t number = below(stress, piece->bytes / page);

		stress->is_pinned = !page_pipe_hold(stress->pipe[1], piece->map + number * page,
						    page);
		if (!stress->is_pinned)
			fail(stress, "a page cannot be spliced");
	}
}

/* Requests that no state of the area can make good. */
static void ask_for_the_impossible(struct stress *stress)
{
	struct testbed *bed = &stress->bed;
	struct piece *buffer = find_buffer(stress);
	char path[CMA_PATH_SIZE];

	if (bed->heap_fd >= 0 &&
	    dma_heap_alloc(bed->heap_fd, (bed->area_pages + 1) * bed->page_size) != -ENOMEM)
		fail(stress, "more than the area is granted");
	if (bed->heap_fd >= 0 && dma_heap_alloc(bed->heap_fd, 0) != -EINVAL)
		fail(stress, "a buffer of nothing is granted");
	if (buffer && (mmap(NULL, buffer->bytes + 1, PROT_READ, MAP_SHARED, buffer->fd, 0) !=
		       MAP_FAILED || errno != EINVAL))
		fail(stress, "more than the buffer can be mapped, or not refused as invalid");
	cma_area_debugfs_path(bed->area, "alloc", path);
	if (bed->area->has_debugfs && !geteuid() && text_file_write(path, "-1") != -EINVAL)
		fail(stress, "a negative number of pages is granted");
}

static void advise(struct stress *stress)
{
	static const int advices[] = { MADV_COLD, MADV_PAGEOUT, MADV_HUGEPAGE, MADV_WILLNEED };
	int advice = advices[below(stress, ARRAY_SIZE(advices))];
	struct piece *piece = find_piece(stress, true);

	if (piece)
		madvise(piece->map, piece->bytes, advice);
}

static void lock_or_unlock(struct stress *stress)
{
	bool locks = below(stress, 2);
	struct piece *piece = find_piece(stress, true);

	if (piece && locks)
		mlock(piece->map, piece->bytes);
	else if (piece)
		munlock(piece->map, piece->bytes);
}

static void synchronise(struct stress *stress)
{
	__u64 flags = below(stress, 16);
	bool is_legal = flags & DMA_BUF_SYNC_RW && !(flags & ~DMA_BUF_SYNC_VALID_FLAGS_MASK);
	struct piece *buffer = find_buffer(stress);

	if (buffer && dma_buf_sync(buffer->fd, flags) != (is_legal ? 0 : -EINVAL))
		fail(stress, "an access begins or ends that must not, or the reverse");
}

/* Another way to the same pages, and the descriptor under another number. */
static void look_at_a_part(struct stress *stress)
{
	struct piece *buffer = find_buffer(stress);
	int duplicate;

	if (!buffer)
		return;
	if (!piece_shows_page(buffer,
			      below(stress, buffer->bytes / stress->bed.page_size)))
		fail(stress, "a part of a buffer shows something else");
	duplicate = fcntl(buffer->fd, F_DUPFD_CLOEXEC, 0);
	close(buffer->fd);
	buffer->fd = duplicate;
}

/* A child takes a buffer, or shares our memory, and is killed at it. */
static void lose_a_child(struct stress *stress)
{
	struct testbed *bed = &stress->bed;
	struct piece *piece = find_piece(stress, true);
	pid_t pid = fork();

	if (pid == 0) {
		if (bed->heap_fd >= 0)
			dma_heap_alloc(bed->heap_fd, 16 * bed->page_size);
		if (piece && piece->kind == PIECE_ANONYMOUS)
			memset(piece->map, 0xa5, piece->bytes);
		raise(SIGKILL);
	}
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		fail(stress, "a child cannot be had or does not die");
}

/* Fill the rest of memory, so that movable pages go to the area; or give it back. */
static void press_or_relent(struct stress *stress)
{
	if (stress->ballast.map)
		movable_free(&stress->ballast);
	else if (movable_press(&stress->ballast, &stress->bed))
		movable_free(&stress->ballast);
}

static const struct {
	const char *name;
	void (*take)(struct stress *stress);
	int weight;
} steps[] = {
	{ "take a buffer", take_buffer, 20 },
	{ "give up a piece", give_up, 25 },
	{ "verify a piece", verify, 20 },
	{ "map memory", map_memory, 20 },
	{ "take a block", take_block, 10 },
	{ "free a block", free_block, 10 },
	{ "pin or release a page", pin_or_release, 10 },
	{ "ask for the impossible", ask_for_the_impossible, 3 },
	{ "advise the kernel", advise, 7 },
	{ "lock or unlock a piece", lock_or_unlock, 4 },
	{ "synchronise a buffer", synchronise, 6 },
	{ "look at a part of a buffer", look_at_a_part, 6 },
	{ "lose a child", lose_a_child, 5 },
	{ "press on the area or relent", press_or_relent, 2 },
};

static void take_step(struct stress *stress)
{
	int total = 0, at;
	size_t i;

	/* Never 0, where the generator would stay. */
	stress->random.state = (stress->seed + stress->step * 0xd1342543de82ef95ull) *
			       0x9e3779b97f4a7c15ull | 1;
	for (i = 0; i < ARRAY_SIZE(steps); i++)
		total += steps[i].weight;
	/* The first numbers of neighbouring states are near each other. */
	for (i = 0; i < 4; i++)
		below(stress, 2);
	at = below(stress, total);
	for (i = 0; at >= steps[i].weight; i++)
		at -= steps[i].weight;
	stress->doing = steps[i].name;
	steps[i].take(stress);
	fail(stress, accounts_find_wrong(&stress->bed, stress->taken_pages,
					 stress->counted_at_start));
}

FIXTURE(stress)
{
	struct stress stress;
};

FIXTURE_SETUP(stress)
{
	struct stress *stress = &self->stress;

	if (testbed_open_heap(&stress->bed)) {
		testbed_close(&stress->bed);
		OPEN_QUIET_TESTBED(&stress->bed, testbed_open_debugfs);
	} else if (testbed_settle(&stress->bed)) {
		SKIP_SETUP("%s", stress->bed.reason);
	}
	ASSERT_EQ(0, pipe2(stress->pipe, O_CLOEXEC));
	stress->seed = environment_seed();
	stress->counted_at_start = accounts_counted_pages(stress->bed.area);
	vmstat_read("pgmigrate_success", &stress->moved_at_start);
}

FIXTURE_TEARDOWN(stress)
{
	struct stress *stress = &self->stress;
	size_t i;

	for (i = 0; i < SLOTS; i++)
		if (stress->pieces[i].kind != PIECE_NONE)
			drop(stress, &stress->pieces[i]);
	movable_free(&stress->ballast);
	close(stress->pipe[0]);
	close(stress->pipe[1]);
	CLOSE_QUIET_TESTBED(&stress->bed);
}

/* As long as the environment says; the harness must not stop it before. */
TEST_F_TIMEOUT(stress, random_steps_keep_the_accounts, 90000)
{
	struct stress *stress = &self->stress;
	__u64 seconds = environment_number("CMA_TESTS_STRESS_SECONDS", 0);
	__u64 wanted = environment_number("CMA_TESTS_STRESS_STEPS",
					  seconds ? ~0ull : DEFAULT_STEPS);
	__u64 moved = stress->moved_at_start;
	bool tells = environment_number("CMA_TESTS_STRESS_TELL", 0);
	long long end = testbed_now_ms() + (seconds ? (long long)seconds * 1000 : DEFAULT_MS);
	/* Steps that were asked for by number take their time. */
	bool is_bounded = seconds || !getenv("CMA_TESTS_STRESS_STEPS");

	TH_LOG("seed %llu", (unsigned long long)stress->seed);
	while (!stress->failure && stress->step < wanted &&
	       (!is_bounded || testbed_now_ms() < end)) {
		stress->step++;
		take_step(stress);
		if (tells)
			TH_LOG("step %lu: %s, %llu pages taken", stress->step, stress->doing,
			       (unsigned long long)stress->taken_pages);
	}
	EXPECT_EQ(NULL, stress->failure) {
		TH_LOG("step %lu (%s): %s; the same again: CMA_TESTS_SEED=%llu CMA_TESTS_STRESS_STEPS=%lu",
		       stress->step, stress->doing, stress->failure,
		       (unsigned long long)stress->seed, stress->step);
	}
	vmstat_read("pgmigrate_success", &moved);
	TH_LOG("%lu steps, %llu pages made room", stress->step,
	       (unsigned long long)(moved - stress->moved_at_start));
}

TEST_HARNESS_MAIN
