// SPDX-License-Identifier: GPL-2.0
/*
 * The order of the suites and of the cases in them, and how often they run.
 *
 *	kunit_order.seed=7 kunit_order.runs=3
 *
 * runs everything three times in one boot, in the orders of seeds 7, 8 and 9.
 * Works on the tables that KUnit's executor is about to read, so it is the
 * same for every kernel, and for suites of the init section, which debugfs
 * cannot run again.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <kunit/test.h>
#include <linux/init.h>
#include <linux/jhash.h>
#include <linux/moduleparam.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "kunit_tables.h"

static unsigned int seed;
module_param(seed, uint, 0444);
MODULE_PARM_DESC(seed, "seed of the order of suites and cases, 0 for that of the kernel");

static unsigned int runs = 1;
module_param(runs, uint, 0444);
MODULE_PARM_DESC(runs, "how often to run all suites, each time with the next seed");

/*
 * By the hash of their names: the order depends on the seed and on nothing
 * else, so a run that failed is repeated by its own seed alone.
 */
static int __init compare_names(const char *a, const char *b)
{
	u32 hash_a = jhash(a, strlen(a), seed);
	u32 hash_b = jhash(b, strlen(b), seed);

	if (hash_a == hash_b)
		return strcmp(a, b);

	return hash_a < hash_b ? -1 : 1;
}

static int __init compare_suites(const void *a, const void *b)
{
	const struct kunit_suite *const *suite_a = a, *const *suite_b = b;

	return compare_names((*suite_a)->name, (*suite_b)->name);
}

static int __init compare_cases(const void *a, const void *b)
{
	const struct kunit_case *case_a = a, *case_b = b;

	return compare_names(case_a->name, case_b->name);
}

static void __init order(struct kunit_suite **start, struct kunit_suite **end)
{
	struct kunit_suite **suite;

	sort(start, end - start, sizeof(*start), compare_suites, NULL);
	for (suite = start; suite < end; suite++) {
		struct kunit_case *cases = (*suite)->test_cases;
		size_t nr_cases = 0;

		while (cases[nr_cases].run_case)
			nr_cases++;
		sort(cases, nr_cases, sizeof(*cases), compare_cases, NULL);
	}
}

#ifdef CMA_TESTS_HAS_KUNIT_INIT_SUITES
static void __init order_all(void)
{
	order(__kunit_init_suites_start, __kunit_init_suites_end);
	order(__kunit_suites_start, __kunit_suites_end);
}

/* The executor can run a suite twice, and knows how to begin anew. */
static void __init forget_all(void)
{
}
#else
static void __init order_all(void)
{
	order(__kunit_suites_start, __kunit_suites_end);
}

/* As if the suites had been modules that are unloaded: numbers begin at 1. */
static void __init forget_all(void)
{
	__kunit_test_suites_exit(__kunit_suites_start,
				 __kunit_suites_end - __kunit_suites_start);
}
#endif

/* After all initcalls the kernel runs the suites itself: the last run. */
static int __init kunit_order_init(void)
{
	unsigned int run;

	if (!kunit_enabled() || (!seed && runs < 2))
		return 0;

	for (run = 1; run <= runs; run++) {
		pr_info("run %u of %u, seed=%u\n", run, runs, seed);
		if (seed)
			order_all();
		if (run == runs)
			break;
		kunit_run_all_tests();
		forget_all();
		seed += !!seed;
	}

	return 0;
}
late_initcall_sync(kunit_order_init);
