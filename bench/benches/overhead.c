// SPDX-License-Identifier: GPL-2.0
/*
 * What the engine itself costs, beside what memory costs on this machine:
 *
 *	empty		two clock readings around nothing: in every latency
 *	recording	one value into a histogram
 *	memset, memcpy	a page: the floor under zeroing and migration
 *
 * Averages over many turns, so the clock's own steps do not show. The null
 * backend is the same as `empty` through the whole engine.
 */
#include "../json.h"
#include "../session.h"

#define TURNS 10000

struct overhead {
	__u64 empty_ns, recording_ns;
};

static __u64 overhead_count(const struct options *options)
{
	(void)options;
	return 1;
}

static __u64 measure_empty(void)
{
	__u64 sum = 0, i, start_ns;

	for (i = 0; i < TURNS; i++) {
		start_ns = clock_now_ns();
		sum += clock_now_ns() - start_ns;
	}
	return rounded_average(sum, TURNS);
}

/* Values that move about, as latencies do; their making is taken off. */
static __u64 measure_recording(void)
{
	static struct histogram histogram;
	__u64 start_ns = clock_now_ns(), made_ns, i, value = 1;

	for (i = 0; i < TURNS; i++) {
		value = value * 6364136223846793005ull + 1442695040888963407ull;
		__asm__ volatile("" : : "r" (value >> 44));
	}
	made_ns = clock_now_ns() - start_ns;
	start_ns = clock_now_ns();
	for (i = 0; i < TURNS; i++) {
		value = value * 6364136223846793005ull + 1442695040888963407ull;
		histogram_add(&histogram, value >> 44);
	}
	start_ns = clock_now_ns() - start_ns;
	return rounded_average(start_ns > made_ns ? start_ns - made_ns : 0,
			       TURNS);
}

static void write_overhead(struct session *session,
			   const struct overhead *overhead)
{
	struct json json;

	if (session->table)
		fprintf(session->table, "engine: %llu ns in each latency, %llu ns to record one; a page: memset %llu ns, memcpy %llu ns\n",
			overhead->empty_ns, overhead->recording_ns,
			session->floor.memset_page_ns, session->floor.memcpy_page_ns);
	if (!session->records.file)
		return;
	record_open(&session->records, &json, "overhead");
	json_number(&json, "empty_ns", overhead->empty_ns);
	json_number(&json, "recording_ns", overhead->recording_ns);
	json_number(&json, "memset_page_ns", session->floor.memset_page_ns);
	json_number(&json, "memcpy_page_ns", session->floor.memcpy_page_ns);
	record_close(&session->records, &json);
}

/* Once a run is enough, whatever it is asked to press and allocate with. */
static int overhead_run(struct session *session, const struct cell *cell)
{
	static bool done;
	struct overhead overhead = { 0 };

	if (done)
		return 0;
	done = true;
	overhead.empty_ns = measure_empty();
	session->empty_ns = overhead.empty_ns;
	overhead.recording_ns = measure_recording();
	progress_step(&session->progress, cell, 0);
	progress_clear(&session->progress);
	write_overhead(session, &overhead);
	session_row_done(session, true);
	return session->records.failed ? -1 : 0;
}

static const struct bench overhead = {
	.name = "overhead",
	.help = "what the engine costs, and memset and memcpy of a page",
	.by_default = true,
	.count = overhead_count,
	.run = overhead_run,
};

REGISTER_BENCH(overhead)
