// SPDX-License-Identifier: GPL-2.0
#include "monotonic.h"

#include <time.h>

long long monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}
