// SPDX-License-Identifier: GPL-2.0
/*
 * The worst case: samples with the flight recorder on, until one takes longer
 * than --break-on, or --count or --duration is reached. Then everything stands
 * still and a snapshot is taken: the area's map, the last lines of the trace, the
 * pages that are in the way. The recorder costs time: compare these times only
 * with each other.
 */
#include <stdlib.h>
#include <string.h>

#include "../area_map.h"
#include "../busy_pages.h"
#include "../json.h"
#include "../session.h"
#include "text_file.h"

#define TRACE_LINES 20

static __u64 hunt_count(const struct options *options)
{
	return options->nsizes * options->count;
}

/* Where the last @lines lines of @text begin. */
static const char *tail(const char *text, unsigned int lines)
{
	const char *at = text + strlen(text);

	while (at > text) {
		if (at[-1] == '\n' && at[0] && !--lines)
			break;
		at--;
	}
	return at;
}

static char *read_trace(const struct session *session)
{
	char path[192], *text = NULL;

	snprintf(path, sizeof(path), "%s/trace", session->trace.folder);
	if (!session->trace.folder[0] || text_file_read_all(path, &text) < 0)
		return NULL;
	return text;
}

static void record_pages(struct session *session, const struct row *row)
{
	struct busy_pages busy;
	struct reason why;
	struct json json;
	char flags[200];
	size_t i;

	if (busy_pages_find(row->target, &busy, &why)) {
		session_skip(session, "snapshot", "pages in the way", &why);
		busy_pages_free(&busy);
		return;
	}
	if (session->table)
		busy_pages_print(session->table, &busy);
	for (i = 0; session->records.file && i < busy.count; i++) {
		const struct page_description *page = &busy.pages[i];

		page_flag_names(page->flags, flags, sizeof(flags));
		record_open(&session->records, &json, "busy_page");
		record_row(&json, row);
		json_number(&json, "pfn", page->pfn);
		json_number(&json, "times", page->times);
		json_string(&json, "page_type", page_type(page));
		json_string(&json, "flags", page->knows_flags ? flags : NULL);
		json_maybe(&json, "mappings", page->knows_mappings,
			   page->mappings);
		json_string(&json, "mapped_by", *page->owner ? page->owner :
			    NULL);
		json_string(&json, "allocated_by", *page->allocated_by ?
			    page->allocated_by : NULL);
		record_close(&session->records, &json);
	}
	busy_pages_free(&busy);
}

static void snapshot(struct session *session, const struct row *row,
		     __u64 number, const struct sample *sample)
{
	char *trace = read_trace(session);
	const char *lines = trace ? tail(trace, TRACE_LINES) : NULL;
	struct json json;

	if (session->table)
		fprintf(session->table, "sample %llu took %.2f us; the trace before:\n%s",
			number, sample->latency_ns / 1000.0, lines ?: "");
	if (session->records.file) {
		record_open(&session->records, &json, "snapshot");
		record_row(&json, row);
		json_number(&json, "sample", number);
		json_number(&json, "latency_ns", sample->latency_ns);
		json_string(&json, "trace", lines);
		record_close(&session->records, &json);
	}
	free(trace);
	area_map_record(&session->records, row, number);
	record_pages(session, row);
}

/* Returns true when the hunt is over. */
static bool hunt_size(struct session *session, const struct row *row)
{
	const struct retry_trace *trace = session->trace.folder[0] ?
					  &session->trace : NULL;
	struct schedule schedule = {
		.interval_ns = session->options->interval_ns,
	};
	__u64 limit_ns = session->options->break_on_ns, i;
	__u64 start_ns = clock_now_ns();
	bool found = false;

	for (i = 0; i < session->options->count && !found &&
	     !row_is_over(session, start_ns); i++) {
		struct sample *sample = row_place(session, i);

		sample_take(row->cell, &row->request, trace, &schedule, sample);
		/* Its time is one here, with the recorder in it. */
		sample->traced = false;
		progress_step(&session->progress, row->cell,
			      row->request.pages);
		found = limit_ns && sample->latency_ns > limit_ns;
		if (found) {
			progress_clear(&session->progress);
			snapshot(session, row, i, sample);
		}
		row_take_in(session, i);
	}
	session_row(session, row, row_kept(session, i), NULL, 0);
	return found;
}

static int hunt_run(struct session *session, const struct cell *cell)
{
	struct row row = { .bench = "hunt", .cell = cell,
			   .target = &session->target };
	bool found = false;
	size_t i;

	for (i = 0; i < session->options->nsizes && !found && !interrupted();
	     i++) {
		row.request = session_request(session, cell,
					      session->options->size_pages[i]);
		found = hunt_size(session, &row);
	}
	return session->records.failed ? -1 : 0;
}

static const struct bench hunt = {
	.name = "hunt",
	.help = "the worst case: stops at --break-on, with a snapshot",
	.has_model = true,
	.count = hunt_count,
	.run = hunt_run,
};

REGISTER_BENCH(hunt)
