// SPDX-License-Identifier: GPL-2.0
#include "phase_times.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

/* "... [000] .....    12.345678: event: ...": the nanoseconds; 0 for none. */
static __u64 time_of(const char *line, const char *event)
{
	const char *at = event;
	unsigned long long seconds, micros;

	while (at > line && strchr("0123456789.", at[-1]))
		at--;
	if (sscanf(at, "%llu.%6llu", &seconds, &micros) != 2)
		return 0;
	return seconds * 1000000000 + micros * 1000;
}

static const struct phase_beginning *beginning_of(const char *name)
{
	size_t i, length = strcspn(name, ":");

	for (i = 0; i < ARRAY_SIZE(phase_beginnings); i++)
		if (strlen(phase_beginnings[i].function) == length &&
		    !strncmp(phase_beginnings[i].function, name, length))
			return &phase_beginnings[i];
	return NULL;
}

/* What the time belongs to that is spent in the function itself. */
static enum phase own_phase(const struct phase_beginning *beginning)
{
	if (phase_is_attempt(beginning->function))
		return PHASE_UNEXPLAINED;
	return beginning->phase == PHASE_DOOR ? PHASE_ZERO : beginning->phase;
}

static void charge(struct phase_times *times, __u64 now_ns)
{
	__u64 ns = now_ns > times->last_ns ? now_ns - times->last_ns : 0;
	enum phase phase;

	times->last_ns = now_ns;
	if (!times->depth)
		return;
	phase = times->is_off ? PHASE_IDLE : times->stack[times->depth - 1];
	if (times->call_depth)
		times->attempt_ns[phase] += ns;
	else
		times->ns[phase] += ns;
}

/* One end of a probe: half of what it took is the caller's. */
static void count_end(struct phase_times *times)
{
	if (!times->depth)
		return;
	if (times->call_depth)
		times->attempt_ends[times->stack[times->depth - 1]]++;
	else
		times->ends[times->stack[times->depth - 1]]++;
}

static void end_attempt(struct phase_times *times, bool was_vain)
{
	size_t i;

	for (i = 0; i < NR_PHASES; i++) {
		*(was_vain ? &times->retries_ns : &times->ns[i]) +=
			times->attempt_ns[i];
		*(was_vain ? &times->retries_ends : &times->ends[i]) +=
			times->attempt_ends[i];
		times->attempt_ns[i] = 0;
		times->attempt_ends[i] = 0;
	}
}

static void enter(struct phase_times *times,
		  const struct phase_beginning *beginning)
{
	enum phase phase;

	if (times->depth == PHASE_TIMES_DEPTH) {
		times->is_lost = true;
		return;
	}
	count_end(times);
	phase = own_phase(beginning);
	if (phase_is_of_migrate(beginning->function) && times->depth &&
	    times->stack[times->depth - 1] != PHASE_MIGRATE)
		phase = times->stack[times->depth - 1];
	times->stack[times->depth] = phase;
	times->function[times->depth++] = beginning->function;
	if (!strcmp(beginning->function, "cma_alloc") && !times->call_depth) {
		times->call_depth = times->depth;
		times->attempts = 0;
		times->calls++;
	}
	/* What was before the first attempt is no attempt. */
	if (phase_is_attempt(beginning->function))
		end_attempt(times, times->attempts++ > 0);
}

static void leave(struct phase_times *times,
		  const struct phase_beginning *beginning)
{
	if (!times->depth ||
	    times->function[times->depth - 1] != beginning->function) {
		times->is_lost = true;
		return;
	}
	times->depth--;
	if (phase_goes_on(beginning->function) && times->depth &&
	    phase_is_attempt(times->function[times->depth - 1]))
		times->stack[times->depth - 1] = beginning->phase;
	count_end(times);
	if (times->depth < times->call_depth) {
		end_attempt(times, false);
		times->call_depth = 0;
	}
}

static bool is_reference(const char *name)
{
	return !strncmp(name, PHASE_TIMES_REFERENCE ":",
			strlen(PHASE_TIMES_REFERENCE ":"));
}

static void read_reference(struct phase_times *times, bool begins)
{
	if (begins) {
		times->reference_begin_ns = times->last_ns;
		return;
	}
	times->reference_calls++;
	times->reference_ns += times->last_ns - times->reference_begin_ns;
}

/* The line's own pid is that of whoever leaves the processor. */
static void switch_task(struct phase_times *times, const char *line)
{
	const char *before = strstr(line, "prev_pid=");
	const char *next = strstr(line, "next_pid=");

	if (before && atoi(before + strlen("prev_pid=")) == times->pid)
		times->is_off = true;
	else if (next && atoi(next + strlen("next_pid=")) == times->pid)
		times->is_off = false;
}

void phase_times_line(struct phase_times *times, const char *line)
{
	const char *begin = strstr(line, ": b_"), *end = strstr(line, ": e_");
	const char *switched = strstr(line, ": sched_switch: ");
	const char *event = begin ?: end ?: switched;
	const struct phase_beginning *beginning;

	if (!event)
		return;
	charge(times, time_of(line, event));
	if (event == switched) {
		switch_task(times, line);
		return;
	}
	if (is_reference(event + strlen(": b_"))) {
		read_reference(times, begin);
		return;
	}
	beginning = beginning_of(event + strlen(": b_"));
	if (!beginning)
		return;
	if (begin)
		enter(times, beginning);
	else
		leave(times, beginning);
}

static void take_off(struct phase_times *times, __u64 *ns, double probes_ns)
{
	__u64 off = probes_ns < *ns ? probes_ns : *ns;

	*ns -= off;
	times->probes_ns += off;
}

void phase_times_correct(struct phase_times *times, double probe_ns)
{
	size_t i;

	for (i = 0; i < NR_PHASES; i++)
		take_off(times, &times->ns[i], times->ends[i] * probe_ns / 2);
	take_off(times, &times->retries_ns, times->retries_ends * probe_ns / 2);
}

void phase_times_add(struct phase_times *to, const struct phase_times *from)
{
	size_t i;

	for (i = 0; i < NR_PHASES; i++)
		to->ns[i] += from->ns[i];
	to->retries_ns += from->retries_ns;
	to->probes_ns += from->probes_ns;
	to->calls += from->calls;
	to->is_lost |= from->is_lost;
}

__u64 phase_times_total_ns(const struct phase_times *times)
{
	__u64 total = times->retries_ns;
	size_t i;

	for (i = 0; i < NR_PHASES; i++)
		total += times->ns[i];
	return total;
}

unsigned int phase_times_explained_percent(const struct phase_times *times)
{
	__u64 inside = phase_times_total_ns(times) - times->ns[PHASE_ZERO];

	return inside ? 100 * (inside - times->ns[PHASE_UNEXPLAINED]) / inside :
			100;
}
