// SPDX-License-Identifier: GPL-2.0
/*
 * tmpfs pages held by pipes. Unlike anonymous ones they are isolated, their
 * migration is tried over and over and counted in pgmigrate_fail: a retry over
 * one costs more than twice as much.
 */
#include <errno.h>
#include <fcntl.h>

#include "../pins.h"
#include "../tmpfs_pages.h"

static int splice_page(struct resident *resident, __u64 slot, int pipe)
{
	size_t page_size = resident->target->page_size_bytes;
	off64_t offset = slot * page_size;

	return splice(resident->file_fd, &offset, pipe, NULL, page_size,
		      0) < 0 ? -errno : 0;
}

static const struct pin_method splice_pins = {
	.kind = &tmpfs_pages,
	.pin = splice_page,
};

static int pinned_open(const struct target *target, unsigned int percent,
		       void **state, struct reason *why)
{
	(void)percent;
	return pins_open(&splice_pins, target, state, why);
}

static const struct pressure pinned_splice = {
	.name = "pinned-splice",
	.help = "--pins tmpfs pages, held by pipes; else an empty area",
	.needs_area = true,
	.open = pinned_open,
	.costs = MODEL_RETRY,
	PINS_CALLBACKS
};

REGISTER_PRESSURE(pinned_splice)
