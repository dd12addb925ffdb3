// SPDX-License-Identifier: GPL-2.0
/*
 * Ten thousand buffers, one after the other, and thousands of calls that are refused:
 * nothing of any of them is left, by any account that the kernel keeps of a process, of
 * the area, of itself.
 *
 * Each allocation waits for every processor, so that a guest of one does ten thousand
 * in less than twenty seconds. Who has not that much time for them fails for what fewer
 * have lost, and skips where they lost nothing: that is not proof.
 *
 *	CMA_TESTS_LEAK_SECONDS=<s>	time for them, twenty seconds if not said; for
 *					refusals no more than three of them
 *
 *	descriptors	/proc/self/fd; those that are taken and lead nowhere are not in
 *			there: the number that the next one gets tells
 *	mappings	/proc/self/maps
 *	RssFile		/proc/self/status; where buffers count in it at all
 *	area		used
 *	kernel		SUnreclaim: an object of 32 bytes lost a cycle is 320 KB
 *			inode-nr: the buffers' inodes, which are not in SUnreclaim, less
 *			what dentry-state tells of files that nobody uses
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "environment.h"
#include "harness.h"
#include "meminfo.h"
#include "slab.h"
#include "testbed.h"
#include "text_file.h"

#define CYCLES 10000
/* A slow machine does fewer, but not so few that they say nothing. */
#define MIN_CYCLES 100
#define BUDGET_SECONDS 20
/* Others' objects that come and go meanwhile, and ours: 5 bytes a cycle were seen. */
#define SLAB_NOISE_BYTES 32768
#define SLAB_NOISE_BYTES_PER_CYCLE 16
/* Files that others open meanwhile: 15 were seen. One that is lost is lost each cycle. */
#define INODE_NOISE 40
#define WARM_UP_CYCLES 200
/*
 * What is lost is lost each time; what others take for a while is not. More than two
 * attempts only where those were quick: 45 seconds are for all.
 */
#define ATTEMPTS 5

/* A refusal takes and frees one object or two, or a page besides: quick, and less noise. */
#define REFUSALS 5000
/* Of those that take a page of the area first, or write into the kernel's log. */
#define SLOW_REFUSALS 500
#define REFUSAL_SECONDS 3
#define REFUSAL_WARM_UP 100
#define REFUSAL_SLAB_NOISE_BYTES 16384

FIXTURE(dma_heap_leak)
{
	struct testbed bed;
};

FIXTURE_SETUP(dma_heap_leak)
{
	OPEN_QUIET_TESTBED(&self->bed, testbed_open_heap);
}

FIXTURE_TEARDOWN(dma_heap_leak)
{
	CLOSE_QUIET_TESTBED(&self->bed);
}

struct footprint {
	int descriptors;
	int next_descriptor;
	int mappings;
	__u64 rss_file_bytes;
	__u64 used_pages;
	__u64 slab_bytes;
	long long inodes;
};

/* What is done over and over. */
struct work {
	int (*cycle)(const void *context, int number);	/* done once: 0 or -errno */
	const void *context;
	const struct testbed *bed;
	int expected;		/* what each cycle returns */
	int warm_up_cycles;
	int cycles;
	long long limit_ms;	/* for the cycles, each time that they are done */
	bool judges_slab;
	__u64 slab_noise_bytes;
};

/* What was left by the work. */
struct rest {
	struct footprint before, after;
	int done;		/* cycles, for which there was time */
	bool has_grown;		/* the kernel's own memory, beyond the noise */
};

static int count_mappings(void)
{
	char *text, *line;
	int count = 0;

	if (text_file_read_all("/proc/self/maps", &text) < 0)
		return -1;
	for (line = text; *line; line++)
		count += *line == '\n';
	free(text);
	return count;
}

static __u64 rss_file_bytes(void)
{
	__u64 bytes = 0;

	self_status_bytes("RssFile", &bytes);
	return bytes;
}

static void take_footprint(const struct testbed *bed, struct footprint *now)
{
	now->slab_bytes = slab_unreclaimable_bytes();
	now->descriptors = testbed_open_descriptors();
	now->next_descriptor = testbed_next_descriptor();
	now->mappings = count_mappings();
	now->rss_file_bytes = rss_file_bytes();
	now->used_pages = testbed_used(bed);
	now->inodes = slab_inodes_in_use();
}

