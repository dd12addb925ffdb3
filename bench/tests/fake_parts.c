// SPDX-License-Identifier: GPL-2.0
#include "fake_parts.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

struct fake_script fake_script;
int fake_open_pressures, fake_open_backends, fake_live_buffers;

static __u64 now_ns = 1000, allocations;

/* In place of clock.c: reading it costs nothing. */
__u64 clock_now_ns(void)
{
	return now_ns;
}

void clock_wait_until_ns(__u64 when_ns)
{
	if (now_ns < when_ns)
		now_ns = when_ns;
}

void fake_reset(void)
{
	memset(&fake_script, 0, sizeof(fake_script));
	allocations = 0;
	fake_open_pressures = 0;
	fake_open_backends = 0;
	fake_live_buffers = 0;
}

static int fake_open(const struct target *target, void **state,
		     struct reason *why)
{
	(void)target;
	(void)why;
	*state = NULL;
	fake_open_backends++;
	return 0;
}

static void fake_prepare(void *state, struct buffer *buffer)
{
	(void)state;
	(void)buffer;
	now_ns += 777777;	/* must not show in any latency */
}

static int fake_alloc(void *state, struct buffer *buffer)
{
	__u64 n = allocations++;

	(void)state;
	(void)buffer;
	if (fake_script.latency_ns)
		now_ns += fake_script.latency_ns(n);
	if (fake_script.signal_at && fake_script.signal_at == allocations)
		raise(SIGINT);
	if (fake_script.error && fake_script.error(n))
		return -fake_script.error(n);
	fake_live_buffers++;
	return 0;
}

static int fake_release(void *state, struct buffer *buffer)
{
	(void)state;
	(void)buffer;
	fake_live_buffers--;
	if (fake_script.release_ns)
		now_ns += fake_script.release_ns(allocations - 1);
	return 0;
}

static void fake_close(void *state)
{
	(void)state;
	fake_open_backends--;
}

static const struct backend fake_backend = {
	.name = "fake",
	.help = "known latencies",
	.by_default = true,
	.align_order = ALIGN_UNKNOWN,
	.open = fake_open,
	.prepare = fake_prepare,
	.alloc = fake_alloc,
	.release = fake_release,
	.close = fake_close,
};

REGISTER_BACKEND(fake_backend)

static int absent_open(const struct target *target, void **state,
		       struct reason *why)
{
	(void)target;
	(void)state;
	return refuse(why, -ENOENT, "this one never opens");
}

static const struct backend absent_backend = {
	.name = "absent",
	.help = "cannot be opened",
	.align_order = ALIGN_UNKNOWN,
	.open = absent_open,
};

REGISTER_BACKEND(absent_backend)

static int scripted_open(const struct target *target, unsigned int percent,
			 void **state, struct reason *why)
{
	(void)target;
	(void)percent;
	(void)why;
	*state = NULL;
	fake_open_pressures++;
	return 0;
}

static int scripted_establish(void *state, const struct request *request,
			      struct reason *why)
{
	(void)state;
	(void)request;
	if (!fake_script.establish_fails)
		return 0;
	return refuse(why, -ENOMEM, "backed off");
}

static int scripted_verify(void *state, struct occupancy *now,
			   struct reason *why)
{
	(void)state;
	now->source = OCCUPANCY_PAGEMAP;
	now->pages = 100 + allocations;
	if (!fake_script.pressure_there ||
	    fake_script.pressure_there(allocations))
		return 0;
	now->pages = 0;
	return refuse(why, -ENOENT, "0 pages in the area, expected 100");
}

static void scripted_close(void *state)
{
	(void)state;
	fake_open_pressures--;
}

static const struct pressure scripted = {
	.name = "scripted",
	.help = "there or not, as the script says",
	.by_default = true,
	.has_target = true,
	.open = scripted_open,
	.establish = scripted_establish,
	.verify = scripted_verify,
	.close = scripted_close,
};

REGISTER_PRESSURE(scripted)
