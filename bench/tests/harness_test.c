// SPDX-License-Identifier: GPL-2.0
/*
 * Does the engine write down what happened? Fake parts of known behaviour go
 * through the whole of it, and the records are compared to exact figures.
 * Prints KTAP; exit status 0 when all is well, else 1.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../interrupt.h"
#include "../json.h"
#include "../session.h"
#include "fake_parts.h"

static bool expect_text(const char *what, const char *found,
			const char *expected)
{
	if (strstr(found, expected))
		return true;
	printf("# %s: expected '%s', found '%s'\n", what, expected, found);
	return false;
}

static bool expect_number(const char *what, __u64 found, __u64 expected)
{
	if (found == expected)
		return true;
	printf("# %s: expected %llu, found %llu\n", what, expected, found);
	return false;
}

/* Run the engine; the records end up in *text, to be freed. */
static int run(struct options *options, char **text)
{
	struct session session = { .options = options };
	size_t length;
	int result;

	session.target.page_size_bytes = 4096;
	session.records.file = open_memstream(text, &length);
	result = session_run(&session);
	fclose(session.records.file);
	return result;
}

static void parse(struct options *options, const char *arguments)
{
	char *argv[32] = { "cmabench" }, *copy = strdup(arguments), *next;
	int argc = 1;
	char *word;

	for (word = strtok_r(copy, " ", &next); word;
	     word = strtok_r(NULL, " ", &next))
		argv[argc++] = word;
	optind = 0;
	if (options_parse(options, argc, argv))
		abort();
	free(copy);
}

/* The first line of @type. */
static char *line_of(char *text, const char *type)
{
	static char line[2048];
	char wanted[64];
	char *at;

	snprintf(wanted, sizeof(wanted), "{\"type\":\"%s\"", type);
	at = strstr(text, wanted);
	snprintf(line, sizeof(line), "%.*s", at ? (int)strcspn(at, "\n") : 0,
		 at ? at : "");
	return line;
}

static size_t count_text(const char *text, const char *wanted)
{
	size_t count = 0;

	while ((text = strstr(text, wanted))) {
		count++;
		text += strlen(wanted);
	}
	return count;
}

/* 1 to 100 in an order that is no order: 37 is coprime to 100. */
static __u64 shuffled(__u64 n)
{
	return 1000 * ((n * 37) % 100 + 1);
}

static bool nearest_rank(void)
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

static bool statistics_of_nothing(void)
{
	struct statistics result = statistics_of(NULL, 0);

	return expect_number("count", result.count, 0) &&
	       expect_number("average", result.average, 0);
}

static __u64 seven_ns(__u64 n)
{
	return 7 + n;
}

static bool known_distribution(void)
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

static bool never(__u64 n)
{
	(void)n;
	return false;
}

static bool broken_pressure(void)
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

static bool unreachable_pressure(void)
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

static bool invalid_samples_are_kept_out(void)
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

static int busy_every_fifth(__u64 n)
{
	return n % 5 == 4 ? EBUSY : 0;
}

static __u64 slow_failures(__u64 n)
{
	return busy_every_fifth(n) ? 5000000 : 10;
}

static bool failures_are_counted_apart(void)
{
	struct options options;
	char *text;
	bool good;

	fake_script.latency_ns = slow_failures;
	fake_script.error = busy_every_fifth;
	parse(&options, "--count 20 --sizes 16");
	good = expect_number("result", run(&options, &text), 0);
	good &= expect_text("summary", line_of(text, "summary"),
			    "\"samples\":20,\"invalid\":0,\"failures\":4,\"min_ns\":10,\"average_ns\":10,\"p50_ns\":10,\"p90_ns\":10,\"p99_ns\":10,\"max_ns\":10,");
	good &= expect_text("failed sample", text,
			    "\"sample\":4,\"latency_ns\":5000000,\"release_ns\":null,\"error\":\"EBUSY\",\"error_source\":\"syscall\",");
	good &= expect_number("live buffers", fake_live_buffers, 0);
	free(text);
	return good;
}

static bool rows_in_stable_order(void)
{
	struct options options;
	char *text, *again, *first;
	bool good;

	fake_script.latency_ns = shuffled;
	parse(&options, "--count 2 --sizes 4,1,64K --occupancy 10,90");
	run(&options, &text);
	fake_reset();
	fake_script.latency_ns = shuffled;
	run(&options, &again);
	good = expect_text("two runs", text, again);
	first = strstr(text, "\"target_occupancy_percent\":10,\"size_pages\":4,");
	good &= first && strstr(first, "\"size_pages\":16,") &&
		strstr(first, "\"target_occupancy_percent\":90,");
	good &= expect_number("summaries", count_text(text, "\"summary\""), 6);
	free(text);
	free(again);
	return good;
}

