// SPDX-License-Identifier: GPL-2.0
#include "time_budget.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "monotonic.h"

long long *time_budget_share(long long ms)
{
	long long *left_ms = mmap(NULL, sizeof(*left_ms), PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (left_ms == MAP_FAILED) {
		left_ms = malloc(sizeof(*left_ms));
		if (!left_ms)
			abort();
	}
	*left_ms = ms;
	return left_ms;
}

void time_budget_spend(long long *left_ms, long long start_ms)
{
	*left_ms -= (monotonic_ms() - start_ms) / monotonic_patience();
}
