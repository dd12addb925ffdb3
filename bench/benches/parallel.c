// SPDX-License-Identifier: GPL-2.0
/*
 * Several threads at once, from one area and from several: does the allocator
 * have one lock for all, or one for each area, and how often do neighbours
 * make each other's pageblocks busy?
 *
 *	threads 2, areas 1	A: a r a r	A: a r a r
 *	threads 2, areas 2	A: a r a r	B: a r a r
 *
 * Each thread takes and gives back --count buffers, or as many as --duration has
 * time for. The areas are those that the backend can allocate from; the one under
 * test comes first.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../json.h"
#include "../machine.h"
#include "../session.h"

/*
 * Where workers wait until all are there. No barrier: when a thread cannot be
 * started the others have to be sent home, and nothing gets one out of a barrier.
 */
struct gate {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	size_t waiting;
	bool is_open;
};

struct worker {
	pthread_t thread;
	const struct backend *backend;
	void *state;
	struct target target;
	struct request request;
	const struct session *session;	/* how many, and for how long */
	bool is_off;			/* nothing to do */
	struct gate *gate;
	__u64 begin_ns, end_ns;
	__u64 failures;
	struct histogram latency_ns;
};

/* One row: so many threads on so many areas. */
struct team {
	size_t threads, areas;
	struct worker *worker;
	__u64 elapsed_ns;
	bool has_retries;
	__u64 retries;
};

static void gate_wait(struct gate *gate)
{
	pthread_mutex_lock(&gate->lock);
	gate->waiting++;
	pthread_cond_broadcast(&gate->changed);
	while (!gate->is_open)
		pthread_cond_wait(&gate->changed, &gate->lock);
	pthread_mutex_unlock(&gate->lock);
}

static void gate_open(struct gate *gate, size_t waiting)
{
	pthread_mutex_lock(&gate->lock);
	while (gate->waiting < waiting)
		pthread_cond_wait(&gate->changed, &gate->lock);
	gate->is_open = true;
	pthread_cond_broadcast(&gate->changed);
	pthread_mutex_unlock(&gate->lock);
}

static void *work(void *data)
{
	struct worker *worker = data;
	struct buffer buffer = { .pages = worker->request.pages,
				 .align_order = worker->request.align_order };
	__u64 start_ns, took_ns, i;

	worker->backend->prepare(worker->state, &buffer);
	gate_wait(worker->gate);
	worker->begin_ns = clock_now_ns();
	for (i = 0; !worker->is_off && i < worker->session->options->count &&
	     !row_is_over(worker->session, worker->begin_ns); i++) {
		start_ns = clock_now_ns();
		if (worker->backend->alloc(worker->state, &buffer)) {
			worker->failures++;
			continue;
		}
		took_ns = clock_now_ns() - start_ns;
		histogram_add(&worker->latency_ns, buffer.self_timed ?
			      buffer.latency_ns : took_ns);
		worker->backend->release(worker->state, &buffer);
	}
	worker->end_ns = clock_now_ns();
	return NULL;
}

/*
 * From the first that begins to the last that ends, by their own clocks: who
 * opens the gate may get a processor only when they are done.
 */
static __u64 elapsed_ns(const struct team *team)
{
	__u64 begin_ns = ~0ull, end_ns = 0;
	size_t i;

	for (i = 0; i < team->threads; i++) {
		const struct worker *worker = &team->worker[i];

		begin_ns = worker->begin_ns < begin_ns ? worker->begin_ns : begin_ns;
		end_ns = worker->end_ns > end_ns ? worker->end_ns : end_ns;
	}
	return end_ns - begin_ns;
}

