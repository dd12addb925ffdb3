// SPDX-License-Identifier: GPL-2.0
#include "calibration.h"

#include <string.h>

#include "json.h"
#include "session.h"

/* Of areas that are large enough for them. */
#define SMALL_PAGES 16
#define MIGRATED_PAGES 1024
#define LARGE_PAGES 4096
#define PERCENT 25

/* What was found at one size, medians of the valid samples. */
struct observation {
	size_t samples;
	__u64 pages;
	__u64 latency_ns, migrated_pages;
};

/* In this order: each needs the terms before it. */
static const struct lesson {
	const char *pressure;
	enum model_term term;
	__u64 pages;		/* but at most this part of the area */
	unsigned int part;
} lessons[] = {
	{ "none", MODEL_FIXED, LARGE_PAGES, 8 },
	{ "anonymous", MODEL_MIGRATED_PAGE, MIGRATED_PAGES, 16 },
	{ "fork-shared", MODEL_MAPPING, MIGRATED_PAGES, 16 },
	/* The one pin lies a sixteenth into the area: an eighth meets it. */
	{ "pinned-vmsplice", MODEL_RETRY, ~0ull, 8 },
};

static __u64 size_in(const struct target *target, __u64 pages,
		     unsigned int part)
{
	__u64 most = target->area ? target->area->count_pages / part : 0;

	return most && most < pages ? most : pages;
}

struct model *model_of(struct session *session, const struct backend *backend)
{
	size_t i;

	for (i = 0; i < session->nmodels; i++)
		if (session->models[i].backend == backend)
			return &session->models[i].model;
	if (session->nmodels == ARRAY_SIZE(session->models))
		return NULL;
	session->models[session->nmodels].backend = backend;
	return &session->models[session->nmodels++].model;
}

struct work work_of(const struct cell *cell, double pages, double migrated,
		    double retries)
{
	unsigned int further = 0;
	struct work work = { 0 };

	if (cell->pressure->costs == MODEL_MAPPING)
		further = cell->target->settings.mappings - 1;
	work.amount[MODEL_FIXED] = 1;
	work.amount[MODEL_EMPTY_PAGE] = pages;
	work.amount[MODEL_ZEROED_PAGE] = cell->backend->zeroes ? pages : 0;
	work.amount[MODEL_MIGRATED_PAGE] = migrated;
	work.amount[MODEL_MAPPING] = migrated * further;
	work.amount[MODEL_RETRY] = retries;
	return work;
}

/* Traced, in a pass of its own; 0 where tracing is not to be had. */
static __u64 count_retries(struct session *session, const struct cell *cell,
			   __u64 pages)
{
	const struct request request = session_request(session, cell, pages);
	struct sample sample;
	__u64 retries;

	if (!session->trace.folder[0])
		return 0;
	sample_take(cell, &request, &session->trace, NULL, &sample);
	retries = sample.valid && sample.has_retries ? sample.retries : 0;
	sample_forget(&sample);
	return retries;
}

static struct observation observe(struct session *session,
				  const struct cell *cell, __u64 pages)
{
	const struct request request = session_request(session, cell, pages);
	__u64 latency_ns[MAX_CALIBRATION], migrated_pages[MAX_CALIBRATION], i;
	struct observation seen = { .pages = pages };
	struct sample sample;

	for (i = 0; i < session->options->calibration_count && !interrupted();
	     i++) {
		sample_take(cell, &request, NULL, NULL, &sample);
		if (sample.valid && !sample.error) {
			latency_ns[seen.samples] = sample.latency_ns;
			migrated_pages[seen.samples++] = sample.migrated_pages;
		}
		sample_forget(&sample);
	}
	if (!seen.samples)
		return seen;
	seen.latency_ns = statistics_of(latency_ns, seen.samples).p50;
	seen.migrated_pages = statistics_of(migrated_pages, seen.samples).p50;
	return seen;
}

static void record_term(struct session *session, const struct cell *cell,
			enum model_term term, const struct observation *seen)
{
	const struct model *model = model_of(session, cell->backend);
	struct json json;

	if (session->table)
		fprintf(session->table, "model: %s, %s: %.2f ns\n",
			cell->backend->name, model_term_name(term),
			model->ns[term]);
	if (!session->records.file)
		return;
	record_open(&session->records, &json, "model");
	json_string(&json, "backend", cell->backend->name);
	json_string(&json, "term", model_term_name(term));
	json_decimal(&json, "ns", model->ns[term]);
	json_number(&json, "size_pages", seen->pages);
	json_number(&json, "samples", seen->samples);
	record_close(&session->records, &json);
}

/* The slope of one that does not zero: what an empty page costs here, too. */
static const struct model *not_zeroing(const struct session *session)
{
	size_t i;

	for (i = 0; i < session->nmodels; i++)
		if (session->models[i].model.knows[MODEL_EMPTY_PAGE] &&
		    !session->models[i].backend->zeroes)
			return &session->models[i].model;
	return NULL;
}

static void learn_empty(struct session *session, const struct cell *cell,
			struct model *model, __u64 pages)
{
	struct observation small, large;

