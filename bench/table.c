// SPDX-License-Identifier: GPL-2.0
#include "table.h"

static void table_titles(FILE *file)
{
	static const char *const times[] = {
		"min us", "avg us", "p50 us", "p90 us", "p99 us", "max us",
	};
	size_t i;

	fprintf(file, "%-9s %-10s %-20s%6s %7s %7s %6s", "bench", "backend",
		"pressure", "pages", "samples", "invalid", "failed");
	for (i = 0; i < ARRAY_SIZE(times); i++)
		fprintf(file, " %9s", times[i]);
	fprintf(file, " %10s %7s %8s %7s\n", "migrated", "retries", "x floor",
		"x model");
}

void table_head(FILE *file, const struct target *target)
{
	if (target->area)
		fprintf(file, "area %s, %llu pages of %zu bytes, heap %s\n",
			target_name(target), target->area->count_pages,
			target->page_size_bytes,
			target->heap ? target->heap->name : "none");
	table_titles(file);
}

static void table_time(FILE *file, bool known, __u64 ns)
{
	if (known)
		fprintf(file, " %9.2f", ns / 1000.0);
	else
		fprintf(file, " %9s", "-");
}

static void table_count(FILE *file, int width, bool known, __u64 count)
{
	if (known)
		fprintf(file, " %*llu", width, count);
	else
		fprintf(file, " %*s", width, "-");
}

static void table_ratio(FILE *file, int width,
			const struct statistics *latency, double ns)
{
	if (latency->count && ns > 0)
		fprintf(file, " %*.2f", width, latency->p50 / ns);
	else
		fprintf(file, " %*s", width, "-");
}

void table_row(FILE *file, const struct row *row,
	       const struct summary *summary)
{
	const struct statistics *latency = &summary->latency_ns;
	const __u64 times_ns[] = { latency->min, latency->average, latency->p50,
				   latency->p90, latency->p99, latency->max };
	bool known = latency->count > 0;
	size_t i;

	fprintf(file, "%-9s %-10s %-16s%3u%% %6llu %7zu %7zu %6zu", row->bench,
		row->cell->backend->name, row->cell->pressure->name,
		row->cell->percent, row->request.pages, summary->samples,
		summary->invalid, summary->failures);
	for (i = 0; i < ARRAY_SIZE(times_ns); i++)
		table_time(file, known, times_ns[i]);
	table_count(file, 10, known && summary->has_migrations,
		    summary->migrated_pages);
	table_count(file, 7, summary->traced > 0, summary->retries);
	table_ratio(file, 8, latency, summary->floor_ns);
	table_ratio(file, 7, latency, summary->model_ns);
	fputc('\n', file);
}
