// SPDX-License-Identifier: GPL-2.0
/*
 * One anonymous page that a pipe holds, near a sixteenth of the area from its
 * base, and nothing else:
 *
 *	base |......X.........................................|
 *
 * The reference that vmsplice() took cannot be migrated away, so every range
 * over X is busy and is tried again one alignment further: debugfs asks for
 * alignment 0 and steps page by page, dma-heap in strides of the alignment.
 * Small requests end before X and never meet it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "../resident.h"
#include "pagemap.h"

/* So much of the area is filled for a moment, to have a page at a sixteenth. */
#define FILL_PERCENT 25

struct pin {
	const struct target *target;
	void *page;
	size_t page_size_bytes;
	__u64 pfn;
	int pipe[2];
};

/* Move the chosen page out of the residents' mapping and into the pipe. */
static int pin_page(struct pin *pin, void *page, struct reason *why)
{
	size_t size = pin->page_size_bytes;
	struct iovec vector = { .iov_len = size };
	int err;

	pin->page = mremap(page, size, size, MREMAP_MAYMOVE | MREMAP_FIXED,
			   mmap(NULL, size, PROT_NONE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	if (pin->page == MAP_FAILED)
		return refuse(why, -errno, "cannot set a page apart: %s",
			      strerror(errno));
	vector.iov_base = pin->page;
	if (pipe2(pin->pipe, O_CLOEXEC) ||
	    vmsplice(pin->pipe[1], &vector, 1, 0) < 0)
		return refuse(why, -errno, "cannot vmsplice a page: %s",
			      strerror(errno));
	err = pagemap_pfn(pin->page, &pin->pfn);
	return err ? refuse(why, err, "cannot see the pinned page: %s",
			    strerror(-err)) : 0;
}

static int place_pin(struct pin *pin, struct resident *resident,
		     struct reason *why)
{
	const struct request request = { 1, 0 };
	const struct cma_area *area = pin->target->area;
	void *page;
	int err = resident_fill(resident, &request, why);

	if (err)
		return err;
	page = resident_page_near(resident, area->ranges[0].base_pfn +
				  area->count_pages / 16);
	if (!page)
		return refuse(why, -EPERM,
			      "cannot choose a page by its PFN (CAP_SYS_ADMIN, CONFIG_CMA_DEBUGFS)");
	return pin_page(pin, page, why);
}

static void pinned_close(void *state)
{
	struct pin *pin = state;

	if (pin->pipe[0] >= 0) {
		close(pin->pipe[0]);
		close(pin->pipe[1]);
	}
	if (pin->page != MAP_FAILED)
		munmap(pin->page, pin->page_size_bytes);
	free(pin);
}

static int pinned_open(const struct target *target, unsigned int percent,
		       void **state, struct reason *why)
{
	struct pin *pin = calloc(1, sizeof(*pin));
	struct resident resident;
	int err;

	(void)percent;
	if (!pin)
		return refuse(why, -ENOMEM, "out of memory");
	pin->target = target;
	pin->page = MAP_FAILED;
	pin->page_size_bytes = target->page_size_bytes;
	pin->pipe[0] = -1;
	err = resident_open(&resident, target, FILL_PERCENT, why);
	if (!err)
		err = place_pin(pin, &resident, why);
	resident_close(&resident);
	if (err) {
		pinned_close(pin);
		return err;
	}
	*state = pin;
	return 0;
}

static int pinned_establish(void *state, const struct request *request,
			    struct reason *why)
{
	(void)state;
	(void)request;
	(void)why;
	return 0;
}

static int pinned_verify(void *state, struct occupancy *now,
			 struct reason *why)
{
	struct pin *pin = state;
	__u64 pfn = 0;
	int err = pagemap_pfn(pin->page, &pfn);

	now->source = OCCUPANCY_PAGEMAP;
	now->pages = !err && cma_area_contains(pin->target->area, pfn);
	if (now->pages && pfn == pin->pfn)
		return 0;
	return refuse(why, -ENOENT,
		      "the pinned page is not where it was: expected page frame %llu of the area, found %llu",
		      pin->pfn, pfn);
}

static const struct pressure pinned_vmsplice = {
	.name = "pinned-vmsplice",
	.help = "one anonymous page near a sixteenth of the area, held by a pipe",
	.needs_area = true,
	.open = pinned_open,
	.establish = pinned_establish,
	.verify = pinned_verify,
	.close = pinned_close,
};

REGISTER_PRESSURE(pinned_vmsplice)
