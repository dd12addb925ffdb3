// SPDX-License-Identifier: GPL-2.0
/*
 * Sustained throughput: --count buffers taken and given back without a pause
 * between them, or as many as --duration has time for, timed as a whole.
 *
 *	| pressure | a r a r a r a r a r a r |	one clock reading at each end
 *
 * Nothing brings the pressure back meanwhile: what is left of it at the end is
 * recorded beside what there was at the start.
 */
#include "../json.h"
#include "../session.h"

struct throughput {
	__u64 allocations, failures, elapsed_ns;
	struct occupancy before, after;
	bool valid;
	struct reason why;
};

static __u64 throughput_count(const struct options *options)
{
	return options->nsizes;
}

static void run_loop(const struct session *session, const struct row *row,
		     struct throughput *result)
{
	const struct cell *cell = row->cell;
	struct buffer buffer = { .pages = row->request.pages,
				 .align_order = row->request.align_order };
	__u64 start_ns, i;

	cell->backend->prepare(cell->backend_state, &buffer);
	start_ns = clock_now_ns();
	for (i = 0; i < session->options->count &&
	     !row_is_over(session, start_ns); i++) {
		if (cell->backend->alloc(cell->backend_state, &buffer)) {
			result->failures++;
			continue;
		}
		result->allocations++;
		cell->backend->release(cell->backend_state, &buffer);
	}
	result->elapsed_ns = clock_now_ns() - start_ns;
}

static __u64 per_second(__u64 amount, __u64 ns)
{
	return ns ? (__u64)((double)amount * 1e9 / (double)ns) : 0;
}

static void write_result(struct session *session, const struct row *row,
			 const struct throughput *result)
{
	__u64 pages = result->allocations * row->request.pages;
	__u64 tries = result->allocations + result->failures;
	__u64 rate = per_second(pages, result->elapsed_ns);
	struct json json;

	if (session->table)
		fprintf(session->table, "%-10s %-10s %-16s%3u%% %6llu pages: %llu pages/s, %llu MiB/s, %llu of %llu allocations succeeded%s\n",
			row->bench, row->cell->backend->name,
			row->cell->pressure->name, row->cell->percent,
			row->request.pages, rate,
			rate * row->target->page_size_bytes >> 20,
			result->allocations, tries,
			result->valid ? "" : " (invalid)");
	if (!session->records.file)
		return;
	record_open(&session->records, &json, "throughput");
	record_row(&json, row);
	json_number(&json, "allocations", result->allocations);
	json_number(&json, "failures", result->failures);
	json_number(&json, "elapsed_ns", result->elapsed_ns);
	json_number(&json, "pages_per_second", rate);
	json_number(&json, "bytes_per_second",
		    rate * row->target->page_size_bytes);
	json_maybe(&json, "success_percent", tries > 0,
		   tries ? 100 * result->allocations / tries : 0);
	json_number(&json, "occupancy_pages_before", result->before.pages);
	json_number(&json, "occupancy_pages_after", result->after.pages);
	json_bool(&json, "valid", result->valid);
	json_string(&json, "invalid_reason",
		    result->valid ? NULL : result->why.text);
	record_close(&session->records, &json);
}

static int throughput_run(struct session *session, const struct cell *cell)
{
	struct row row = { .bench = "throughput", .cell = cell,
			   .target = &session->target };
	struct reason unused;
	size_t i;

	for (i = 0; i < session->options->nsizes && !interrupted(); i++) {
		struct throughput result = { .why = { "no reason given" } };

		row.request = session_request(session, cell,
					      session->options->size_pages[i]);
		result.valid = !pressure_press(cell, &row.request,
					       &result.before, &result.why);
		run_loop(session, &row, &result);
		/* Whether it is still there decides nothing: only told. */
		cell->pressure->verify(cell->pressure_state, &result.after,
				       &unused);
		progress_step(&session->progress, cell, row.request.pages);
		progress_clear(&session->progress);
		write_result(session, &row, &result);
		session_row_done(session, result.valid);
	}
	return session->records.failed ? -1 : 0;
}

static const struct bench throughput = {
	.name = "throughput",
	.help = "pages and bytes a second, taken and given back without pause",
	.no_interval = "allocates without a pause",
	.count = throughput_count,
	.run = throughput_run,
};

REGISTER_BENCH(throughput)
