// SPDX-License-Identifier: GPL-2.0
/*
 * Probes on the tracepoints of mm/cma.c.
 */
#include <linux/sched/signal.h>
#include <linux/tracepoint.h>
#include <trace/events/cma.h>

#include "area_trace.h"

#ifdef CMA_TESTS_HAS_CMA_TRACE_AVAILABLE
static void on_start(void *data, const char *name, unsigned long count,
		     unsigned long available_count, unsigned long total_count,
		     unsigned int align)
#else
static void on_start(void *data, const char *name, unsigned long count,
		     unsigned int align)
#endif
{
	struct area_trace *trace = data;

	if (current != trace->task)
		return;
	trace->starts++;
	trace->name = name;
	trace->count = count;
	trace->align = align;
}

/* A name is the area's own: none is copied on the way here. */
static void compare_with_start(struct area_trace *trace, const char *name,
			       unsigned long count, unsigned int align)
{
	trace->contradictions += name != trace->name || count != trace->count ||
				 align != trace->align;
}

static void note_finish(struct area_trace *trace, unsigned long pfn,
			const struct page *page, int error)
{
	trace->finishes++;
	trace->finish_pfn = pfn;
	trace->finish_page = page;
	trace->finish_errno = error;
}

#ifdef CMA_TESTS_HAS_CMA_TRACE_ERRNO
static void on_finish(void *data, const char *name, unsigned long pfn,
		      const struct page *page, unsigned long count,
		      unsigned int align, int errorno)
{
	struct area_trace *trace = data;

	if (current != trace->task)
		return;
	compare_with_start(trace, name, count, align);
	note_finish(trace, pfn, page, errorno);
}

bool area_trace_has_errno(void)
{
	return true;
}
#else
static void on_finish(void *data, const char *name, unsigned long pfn,
		      const struct page *page, unsigned long count,
		      unsigned int align)
{
	struct area_trace *trace = data;

	if (current != trace->task)
		return;
	compare_with_start(trace, name, count, align);
	note_finish(trace, pfn, page, 0);
}

bool area_trace_has_errno(void)
{
	return false;
}
#endif

static void on_retry(void *data, const char *name, unsigned long pfn,
		     const struct page *page, unsigned long count,
		     unsigned int align)
{
	struct area_trace *trace = data;

	if (current != trace->task)
		return;
	if (trace->retries < AREA_TRACE_RETRIES)
		trace->retry_pfns[trace->retries] = pfn;
	trace->retries++;
	compare_with_start(trace, name, count, align);
	/* No case has so many busy places: the search does not end. End it. */
	if (trace->retries > AREA_TRACE_ENDLESS) {
		sigaddset(&current->pending.signal, SIGKILL);
		set_thread_flag(TIF_SIGPENDING);
	}
}

static void on_release(void *data, const char *name, unsigned long pfn,
		       const struct page *page, unsigned long count)
{
	struct area_trace *trace = data;

	if (current != trace->task)
		return;
	trace->releases++;
	trace->contradictions += name != trace->name;
	trace->release_pfn = pfn;
	trace->release_count = count;
}

static void trace_end(void *trace)
{
	unregister_trace_cma_alloc_start(on_start, trace);
	unregister_trace_cma_alloc_finish(on_finish, trace);
	unregister_trace_cma_alloc_busy_retry(on_retry, trace);
	unregister_trace_cma_release(on_release, trace);
	/* No probe may still run when @trace is freed. */
	tracepoint_synchronize_unregister();
	flush_signals(current);
}

struct area_trace *area_trace_kunit(struct kunit *test, struct task_struct *task)
{
	struct area_trace *trace;

	if (!IS_ENABLED(CONFIG_TRACEPOINTS))
		kunit_skip(test, "needs CONFIG_TRACEPOINTS");

	trace = kunit_kzalloc(test, sizeof(*trace), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, trace);
	trace->task = task;

	KUNIT_ASSERT_EQ(test, 0, register_trace_cma_alloc_start(on_start, trace));
	KUNIT_ASSERT_EQ(test, 0, register_trace_cma_alloc_finish(on_finish, trace));
	KUNIT_ASSERT_EQ(test, 0, register_trace_cma_alloc_busy_retry(on_retry, trace));
	KUNIT_ASSERT_EQ(test, 0, register_trace_cma_release(on_release, trace));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, trace_end, trace));

	return trace;
}

void area_trace_clear(struct area_trace *trace)
{
	struct area_trace empty = { .task = trace->task };

	*trace = empty;
}