static bool named_part_must_open(void)
{
	struct options options;
	char *text;
	bool good;

	parse(&options, "--backend absent");
	good = expect_number("result", run(&options, &text), (__u64)-1);
	good &= expect_text("skip", line_of(text, "skip"),
			    "\"part\":\"backend\",\"name\":\"absent\",\"reason\":\"this one never opens\"");
	good &= expect_text("end", line_of(text, "end"), "\"partial\"");
	good &= expect_number("open pressures", fake_open_pressures, 0);
	free(text);
	return good;
}

static bool strings_are_escaped(void)
{
	char *text;
	size_t length;
	FILE *file = open_memstream(&text, &length);
	struct json json;
	bool good;

	json_open_line(&json, file);
	json_string(&json, "name", "cma0\n\"\\\t\xff");
	json_null(&json, "nothing");
	json_close_line(&json);
	fclose(file);
	good = expect_text("line", text,
			   "{\"name\":\"cma0\\u000a\\\"\\\\\\u0009?\",\"nothing\":null}\n");
	free(text);
	return good;
}

static bool bad_options_are_refused(void)
{
	static const char *const bad[] = {
		"--sizes=0", "--sizes=", "--sizes=1,", "--sizes=5K",
		"--sizes=9999999999999999999999", "--count=0", "--count=-1",
		"--count=1e3", "--occupancy=0", "--occupancy=101",
		"--backend=nonsense", "--pressure=", "--bench=latency,",
		"word", "--nonsense", "--count",
	};
	bool good = true;
	size_t i;

	fflush(stderr);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		char *argv[3] = { "cmabench", (char *)bad[i] };
		struct options options;

		optind = 0;
		if (options_parse(&options, 2, argv) == -1)
			continue;
		printf("# %s: expected an error, found it accepted\n", bad[i]);
		good = false;
	}
	return good;
}

/* The last one: the caught signal stays caught. */
static bool interrupted_run_is_partial(void)
{
	struct options options;
	char *text;
	bool good;

	interrupt_catch();
	fake_script.latency_ns = shuffled;
	fake_script.signal_at = 5;
	parse(&options, "--count 10 --sizes 1,2,4");
	good = expect_number("result", run(&options, &text), 0);
	good &= expect_number("samples", count_text(text, "\"type\":\"sample\""), 5);
	good &= expect_text("summary", line_of(text, "summary"),
			    "\"size_pages\":1,\"align_order\":null,\"samples\":5,");
	good &= expect_text("end", line_of(text, "end"),
			    "\"records\":7,\"status\":\"partial\"");
	good &= expect_number("live buffers", fake_live_buffers, 0);
	good &= expect_number("open backends", fake_open_backends, 0);
	good &= expect_number("open pressures", fake_open_pressures, 0);
	free(text);
	return good;
}

static const struct {
	const char *name;
	bool (*test)(void);
} tests[] = {
	{ "nearest_rank", nearest_rank },
	{ "statistics_of_nothing", statistics_of_nothing },
	{ "known_distribution", known_distribution },
	{ "broken_pressure_is_all_invalid", broken_pressure },
	{ "unreachable_pressure_is_all_invalid", unreachable_pressure },
	{ "invalid_samples_are_kept_out", invalid_samples_are_kept_out },
	{ "failures_are_counted_apart", failures_are_counted_apart },
	{ "rows_in_stable_order", rows_in_stable_order },
	{ "named_part_must_open", named_part_must_open },
	{ "strings_are_escaped", strings_are_escaped },
	{ "bad_options_are_refused", bad_options_are_refused },
	{ "interrupted_run_is_partial", interrupted_run_is_partial },
};

int main(void)
{
	size_t i;
	int status = 0;

	/* The errors that the tests provoke are not news. */
	if (!freopen("/dev/null", "w", stderr))
		return 2;
	printf("KTAP version 1\n1..%zu\n", ARRAY_SIZE(tests));
	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		bool good;

		fake_reset();
		good = tests[i].test();
		printf("%s %zu %s\n", good ? "ok" : "not ok", i + 1,
		       tests[i].name);
		if (!good)
			status = 1;
	}
	return status;
}
