/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CMABENCH_PROGRESS_H
#define CMABENCH_PROGRESS_H

#include "bench.h"

struct progress {
	bool shown;	/* stdout and stderr are terminals, and nobody asked for quiet */
	__u64 done, total;	/* samples; total 0: nobody knows */
	__u64 start_ns, shown_ns;
};

void progress_start(struct progress *progress, __u64 total, bool quiet);

/* progress_step - one more sample was taken. Never called in timed sections. */
void progress_step(struct progress *progress, const struct cell *cell,
		   __u64 pages);

/* progress_clear - take the line away, before other output and at the end. */
void progress_clear(const struct progress *progress);

#endif
