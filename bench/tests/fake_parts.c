// SPDX-License-Identifier: GPL-2.0
#include "fake_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../migration_counters.h"
#include "../retry_trace.h"

struct fake_script fake_script;
int fake_open_pressures, fake_open_backends, fake_live_buffers;

static __u64 now_ns = 1000, allocations, migrated_pages, retries;
static const struct pressure *fake_pressure;	/* the one that is open */

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
	migrated_pages = 0;
	fake_open_pressures = 0;
	fake_open_backends = 0;
	fake_live_buffers = 0;
}

static int fake_open(const struct target *target, void **state,
		     struct reason *why)
{
	(void)target;
	if (fake_script.opens && fake_open_backends == fake_script.opens)
		return refuse(why, -EMFILE, "%d are open already",
			      fake_open_backends);
	*state = NULL;
	fake_open_backends++;
	return 0;
}

static void fake_prepare(void *state, struct buffer *buffer)
{
	(void)state;
	buffer->self_timed = fake_script.self_timed_ns;
	now_ns += 777777;	/* must not show in any latency */
}

/* In place of migration_counters.c and retry_trace.c. */
int migration_counters_read(struct migration_counters *counters)
{
	memset(counters, 0, sizeof(*counters));
	counters->migrated_pages = migrated_pages;
	return 0;
}

int retry_trace_open(struct retry_trace *trace, struct reason *why)
{
	(void)why;
	snprintf(trace->folder, sizeof(trace->folder), "fake");
	return 0;
}

int retry_trace_start(const struct retry_trace *trace)
{
	(void)trace;
	retries = 0;
	return 0;
}

void retry_trace_stop(const struct retry_trace *trace, struct sample *sample)
{
	(void)trace;
	sample->has_retries = true;
	sample->retries = retries;
}

void retry_trace_close(struct retry_trace *trace)
{
	trace->folder[0] = '\0';
}

/* What the model says, to the nanosecond; a retry for each 100 pages. */
static __u64 cost_of(const struct buffer *buffer, bool zeroes)
{
	const struct fake_costs *costs = &fake_script.costs;
	enum model_term what = fake_pressure ? fake_pressure->costs : MODEL_FIXED;
	__u64 ns = costs->fixed_ns + buffer->pages * costs->page_ns;

	if (zeroes)
		ns += buffer->pages * costs->zeroed_page_ns;
	if (what == MODEL_MIGRATED_PAGE || what == MODEL_MAPPING) {
		migrated_pages += buffer->pages;
		ns += buffer->pages * costs->migrated_page_ns;
	}
	if (what == MODEL_MAPPING)
		ns += 3 * buffer->pages * costs->mapping_ns;
	if (what == MODEL_RETRY) {
		retries += buffer->pages / 100;
		ns += buffer->pages / 100 * costs->retry_ns;
	}
	return ns;
}

