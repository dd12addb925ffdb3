// SPDX-License-Identifier: GPL-2.0
/* Samples without their pressure are recorded, and in no statistic. */
#include "harness.h"

static bool never(__u64 n)
{
	(void)n;
	return false;
}

TEST(broken_pressure_is_all_invalid)
{
	struct options options;
	char *text;
	bool good;

	fake_script.latency_ns = shuffled;
	fake_script.pressure_there = never;
	parse(&options, "--count 25 --sizes 16");
	good = expect_number("result", run(&options, &text), 1);
	good &= expect_text("summary", line_of(text, "summary"),
			    "\"samples\":25,\"invalid\":25,\"failures\":0,\"min_ns\":null,\"average_ns\":null,\"p50_ns\":null,\"p90_ns\":null,\"p99_ns\":null,\"max_ns\":null,\"occupancy_pages\":null,\"migrated_pages\":null,");
	good &= expect_number("invalid samples",
			      count_text(text, ":\"0 pages in the area, expected 100\""),
			      25);
	good &= expect_number("valid samples",
			      count_text(text, "\"valid\":true"), 0);
	free(text);
	return good;
}

TEST(unreachable_pressure_is_all_invalid)
{
	struct options options;
	char *text;
	bool good;

	fake_script.establish_fails = true;
	parse(&options, "--count 3 --sizes 1,2");
	good = expect_number("result", run(&options, &text), 1);
	good &= expect_number("reasons",
			      count_text(text, "\"invalid_reason\":\"backed off\""),
			      6);
	free(text);
	return good;
}

/* Every fourth sample is without pressure, and absurdly slow. */
static bool not_every_fourth(__u64 n)
{
	return n % 4 != 3;
}

static __u64 slow_without_pressure(__u64 n)
{
	return not_every_fourth(n) ? 100 * (n / 4 + 1) : 1000000000;
}

TEST(invalid_samples_are_kept_out)
{
	struct options options;
	char *text;
	bool good;

	fake_script.latency_ns = slow_without_pressure;
	fake_script.pressure_there = not_every_fourth;
	parse(&options, "--count 40 --sizes 16");
	good = expect_number("result", run(&options, &text), 0);
	/* 30 valid: three each of 100 .. 1000; n = 0..38 have occupancy 100 + n */
	good &= expect_text("summary", line_of(text, "summary"),
			    "\"samples\":40,\"invalid\":10,\"failures\":0,\"min_ns\":100,\"average_ns\":550,\"p50_ns\":500,\"p90_ns\":900,\"p99_ns\":1000,\"max_ns\":1000,\"occupancy_pages\":119,");
	good &= expect_number("recorded", count_text(text, "\"type\":\"sample\""), 40);
	free(text);
	return good;
}