/* All start together, or none has anything to do. */
static int run_team(struct team *team)
{
	struct gate gate = { PTHREAD_MUTEX_INITIALIZER,
			     PTHREAD_COND_INITIALIZER, 0, false };
	size_t i, started;
	int err = 0;

	for (started = 0; started < team->threads && !err; started += !err) {
		team->worker[started].gate = &gate;
		err = pthread_create(&team->worker[started].thread, NULL, work,
				     &team->worker[started]);
	}
	for (i = 0; i < started && err; i++)
		team->worker[i].is_off = true;
	gate_open(&gate, started);
	for (i = 0; i < started; i++)
		pthread_join(team->worker[i].thread, NULL);
	if (!err)
		team->elapsed_ns = elapsed_ns(team);
	return -err;
}

static int open_worker(struct worker *worker, const struct row *row,
		       const struct target *target,
		       const struct session *session, struct reason *why)
{
	worker->backend = row->cell->backend;
	worker->target = *target;
	worker->request = row->request;
	worker->session = session;
	return worker->backend->open(&worker->target, &worker->state, why);
}

static void close_team(struct team *team, size_t opened)
{
	size_t i;

	for (i = 0; i < opened; i++)
		team->worker[i].backend->close(team->worker[i].state);
	free(team->worker);
	team->worker = NULL;
}

/* Returns 0, or -errno and why a worker cannot be opened: there is none then. */
static int open_team(struct team *team, const struct row *row,
		     const struct target *targets,
		     const struct session *session, struct reason *why)
{
	size_t i;
	int err = 0;

	team->worker = calloc(team->threads, sizeof(*team->worker));
	if (!team->worker)
		return refuse(why, -ENOMEM, "no memory for %zu threads",
			      team->threads);
	for (i = 0; i < team->threads && !err; i++)
		err = open_worker(&team->worker[i], row,
				  &targets[i % team->areas], session, why);
	if (err)
		close_team(team, i - 1);
	return err;
}

static void write_team(struct session *session, const struct row *row,
		       const struct team *team, const struct reason *fault)
{
	struct statistics latency = { 0 };
	struct histogram *all = calloc(1, sizeof(*all));
	__u64 failures = 0, rate;
	struct json json;
	size_t i;

	if (!all)
		return;
	for (i = 0; team->worker && i < team->threads; i++) {
		histogram_merge(all, &team->worker[i].latency_ns);
		failures += team->worker[i].failures;
	}
	histogram_statistics(all, &latency);
	rate = team->elapsed_ns ? (__u64)(all->count * 1e9 /
					  team->elapsed_ns) : 0;
	if (session->table)
		fprintf(session->table, "%-10s %-10s %-16s%3u%% %6llu pages, %2zu threads, %zu areas: %10.2f us in all, %llu allocations/s, %llu failures, p50 %.2f us, max %.2f us%s\n",
			row->bench, row->cell->backend->name,
			row->cell->pressure->name, row->cell->percent,
			row->request.pages, team->threads, team->areas,
			team->elapsed_ns / 1000.0, rate, failures,
			latency.p50 / 1000.0, latency.max / 1000.0,
			fault ? " (invalid)" : "");
	if (session->records.file) {
		record_open(&session->records, &json, "parallel");
		record_row(&json, row);
		json_number(&json, "threads", team->threads);
		json_number(&json, "areas", team->areas);
		json_number(&json, "allocations", all->count);
		json_number(&json, "failures", failures);
		json_number(&json, "elapsed_ns", team->elapsed_ns);
		json_number(&json, "allocations_per_second", rate);
		record_statistics(&json, "", &latency);
		json_maybe(&json, "retries", team->has_retries, team->retries);
		json_bool(&json, "valid", !fault);
		json_string(&json, "invalid_reason", fault ? fault->text : NULL);
		record_close(&session->records, &json);
	}
	free(all);
}

/* Retries are told by a second run, traced: tracing costs time. */
static void count_retries(struct session *session, const struct row *row,
			  const struct target *targets, struct team *team)
{
	struct team again = { .threads = team->threads, .areas = team->areas };
	struct sample sample = { 0 };
	struct reason why;

	if (!session->trace.folder[0] || !session->options->traced_count ||
	    open_team(&again, row, targets, session, &why))
		return;
	if (!retry_trace_start(&session->trace)) {
		run_team(&again);
		retry_trace_stop(&session->trace, &sample);
		team->has_retries = sample.has_retries;
		team->retries = sample.retries;
	}
	close_team(&again, again.threads);
}

