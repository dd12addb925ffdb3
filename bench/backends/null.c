// SPDX-License-Identifier: GPL-2.0
/*
 * Takes nothing: what remains in the latency is the engine itself, two clock
 * readings and one call through a pointer.
 */
#include "../bench.h"

static int null_open(const struct target *target, void **state,
		     struct reason *why)
{
	(void)target;
	(void)why;
	*state = NULL;
	return 0;
}

static void null_prepare(void *state, struct buffer *buffer)
{
	(void)state;
	(void)buffer;
}

static int null_alloc(void *state, struct buffer *buffer)
{
	(void)state;
	(void)buffer;
	return 0;
}

static void null_close(void *state)
{
	(void)state;
}

static const struct backend null = {
	.name = "null",
	.help = "takes nothing: measures the engine itself",
	.align_order = ALIGN_UNKNOWN,
	.releases_any = true,
	.open = null_open,
	.prepare = null_prepare,
	.alloc = null_alloc,
	.release = null_alloc,
	.close = null_close,
};

REGISTER_BACKEND(null)
