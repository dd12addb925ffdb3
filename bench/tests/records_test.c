// SPDX-License-Identifier: GPL-2.0
/* The stream of records: order, escapes, parts that do not open. */
#include "../json.h"
#include "harness.h"

TEST(rows_in_stable_order)
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

TEST(named_part_must_open)
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

TEST(strings_are_escaped)
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

/* One line, and no row of samples that fail. */
TEST(sizes_that_cannot_be_had_are_refused)
{
	struct options options;
	char *text;
	bool good;

	parse(&options, "--backend fake-large --sizes 512,16");
	good = expect_number("result", run(&options, &text), (__u64)-1);
	good &= expect_text("skip", line_of(text, "skip"),
			    "\"name\":\"fake-large\",\"reason\":\"16 pages are no whole large page\"");
	good &= expect_number("samples", count_text(text, "\"sample\""), 0);
	good &= expect_number("open backends", fake_open_backends, 0);
	free(text);
	fake_reset();
	parse(&options, "--backend fake-large --sizes 512,1024");
	good &= expect_number("result", run(&options, &text), 0);
	free(text);
	return good;
}

TEST(settings_are_recorded)
{
	struct options options;
	char *text;
	bool good;

	parse(&options, "--count 1 --sizes 1");
	run(&options, &text);
	good = expect_text("defaults", line_of(text, "run"),
			   "\"settings\":{\"mappings\":4,\"pins\":1,\"pins_per_pageblock\":false,\"folder\":null}}");
	free(text);
	parse(&options, "--count 1 --sizes 1 --mappings 9 --pins 3/pageblock --folder /data");
	run(&options, &text);
	good &= expect_text("named", line_of(text, "run"),
			    "\"settings\":{\"mappings\":9,\"pins\":3,\"pins_per_pageblock\":true,\"folder\":\"/data\"}}");
	free(text);
	return good;
}
