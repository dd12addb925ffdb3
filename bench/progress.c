// SPDX-License-Identifier: GPL-2.0
#include "progress.h"

#include <stdio.h>
#include <unistd.h>

/* Often enough for eyes: a terminal may be a slow serial line. */
#define PAUSE_NS 100000000

void progress_start(struct progress *progress, __u64 total, bool quiet)
{
	progress->shown = !quiet && isatty(STDERR_FILENO) &&
			  isatty(STDOUT_FILENO);
	progress->done = 0;
	progress->total = total;
	progress->start_ns = clock_now_ns();
	progress->shown_ns = progress->start_ns;
}

void progress_step(struct progress *progress, const struct cell *cell,
		   __u64 pages)
{
	__u64 now_ns, elapsed_ns, left_ns;

	progress->done++;
	if (!progress->shown)
		return;
	now_ns = clock_now_ns();
	if (now_ns - progress->shown_ns < PAUSE_NS)
		return;
	progress->shown_ns = now_ns;
	elapsed_ns = now_ns - progress->start_ns;
	fprintf(stderr, "\r\033[K[%llu] %s, %s %u %%, %llu pages", progress->done,
		cell->backend->name, cell->pressure->name, cell->percent, pages);
	if (!progress->total)
		return;
	left_ns = progress->total > progress->done ?
		  elapsed_ns / progress->done *
		  (progress->total - progress->done) : 0;
	fprintf(stderr, ", %llu in all, about %llu s left", progress->total,
		left_ns / 1000000000);
}

void progress_clear(const struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
}
