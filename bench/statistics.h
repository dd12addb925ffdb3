/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Order statistics of a set of samples.
 *
 * The p-th percentile of n values is the nearest-rank one: the value at rank
 * ceil(p / 100 * n) of the sorted values, counted from 1. It is always a value
 * that was measured, never an interpolation: the p99 of fewer than 100
 * values is their maximum.
 */
#ifndef CMABENCH_STATISTICS_H
#define CMABENCH_STATISTICS_H

#include <linux/types.h>
#include <stddef.h>

struct statistics {
	size_t count;
	__u64 min;
	__u64 average;	/* rounded to the nearest, halves up */
	__u64 p50;
	__u64 p90;
	__u64 p99;
	__u64 max;
};

/* statistics_of - sorts @values in place. All zero for no values. */
struct statistics statistics_of(__u64 *values, size_t count);

/* percentile - of @sorted values, @count > 0, @percent 1 to 100. */
__u64 percentile(const __u64 *sorted, size_t count, unsigned int percent);

/* rounded_average - @sum / @count, halves up; 0 for no values. */
__u64 rounded_average(__u64 sum, size_t count);

#endif