/* So many cycles, or as many as there is time for. Returns how many. */
static int do_cycles(struct __test_metadata *_metadata, const struct work *work, int cycles,
		     long long end_ms)
{
	int done;

	for (done = 0; done < cycles && (done < MIN_CYCLES || monotonic_ms() < end_ms); done++) {
		int result = work->cycle(work->context, done);

		ASSERT_EQ(work->expected, result) {
			TH_LOG("heap %s, cycle %d: expected \"%s\", found \"%s\"",
			       work->bed->heap->name, done, strerror(-work->expected),
			       strerror(result < 0 ? -result : 0));
		}
	}
	return done;
}

static bool has_grown(const struct work *work, const struct rest *rest)
{
	__u64 slab_noise = work->slab_noise_bytes +
			   (__u64)rest->done * SLAB_NOISE_BYTES_PER_CYCLE;

	if (work->judges_slab && rest->after.slab_bytes > rest->before.slab_bytes + slab_noise)
		return true;
	return rest->after.inodes > rest->before.inodes + INODE_NOISE + rest->done / 2;
}

static void do_work(struct __test_metadata *_metadata, const struct work *work, struct rest *rest)
{
	long long start_ms = monotonic_ms();
	int attempt;

	/* What is made once is made now. */
	do_cycles(_metadata, work, work->warm_up_cycles, start_ms + work->limit_ms);
	rest->has_grown = true;
	for (attempt = 0; rest->has_grown && attempt < ATTEMPTS; attempt++) {
		if (attempt >= 2 && monotonic_ms() > start_ms + BUDGET_SECONDS * 1000)
			break;
		take_footprint(work->bed, &rest->before);
		rest->done = do_cycles(_metadata, work, work->cycles,
				       monotonic_ms() + work->limit_ms);
		take_footprint(work->bed, &rest->after);
		rest->has_grown = has_grown(work, rest);
		TH_LOG("%d cycles, unreclaimable slab %+lld bytes, inodes %+lld", rest->done,
		       (long long)(rest->after.slab_bytes - rest->before.slab_bytes),
		       rest->after.inodes - rest->before.inodes);
	}
}

static void expect_nothing_left(struct __test_metadata *_metadata, const struct testbed *bed,
				const struct rest *rest)
{
	const struct footprint *before = &rest->before, *after = &rest->after;

	EXPECT_EQ(before->descriptors, after->descriptors);
	EXPECT_EQ(before->next_descriptor, after->next_descriptor);
	/* malloc() may have one more. */
	EXPECT_LE(after->mappings, before->mappings + 1);
	EXPECT_EQ(before->used_pages, testbed_wait_used(bed, before->used_pages));
	/* Each thread keeps up to 64 pages of its count to itself. */
	EXPECT_LE(after->rss_file_bytes, before->rss_file_bytes + 128 * bed->page_size);
	EXPECT_FALSE(rest->has_grown) {
		TH_LOG("%d cycles: the kernel keeps %lld bytes and %lld/%d inodes of each",
		       rest->done, (long long)(after->slab_bytes - before->slab_bytes) / rest->done,
		       after->inodes - before->inodes, rest->done);
	}
}

/* A slow machine has more. */
static long long limit_ms(__u64 seconds)
{
	return seconds * 1000 * monotonic_patience();
}

/* What the caller has for the ten thousand. */
static __u64 asked_seconds(void)
{
	return environment_number("CMA_TESTS_LEAK_SECONDS", BUDGET_SECONDS);
}

/* One buffer, by one of the ways there are to have it, and to end it. */
static int take_and_end_a_buffer(const void *context, int number)
{
	const struct testbed *bed = context;
	size_t bytes = (number % 7 * 8 + 1) * bed->page_size;
	int fd, err;
	char *map;

	if (number % 2)
		fd = dma_heap_alloc_larger(bed->heap_fd, bytes);
	else
		fd = dma_heap_alloc(bed->heap_fd, bytes);
	if (fd < 0)
		return fd;
	/* The second name takes the place of the first. */
	if (ioctl(fd, DMA_BUF_SET_NAME_B, "a name that fills what it may") ||
	    ioctl(fd, DMA_BUF_SET_NAME_B, "another one, and as long"))
		return -errno;
	if (number % 3 == 0)
		return close(fd);
	err = dma_buf_map(fd, bytes, (void **)&map);
	if (err)
		return err;
	map[bytes - 1] = 1;
	if (number % 3 == 1)
		munmap(map, bytes);
	close(fd);
	if (number % 3 == 2)
		munmap(map, bytes);
	return 0;
}

