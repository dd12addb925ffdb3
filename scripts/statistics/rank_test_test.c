// SPDX-License-Identifier: GPL-2.0
/*
 * The statistics against reference values, as KTAP.
 *
 * From R 4.2.2: wilcox.test(new, base, conf.int = TRUE), p.adjust(p, "holm"); the
 * permeability data are R's own example, after Hollander and Wolfe (1973), p. 69.
 * From published tables: the critical values of Mann and Whitney's U for 5 %,
 * two-sided (Milton, JASA 59, 1964), as in every textbook.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "rank_test.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static int checks, failures;

static void expect(const char *name, double wanted, double got)
{
	/* References are printed to seven digits or so. */
	int good = fabs(got - wanted) <= 0.000002 * fmax(1, fabs(wanted));

	checks++;
	failures += !good;
	if (!good)
		printf("# expected %.10g, got %.10g\n", wanted, got);
	printf("%sok %d statistics: %s\n", good ? "" : "not ", checks, name);
}

static const double at_term[] = { 0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46 };
static const double at_weeks[] = { 1.15, 0.88, 0.90, 0.74, 1.21 };
static const double tied[] = { 1, 2, 2, 3, 3, 3, 4 };
static const double tied_higher[] = { 2, 3, 4, 4, 5, 5 };

static void test_r_examples(void)
{
	struct shift shift = shift_of(at_weeks, 5, at_term, 10, 0.95);

	expect("permeability: W", 35, rank_statistic(at_weeks, 5, at_term, 10));
	expect("permeability: exact p", 0.2544122544, rank_test(at_weeks, 5, at_term, 10));
	expect("permeability: shift", 0.305, shift.estimate);
	expect("permeability: low", -0.15, shift.low);
	expect("permeability: high", 0.76, shift.high);
	expect("ties: W", 33.5, rank_statistic(tied, 7, tied_higher, 6));
	expect("ties: normal p with corrections", 0.07826242948,
	       rank_test(tied, 7, tied_higher, 6));
}

/* Sides of ten that do not overlap: one pair of equal values makes R approximate. */
static void test_smallest(void)
{
	double low[10], high[10], equal[] = { 3, 3 };

	for (size_t i = 0; i < 10; i++) {
		low[i] = i;
		high[i] = 100 + i;
	}
	expect("smallest p of ten and ten", 2.0 / 184756, rank_test_smallest(low, 10, high, 10));
	low[1] = low[0];
	expect("smallest p with a tie", rank_test(low, 10, high, 10),
	       rank_test_smallest(high, 10, low, 10));
	expect("smallest p of equal values", 1, rank_test_smallest(equal, 2, equal, 2));
}

/* 1..n against values that stand so that the statistic is @u. */
static double p_of_statistic(size_t n, size_t u)
{
	double base[20], new[20];

	for (size_t i = 0; i < n; i++) {
		size_t below = u > n ? n : u;

		base[i] = i + 1;
		/* Above @below values of base; a small step keeps them apart. */
		new[i] = below + 0.5 + 0.001 * i;
		u -= below;
	}
	return rank_test(base, n, new, n);
}

static void test_published_table(void)
{
	/* The largest U that is significant at 5 %, two-sided, for n and n values. */
	static const struct {
		size_t n, critical;
	} table[] = {
		{ 4, 0 },   { 5, 2 },	{ 6, 5 },   { 7, 8 },	{ 8, 13 },
		{ 9, 17 },  { 10, 23 }, { 12, 37 }, { 15, 64 }, { 20, 127 },
	};
	char name[80];

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		double p = p_of_statistic(table[i].n, table[i].critical);
		double next_p = p_of_statistic(table[i].n, table[i].critical + 1);

		snprintf(name, sizeof(name), "table: U %zu of %zu and %zu, and no larger",
			 table[i].critical, table[i].n, table[i].n);
		expect(name, 1, p <= 0.05 && next_p > 0.05);
	}
}

static void test_extremes(void)
{
	double low[10], high[10], same[10] = { 0 }, many[60], more[60];

	for (size_t i = 0; i < 10; i++) {
		low[i] = i;
		high[i] = 100 + i;
	}
	for (size_t i = 0; i < 60; i++) {
		many[i] = i;
		more[i] = i + 8.5;
	}
	/* Two of the 20! / (10! 10!) = 184756 orders. */
	expect("apart: p", 2.0 / 184756, rank_test(low, 10, high, 10));
	expect("apart: p, the other way", 2.0 / 184756, rank_test(high, 10, low, 10));
	expect("all equal: p", 1, rank_test(same, 10, same, 10));
	expect("no values: p", 1, rank_test(low, 0, high, 10));
	expect("60 and 60: normal p", 0.01294675833, rank_test(many, 60, more, 60));
}

static void test_holm(void)
{
	double p[] = { 0.01, 0.04, 0.03, 0.005 }, big[] = { 0.6, 0.7, 0.001 };

	holm_adjust(p, 4);
	expect("holm: 0.01 of four", 0.03, p[0]);
	expect("holm: 0.04 of four", 0.06, p[1]);
	expect("holm: 0.03 of four", 0.06, p[2]);
	expect("holm: 0.005 of four", 0.02, p[3]);
	holm_adjust(big, 3);
	expect("holm: never above 1", 1, big[0]);
	expect("holm: never above 1, last", 1, big[1]);
	expect("holm: 0.001 of three", 0.003, big[2]);
}

static void test_medians(void)
{
	double odd[] = { 3, 1, 2 }, even[] = { 4, 1, 3, 2 };

	expect("median of three", 2, median_of(odd, 3));
	expect("median of four", 2.5, median_of(even, 4));
}

int main(void)
{
	printf("KTAP version 1\n");
	test_r_examples();
	test_smallest();
	test_published_table();
	test_extremes();
	test_holm();
	test_medians();
	printf("1..%d\n", checks);
	return failures > 0;
}
