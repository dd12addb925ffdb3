// SPDX-License-Identifier: GPL-2.0
#include "bench.h"

#include <time.h>

__u64 clock_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

void clock_wait_until_ns(__u64 when_ns)
{
	const struct timespec when = { .tv_sec = when_ns / 1000000000,
				       .tv_nsec = when_ns % 1000000000 };

	/* A signal ends the wait: the run is about to end. */
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL);
}