TEST_F_TIMEOUT(dma_heap_leak, ten_thousand_buffers, 3600)
{
	struct testbed *bed = &self->bed;
	struct work work = {
		.cycle = take_and_end_a_buffer,
		.context = bed,
		.bed = bed,
		.warm_up_cycles = WARM_UP_CYCLES,
		.cycles = CYCLES,
		.limit_ms = limit_ms(asked_seconds()),
		.judges_slab = true,
		.slab_noise_bytes = SLAB_NOISE_BYTES,
	};
	struct rest rest;

	do_work(_metadata, &work, &rest);
	expect_nothing_left(_metadata, bed, &rest);
	if (rest.done < CYCLES && !test_has_failed(_metadata))
		SKIP(return, "needs more time, CMA_TESTS_LEAK_SECONDS=<seconds>: %d of %d buffers in %lld s, nothing lost",
		     rest.done, CYCLES, work.limit_ms / 1000);
}

/* While a buffer is mapped it counts in RssFile wholly or not at all. */
TEST_F(dma_heap_leak, rss_file_returns)
{
	struct testbed *bed = &self->bed;
	size_t pages = bed->room_pages > 2048 ? 1024 : bed->room_pages / 2;
	size_t page = bed->page_size, i;
	__u64 before, during, after;
	int fd = dma_heap_alloc(bed->heap_fd, pages * page);
	unsigned char *map;

	ASSERT_GE(fd, 0);
	before = rss_file_bytes();
	ASSERT_EQ(0, dma_buf_map(fd, pages * page, (void **)&map));
	for (i = 0; i < pages; i++)
		map[i * page] = 1;
	during = rss_file_bytes();
	munmap(map, pages * page);
	after = rss_file_bytes();
	close(fd);
	/* After 6.1 the mapping is of page frames, which do not count. */
	if (pages > 128 && during > before + 128 * page)
		EXPECT_LE(before + (pages - 128) * page, during);
	EXPECT_LE(after, before + 128 * page);
	TH_LOG("RssFile with %zu pages mapped: %+lld bytes", pages,
	       (long long)(during - before));
}

union argument {
	struct dma_heap_allocation_data data;
	struct dma_heap_larger_argument larger;
	struct dma_buf_export_sync_file fence;
};

struct call {
	int fd;			/* of the heap, or of a buffer */
	unsigned long command;
	union argument *argument;	/* in a page of its own */
};

FIXTURE(refusals)
{
	struct testbed bed;
	struct call call;
	int buf_fd;
};

FIXTURE_VARIANT(refusals)
{
	unsigned long command;
	union argument argument;
	bool is_too_large;	/* more is asked for than the area has */
	bool asks_a_buffer;	/* not a heap */
	int protection;		/* of the page with the argument */
	int err;
	int cycles;
};

/*
 * cma_heap_allocate() has its structure before it has pages: it goes to free_buffer.
 * Few, since from 6.15 on each makes four lines of the kernel's log, whatever the rate.
 */
FIXTURE_VARIANT_ADD(refusals, more_than_the_area)
{
	.command = DMA_HEAP_IOCTL_ALLOC,
	.argument.data = { .fd_flags = O_RDWR | O_CLOEXEC },
	.is_too_large = true,
	.protection = PROT_READ | PROT_WRITE,
	.err = -ENOMEM,
	.cycles = SLOW_REFUSALS,
};

/* dma_heap_ioctl() has memory for the argument, and frees it where it refuses what is in it. */
FIXTURE_VARIANT_ADD(refusals, larger_argument_with_bad_flags)
{
	.command = DMA_HEAP_IOCTL_ALLOC_LARGER,
	.argument.data = { .len = 1, .fd_flags = O_RDWR | O_CLOEXEC, .heap_flags = ~0ull },
	.protection = PROT_READ | PROT_WRITE,
	.err = -EINVAL,
	.cycles = REFUSALS,
};

