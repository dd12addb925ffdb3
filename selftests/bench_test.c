// SPDX-License-Identifier: GPL-2.0
/*
 * The benchmark in its short form: it finds an area, takes its samples, and
 * its records are whole. What it measured is judged elsewhere.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "harness.h"
#include "program.h"

#define SAMPLES 3

struct outcome {
	int status;	/* of the program */
	int samples;	/* records of one allocation each */
	int invalid;	/* of these, without the pressure that was asked for */
	char last[512];	/* the last record */
};

/* Run cmabench with @arguments (its name first) and read its records. */
static int run(const char *path, char *const arguments[], struct outcome *outcome)
{
	char line[4096], errors[512];
	struct program program;
	int err = program_start(&program, path, arguments, 0);

	memset(outcome, 0, sizeof(*outcome));
	while (!err && program_await(&program, "", line, sizeof(line))) {
		if (strstr(line, "\"type\":\"sample\""))
			outcome->samples++;
		if (strstr(line, "\"valid\":false"))
			outcome->invalid++;
		snprintf(outcome->last, sizeof(outcome->last), "%.500s", line);
	}
	if (!err)
		outcome->status = program_end(&program, errors, sizeof(errors));
	return err;
}

/* What it must come to: so many samples, all valid, a stream that ends. */
static void check(struct __test_metadata *_metadata, const struct outcome *outcome,
		  int samples, bool tells_lists)
{
	EXPECT_EQ(samples, outcome->samples);
	EXPECT_NE(NULL, strstr(outcome->last, "\"status\":\"complete\"")) {
		TH_LOG("the last record is not the end: %s", outcome->last);
	}
	/*
	 * Who is not root, or sees no area, cannot tell pages in the processors' lists, or
	 * others' buffers, from a pressure on the area: then no sample need be valid.
	 */
	if ((geteuid() || !tells_lists) && outcome->invalid)
		return;
	EXPECT_EQ(0, outcome->invalid);
	EXPECT_EQ(0, outcome->status) {
		TH_LOG("cmabench: exit status %d, signal %d", WEXITSTATUS(outcome->status),
		       WTERMSIG(outcome->status));
	}
}

/* Needs no area: the engine alone. */
TEST(engine_counts_and_ends)
{
	static char *const arguments[] = {
		"cmabench", "--json", "--quiet", "--backend", "null", "--pressure", "none",
		"--sizes", "1", "--count", "3", "--traced", "0", NULL
	};
	struct outcome outcome;
	char path[PATH_MAX];
	const char *reason;

	reason = program_find_cmabench(path);
	if (reason)
		SKIP(return, "%s", reason);
	ASSERT_EQ(0, run(path, arguments, &outcome));
	check(_metadata, &outcome, SAMPLES, true);
}

TEST(heap_is_measured)
{
	static char *const arguments[] = {
		"cmabench", "--json", "--quiet", "--backend", "dma-heap", "--pressure", "none",
		"--sizes", "1,64", "--count", "3", "--traced", "0", NULL
	};
	struct testbed bed;
	struct outcome outcome;
	char path[PATH_MAX];
	const char *reason = testbed_open_heap(&bed);

	if (!reason)
		reason = program_find_cmabench(path);
	if (reason)
		SKIP(return, "%s", reason);
	ASSERT_EQ(0, run(path, arguments, &outcome));
	check(_metadata, &outcome, 2 * SAMPLES, !bed.area_is_unseen);
	testbed_close(&bed);
}

TEST_HARNESS_MAIN
