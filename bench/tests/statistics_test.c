// SPDX-License-Identifier: GPL-2.0
/* Percentiles by nearest rank, to exact figures. */
#include "harness.h"

TEST(nearest_rank)
{
	static const struct {
		size_t count;
		__u64 p50, p90, p99;
	} cases[] = {
		{ 1, 1, 1, 1 }, { 2, 1, 2, 2 }, { 3, 2, 3, 3 },
		{ 10, 5, 9, 10 }, { 11, 6, 10, 11 }, { 99, 50, 90, 99 },
		{ 100, 50, 90, 99 }, { 101, 51, 91, 100 },
		{ 200, 100, 180, 198 }, { 1000, 500, 900, 990 },
	};
	__u64 values[1000];
	bool good = true;
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct statistics result;

		for (j = 0; j < cases[i].count; j++)
			values[j] = cases[i].count - j;
		result = statistics_of(values, cases[i].count);
		good &= expect_number("p50", result.p50, cases[i].p50);
		good &= expect_number("p90", result.p90, cases[i].p90);
		good &= expect_number("p99", result.p99, cases[i].p99);
		good &= expect_number("max", result.max, cases[i].count);
		good &= expect_number("min", result.min, 1);
		/* (1 + n) / 2, halves up */
		good &= expect_number("average", result.average,
				      (cases[i].count + 2) / 2);
	}
	return good;
}

TEST(statistics_of_nothing)
{
	struct statistics result = statistics_of(NULL, 0);

	return expect_number("count", result.count, 0) &&
	       expect_number("average", result.average, 0);
}

static __u64 seven_ns(__u64 n)
{
	return 7 + n;
}

TEST(known_distribution)
{
	struct options options;
	char *text;
	bool good;

	fake_script.latency_ns = shuffled;
	fake_script.release_ns = seven_ns;
	parse(&options, "--count 100 --sizes 16");
	good = expect_number("result", run(&options, &text), 0);
	good &= expect_text("summary", line_of(text, "summary"),
			    "\"samples\":100,\"invalid\":0,\"failures\":0,\"min_ns\":1000,\"average_ns\":50500,\"p50_ns\":50000,\"p90_ns\":90000,\"p99_ns\":99000,\"max_ns\":100000,");
	good &= expect_text("first sample", line_of(text, "sample"),
			    "\"sample\":0,\"latency_ns\":1000,\"release_ns\":7,\"error\":null,");
	good &= expect_text("second sample", text,
			    "\"sample\":1,\"latency_ns\":38000,\"release_ns\":8,");
	good &= expect_text("end", line_of(text, "end"),
			    "\"records\":102,\"status\":\"complete\"");
	good &= expect_number("lines", count_text(text, "\n"), 103);
	free(text);
	return good;
}
