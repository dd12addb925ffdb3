// SPDX-License-Identifier: GPL-2.0
/*
 * Steps: pages that something beside a mapping refers to, for a while. Those in
 * a pipe cannot be moved, those that are pinned for long must not be in the area.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/udmabuf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "array_size.h"
#include "io_ring.h"
#include "page_pipe.h"
#include "pagemap.h"
#include "stress.h"

struct stress_hold_kind {
	/* true: it is held; false: not here, or not just now */
	bool (*hold)(struct stress *stress, struct stress_hold *hold);
	void (*release)(struct stress *stress, struct stress_hold *hold);
};

/* A page of memory by chance, or NULL. */
static unsigned char *find_page(struct stress *stress)
{
	size_t size = stress->bed.page_size;
	__u64 number = stress_below(stress, STRESS_MEMORY_BYTES / size);
	struct piece *piece = stress_find_memory(stress);

	return piece ? piece->map + number * size : NULL;
}

static bool put_into_pipe(struct stress *stress, struct stress_hold *hold, int pipe, int flags)
{
	size_t size = stress->bed.page_size;
	unsigned char *page = find_page(stress);
	struct iovec one = { .iov_base = page, .iov_len = size };

	if (!page)
		return false;
	memcpy(hold->contents, page, size);
	if (vmsplice(pipe, &one, 1, flags) == (ssize_t)size)
		return true;
	stress_fail(stress, "a page cannot be spliced");
	return false;
}

/* Given away or lent: either is the page itself. */
static bool hold_memory(struct stress *stress, struct stress_hold *hold)
{
	int flags = stress_below(stress, 2) ? SPLICE_F_GIFT : 0;

	return put_into_pipe(stress, hold, hold->pipe[1], flags);
}

/* Two pipes refer to it, the first no longer. */
static bool hold_by_tee(struct stress *stress, struct stress_hold *hold)
{
	ssize_t size = stress->bed.page_size;
	int pipe[2];
	bool done;

	if (pipe2(pipe, O_CLOEXEC))
		return false;
	done = put_into_pipe(stress, hold, pipe[1], 0);
	if (done && tee(pipe[0], hold->pipe[1], size, 0) != size) {
		stress_fail(stress, "a page cannot be teed");
		done = false;
	}
	close(pipe[0]);
	close(pipe[1]);
	return done;
}

/* A page of the page cache. What is written to the file later shows in the pipe. */
static bool hold_file(struct stress *stress, struct stress_hold *hold)
{
	ssize_t size = stress->bed.page_size;
	loff_t offset = stress_below(stress, STRESS_CHUNKS) * STRESS_MEMORY_BYTES / STRESS_CHUNKS;

	free(hold->contents);
	hold->contents = NULL;
	if (splice(stress->file.fd, &offset, hold->pipe[1], NULL, size, 0) == size)
		return true;
	stress_fail(stress, "a page of a file cannot be spliced");
	return false;
}

static void read_pipe(struct stress *stress, struct stress_hold *hold)
{
	size_t size = stress->bed.page_size;
	unsigned char contents[size];

	if (page_pipe_drain(hold->pipe[0], contents, size))
		stress_fail(stress, "a page in a pipe cannot be read");
	else if (hold->contents && memcmp(contents, hold->contents, size))
		stress_fail(stress, "a page in a pipe changed");
}

static void splice_away(struct stress *stress, struct stress_hold *hold)
{
	ssize_t size = stress->bed.page_size;
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (splice(hold->pipe[0], NULL, null, NULL, size, SPLICE_F_MOVE) != size)
		stress_fail(stress, "a page in a pipe cannot be spliced away");
	close(null);
}

static void close_pipe(struct stress_hold *hold)
{
	close(hold->pipe[0]);
	close(hold->pipe[1]);
}

static void release_pipe(struct stress *stress, struct stress_hold *hold)
{
	switch (stress_below(stress, 4)) {
	case 0:
		splice_away(stress, hold);
		break;
	case 1:
		close_pipe(hold);
		if (pipe2(hold->pipe, O_CLOEXEC))
			stress_fail(stress, "no pipe");
		break;
	default:
		read_pipe(stress, hold);
	}
}

