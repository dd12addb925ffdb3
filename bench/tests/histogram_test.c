// SPDX-License-Identifier: GPL-2.0
/* Buckets, percentiles and the change from samples to a histogram. */
#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "random.h"

/* Every bucket begins where the one before ends, and holds its own bounds. */
TEST(buckets_have_no_gaps)
{
	unsigned int i;

	for (i = 0; i + 1 < HISTOGRAM_BUCKETS; i++) {
		if (histogram_high(i) + 1 != histogram_low(i + 1) ||
		    histogram_bucket(histogram_low(i)) != i ||
		    histogram_bucket(histogram_high(i)) != i) {
			printf("# bucket %u: expected no gap, found %llu to %llu\n",
			       i, histogram_low(i), histogram_high(i));
			return false;
		}
	}
	return expect_number("last bucket", histogram_bucket(~0ull), i);
}

/* 1 to 1000: exact below 64, then never below and at most 1/32 above. */
TEST(histogram_percentiles)
{
	static struct histogram histogram;
	struct statistics result = { 0 };
	bool good = true;
	__u64 value;

	memset(&histogram, 0, sizeof(histogram));
	for (value = 1000; value; value--)
		histogram_add(&histogram, value);
	histogram_statistics(&histogram, &result);
	good &= expect_number("count", result.count, 1000);
	good &= expect_number("min", result.min, 1);
	good &= expect_number("max", result.max, 1000);
	good &= expect_number("average", result.average, 501);
	/* 500 lies in 496-503, 900 in 896-911, 990 in 976-991 */
	good &= expect_number("p50", result.p50, 503);
	good &= expect_number("p90", result.p90, 911);
	good &= expect_number("p99", result.p99, 991);
	good &= expect_number("p1", histogram_percentile(&histogram, 1), 10);
	good &= expect_number("p100", histogram_percentile(&histogram, 100),
			      1000);
	return good;
}

/* Against the exact statistics of the same values, whatever they are. */
TEST(histogram_error_is_bounded)
{
	static struct histogram histogram;
	static __u64 values[5000];
	struct statistics exact, bucketed = { 0 };
	struct random random;
	bool good = true;
	size_t i;

	memset(&histogram, 0, sizeof(histogram));
	random_seed(&random, 7);
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		values[i] = random_next(&random) >>
			    (20 + random_below(&random, 40));
		histogram_add(&histogram, values[i]);
	}
	exact = statistics_of(values, ARRAY_SIZE(values));
	histogram_statistics(&histogram, &bucketed);
	good &= expect_number("min", bucketed.min, exact.min);
	good &= expect_number("max", bucketed.max, exact.max);
	good &= bucketed.p50 >= exact.p50 &&
		bucketed.p50 <= exact.p50 + exact.p50 / 32;
	good &= bucketed.p99 >= exact.p99 &&
		bucketed.p99 <= exact.p99 + exact.p99 / 32;
	return good;
}

TEST(histograms_merge)
{
	static struct histogram odd, even;
	struct statistics result = { 0 };
	__u64 value;

	memset(&odd, 0, sizeof(odd));
	memset(&even, 0, sizeof(even));
	for (value = 1; value <= 40; value++)
		histogram_add(value % 2 ? &odd : &even, value);
	histogram_merge(&even, &odd);
	histogram_statistics(&even, &result);
	return expect_number("count", result.count, 40) &
	       expect_number("min", result.min, 1) &
	       expect_number("p50", result.p50, 20) &
	       expect_number("max", result.max, 40);
}

/*
 * Ten times as many samples as are kept: no more memory, but for a huge page or
 * two where the kernel gives them to everybody. Kept, the latencies alone were
 * 7 MiB.
 */
#define HUGE_PAGES_KBYTES (2 * 2048)

/* The most that this process ever had, after a run of so many. */
static long peak_kbytes(const char *arguments)
{
	struct options options;
	struct rusage usage;

	parse(&options, arguments);
	run_into(&options, fopen("/dev/null", "we"));
	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

TEST(memory_is_bounded)
{
	long before, after;
	int status;
	pid_t pid;

	fake_script.latency_ns = shuffled;
	/* What the tests before gave back is not in the peak of the process. */
	malloc_trim(0);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		before = peak_kbytes("--count 100001 --sizes 16");
		after = peak_kbytes("--count 1000000 --sizes 16");
		if (after > before + HUGE_PAGES_KBYTES)
			printf("# expected at most %ld KiB, found %ld\n",
			       before + HUGE_PAGES_KBYTES, after);
		fflush(stdout);
		_exit(after > before + HUGE_PAGES_KBYTES);
	}
	return waitpid(pid, &status, 0) == pid && !status;
}

/* Sample 100001 and later are in the statistics, but not recorded one by one. */
TEST(many_samples_become_a_histogram)
{
	struct options options;
	char *text;
	bool good;

	fake_script.latency_ns = shuffled;
	parse(&options, "--count 100100 --sizes 16");
	good = expect_number("result", run(&options, &text), 0);
	good &= expect_number("recorded", count_text(text, "\"type\":\"sample\""),
			      100000);
	good &= expect_text("summary", line_of(text, "summary"),
			    "\"samples\":100100,\"invalid\":0,\"failures\":0,\"min_ns\":1000,\"average_ns\":50500,");
	good &= expect_text("summary", line_of(text, "summary"),
			    "\"max_ns\":100000,");
	good &= expect_text("summary", line_of(text, "summary"),
			    "\"from_histogram\":true");
	good &= expect_text("first bucket", line_of(text, "bucket"),
			    "\"from_ns\":992,\"to_ns\":1007,\"samples\":1001}");
	free(text);
	return good;
}