	small = observe(session, cell,
			size_in(&session->target, SMALL_PAGES, 64));
	large = observe(session, cell, pages);
	if (!small.samples || !large.samples || large.pages <= small.pages)
		return;
	model_learn_slope(model, small.pages, small.latency_ns, large.pages,
			  large.latency_ns);
	record_term(session, cell, MODEL_FIXED, &small);
	if (cell->backend->zeroes) {
		const struct model *other = not_zeroing(session);

		/* Alone it cannot tell the two apart: all of it zeroes. */
		double empty_ns = other ? other->ns[MODEL_EMPTY_PAGE] : 0;

		model->ns[MODEL_ZEROED_PAGE] = model->ns[MODEL_EMPTY_PAGE] -
					       empty_ns;
		model->knows[MODEL_ZEROED_PAGE] = true;
		model->ns[MODEL_EMPTY_PAGE] = empty_ns;
		record_term(session, cell, MODEL_ZEROED_PAGE, &large);
	}
	record_term(session, cell, MODEL_EMPTY_PAGE, &large);
}

static void learn_term(struct session *session, const struct cell *cell,
		       struct model *model, enum model_term term, __u64 pages)
{
	struct observation seen = observe(session, cell, pages);
	__u64 retries = term == MODEL_RETRY ?
			count_retries(session, cell, pages) : 0;
	struct work work = work_of(cell, pages, seen.migrated_pages, retries);

	if (seen.samples && model_learn(model, term, &work, seen.latency_ns))
		record_term(session, cell, term, &seen);
}

static bool is_needed(const struct session *session,
		      const struct lesson *lesson,
		      const struct pressure *pressure)
{
	if (!session->options->calibration_count ||
	    session->learned[lesson->term])
		return false;
	return lesson->term == MODEL_FIXED || lesson->term == pressure->costs ||
	       (lesson->term == MODEL_MIGRATED_PAGE &&
		pressure->costs == MODEL_MAPPING);
}

static void teach_backend(struct session *session, struct cell *cell,
			  const struct lesson *lesson,
			  const struct backend *backend)
{
	__u64 pages = size_in(&session->target, lesson->pages, lesson->part);
	struct model *model = model_of(session, backend);
	struct reason unused;

	cell->backend = backend;
	if (!model || (backend->needs_area && !session->target.area) ||
	    backend->open(&session->target, &cell->backend_state, &unused))
		return;
	if (lesson->term == MODEL_FIXED)
		learn_empty(session, cell, model, pages);
	else
		learn_term(session, cell, model, lesson->term, pages);
	backend->close(cell->backend_state);
}

/* Of backends that do not zero, one that this machine has. */
static void teach_reference(struct session *session, struct cell *cell,
			    const struct lesson *lesson)
{
	static const char *const references[] = { "kernel", "debugfs" };
	const struct backend *backend;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(references) && !not_zeroing(session); i++) {
		backend = find_part(&backends, references[i],
				    strlen(references[i]));
		if (backend)
			teach_backend(session, cell, lesson, backend);
	}
}

static void teach_those(struct session *session, struct cell *cell,
			const struct lesson *lesson, bool zeroes)
{
	const struct part_list *chosen = &session->options->backends;
	size_t i;

	for (i = 0; i < chosen->count && !interrupted(); i++) {
		const struct backend *backend = chosen->part[i];

		if (backend->zeroes != zeroes)
			continue;
		if (zeroes && lesson->term == MODEL_FIXED)
			teach_reference(session, cell, lesson);
		teach_backend(session, cell, lesson, backend);
	}
}

/* Those that zero last: they need the slope of one that does not. */
static void teach(struct session *session, const struct cell *pressed,
		  const struct lesson *lesson)
{
	struct cell cell = *pressed;

	teach_those(session, &cell, lesson, false);
	teach_those(session, &cell, lesson, true);
	session->learned[lesson->term] = true;
}

void calibrate_before(struct session *session, const struct pressure *pressure)
{
	struct cell cell = { .target = &session->target, .percent = PERCENT };
	struct reason unused;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lessons) && !interrupted(); i++) {
		const struct lesson *lesson = &lessons[i];

		cell.pressure = find_part(&pressures, lesson->pressure,
					  strlen(lesson->pressure));
		if (!cell.pressure || cell.pressure == pressure ||
		    !is_needed(session, lesson, pressure) ||
		    (cell.pressure->needs_area && !session->target.area))
			continue;
		if (!cell.pressure->open(&session->target, PERCENT,
					 &cell.pressure_state, &unused)) {
			teach(session, &cell, lesson);
			if (cell.pressure->close)
				cell.pressure->close(cell.pressure_state);
		}
		session->learned[lesson->term] = true;
	}
}

void calibrate_with(struct session *session, const struct cell *cell)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lessons); i++)
		if (!strcmp(lessons[i].pressure, cell->pressure->name) &&
		    is_needed(session, &lessons[i], cell->pressure))
			teach(session, cell, &lessons[i]);
}
