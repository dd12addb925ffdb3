// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/cma_bench, the benchmark's own part of the kernel: cma_alloc() and
 * cma_release() themselves, for any area, count and alignment. Times are taken
 * inside the kernel, so the way there is not in them.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../bench.h"
#include "../kernel/cma_bench.h"

/* There for what was loaded, and not for what was built in. */
#define MODULE_STATE "/sys/module/cma_bench/initstate"

struct kernel_state {
	int fd;
	const char *area;
};

static void kernel_prepare(void *state, struct buffer *buffer)
{
	(void)state;
	buffer->self_timed = true;
	buffer->latency_ns = 0;
}

static int kernel_alloc(void *state, struct buffer *buffer)
{
	struct kernel_state *kernel = state;
	struct cma_bench_alloc args = {
		.count_pages = buffer->pages,
		.align_order = buffer->align_order,
	};
	int err;

	memcpy(args.area, kernel->area, sizeof(args.area));
	err = ioctl(kernel->fd, CMA_BENCH_ALLOC, &args) ? -errno : 0;
	buffer->latency_ns = args.latency_ns;
	buffer->handle = args.handle;
	return err;
}

static int kernel_release(void *state, struct buffer *buffer)
{
	struct kernel_state *kernel = state;
	struct cma_bench_release args = { .handle = buffer->handle };
	int err = ioctl(kernel->fd, CMA_BENCH_RELEASE, &args) ? -errno : 0;

	buffer->latency_ns = args.latency_ns;
	return err;
}

/*
 * Built into the kernel it finds every area. A module is told of those that
 * devices allocate from, and says ENOENT of others when it is asked for a page.
 */
static int find_area(struct kernel_state *kernel, struct reason *why)
{
	struct buffer page = { .pages = 1 };
	int err;

	if (access(MODULE_STATE, F_OK))
		return 0;
	err = kernel_alloc(kernel, &page);
	if (!err)
		kernel_release(kernel, &page);
	if (err != -ENOENT)
		return 0;
	return refuse(why, err, "area %s is none that a module finds: have bench/kernel built into the kernel, or name another --area",
		      kernel->area);
}

static int kernel_open(const struct target *target, void **state,
		       struct reason *why)
{
	struct kernel_state *kernel = malloc(sizeof(*kernel));
	int err;

	if (!kernel)
		return refuse(why, -ENOMEM, "out of memory");
	kernel->area = target->area->name;
	kernel->fd = open(CMA_BENCH_DEVICE, O_RDWR | O_CLOEXEC);
	if (kernel->fd < 0) {
		refuse(why, -ENOENT, "cannot open " CMA_BENCH_DEVICE ": %m (bench/kernel built into the kernel or loaded, root)");
		free(kernel);
		return -ENOENT;
	}
	err = find_area(kernel, why);
	if (err) {
		close(kernel->fd);
		free(kernel);
		return err;
	}
	*state = kernel;
	return 0;
}

static void kernel_close(void *state)
{
	struct kernel_state *kernel = state;

	close(kernel->fd);
	free(kernel);
}

static_assert(CMA_BENCH_NAME_SIZE == CMA_NAME_SIZE,
	      "names of areas must fit into the request");

static const struct backend kernel = {
	.name = "kernel",
	.help = "cma_alloc() itself, timed inside the kernel, by --align",
	.by_default = true,
	.needs_area = true,
	.chooses_align = true,
	.releases_any = true,
	.open = kernel_open,
	.prepare = kernel_prepare,
	.alloc = kernel_alloc,
	.release = kernel_release,
	.close = kernel_close,
};

REGISTER_BACKEND(kernel)
