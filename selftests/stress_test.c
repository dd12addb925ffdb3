// SPDX-License-Identifier: GPL-2.0
/*
 * Everything at once, by chance: buffers of a heap, blocks of debugfs, movable
 * memory of several kinds, pinned pages, requests that must fail. After each
 * step the accounts must add up, and whatever is looked at must contain what
 * was written.
 *
 * The steps follow from the seed alone, and the seed is printed:
 *
 *	CMA_TESTS_SEED=<seed>			the same steps again
 *	CMA_TESTS_STRESS_SECONDS=<seconds>	for so long, instead of the
 *						default number of steps
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/uio.h>
#include <unistd.h>

#include "bitmap.h"
#include "harness.h"
#include "meminfo.h"
#include "pattern.h"
#include "testbed.h"

#define DEFAULT_STEPS 250
#define DEFAULT_MS 12000
#define SLOTS 12
#define MEMORY_BYTES 0x100000ul

/* A piece of memory, by the way it was had. */
struct piece {
	enum { NOTHING, BUFFER, ANONYMOUS, SHARED } kind;
	unsigned char *map;
	size_t bytes;
	int fd;
	__u64 seed;
};

struct stress {
	struct testbed bed;
	struct piece pieces[SLOTS];
	int pipe[2];
	bool is_pinned;
	__u64 seed, state, taken_pages;
	unsigned long step;
	const char *failure;	/* NULL: all is well */
	const char *doing;
};

static __u64 random_below(struct stress *stress, __u64 limit)
{
	stress->state ^= stress->state >> 12;
	stress->state ^= stress->state << 25;
	stress->state ^= stress->state >> 27;
	return (stress->state * 0x2545f4914f6cdd1dull >> 16) % limit;
}

static void fail(struct stress *stress, const char *what)
{
	if (!stress->failure)
		stress->failure = what;
}

/* A slot that is in use (@used) or not, by chance; NULL: there is none. */
static struct piece *find_piece(struct stress *stress, bool used)
{
	size_t start = random_below(stress, SLOTS), i;

	for (i = 0; i < SLOTS; i++) {
		struct piece *piece = &stress->pieces[(start + i) % SLOTS];

		if (!!piece->kind == used)
			return piece;
	}
	return NULL;
}

static void take_buffer(struct stress *stress)
{
	struct piece *piece = find_piece(stress, false);
	__u64 limit = random_below(stress, 4) ? 64 : stress->bed.room_pages / 8 + 1;
	size_t pages = random_below(stress, limit) + 1, i;
	struct testbed *bed = &stress->bed;

	if (!piece || bed->heap_fd < 0)
		return;
	piece->bytes = pages * bed->page_size;
	piece->fd = dma_heap_alloc(bed->heap_fd, piece->bytes);
	if (piece->fd == -ENOMEM)
		return;
	if (piece->fd < 0 || dma_buf_map(piece->fd, piece->bytes, (void **)&piece->map)) {
		fail(stress, "a buffer is refused, not for want of memory");
		return;
	}
	for (i = 0; i < piece->bytes; i += sizeof(__u64))
		if (*(__u64 *)(piece->map + i))
			fail(stress, "a buffer is not zeroed");
	piece->kind = BUFFER;
	piece->seed = stress->step;
	pattern_fill(piece->map, piece->bytes, piece->seed);
	stress->taken_pages += pages;
}

static void map_memory(struct stress *stress, int kind, int flags)
{
	struct piece *piece = find_piece(stress, false);

	if (!piece)
		return;
	piece->bytes = MEMORY_BYTES;
	piece->map = mmap(NULL, piece->bytes, PROT_READ | PROT_WRITE,
			  flags | MAP_ANONYMOUS, -1, 0);
	if (piece->map == MAP_FAILED) {
		fail(stress, "no memory for a megabyte");
		return;
	}
	piece->kind = kind;
	piece->seed = stress->step;
	pattern_fill(piece->map, piece->bytes, piece->seed);
}

static void map_anonymous(struct stress *stress)
{
	map_memory(stress, ANONYMOUS, MAP_PRIVATE);
}

static void map_shared(struct stress *stress)
{
	map_memory(stress, SHARED, MAP_SHARED);
}

static void verify(struct stress *stress)
{
	struct piece *piece = find_piece(stress, true);

	if (piece && pattern_first_wrong(piece->map, piece->bytes, piece->seed) >= 0)
		fail(stress, "contents changed");
}

static void drop(struct stress *stress, struct piece *piece)
{
	if (pattern_first_wrong(piece->map, piece->bytes, piece->seed) >= 0)
		fail(stress, "contents changed");
	if (piece->kind == BUFFER) {
		/* Both orders: the mapping first, the descriptor first. */
		if (piece->seed % 2)
			close(piece->fd);
		munmap(piece->map, piece->bytes);
		if (piece->seed % 2 == 0)
			close(piece->fd);
		stress->taken_pages -= piece->bytes / stress->bed.page_size;
	} else {
		munmap(piece->map, piece->bytes);
	}
	piece->kind = NOTHING;
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
	__u64 pages = random_below(stress, bed->room_pages / 4) + 1;
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
	char contents[4096];
	size_t left = page;
	struct iovec one;

	if (stress->is_pinned) {
		while (left) {
			ssize_t got = read(stress->pipe[0], contents,
					   left < sizeof(contents) ? left : sizeof(contents));

			if (got <= 0)
				break;
			left -= got;
		}
		if (left)
			fail(stress, "a pinned page cannot be drained");
		stress->is_pinned = false;
	} else if (piece && piece->kind != BUFFER) {
		one.iov_base = piece->map + random_below(stress, piece->bytes / page) * page;
		one.iov_len = page;
		stress->is_pinned = vmsplice(stress->pipe[1], &one, 1, 0) == (ssize_t)page;
		if (!stress->is_pinned)
			fail(stress, "a page cannot be spliced");
	}
}