static int fake_alloc(void *state, struct buffer *buffer)
{
	__u64 n = allocations++;

	now_ns += cost_of(buffer, state);
	if (fake_script.latency_ns)
		now_ns += fake_script.latency_ns(n);
	buffer->latency_ns = fake_script.self_timed_ns;
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

#define FAKE_BACKEND_CALLBACKS						\
	.prepare = fake_prepare, .alloc = fake_alloc,			\
	.release = fake_release, .close = fake_close,

static const struct backend fake_backend = {
	.name = "fake",
	.help = "known latencies",
	.by_default = true,
	.align_order = ALIGN_UNKNOWN,
	.open = fake_open,
	FAKE_BACKEND_CALLBACKS
};

REGISTER_BACKEND(fake_backend)

static int zeroing_open(const struct target *target, void **state,
			struct reason *why)
{
	int err = fake_open(target, state, why);

	*state = &fake_script;
	return err;
}

static const struct backend zeroing_backend = {
	.name = "fake-zeroing",
	.help = "known latencies, with zeroing",
	.align_order = ALIGN_UNKNOWN,
	.zeroes = true,
	.needs_area = true,
	.open = zeroing_open,
	FAKE_BACKEND_CALLBACKS
};

REGISTER_BACKEND(zeroing_backend)

/* Traced, as those of an area are. */
static const struct backend area_backend = {
	.name = "fake-area",
	.help = "known latencies, with retries",
	.align_order = ALIGN_UNKNOWN,
	.needs_area = true,
	.open = fake_open,
	FAKE_BACKEND_CALLBACKS
};

REGISTER_BACKEND(area_backend)

static const struct backend single_backend = {
	.name = "fake-single",
	.help = "known latencies, one instance at a time",
	.align_order = ALIGN_UNKNOWN,
	.is_single = true,
	.open = fake_open,
	FAKE_BACKEND_CALLBACKS
};

REGISTER_BACKEND(single_backend)

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

#define SCRIPTED_CALLBACKS						\
	.open = scripted_open, .establish = scripted_establish,		\
	.verify = scripted_verify, .close = scripted_close,

static const struct pressure scripted = {
	.name = "scripted",
	.help = "there or not, as the script says",
	.by_default = true,
	.has_target = true,
	SCRIPTED_CALLBACKS
};

REGISTER_PRESSURE(scripted)

/* As scripted, of the area under test. */
static const struct pressure area_pressure = {
	.name = "of-an-area",
	.help = "there or not, in the area under test",
	.needs_area = true,
	SCRIPTED_CALLBACKS
};

REGISTER_PRESSURE(area_pressure)

/* Those that the model is learned under, by name; nothing of them is verified. */
static int there_verify(void *state, struct occupancy *now, struct reason *why)
{
	(void)state;
	(void)why;
	now->source = OCCUPANCY_UNKNOWN;
	now->pages = 0;
	return 0;
}

static void there_close(void *state)
{
	(void)state;
	fake_pressure = NULL;
	fake_open_pressures--;
}

#define LEARNED_UNDER(symbol, title, what)				\
	static const struct pressure symbol;				\
									\
	static int open_##symbol(const struct target *target,		\
				 unsigned int percent, void **state,	\
				 struct reason *why)			\
	{								\
		fake_pressure = &symbol;				\
		return scripted_open(target, percent, state, why);	\
	}								\
									\
	static const struct pressure symbol = {				\
		.name = title,						\
		.help = "teaches a term of the model",			\
		.costs = what,						\
		.open = open_##symbol,					\
		.establish = scripted_establish,			\
		.verify = there_verify,					\
		.close = there_close,					\
	};								\
	REGISTER_PRESSURE(symbol)

LEARNED_UNDER(none, "none", MODEL_FIXED)
LEARNED_UNDER(anonymous, "anonymous", MODEL_MIGRATED_PAGE)
LEARNED_UNDER(fork_shared, "fork-shared", MODEL_MAPPING)
LEARNED_UNDER(pinned_vmsplice, "pinned-vmsplice", MODEL_RETRY)

/* Each buffer is an open file, as one of a dma-heap is. */
static int files_alloc(void *state, struct buffer *buffer)
{
	(void)state;
	buffer->fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return buffer->fd < 0 ? -errno : 0;
}

static int files_release(void *state, struct buffer *buffer)
{
	(void)state;
	return close(buffer->fd) ? -errno : 0;
}

static const struct backend files_backend = {
	.name = "fake-files",
	.help = "open files",
	.align_order = ALIGN_UNKNOWN,
	.releases_any = true,
	.holds_files = true,
	.open = fake_open,
	.prepare = fake_prepare,
	.alloc = files_alloc,
	.release = files_release,
	.close = fake_close,
};

REGISTER_BACKEND(files_backend)

static int large_serves(void *state, __u64 pages, struct reason *why)
{
	(void)state;
	return pages % 512 ? refuse(why, -EINVAL, "%llu pages are no whole large page", pages) : 0;
}

/* Gigantic pages are of one size, too. */
static const struct backend large_backend = {
	.name = "fake-large",
	.help = "of 512 pages each",
	.align_order = ALIGN_UNKNOWN,
	.open = fake_open,
	.serves = large_serves,
	FAKE_BACKEND_CALLBACKS
};

REGISTER_BACKEND(large_backend)
