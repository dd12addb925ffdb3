/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rank test of Mann and Whitney (Wilcoxon), what follows from it, and
 * Holm's correction for making many tests at once.
 *
 * Exact where there are no ties and the sides are small, as R's wilcox.test()
 * is; else the normal approximation with corrections for ties and continuity.
 */
#ifndef CMA_TESTS_RANK_TEST_H
#define CMA_TESTS_RANK_TEST_H

#include <stddef.h>

/* As R: exact below this number of values a side. */
#define RANK_TEST_EXACT_BELOW 50

/*
 * rank_statistic - pairs in which a value of @new is above one of @base, a tie
 * counting a half: R's W of wilcox.test(new, base).
 */
double rank_statistic(const double *base, size_t bases, const double *new, size_t news);

/* rank_test - two-sided p of the sides having one distribution. */
double rank_test(const double *base, size_t bases, const double *new, size_t news);

/*
 * rank_test_smallest - the p of sides as large, with as many ties, that do not
 * overlap at all: none of such data is smaller. 1 where all values are equal.
 */
double rank_test_smallest(const double *base, size_t bases, const double *new, size_t news);

/* What is added to base to get new: Hodges and Lehmann's estimate, its interval. */
struct shift {
	double estimate;
	double low;
	double high;
};

/* shift_of - with @confidence, such as 0.95; widest possible where too few values. */
struct shift shift_of(const double *base, size_t bases, const double *new, size_t news,
		      double confidence);

/* holm_adjust - p-values in place, so that each may be held against one alpha. */
void holm_adjust(double *p, size_t count);

/* median_of - of @values, which get sorted. */
double median_of(double *values, size_t count);

#endif
