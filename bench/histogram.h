/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A histogram with logarithmic buckets, after HdrHistogram: 32 buckets between
 * two powers of two, so that a bucket is at most 1/32 of its values wide. All
 * of __u64 fits into 15 KiB, whatever the number of values.
 *
 *	value	0 1 2 ... 63 | 64,65 66,67 ... 126,127 | 128-131 ...
 *	bucket	0 1 2 ... 63 | 64    65	   ... 95      | 96 ...
 */
#ifndef CMABENCH_HISTOGRAM_H
#define CMABENCH_HISTOGRAM_H

#include <linux/types.h>

#define HISTOGRAM_BITS 5
#define HISTOGRAM_BUCKETS ((64 - HISTOGRAM_BITS + 1) << HISTOGRAM_BITS)

struct histogram {
	__u64 count, sum, min, max;
	__u64 bucket[HISTOGRAM_BUCKETS];
};

static inline unsigned int histogram_bucket(__u64 value)
{
	unsigned int shift;

	if (value < 2u << HISTOGRAM_BITS)
		return value;
	shift = 63 - __builtin_clzll(value) - HISTOGRAM_BITS;
	return (shift << HISTOGRAM_BITS) + (value >> shift);
}

/* histogram_add - the timed loop's: no call, no allocation, no division. */
static inline void histogram_add(struct histogram *histogram, __u64 value)
{
	histogram->bucket[histogram_bucket(value)]++;
	histogram->count++;
	histogram->sum += value;
	if (value < histogram->min || histogram->count == 1)
		histogram->min = value;
	if (value > histogram->max)
		histogram->max = value;
}

/* histogram_low, _high - the smallest and the largest value of a bucket. */
__u64 histogram_low(unsigned int bucket);
__u64 histogram_high(unsigned int bucket);

/*
 * histogram_percentile - nearest rank: the largest value of the bucket that
 * holds it, but never more than the maximum. @count > 0, @percent 1 to 100.
 */
__u64 histogram_percentile(const struct histogram *histogram,
			   unsigned int percent);

/* histogram_merge - add all of @from to @to. */
void histogram_merge(struct histogram *to, const struct histogram *from);

struct statistics;
void histogram_statistics(const struct histogram *histogram,
			  struct statistics *statistics);

#endif