/* Where it is known where the pages are: not in the area. */
static bool pin_by_ring(struct stress *stress, struct stress_hold *hold)
{
	size_t bytes = (stress_below(stress, 4) + 1) * stress->bed.page_size;
	struct piece *piece = stress_find_memory(stress);

	hold->fd = piece ? io_ring_open() : -1;
	if (hold->fd < 0)
		return false;
	/* -ENOMEM: it has nowhere to go to. */
	if (io_ring_pin(hold->fd, piece->map, bytes)) {
		close(hold->fd);
		return false;
	}
	if (pagemap_pages_in_area(piece->map, bytes, stress->bed.area) > 0)
		stress_fail(stress, "a page of the area is pinned for long");
	return true;
}

static void close_ring(struct stress *stress, struct stress_hold *hold)
{
	(void)stress;
	close(hold->fd);
}

/* A sealed file of one page. */
static int make_memfd(struct stress *stress, struct stress_hold *hold)
{
	ssize_t size = stress->bed.page_size;
	int memfd = memfd_create("cma-tests", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	pattern_fill(hold->contents, size, stress->step);
	if (memfd >= 0 && (pwrite(memfd, hold->contents, size, 0) != size ||
			   fcntl(memfd, F_ADD_SEALS, F_SEAL_SHRINK))) {
		close(memfd);
		memfd = -1;
	}
	return memfd;
}

static bool hold_by_udmabuf(struct stress *stress, struct stress_hold *hold)
{
	int device = open("/dev/udmabuf", O_RDWR | O_CLOEXEC);
	struct udmabuf_create create = {
		.flags = UDMABUF_FLAGS_CLOEXEC, .size = stress->bed.page_size,
	};
	int memfd;

	if (device < 0)
		return false;
	memfd = make_memfd(stress, hold);
	create.memfd = memfd;
	hold->fd = memfd < 0 ? -1 : ioctl(device, UDMABUF_CREATE, &create);
	if (hold->fd < 0 && errno != ENOMEM)
		stress_fail(stress, "a page of a memfd is no udmabuf");
	close(device);
	if (memfd >= 0)
		close(memfd);
	return hold->fd >= 0;
}

static void close_udmabuf(struct stress *stress, struct stress_hold *hold)
{
	size_t size = stress->bed.page_size;
	void *map;

	if (dma_buf_map(hold->fd, size, &map)) {
		stress_fail(stress, "a udmabuf cannot be mapped");
	} else {
		if (memcmp(map, hold->contents, size))
			stress_fail(stress, "a udmabuf shows something else");
		munmap(map, size);
	}
	close(hold->fd);
}

static const struct stress_hold_kind kinds[] = {
	{ hold_memory, release_pipe },
	{ hold_by_tee, release_pipe },
	{ hold_file, release_pipe },
	{ pin_by_ring, close_ring },
	{ hold_by_udmabuf, close_udmabuf },
};

static void release(struct stress *stress, struct stress_hold *hold)
{
	if (hold->is_held)
		hold->kind->release(stress, hold);
	hold->is_held = false;
	hold->kind = NULL;
}

static void hold_or_release(struct stress *stress)
{
	struct stress_hold *hold = &stress->holds[stress_below(stress, STRESS_HOLDS)];
	const struct stress_hold_kind *kind = &kinds[stress_below(stress, ARRAY_SIZE(kinds))];

	if (hold->kind) {
		release(stress, hold);
		return;
	}
	hold->kind = kind;
	if (!hold->contents)
		hold->contents = calloc(1, stress->bed.page_size);
	hold->is_held = hold->contents && kind->hold(stress, hold);
}

static void open_holds(struct stress *stress)
{
	int i;

	for (i = 0; i < STRESS_HOLDS; i++)
		if (pipe2(stress->holds[i].pipe, O_CLOEXEC))
			stress_fail(stress, "no pipe");
}

static void close_holds(struct stress *stress)
{
	int i;

	for (i = 0; i < STRESS_HOLDS; i++) {
		struct stress_hold *hold = &stress->holds[i];

		release(stress, hold);
		close_pipe(hold);
		free(hold->contents);
		hold->contents = NULL;
	}
}

const struct stress_topic stress_holds = {
	.open = open_holds,
	.close = close_holds,
	.steps = {
		{ "hold a page or let it go", hold_or_release, 20 },
	},
};