/* Returns 0, or -errno and why it was no measurement. */
static int measure_team(struct session *session, const struct row *row,
			const struct target *targets, struct team *team,
			struct reason *why)
{
	int err = open_team(team, row, targets, session, why);

	if (err)
		return err;
	err = run_team(team);
	if (err)
		return refuse(why, err, "cannot start %zu threads: %s",
			      team->threads, strerror(-err));
	count_retries(session, row, targets, team);
	return 0;
}

static void run_row(struct session *session, const struct row *row,
		    const struct target *targets, struct team *team)
{
	struct reason why = { "no reason given" }, later;
	const struct reason *fault = NULL;
	struct occupancy now;

	if (pressure_press(row->cell, &row->request, &now, &why))
		fault = &why;
	if (measure_team(session, row, targets, team, fault ? &later : &why))
		fault = &why;
	progress_clear(&session->progress);
	write_team(session, row, team, fault);
	if (team->worker)
		close_team(team, team->threads);
	session_row_done(session, !fault);
}

/* The area under test, then the others that this backend can open. */
static size_t find_targets(const struct session *session,
			   const struct backend *backend,
			   struct target *targets)
{
	size_t count = 1, i;
	struct reason why;
	void *state;

	targets[0] = session->target;
	for (i = 0; backend->needs_area && i < machine.areas.count; i++) {
		struct target *next = &targets[count];

		*next = session->target;
		next->area = &machine.areas.area[i];
		next->heap = dma_heap_of_area(&machine.heaps, next->area);
		if (next->area == session->target.area ||
		    backend->open(next, &state, &why))
			continue;
		backend->close(state);
		count++;
	}
	return count;
}

static void run_size(struct session *session, const struct row *row,
		     const struct target *targets, size_t ntargets)
{
	const struct options *options = session->options;
	size_t i, j;

	for (i = 0; i < options->nthreads && !interrupted(); i++) {
		size_t threads = options->threads[i];
		/* As many areas as there are threads for. */
		size_t most = ntargets < threads ? ntargets : threads;
		const size_t areas[] = { 1, most };

		for (j = 0; j < (most > 1 ? 2 : 1) && !interrupted(); j++) {
			struct team team = { .threads = threads,
					     .areas = areas[j] };

			run_row(session, row, targets, &team);
		}
		progress_step(&session->progress, row->cell,
			      row->request.pages);
	}
}

static __u64 parallel_count(const struct options *options)
{
	return options->nsizes * options->nthreads;
}

static int parallel_run(struct session *session, const struct cell *cell)
{
	static struct target targets[CMA_MAX_AREAS + 1];
	struct row row = { .bench = "parallel", .cell = cell,
			   .target = &session->target };
	size_t ntargets, i;
	struct reason why;

	if (cell->backend->is_single) {
		refuse(&why, -EINVAL, "threads of backend %s would undo each other's allocations",
		       cell->backend->name);
		session_skip(session, "bench", "parallel", &why);
		return 0;
	}
	ntargets = find_targets(session, cell->backend, targets);
	if (ntargets > 1 && cell->pressure->needs_area) {
		refuse(&why, -EINVAL, "pressure %s is in one area, the %zu others would be empty",
		       cell->pressure->name, ntargets - 1);
		session_skip(session, "bench", "parallel, several areas", &why);
		ntargets = 1;
	}
	for (i = 0; i < session->options->nsizes && !interrupted(); i++) {
		row.request = session_request(session, cell,
					      session->options->size_pages[i]);
		run_size(session, &row, targets, ntargets);
	}
	return session->records.failed ? -1 : 0;
}

static const struct bench parallel = {
	.name = "parallel",
	.help = "several threads at once, on one area and on several",
	.no_interval = "allocates without a pause",
	.count = parallel_count,
	.run = parallel_run,
};

REGISTER_BENCH(parallel)
