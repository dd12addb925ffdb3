// SPDX-License-Identifier: GPL-2.0
/*
 * Fragmentation over time: buffers of random sizes come and go until the area
 * is about three quarters taken, and from then on keep coming and going.
 *
 *	|AAAA.BB..CCCCCC...DD..EEE.............FFFF....|
 *	      largest free run: |...........|
 *
 * After each 16 * --count steps, ten times: what is taken, the largest free run, how
 * many requests failed meanwhile and why. The sizes are those of --sizes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../area_map.h"
#include "../descriptors.h"
#include "../json.h"
#include "../kernel_log.h"
#include "../landing.h"
#include "../session.h"
#include "bitmap.h"
#include "random.h"

#define REPORTS 10
#define STEPS_A_SAMPLE 16	/* so that the default --count fills the area */
#define MAX_LIVE 4096
#define FULL_PERCENT 75

struct churn {
	struct random random;
	struct buffer *buffers;
	__u64 live, live_pages;
	__u64 requests, failures;
	__u64 by_failure[NR_FAILURES];
	/* Of the pressure, before the first request: later ones move it out. */
	bool valid;
	struct reason why;
};

static __u64 fragmentation_count(const struct options *options)
{
	(void)options;
	return REPORTS;
}

static void note_failure(struct churn *churn, const struct row *row,
			 const struct request *request, int err)
{
	const struct cma_area *area = row->target->area;
	struct failure_facts facts = { .pages = request->pages,
				       .area_pages = area->count_pages };
	struct cma_range landing;

	/* A failed request changes no bit: the bitmap is that of before. */
	facts.knows_slots = area->nranges && !landing_find(area, request,
							   &landing);
	facts.slot_was_free = facts.knows_slots && landing.count_pages;
	facts.error = kernel_log_allocation_error(request->pages);
	facts.is_allocators = facts.error;
	if (!facts.error)
		facts.error = -err;
	churn->failures++;
	churn->by_failure[failure_of(&facts)]++;
}

static void take_one(struct churn *churn, const struct row *row,
		     const struct options *options)
{
	const struct cell *cell = row->cell;
	struct request request = row->request;
	struct buffer *buffer = &churn->buffers[churn->live];
	int err;

	request.pages = options->size_pages[random_below(&churn->random,
							 options->nsizes)];
	memset(buffer, 0, sizeof(*buffer));
	buffer->pages = request.pages;
	buffer->align_order = request.align_order;
	kernel_log_skip();
	cell->backend->prepare(cell->backend_state, buffer);
	churn->requests++;
	err = cell->backend->alloc(cell->backend_state, buffer);
	if (err) {
		note_failure(churn, row, &request, err);
		return;
	}
	churn->live++;
	churn->live_pages += request.pages;
}

static void give_one(struct churn *churn, const struct row *row)
{
	__u64 at = row->cell->backend->releases_any ?
		   random_below(&churn->random, churn->live) : churn->live - 1;

	row->cell->backend->release(row->cell->backend_state,
				    &churn->buffers[at]);
	churn->live--;
	churn->live_pages -= churn->buffers[at].pages;
	churn->buffers[at] = churn->buffers[churn->live];
}

/* The fuller the area, the more often one goes: it levels out by itself. */
static void churn_step(struct churn *churn, const struct row *row,
		       const struct options *options)
{
	__u64 full = row->target->area->count_pages * FULL_PERCENT / 100;
	bool give = churn->live &&
		    random_below(&churn->random, 2 * full) < churn->live_pages;

	if (give || churn->live == MAX_LIVE)
		give_one(churn, row);
	else
		take_one(churn, row, options);
}

static __u64 largest_free_run(const struct cma_area *area, bool *known)
{
	struct cma_bitmap bitmap;
	__u64 largest = 0;
	unsigned int i;

	*known = area->nranges > 0;
	for (i = 0; i < area->nranges; i++) {
		struct cma_run run;

		if (cma_bitmap_read(area, i, &bitmap)) {
			*known = false;
			return 0;
		}
		run = cma_bitmap_longest_free(&bitmap);
		if (run.length << bitmap.order_per_bit > largest)
			largest = run.length << bitmap.order_per_bit;
		cma_bitmap_free(&bitmap);
	}
	return largest;
}

