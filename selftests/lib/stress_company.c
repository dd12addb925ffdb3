// SPDX-License-Identifier: GPL-2.0
/*
 * Steps: others at work at the same time, threads and children. They begin and end
 * by the seed, and how far they come meanwhile is their own affair.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bitmap.h"
#include "dma_heap.h"
#include "meminfo.h"
#include "page_pipe.h"
#include "stress.h"

#define THREADS 4
#define CHILD_BUFFERS 8
/* A child that nobody kills ends by itself. */
#define CHILD_ROUNDS 10000
#define LATEST_US 4000
#define PAUSE_US 1000

struct taker {
	pthread_t thread;
	struct random random;
	int heap_fd, rounds;
	size_t page;
	const char *failure;
};

/* A thread's work: buffers come zeroed, keep what is written, and go. */
static void *take_and_give(void *argument)
{
	struct taker *taker = argument;
	const char *wrong = NULL;

	while (taker->rounds-- && !wrong) {
		struct piece piece = { .kind = PIECE_NONE };
		size_t bytes = (random_below(&taker->random, 64) + 1) * taker->page;

		wrong = piece_take_buffer(&piece, taker->heap_fd, bytes,
					  random_next(&taker->random));
		if (!wrong && !piece_is_whole(&piece))
			wrong = "contents changed";
		if (piece.kind != PIECE_NONE)
			piece_drop(&piece);
	}
	taker->failure = wrong;
	return NULL;
}

static void take_by_threads(struct stress *stress)
{
	struct taker takers[THREADS];
	int count = stress_below(stress, THREADS - 1) + 2, started, i;

	for (started = 0; stress->bed.heap_fd >= 0 && started < count; started++) {
		takers[started] = (struct taker) {
			.heap_fd = stress->bed.heap_fd, .page = stress->bed.page_size,
			.rounds = stress_below(stress, 6) + 1,
		};
		random_seed(&takers[started].random, stress->step * THREADS + started);
		if (pthread_create(&takers[started].thread, NULL, take_and_give,
				   &takers[started]))
			break;
	}
	for (i = 0; i < started; i++) {
		pthread_join(takers[i].thread, NULL);
		stress_fail(stress, takers[i].failure);
	}
}

static void stop_writer(struct stress *stress)
{
	if (pattern_writer_stop(&stress->writer) >= 0)
		stress_fail(stress, "a write was lost");
	if (!piece_is_whole(&stress->written))
		stress_fail(stress, "contents changed beside a writer");
	piece_drop(&stress->written);
}

/* Memory that is written to all the time, whatever becomes of its pages. */
static void start_or_stop_writer(struct stress *stress)
{
	enum piece_kind kind = stress_below(stress, 2) ? PIECE_SHARED : PIECE_ANONYMOUS;
	struct piece *written = &stress->written;

	if (written->kind) {
		stop_writer(stress);
		return;
	}
	stress_fail(stress, piece_map(written, kind, STRESS_MEMORY_BYTES, stress->step));
	if (written->kind && pattern_writer_start(&stress->writer, written->map, written->bytes))
		stress_fail(stress, "no thread to write");
}

/* What can be read of the area at any time is within its bounds. */
static int read_figures(void *argument)
{
	const struct testbed *bed = argument;
	const struct cma_area *area = bed->area;
	struct cma_bitmap bitmap;
	__u64 used, longest;
	int err = 0;

	if (cma_area_used_pages(area, &used) == 0 && used > bed->area_pages)
		err = -ERANGE;
	if (cma_area_read(area, CMA_MAXCHUNK_PAGES, &longest) == 0 && longest > bed->area_pages)
		err = -ERANGE;
	if (area->nranges == 1 && cma_bitmap_read(area, 0, &bitmap) == 0) {
		if (cma_bitmap_stray(&bitmap))
			err = -ERANGE;
		cma_bitmap_free(&bitmap);
	}
	usleep(PAUSE_US);
	return err;
}

