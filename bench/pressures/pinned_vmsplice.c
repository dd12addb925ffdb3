// SPDX-License-Identifier: GPL-2.0
/*
 * Anonymous pages held by pipes. Isolation passes them over silently, so they
 * are never among the pages that failed to migrate: retries alone tell of them.
 * debugfs asks for alignment 0 and tries again page by page, dma-heap in
 * strides of the alignment.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/uio.h>

#include "../pins.h"
#include "../resident_window.h"

static int vmsplice_page(struct resident *resident, __u64 slot, int pipe)
{
	struct iovec vector = {
		.iov_base = window_address(resident, slot),
		.iov_len = resident->target->page_size_bytes,
	};

	return vmsplice(pipe, &vector, 1, 0) < 0 ? -errno : 0;
}

static const struct pin_method vmsplice_pins = {
	.kind = &anonymous_pages,
	.pin = vmsplice_page,
};

static int pinned_open(const struct target *target, unsigned int percent,
		       void **state, struct reason *why)
{
	(void)percent;
	return pins_open(&vmsplice_pins, target, state, why);
}

static const struct pressure pinned_vmsplice = {
	.name = "pinned-vmsplice",
	.help = "--pins anonymous pages, held by pipes; else an empty area",
	.needs_area = true,
	.open = pinned_open,
	.costs = MODEL_RETRY,
	PINS_CALLBACKS
};

REGISTER_PRESSURE(pinned_vmsplice)
