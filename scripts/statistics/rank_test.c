// SPDX-License-Identifier: GPL-2.0
#include "rank_test.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *allocate(size_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size);

	if (!memory) {
		fprintf(stderr, "cma-tests: error: out of memory for %zu values\n", count);
		exit(2);
	}
	return memory;
}

static int compare_values(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static double middle(const double *sorted, size_t count)
{
	return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
}

double median_of(double *values, size_t count)
{
	qsort(values, count, sizeof(values[0]), compare_values);
	return middle(values, count);
}

double rank_statistic(const double *base, size_t bases, const double *new, size_t news)
{
	double statistic = 0;

	for (size_t i = 0; i < bases; i++)
		for (size_t j = 0; j < news; j++)
			statistic += new[j] > base[i] ? 1 : new[j] == base[i] ? 0.5 : 0;
	return statistic;
}

/*
 * How many of the orders of m + n different values have each statistic.
 *
 * The largest value is one of the m, and then stands above all n others, or one
 * of the n, and then adds nothing:
 *
 *	ways(m, n, u) = ways(m - 1, n, u - n) + ways(m, n - 1, u)
 *
 * Row by row over m; @ways has (n + 1) rows of (m * n + 1) cells.
 */
static double *count_orders(size_t m, size_t n)
{
	size_t cells = m * n + 1;
	double *ways = allocate((n + 1) * cells, sizeof(*ways));

	for (size_t j = 0; j <= n; j++)
		ways[j * cells] = 1;	/* m = 0: one order, statistic 0 */
	for (size_t i = 1; i <= m; i++)
		for (size_t j = 1; j <= n; j++)
			for (size_t u = cells; u-- > 0;)
				ways[j * cells + u] = (u >= j ? ways[j * cells + u - j] : 0) +
						      ways[(j - 1) * cells + u];
	return ways;
}

/* The chance of each statistic from 0 to m * n, to be freed. */
static double *exact_chances(size_t m, size_t n)
{
	size_t cells = m * n + 1;
	double *ways = count_orders(m, n), *chance = allocate(cells, sizeof(*chance));
	double orders = 0;

	memcpy(chance, ways + n * cells, cells * sizeof(*chance));
	free(ways);
	for (size_t u = 0; u < cells; u++)
		orders += chance[u];
	for (size_t u = 0; u < cells; u++)
		chance[u] /= orders;
	return chance;
}

static double exact_p(double statistic, size_t m, size_t n)
{
	double *chance = exact_chances(m, n), tail = 0;
	size_t upper = m * n - (size_t)statistic, rank = (size_t)statistic;

	/* The distribution is symmetric: the shorter tail, twice. */
	if (upper < rank)
		rank = upper;
	for (size_t u = 0; u <= rank; u++)
		tail += chance[u];
	free(chance);
	return fmin(1, 2 * tail);
}

/* Sum of t^3 - t over the groups of t equal values. */
static double tie_term(const double *base, size_t bases, const double *new, size_t news)
{
	size_t count = bases + news, first = 0;
	double *all = allocate(count, sizeof(*all)), term = 0;

	memcpy(all, base, bases * sizeof(*all));
	memcpy(all + bases, new, news * sizeof(*all));
	qsort(all, count, sizeof(*all), compare_values);
	for (size_t i = 1; i <= count; i++) {
		if (i < count && all[i] == all[first])
			continue;
		term += pow(i - first, 3) - (i - first);
		first = i;
	}
	free(all);
	return term;
}

static double deviation(double m, double n, double ties)
{
	return sqrt(m * n / 12 * (m + n + 1 - ties / ((m + n) * (m + n - 1))));
}

static double normal_p(double statistic, double m, double n, double ties)
{
	double sigma = deviation(m, n, ties), distance = fabs(statistic - m * n / 2);

	/* All values equal: nothing tells the sides apart. */
	if (!(sigma > 0))
		return 1;
	return fmin(1, erfc(fmax(0, distance - 0.5) / sigma / sqrt(2)));
}

static bool is_exact(size_t bases, size_t news, double ties)
{
	return ties == 0 && bases < RANK_TEST_EXACT_BELOW && news < RANK_TEST_EXACT_BELOW;
}

static double p_of(double statistic, const double *base, size_t bases, const double *new,
		   size_t news)
{
	double ties = tie_term(base, bases, new, news);

	if (is_exact(bases, news, ties))
		return exact_p(statistic, bases, news);
	return normal_p(statistic, bases, news, ties);
}

double rank_test(const double *base, size_t bases, const double *new, size_t news)
{
	if (!bases || !news)
		return 1;
	return p_of(rank_statistic(base, bases, new, news), base, bases, new, news);
}

double rank_test_smallest(const double *base, size_t bases, const double *new, size_t news)
{
	return bases && news ? p_of(0, base, bases, new, news) : 1;
}

/*
 * How many of the sorted pairwise differences lie outside of the interval at
 * each end: R's qwilcox((1 - confidence) / 2).
 */
static size_t outside(size_t m, size_t n, double confidence)
{
	double tail = (1 - confidence) / 2, sum = 0;
	size_t k = 0;

	if (m < RANK_TEST_EXACT_BELOW && n < RANK_TEST_EXACT_BELOW) {
		double *chance = exact_chances(m, n);

		while (k < m * n / 2 && sum + chance[k] < tail)
			sum += chance[k++];
		free(chance);
		return k;
	}
	while (k < m * n / 2 &&
	       erfc((m * n / 2.0 - k - 0.5) / deviation(m, n, 0) / sqrt(2)) / 2 < tail)
		k++;
	return k;
}

struct shift shift_of(const double *base, size_t bases, const double *new, size_t news,
		      double confidence)
{
	size_t count = bases * news, next = 0, k;
	double *differences = allocate(count, sizeof(*differences));
	struct shift shift;

	for (size_t i = 0; i < bases; i++)
		for (size_t j = 0; j < news; j++)
			differences[next++] = new[j] - base[i];
	shift.estimate = median_of(differences, count);
	k = outside(bases, news, confidence);
	/* R's exact interval: the k-th smallest and largest, counted from 1. */
	if (k)
		k--;
	shift.low = differences[k];
	shift.high = differences[count - 1 - k];
	free(differences);
	return shift;
}

struct numbered {
	double p;
	size_t number;
};

static int compare_numbered(const void *a, const void *b)
{
	const struct numbered *left = a, *right = b;

	return (left->p > right->p) - (left->p < right->p);
}

void holm_adjust(double *p, size_t count)
{
	struct numbered *sorted = allocate(count, sizeof(*sorted));
	double least = 0;

	for (size_t i = 0; i < count; i++)
		sorted[i] = (struct numbered){ p[i], i };
	qsort(sorted, count, sizeof(*sorted), compare_numbered);
	for (size_t i = 0; i < count; i++) {
		/* Never below one with a smaller p. */
		least = fmax(least, fmin(1, sorted[i].p * (count - i)));
		p[sorted[i].number] = least;
	}
	free(sorted);
}