/* The same, where it cannot be copied from the caller. */
FIXTURE_VARIANT_ADD(refusals, larger_argument_that_cannot_be_read)
{
	.command = DMA_HEAP_IOCTL_ALLOC_LARGER,
	.argument.data = { .len = 1, .fd_flags = O_RDWR | O_CLOEXEC },
	.protection = PROT_NONE,
	.err = -EFAULT,
	.cycles = REFUSALS,
};

/*
 * There is a buffer, and a number for its descriptor, before the answer is copied: both
 * are given back. Guards "dma-buf: dma-heap: don't publish fd before copy_to_user()
 * succeeds": before it the descriptor stays open, and nobody is told its number.
 */
FIXTURE_VARIANT_ADD(refusals, buffer_that_cannot_be_told)
{
	.command = DMA_HEAP_IOCTL_ALLOC_LARGER,
	.argument.data = { .len = 1, .fd_flags = O_RDWR | O_CLOEXEC },
	.protection = PROT_READ,
	.err = -EFAULT,
	.cycles = SLOW_REFUSALS,
};

/* Likewise dma_buf_export_sync_file(): the file with the fence, at err_put_file. */
FIXTURE_VARIANT_ADD(refusals, fence_that_cannot_be_told)
{
	.command = DMA_BUF_IOCTL_EXPORT_SYNC_FILE,
	.argument.fence = { .flags = DMA_BUF_SYNC_READ, .fd = -1 },
	.asks_a_buffer = true,
	.protection = PROT_READ,
	.err = -EFAULT,
	.cycles = REFUSALS,
};

FIXTURE_SETUP(refusals)
{
	struct testbed *bed = &self->bed;
	struct call *call = &self->call;
	const char *reason;

	self->buf_fd = -1;
	OPEN_QUIET_TESTBED(bed, testbed_open_heap);
	reason = testbed_lacks_room(bed, 1);
	if (reason)
		SKIP_SETUP("%s", reason);
	*call = (struct call) { .fd = bed->heap_fd, .command = variant->command };
	if (variant->asks_a_buffer) {
		self->buf_fd = dma_heap_alloc(bed->heap_fd, 1);
		ASSERT_LE(0, self->buf_fd);
		call->fd = self->buf_fd;
		if (ioctl(call->fd, call->command, NULL) && errno == ENOTTY)
			SKIP_SETUP("needs CONFIG_SYNC_FILE (Linux 6.0)");
	}
	call->argument = mmap(NULL, bed->page_size, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)call->argument);
	*call->argument = variant->argument;
	if (variant->is_too_large)
		call->argument->data.len = (bed->area_pages + 1) * bed->page_size;
	ASSERT_EQ(0, mprotect(call->argument, bed->page_size, variant->protection));
}

FIXTURE_TEARDOWN(refusals)
{
	if (self->buf_fd >= 0)
		close(self->buf_fd);
	munmap(self->call.argument, self->bed.page_size);
	CLOSE_QUIET_TESTBED(&self->bed);
}

static int be_refused(const void *context, int number)
{
	const struct call *call = context;

	(void)number;
	return ioctl(call->fd, call->command, call->argument) ? -errno : 0;
}

/*
 * What was freed just now is of no use to anybody while KASAN holds it back, and root
 * alone can ask for it: nobody's growth says nothing where so much is freed so quickly.
 */
TEST_F_TIMEOUT(refusals, leave_nothing, 110)
{
	__u64 seconds = asked_seconds();
	struct work work = {
		.cycle = be_refused,
		.context = &self->call,
		.bed = &self->bed,
		.expected = variant->err,
		.warm_up_cycles = REFUSAL_WARM_UP,
		.cycles = variant->cycles,
		.limit_ms = limit_ms(seconds < REFUSAL_SECONDS ? seconds : REFUSAL_SECONDS),
		.judges_slab = !geteuid(),
		.slab_noise_bytes = REFUSAL_SLAB_NOISE_BYTES,
	};
	struct rest rest;

	do_work(_metadata, &work, &rest);
	expect_nothing_left(_metadata, &self->bed, &rest);
}

TEST_HARNESS_MAIN
