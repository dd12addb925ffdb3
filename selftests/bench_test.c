// SPDX-License-Identifier: GPL-2.0
/*
 * The benchmark in its short form: it finds an area, takes its samples, and
 * its records are whole. What it measured is judged elsewhere.
 *
 * cmabench lies beside this program, or in ../bench as in the guest's image.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

#define SAMPLES 3

/* Where cmabench is; false: nowhere. */
static bool find_program(char path[PATH_MAX])
{
	static const char *const places[] = { "cmabench", "../bench/cmabench" };
	char self[PATH_MAX] = "", *folder;
	size_t i;

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return false;
	folder = dirname(self);
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		snprintf(path, PATH_MAX, "%.*s/%s", PATH_MAX - 32, folder, places[i]);
		if (access(path, X_OK) == 0)
			return true;
	}
	return false;
}

struct outcome {
	int status;	/* of the program */
	int samples;	/* records of one allocation each */
	int invalid;	/* of these, without the pressure that was asked for */
	char last[512];	/* the last record */
};

/* Run cmabench with @arguments (its name first) and read its records. */
static int run(const char *path, char *const arguments[], struct outcome *outcome)
{
	char line[4096];
	int ends[2];
	FILE *records;
	pid_t pid;

	memset(outcome, 0, sizeof(*outcome));
	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		execv(path, arguments);
		_exit(127);
	}
	close(ends[1]);
	records = fdopen(ends[0], "r");
	while (records && fgets(line, sizeof(line), records)) {
		if (strstr(line, "\"type\":\"sample\""))
			outcome->samples++;
		if (strstr(line, "\"valid\":false"))
			outcome->invalid++;
		snprintf(outcome->last, sizeof(outcome->last), "%.500s", line);
	}
	if (records)
		fclose(records);
	return waitpid(pid, &outcome->status, 0) == pid ? 0 : -errno;
}

/* What it must come to: so many samples, all valid, a stream that ends. */
static void check(struct __test_metadata *_metadata, const struct outcome *outcome,
		  int samples)
{
	EXPECT_EQ(samples, outcome->samples);
	EXPECT_NE(NULL, strstr(outcome->last, "\"status\":\"complete\"")) {
		TH_LOG("the last record is not the end: %s", outcome->last);
	}
	/*
	 * Who is not root cannot tell pages in the processors' lists, or others'
	 * buffers, from a pressure on the area: then no sample is valid.
	 */
	if (geteuid() && outcome->invalid)
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

	if (!find_program(path))
		SKIP(return, "needs cmabench beside this test: build the target whole");
	ASSERT_EQ(0, run(path, arguments, &outcome));
	check(_metadata, &outcome, SAMPLES);
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

	if (reason)
		SKIP(return, "%s", reason);
	if (!find_program(path))
		SKIP(return, "needs cmabench beside this test: build the target whole");
	ASSERT_EQ(0, run(path, arguments, &outcome));
	check(_metadata, &outcome, 2 * SAMPLES);
	testbed_close(&bed);
}

TEST_HARNESS_MAIN
