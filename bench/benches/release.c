// SPDX-License-Identifier: GPL-2.0
/*
 * What giving back costs, by the order in which it is done: as many buffers as
 * half of the area holds, at most --count, are taken and then given back
 *
 *	newest first | oldest first | in random order
 *
 * Backends that only know one order do that one.
 */
#include <errno.h>
#include <stdlib.h>

#include "../descriptors.h"
#include "../json.h"
#include "../session.h"
#include "random.h"

enum order { NEWEST_FIRST, OLDEST_FIRST, RANDOM, NR_ORDERS };

static const char *const order_names[] = {
	[NEWEST_FIRST] = "newest first",
	[OLDEST_FIRST] = "oldest first",
	[RANDOM] = "random",
};

static __u64 release_count(const struct options *options)
{
	return options->nsizes;
}

static __u64 take_all(const struct row *row, struct buffer *buffers,
		      __u64 wanted)
{
	const struct cell *cell = row->cell;
	__u64 taken;

	for (taken = 0; taken < wanted && !interrupted(); taken++) {
		buffers[taken].pages = row->request.pages;
		buffers[taken].align_order = row->request.align_order;
		cell->backend->prepare(cell->backend_state, &buffers[taken]);
		if (cell->backend->alloc(cell->backend_state, &buffers[taken]))
			break;
	}
	return taken;
}

static __u64 next_one(enum order order, __u64 left, struct random *random)
{
	if (order == OLDEST_FIRST)
		return 0;
	return order == RANDOM ? random_below(random, left) : left - 1;
}

/* The place of the one that goes is taken by the last, or by all behind it. */
static void remove_one(struct buffer *buffers, __u64 at, __u64 left,
		       enum order order)
{
	__u64 i;

	if (order == RANDOM) {
		buffers[at] = buffers[left - 1];
		return;
	}
	for (i = at; i + 1 < left; i++)
		buffers[i] = buffers[i + 1];
}

static void release_all(const struct cell *cell, struct buffer *buffers,
			__u64 count, enum order order, struct random *random,
			struct histogram *times_ns)
{
	__u64 left, at, start_ns, elapsed_ns;

	for (left = count; left; left--) {
		at = next_one(order, left, random);
		start_ns = clock_now_ns();
		cell->backend->release(cell->backend_state, &buffers[at]);
		elapsed_ns = clock_now_ns() - start_ns;
		histogram_add(times_ns, buffers[at].self_timed ?
			      buffers[at].latency_ns : elapsed_ns);
		remove_one(buffers, at, left, order);
	}
}

static void write_order(struct session *session, const struct row *row,
			enum order order, const struct histogram *times_ns,
			const struct reason *fault)
{
	struct statistics release = { 0 };
	struct json json;

	histogram_statistics(times_ns, &release);
	if (session->table)
		fprintf(session->table, "%-10s %-10s %-16s%3u%% %6llu pages, %s: %zu releases, p50 %.2f us, max %.2f us%s\n",
			row->bench, row->cell->backend->name,
			row->cell->pressure->name, row->cell->percent,
			row->request.pages, order_names[order], release.count,
			release.p50 / 1000.0, release.max / 1000.0,
			fault ? " (invalid)" : "");
	if (!session->records.file)
		return;
	record_open(&session->records, &json, "release");
	record_row(&json, row);
	json_string(&json, "order", order_names[order]);
	json_number(&json, "releases", release.count);
	record_statistics(&json, "release", &release);
	json_bool(&json, "valid", !fault);
	json_string(&json, "invalid_reason", fault ? fault->text : NULL);
	record_close(&session->records, &json);
}

/* Returns whether it is a result. */
static bool run_order(struct session *session, const struct row *row,
		      enum order order, struct buffer *buffers, __u64 wanted)
{
	/* All of them take the place of what is there. */
	struct request request = { wanted * row->request.pages,
				   row->request.align_order };
	struct reason why = { "no reason given" };
	struct histogram times_ns = { 0 };
	struct occupancy now;
	struct random random;
	bool valid;
	__u64 count;

	random_seed(&random, session->options->seed);
	valid = !pressure_press(row->cell, &request, &now, &why);
	count = take_all(row, buffers, wanted);
	release_all(row->cell, buffers, count, order, &random, &times_ns);
	if (!count && valid) {
		valid = false;
		refuse(&why, -ENOMEM, "no buffer of %llu pages could be taken, so none was given back",
		       row->request.pages);
	}
	write_order(session, row, order, &times_ns, valid ? NULL : &why);
	return valid;
}

static int run_orders(struct session *session, const struct row *row)
{
	const struct cma_area *area = session->target.area;
	__u64 wanted = session->options->count, fits = wanted;
	struct buffer *buffers;
	struct reason why;
	enum order order;
	bool valid = false;

	/* One at least: that it does not fit is for the kernel to say. */
	if (area && area->count_pages)
		fits = area->count_pages / 2 / row->request.pages ?: 1;
	if (wanted > fits)
		wanted = fits;
	if (row->cell->backend->holds_files &&
	    descriptors_allow(wanted, "buffers", &why)) {
		session_skip(session, "bench", row->bench, &why);
		return 0;
	}
	buffers = calloc(wanted, sizeof(*buffers));
	if (!buffers)
		return -ENOMEM;
	for (order = 0; order < NR_ORDERS && !interrupted(); order++)
		if (order == NEWEST_FIRST || row->cell->backend->releases_any)
			valid |= run_order(session, row, order, buffers, wanted);
	free(buffers);
	session_row_done(session, valid);
	return 0;
}

static int release_run(struct session *session, const struct cell *cell)
{
	struct row row = { .bench = "release", .cell = cell,
			   .target = &session->target };
	int err = 0;
	size_t i;

	for (i = 0; i < session->options->nsizes && !interrupted() && !err;
	     i++) {
		row.request = session_request(session, cell,
					      session->options->size_pages[i]);
		err = run_orders(session, &row);
		progress_step(&session->progress, cell, row.request.pages);
	}
	return session->records.failed ? -1 : err;
}

static const struct bench release = {
	.name = "release",
	.help = "what giving back costs, by the order in which it is done",
	.no_duration = "gives all back that it took, --count buffers at most",
	.no_interval = "takes and gives back without a pause",
	.count = release_count,
	.run = release_run,
};

REGISTER_BENCH(release)
