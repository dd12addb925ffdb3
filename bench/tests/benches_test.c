// SPDX-License-Identifier: GPL-2.0
/* What benches make of --count, --duration and --interval. */
#include <getopt.h>
#include <sys/resource.h>

#include "../machine.h"
#include "harness.h"

static __u64 ten_ms(__u64 n)
{
	(void)n;
	return 10000000;
}

/*
 * 10 ms for an allocation and 777777 ns for prepare(), which throughput and
 * parallel do once: a second has time for 93 samples, or for 100.
 */
TEST(duration_ends_a_row)
{
	static const struct {
		const char *arguments, *type, *expected;
	} cases[] = {
		{ "--bench latency --duration 1", "summary", "\"samples\":93," },
		{ "--bench latency --duration 1 --count 5", "summary", "\"samples\":5," },
		{ "--bench latency --duration 1 --count 1000", "summary", "\"samples\":93," },
		{ "--bench latency", "summary", "\"samples\":10," },
		{ "--bench hunt --duration 1", "summary", "\"samples\":93," },
		{ "--bench throughput --duration 1", "throughput", "\"allocations\":100," },
		{ "--bench throughput", "throughput", "\"allocations\":10," },
		{ "--bench parallel --threads 1 --duration 1", "parallel", "\"allocations\":100," },
		{ "--bench parallel --threads 1", "parallel", "\"allocations\":10," },
	};
	char arguments[96], *text;
	struct options options;
	bool good = true;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		fake_script.latency_ns = ten_ms;
		snprintf(arguments, sizeof(arguments), "%s --sizes 16",
			 cases[i].arguments);
		parse(&options, arguments);
		good &= expect_number(arguments, run(&options, &text), 0);
		good &= expect_text(arguments, line_of(text, cases[i].type),
				    cases[i].expected);
		free(text);
	}
	return good;
}

/* A bench that has no use for an option says so; it does not leave it out. */
TEST(clock_is_refused_by_name)
{
	static const struct {
		char *bench, *option;
		int result;
	} cases[] = {
		{ "--bench=release", "--duration=1", -1 },
		{ "--bench=latency,release", "--duration=1", -1 },
		{ "--bench=release", "--interval=1", -1 },
		{ "--bench=throughput", "--interval=1", -1 },
		{ "--bench=parallel", "--interval=1", -1 },
		{ "--bench=throughput", "--duration=1", 0 },
		{ "--bench=latency,hunt", "--interval=1", 0 },
		{ "--bench=release", "--count=1", 0 },
	};
	bool good = true;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		char *argv[4] = { "cmabench", cases[i].bench, cases[i].option };
		struct options options;

		optind = 0;
		good &= expect_number(cases[i].bench,
				      options_parse(&options, 3, argv),
				      cases[i].result);
	}
	return good;
}

/* More samples than are kept: the rest of a hunt is counted as well. */
TEST(hunt_goes_on_without_keeping)
{
	struct options options;
	char *text;
	bool good;

	fake_script.latency_ns = shuffled;
	parse(&options, "--bench hunt --count 100100 --sizes 16");
	good = expect_number("result", run(&options, &text), 0);
	good &= expect_number("recorded", count_text(text, "\"type\":\"sample\""),
			      100000);
	good &= expect_text("summary", line_of(text, "summary"),
			    "\"samples\":100100,\"invalid\":0,\"failures\":0,\"min_ns\":1000,\"average_ns\":50500,");
	free(text);
	return good;
}

/* A team that cannot be had is a row, too: what was to be measured was not. */
TEST(team_that_cannot_open_is_told)
{
	struct options options;
	char *text, *four;
	bool good;

	fake_script.opens = 3;
	parse(&options, "--bench parallel --threads 2,4 --sizes 16");
	good = expect_number("result", run(&options, &text), 1);
	good &= expect_number("rows", count_text(text, "{\"type\":\"parallel\""), 2);
	four = strstr(text, "\"threads\":4");
	good &= expect_text("four", four ? four : "", "\"allocations\":0,");
	good &= expect_text("four", four ? four : "",
			    "\"valid\":false,\"invalid_reason\":\"3 are open already\"");
	good &= expect_number("open backends", fake_open_backends, 0);
	free(text);
	return good;
}

/* What threads would only spoil for each other is left out, and said to be. */
TEST(single_backend_has_no_parallel)
{
	struct options options;
	char *text;
	bool good;

	parse(&options, "--bench parallel --backend fake-single --threads 2 --sizes 16");
	good = expect_number("result", run(&options, &text), 0);
	good &= expect_number("rows", count_text(text, "{\"type\":\"parallel\""), 0);
	good &= expect_text("reason", line_of(text, "skip"), "threads of backend fake-single");
	free(text);
	return good;
}

/* One area has the pressure: a team on several would meet it in one of them. */
TEST(pressure_is_in_one_area)
{
	static const char *const pressures[] = { "scripted", "of-an-area" };
	struct options options;
	char arguments[96], *text;
	bool good = true;
	size_t i;

	machine.areas.count = 2;
	for (i = 0; i < ARRAY_SIZE(pressures); i++) {
		fake_script.area = &machine.areas.area[0];
		snprintf(arguments, sizeof(arguments),
			 "--bench parallel --backend fake-area --pressure %s --threads 2 --sizes 16",
			 pressures[i]);
		parse(&options, arguments);
		good &= expect_number("result", run(&options, &text), 0);
		good &= expect_number(pressures[i], count_text(text, "\"areas\":2,"), !i);
		good &= expect_number("reasons",
				      count_text(text, "pressure of-an-area is in one area"), i);
		free(text);
	}
	machine.areas.count = 0;
	return good;
}

/* Who reads the clock inside the kernel is believed, with threads as without. */
TEST(self_timed_is_taken)
{
	static const char *const benches[][2] = {
		{ "latency", "summary" }, { "parallel", "parallel" },
	};
	char arguments[64], *text;
	struct options options;
	bool good = true;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(benches); i++) {
		fake_script.latency_ns = ten_ms;
		fake_script.self_timed_ns = 4321;
		snprintf(arguments, sizeof(arguments), "--bench %s --threads 1 --sizes 16",
			 benches[i][0]);
		parse(&options, arguments);
		good &= expect_number(arguments, run(&options, &text), 0);
		good &= expect_text(arguments, line_of(text, benches[i][1]),
				    "\"min_ns\":4321,\"average_ns\":4321,");
		free(text);
	}
	return good;
}

/* So many files as buffers: the limit goes up, or the bench is left out. */
TEST(release_has_its_files)
{
	struct rlimit before, low;
	struct options options;
	char *text;
	bool good;

	getrlimit(RLIMIT_NOFILE, &before);
	low = before;
	low.rlim_cur = 64;
	setrlimit(RLIMIT_NOFILE, &low);
	parse(&options, "--bench release --backend fake-files --count 300 --sizes 1");
	good = expect_number("result", run(&options, &text), 0);
	good &= expect_number("orders of 300", count_text(text, "\"releases\":300,"), 3);
	free(text);
	parse(&options, "--bench release --backend fake-files --count 10000000 --sizes 1");
	run(&options, &text);
	good &= expect_text("skip", line_of(text, "skip"),
			    "\"reason\":\"10000000 buffers need 10000");
	good &= expect_number("releases", count_text(text, "\"releases\""), 0);
	free(text);
	setrlimit(RLIMIT_NOFILE, &before);
	return good;
}
