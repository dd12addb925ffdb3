// SPDX-License-Identifier: GPL-2.0
#include "monotonic.h"

#include <stdlib.h>
#include <time.h>

long long monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

long long monotonic_patience(void)
{
	const char *text = getenv("CMA_TESTS_PATIENCE");
	long long times = text ? atoll(text) : 1;

	return times > 1 ? times : 1;
}

long long monotonic_deadline_ms(long long ms)
{
	return monotonic_ms() + ms * monotonic_patience();
}
