// SPDX-License-Identifier: GPL-2.0
#include "environment.h"

#include <stdlib.h>
#include <sys/random.h>

#include "monotonic.h"

__u64 environment_number(const char *name, __u64 otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoull(text, NULL, 0) : otherwise;
}

__u64 environment_seed(void)
{
	__u32 chance;

	if (getrandom(&chance, sizeof(chance), 0) < 0)
		chance = monotonic_ms();
	return environment_number("CMA_TESTS_SEED", chance);
}