static void ask_too_much(struct stress *stress)
{
	struct testbed *bed = &stress->bed;

	if (bed->heap_fd >= 0 &&
	    dma_heap_alloc(bed->heap_fd, (bed->area_pages + 1) * bed->page_size) != -ENOMEM)
		fail(stress, "more than the area is granted");
	if (bed->heap_fd >= 0 && dma_heap_alloc(bed->heap_fd, 0) != -EINVAL)
		fail(stress, "a buffer of nothing is granted");
}

static void advise(struct stress *stress)
{
	static const int advices[] = { MADV_COLD, MADV_PAGEOUT, MADV_HUGEPAGE, MADV_WILLNEED };
	struct piece *piece = find_piece(stress, true);

	if (piece)
		madvise(piece->map, piece->bytes,
			advices[random_below(stress, ARRAY_SIZE(advices))]);
}

static const struct {
	const char *name;
	void (*take)(struct stress *stress);
	int weight;
} steps[] = {
	{ "take a buffer", take_buffer, 20 },
	{ "give up a piece", give_up, 25 },
	{ "verify a piece", verify, 20 },
	{ "map anonymous memory", map_anonymous, 10 },
	{ "map shared memory", map_shared, 10 },
	{ "take a block", take_block, 10 },
	{ "free a block", free_block, 10 },
	{ "pin or release a page", pin_or_release, 10 },
	{ "ask for too much", ask_too_much, 3 },
	{ "advise the kernel", advise, 7 },
};

/* What is taken is what we took; the bitmap says the same. */
static void check_invariants(struct stress *stress)
{
	struct testbed *bed = &stress->bed;
	__u64 expected = bed->used_at_start + stress->taken_pages, total, free_bytes;
	struct cma_bitmap bitmap;

	if (bed->knows_used && bed->area->order_per_bit == 0 &&
	    testbed_wait_used(bed, expected) != expected)
		fail(stress, "used pages are not what was taken");
	if (bed->area->nranges == 1 && bed->area->order_per_bit == 0 &&
	    cma_bitmap_read(bed->area, 0, &bitmap) == 0) {
		if (cma_bitmap_weight(&bitmap) != expected || cma_bitmap_stray(&bitmap))
			fail(stress, "the bitmap is not what was taken");
		cma_bitmap_free(&bitmap);
	}
	if (meminfo_bytes("CmaTotal", &total) || meminfo_bytes("CmaFree", &free_bytes) ||
	    free_bytes > total)
		fail(stress, "CmaFree is above CmaTotal");
}

static void take_step(struct stress *stress)
{
	int total = 0, at;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(steps); i++)
		total += steps[i].weight;
	at = random_below(stress, total);
	for (i = 0; at >= steps[i].weight; i++)
		at -= steps[i].weight;
	stress->doing = steps[i].name;
	steps[i].take(stress);
	check_invariants(stress);
}

static __u64 number_from_environment(const char *name, __u64 otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoull(text, NULL, 0) : otherwise;
}

FIXTURE(stress)
{
	struct stress stress;
};

FIXTURE_SETUP(stress)
{
	struct stress *stress = &self->stress;
	__u64 seed = 0;

	if (testbed_open_heap(&stress->bed)) {
		testbed_close(&stress->bed);
		OPEN_QUIET_TESTBED(&stress->bed, testbed_open_debugfs);
	} else if (testbed_settle(&stress->bed)) {
		SKIP_SETUP("%s", stress->bed.reason);
	}
	ASSERT_EQ(0, pipe2(stress->pipe, O_CLOEXEC));
	if (getrandom(&seed, 4, 0) < 0)
		seed = testbed_now_ms();
	stress->seed = number_from_environment("CMA_TESTS_SEED", seed);
	/* Never 0, where the generator would stay. */
	stress->state = stress->seed * 0x9e3779b97f4a7c15ull + 1;
}

FIXTURE_TEARDOWN(stress)
{
	struct stress *stress = &self->stress;
	size_t i;

	for (i = 0; i < SLOTS; i++)
		if (stress->pieces[i].kind != NOTHING)
			drop(stress, &stress->pieces[i]);
	close(stress->pipe[0]);
	close(stress->pipe[1]);
	CLOSE_QUIET_TESTBED(&stress->bed);
}

/* As long as the environment says; the harness must not stop it before. */
TEST_F_TIMEOUT(stress, random_steps_keep_the_accounts, 90000)
{
	struct stress *stress = &self->stress;
	__u64 seconds = number_from_environment("CMA_TESTS_STRESS_SECONDS", 0);
	long long end = testbed_now_ms() + (seconds ? (long long)seconds * 1000 : DEFAULT_MS);

	TH_LOG("seed %llu", (unsigned long long)stress->seed);
	while (!stress->failure && testbed_now_ms() < end &&
	       (seconds || stress->step < DEFAULT_STEPS)) {
		stress->step++;
		take_step(stress);
	}
	EXPECT_EQ(NULL, stress->failure) {
		TH_LOG("step %lu (%s): %s; the same again: CMA_TESTS_SEED=%llu", stress->step,
		       stress->doing, stress->failure, (unsigned long long)stress->seed);
	}
	TH_LOG("%lu steps", stress->step);
}

TEST_HARNESS_MAIN
