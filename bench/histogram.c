// SPDX-License-Identifier: GPL-2.0
#include "histogram.h"

#include "statistics.h"

__u64 histogram_low(unsigned int bucket)
{
	unsigned int shift;

	if (bucket < 2u << HISTOGRAM_BITS)
		return bucket;
	shift = (bucket >> HISTOGRAM_BITS) - 1;
	return (__u64)(bucket - (shift << HISTOGRAM_BITS)) << shift;
}

__u64 histogram_high(unsigned int bucket)
{
	return bucket + 1 == HISTOGRAM_BUCKETS ? ~0ull :
						 histogram_low(bucket + 1) - 1;
}

__u64 histogram_percentile(const struct histogram *histogram,
			   unsigned int percent)
{
	/* Not count * percent: that would overflow before the count does. */
	__u64 rank = histogram->count / 100 * percent +
		     (histogram->count % 100 * percent + 99) / 100;
	__u64 seen = 0, high;
	unsigned int i;

	for (i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += histogram->bucket[i];
		if (seen >= rank)
			break;
	}
	high = histogram_high(i);
	return high < histogram->max ? high : histogram->max;
}

void histogram_merge(struct histogram *to, const struct histogram *from)
{
	unsigned int i;

	if (!from->count)
		return;
	if (!to->count || from->min < to->min)
		to->min = from->min;
	if (from->max > to->max)
		to->max = from->max;
	to->count += from->count;
	to->sum += from->sum;
	for (i = 0; i < HISTOGRAM_BUCKETS; i++)
		to->bucket[i] += from->bucket[i];
}

void histogram_statistics(const struct histogram *histogram,
			  struct statistics *statistics)
{
	statistics->count = histogram->count;
	if (!histogram->count)
		return;
	statistics->min = histogram->min;
	statistics->average = rounded_average(histogram->sum,
					      histogram->count);
	statistics->p50 = histogram_percentile(histogram, 50);
	statistics->p90 = histogram_percentile(histogram, 90);
	statistics->p99 = histogram_percentile(histogram, 99);
	statistics->max = histogram->max;
}
