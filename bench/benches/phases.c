// SPDX-License-Identifier: GPL-2.0
/*
 * Where the time of an allocation goes, on a machine that runs by the clock: a
 * pass of its own, with probes at the beginning and the end of each phase
 * (probes.h). A probe costs time: what it takes of callers is measured and told
 * apart, what it takes of the function itself is not, of one that is called for
 * each page most of all: shares are to be read, not times. Under an instruction-counted
 * QEMU bench/plugin tells the same without disturbing anything.
 */
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../json.h"
#include "../phase_times.h"
#include "../probes.h"
#include "../session.h"

#define BUFFER_KBYTES "16384"
#define REFERENCE_CALLS 100
#define REFERENCE_ROUNDS 20

static __u64 phases_count(const struct options *options)
{
	return options->nsizes * options->count;
}

static void write_table(const struct session *session, const struct row *row,
			const struct phase_times *times)
{
	__u64 total_ns = phase_times_total_ns(times);
	size_t i;

	if (!session->table)
		return;
	if (!total_ns) {
		fprintf(session->table, "%-10s %-10s %-16s%3u%% %6llu pages: no allocation whose trace is whole\n",
			row->bench, row->cell->backend->name, row->cell->pressure->name,
			row->cell->percent, row->request.pages);
		return;
	}
	fprintf(session->table, "%-10s %-10s %-16s%3u%% %6llu pages: %.2f us traced,",
		row->bench, row->cell->backend->name, row->cell->pressure->name,
		row->cell->percent, row->request.pages,
		(double)total_ns / times->calls / 1000);
	for (i = 0; i < NR_PHASES; i++)
		if (times->ns[i])
			fprintf(session->table, " %s %.1f%%", phase_names[i],
				100.0 * times->ns[i] / total_ns);
	fprintf(session->table, " retries %.1f%%; probes %.2f us more\n",
		100.0 * times->retries_ns / total_ns,
		(double)times->probes_ns / times->calls / 1000);
}

static void write_times(struct session *session, const struct row *row,
			const struct phase_times *times, __u64 samples,
			unsigned int explained_percent)
{
	__u64 calls = times->calls ? times->calls : 1;
	bool known = times->calls > 0;
	struct json json;
	char key[32];
	size_t i;

	write_table(session, row, times);
	if (!session->records.file)
		return;
	record_open(&session->records, &json, "traced_phases");
	record_row(&json, row);
	json_number(&json, "samples", samples);
	json_bool(&json, "valid", known);
	json_maybe(&json, "total_ns", known,
		   phase_times_total_ns(times) / calls);
	json_maybe(&json, "explained_percent", known, explained_percent);
	for (i = 0; i < NR_PHASES; i++) {
		snprintf(key, sizeof(key), "%s_ns", phase_names[i]);
		json_maybe(&json, key, known, times->ns[i] / calls);
	}
	json_maybe(&json, "retries_ns", known, times->retries_ns / calls);
	json_maybe(&json, "probes_ns", known, times->probes_ns / calls);
	record_close(&session->records, &json);
}

/*
 * A call of the reference as its caller sees it: what is between the two lines of
 * its probe, if it has one, is taken off. Of the quickest round: nothing came
 * in between there.
 */
static double reference_call_ns(const struct retry_trace *trace)
{
	struct phase_times *times = trace ? trace->times : NULL;
	double best_ns = 1e9, outside_ns;
	__u64 start_ns, took_ns;
	struct sample unused = { 0 };
	int round, i;

	for (round = 0; round < REFERENCE_ROUNDS; round++) {
		if (trace && retry_trace_start(trace))
			return 0;
		start_ns = clock_now_ns();
		for (i = 0; i < REFERENCE_CALLS; i++)
			syscall(SYS_getppid);
		took_ns = clock_now_ns() - start_ns;
		outside_ns = took_ns;
		if (trace) {
			times->reference_ns = 0;
			retry_trace_stop(trace, &unused);
			outside_ns -= times->reference_ns;
		}
		best_ns = outside_ns < best_ns ? outside_ns : best_ns;
	}
	return best_ns / REFERENCE_CALLS;
}

/*
 * Puts the probes in. Tells what one takes of the caller: how much longer the
 * call gets. The function itself is taken off as well, so this is a little less
 * than the truth; 0 where the kernel lets no probe into it.
 */
static int add_probes(const struct session *session,
		      const struct probes *probes, double *probe_ns)
{
	struct phase_times times = { .pid = getpid() };
	struct retry_trace trace = session->trace;
	double without_ns = reference_call_ns(NULL), with_ns;
	int err = retry_trace_add(&trace, probes->group);

	*probe_ns = 0;
	if (err || !probes->has_reference)
		return err;
	trace.times = &times;
	with_ns = reference_call_ns(&trace);
	if (!times.is_lost && times.reference_calls && with_ns > without_ns)
		*probe_ns = with_ns - without_ns;
	return 0;
}

/* The one in the middle, of two the lower. */
static unsigned int middle_percent(const __u64 *samples_at, __u64 samples)
{
	unsigned int percent = 0;
	__u64 seen = samples_at[0];

	while (percent < 100 && seen < (samples + 1) / 2)
		seen += samples_at[++percent];
	return percent;
}

static void run_row(struct session *session, const struct row *row,
		    double probe_ns)
{
	struct phase_times times = { 0 }, one;
	struct retry_trace trace = session->trace;
	__u64 i, valid = 0, samples_at[101] = { 0 };
	__u64 start_ns = clock_now_ns();
	struct sample sample;

	trace.times = &one;
	for (i = 0; i < session->options->count &&
	     !row_is_over(session, start_ns); i++) {
		one = (struct phase_times) { .pid = getpid() };
		sample_take(row->cell, &row->request, &trace, NULL, &sample);
		if (sample.valid && !sample.error && one.calls && !one.is_lost) {
			phase_times_correct(&one, probe_ns);
			phase_times_add(&times, &one);
			samples_at[phase_times_explained_percent(&one)]++;
			valid++;
		}
		sample_forget(&sample);
		progress_step(&session->progress, row->cell,
			      row->request.pages);
	}
	progress_clear(&session->progress);
	write_times(session, row, &times, valid, middle_percent(samples_at, valid));
	session_row_done(session, valid > 0);
}

static int phases_run(struct session *session, const struct cell *cell)
{
	const struct options *options = session->options;
	struct row row = { .bench = "phases", .cell = cell,
			   .target = &session->target };
	struct reason why = { "tracing is not possible here, or --traced is 0" };
	struct probes probes;
	double probe_ns;
	size_t i;

	if (!cell->backend->needs_area)
		return 0;
	if (!session->trace.folder[0] || probes_open(&probes, session->trace.folder, &why)) {
		session_skip(session, "bench", "phases", &why);
		return 0;
	}
	retry_trace_enlarge(&session->trace, BUFFER_KBYTES);
	if (add_probes(session, &probes, &probe_ns)) {
		refuse(&why, -EINVAL, "the probes cannot be put in");
		session_skip(session, "bench", "phases", &why);
		probes_close(&probes);
		return 0;
	}
	for (i = 0; i < options->nsizes && !interrupted(); i++) {
		row.request = session_request(session, cell,
					      options->size_pages[i]);
		run_row(session, &row, probe_ns);
	}
	probes_close(&probes);
	return session->records.failed ? -1 : 0;
}

static const struct bench phases = {
	.name = "phases",
	.help = "where the time goes, by kernel probes: shares, not times",
	.no_interval = "records no latency to compare an arrival with",
	.count = phases_count,
	.run = phases_run,
};

REGISTER_BENCH(phases)