static void stop_reader(struct stress *stress)
{
	if (background_stop(&stress->reader))
		stress_fail(stress, "a figure read meanwhile is out of bounds");
	stress->is_reading = false;
}

static void start_or_stop_reader(struct stress *stress)
{
	if (stress->is_reading) {
		stop_reader(stress);
		return;
	}
	stress->is_reading = true;
	if (background_start(&stress->reader, read_figures, &stress->bed))
		stress_fail(stress, "no thread to read");
}

/* A child's life: buffers, copies of its parent's pages, a page in a pipe. */
struct child {
	int heap_fd, fds[CHILD_BUFFERS], pipe[2];
	size_t page;
	const struct piece *inherited;	/* anonymous, or NULL */
};

static void take_as_child(struct child *child, size_t slot, size_t pages)
{
	void *map;

	if (child->fds[slot] > 0)
		close(child->fds[slot]);
	child->fds[slot] = dma_heap_alloc(child->heap_fd, pages * child->page);
	if (child->fds[slot] < 0 || dma_buf_map(child->fds[slot], pages * child->page, &map))
		return;
	memset(map, 0xa5, child->page);
	if (slot % 2)
		munmap(map, pages * child->page);
}

static void use_memory_as_child(struct child *child, size_t page, int way)
{
	unsigned char *address = child->inherited->map + page * child->page;

	if (way == 0)
		memset(address, 0xa5, child->page);
	else if (way == 1)
		madvise(address, child->page, MADV_DONTNEED);
	else
		page_pipe_hold(child->pipe[1], address, child->page);
}

/* In the child. It kills itself in round @last, unless somebody does before. */
static void live(struct stress *stress, const struct piece *inherited, __u64 last)
{
	struct child child = {
		.heap_fd = stress->bed.heap_fd, .page = stress->bed.page_size,
		.inherited = inherited,
	};
	__u64 round;

	/* Nobody may outlive us. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (pipe2(child.pipe, O_CLOEXEC | O_NONBLOCK))
		_exit(1);
	for (round = 0; round < last; round++) {
		size_t pages = stress_below(stress, 64) + 1;
		size_t slot = stress_below(stress, CHILD_BUFFERS);
		__u64 page = stress_below(stress, STRESS_MEMORY_BYTES / child.page);
		int way = stress_below(stress, 4);

		if (child.heap_fd >= 0 && (way == 3 || !inherited))
			take_as_child(&child, slot, pages);
		else if (inherited)
			use_memory_as_child(&child, page, way);
	}
	raise(SIGKILL);
	_exit(1);
}

/* A child is killed at a step of its own, or by us at any moment. */
static void lose_a_child(struct stress *stress)
{
	bool kills_itself = stress_below(stress, 2);
	__u64 last = stress_below(stress, 40), moment_us = stress_below(stress, LATEST_US);
	struct piece *piece = stress_find_piece(stress, true);
	int status = 0;
	pid_t pid;

	if (piece && piece->kind != PIECE_ANONYMOUS)
		piece = NULL;
	pid = fork();
	if (pid == 0)
		live(stress, piece, kills_itself ? last : CHILD_ROUNDS);
	if (pid > 0 && !kills_itself) {
		usleep(moment_us);
		kill(pid, SIGKILL);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		stress_fail(stress, "a child cannot be had or does not die");
	else if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		stress_fail(stress, "a child dies otherwise than by SIGKILL");
}

static void close_company(struct stress *stress)
{
	if (stress->written.kind)
		stop_writer(stress);
	if (stress->is_reading)
		stop_reader(stress);
}

const struct stress_topic stress_company = {
	.close = close_company,
	.steps = {
		{ "take and give by threads", take_by_threads, 4 },
		{ "start or stop a writer", start_or_stop_writer, 5 },
		{ "start or stop a reader", start_or_stop_reader, 5 },
		{ "lose a child", lose_a_child, 6 },
	},
};