static void report(struct session *session, const struct row *row,
		   const struct churn *churn, unsigned int number)
{
	const struct cma_area *area = row->target->area;
	__u64 used = 0, largest;
	bool knows_used = !cma_area_used_pages(area, &used), knows_run;
	struct json json;
	size_t i;

	largest = largest_free_run(area, &knows_run);
	if (session->table)
		fprintf(session->table, "%-13s %-10s step %7llu: %llu buffers, %llu of %llu pages taken, largest free run %llu, %llu of %llu requests failed%s\n",
			row->bench, row->cell->backend->name,
			(number + 1) * session->options->count * STEPS_A_SAMPLE, churn->live,
			used, area->count_pages, largest, churn->failures,
			churn->requests, churn->valid ? "" : " (invalid)");
	area_map_record(&session->records, row, number);
	if (!session->records.file)
		return;
	record_open(&session->records, &json, "fragmentation");
	record_row(&json, row);
	json_number(&json, "step", (number + 1) * session->options->count * STEPS_A_SAMPLE);
	json_number(&json, "buffers", churn->live);
	json_maybe(&json, "used_pages", knows_used, used);
	json_maybe(&json, "largest_free_run_pages", knows_run, largest);
	json_number(&json, "requests", churn->requests);
	json_number(&json, "failures", churn->failures);
	json_open_object(&json, "by_failure");
	for (i = 0; i < NR_FAILURES; i++)
		if (churn->by_failure[i] && failure_name(i))
			json_number(&json, failure_name(i),
				    churn->by_failure[i]);
	json_close_object(&json);
	json_bool(&json, "valid", churn->valid);
	json_string(&json, "invalid_reason",
		    churn->valid ? NULL : churn->why.text);
	record_close(&session->records, &json);
}

/* Each step takes one at most, and each has a page at least. */
static __u64 most_live(const struct session *session)
{
	__u64 steps = REPORTS * STEPS_A_SAMPLE * session->options->count;
	__u64 pages = session->target.area->count_pages;
	__u64 most = steps < pages ? steps : pages;

	return most < MAX_LIVE ? most : MAX_LIVE;
}

static int check_needs(const struct session *session, const struct cell *cell,
		       struct reason *why)
{
	if (!session->target.area || !session->target.area->count_pages)
		return refuse(why, -ENODEV, "needs a CMA area whose size is known (CONFIG_CMA_DEBUGFS or _SYSFS, root)");
	return cell->backend->holds_files ?
	       descriptors_allow(most_live(session), "buffers", why) : 0;
}

static int fragmentation_run(struct session *session, const struct cell *cell)
{
	const struct options *options = session->options;
	struct row row = { .bench = "fragmentation", .cell = cell,
			   .target = &session->target };
	struct churn churn = { .why = { "no reason given" } };
	struct request all;
	struct occupancy now;
	unsigned int number;
	__u64 i;

	if (check_needs(session, cell, &churn.why)) {
		session_skip(session, "bench", row.bench, &churn.why);
		return 0;
	}
	row.request = session_request(session, cell, 0);
	random_seed(&churn.random, options->seed);
	churn.buffers = calloc(MAX_LIVE + 1, sizeof(*churn.buffers));
	if (!churn.buffers)
		return -ENOMEM;
	all = row.request;
	all.pages = session->target.area->count_pages * FULL_PERCENT / 100;
	churn.valid = !pressure_press(cell, &all, &now, &churn.why);
	for (number = 0; number < REPORTS && !interrupted(); number++) {
		for (i = 0; i < STEPS_A_SAMPLE * options->count &&
		     !interrupted(); i++)
			churn_step(&churn, &row, options);
		progress_step(&session->progress, cell, churn.live_pages);
		progress_clear(&session->progress);
		report(session, &row, &churn, number);
	}
	/* A stack goes back from its top. */
	while (churn.live) {
		churn.live--;
		cell->backend->release(cell->backend_state,
				       &churn.buffers[churn.live]);
	}
	free(churn.buffers);
	session_row_done(session, churn.valid);
	return session->records.failed ? -1 : 0;
}

static const struct bench fragmentation = {
	.name = "fragmentation",
	.help = "largest free run and failures, as buffers come and go",
	.no_duration = "reports after each 16 times --count steps",
	.no_interval = "takes and gives back without a pause",
	.count = fragmentation_count,
	.run = fragmentation_run,
};

REGISTER_BENCH(fragmentation)
