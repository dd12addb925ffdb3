// SPDX-License-Identifier: GPL-2.0
#include "statistics.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
	__u64 left = *(const __u64 *)a, right = *(const __u64 *)b;

	return (left > right) - (left < right);
}

__u64 percentile(const __u64 *sorted, size_t count, unsigned int percent)
{
	/* In integers: 99 % of 200 is rank 198, without a float's 198.0001. */
	size_t rank = (count * percent + 99) / 100;

	return sorted[rank - 1];
}

__u64 rounded_average(__u64 sum, size_t count)
{
	return count ? (sum + count / 2) / count : 0;
}

struct statistics statistics_of(__u64 *values, size_t count)
{
	struct statistics result = { .count = count };
	__u64 sum = 0;
	size_t i;

	if (!count)
		return result;
	qsort(values, count, sizeof(values[0]), compare);
	for (i = 0; i < count; i++)
		sum += values[i];
	result.min = values[0];
	result.average = rounded_average(sum, count);
	result.p50 = percentile(values, count, 50);
	result.p90 = percentile(values, count, 90);
	result.p99 = percentile(values, count, 99);
	result.max = values[count - 1];
	return result;
}
