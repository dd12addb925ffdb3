/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Count trace events in a tracing instance of our own, so that neither other
 * users of tracing nor we are disturbed. Needs root and tracefs.
 */
#ifndef CMA_TESTS_TRACE_EVENT_H
#define CMA_TESTS_TRACE_EVENT_H

#include <stddef.h>

#include "guard.h"

struct trace {
	char instance[128];
	struct guard *guard;
	int rmdir_id;
};

/*
 * trace_open - make an instance; @guard removes it should the owner die.
 *
 * Returns 0 or -errno: -ENOENT when no tracefs is mounted on
 * /sys/kernel/tracing or below /sys/kernel/debug.
 */
int trace_open(struct trace *trace, struct guard *guard);
void trace_close(struct trace *trace);

/*
 * trace_enable - record event @event, "cma/cma_alloc_busy_retry" for example.
 *
 * Returns 0 or -errno; -ENOENT: this kernel has no such event.
 */
int trace_enable(struct trace *trace, const char *event);

/* trace_clear - forget what was recorded. Returns 0 or -errno. */
int trace_clear(struct trace *trace);

/*
 * trace_count - how many recorded lines contain both texts.
 * @event:	name of the event without its folder.
 * @also:	any other text on the line, or "".
 *
 * Returns the number or -errno.
 */
long trace_count(struct trace *trace, const char *event, const char *also);

/*
 * trace_last - the last recorded line of @event, for its fields.
 *
 * Returns 0 or -errno; -ENOENT: none was recorded. Cut at @size - 1.
 */
int trace_last(struct trace *trace, const char *event, char *line, size_t size);

#endif
