// SPDX-License-Identifier: GPL-2.0
/*
 * What stress_test promises to who reads of its failure: the same seed takes the
 * same steps, and the line that it prints finds the same fault again. The fault is
 * one of ours, a bit that it turns over in its own memory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "environment.h"
#include "harness.h"
#include "program.h"

#define STEPS "60"
#define PLANTED_STEP "20"
#define OUTPUT_BYTES 0x8000
#define LINE_BYTES 512

/* What a run says that must be the same next time. */
struct run {
	bool is_skipped;
	bool passed;
	char steps[OUTPUT_BYTES];	/* a line each */
	char failure[LINE_BYTES];	/* "step 31 (verify a piece): ..." */
	char skip[LINE_BYTES];
};

/* As from "step": the harness has the place in its source before it. */
static void note_line(struct run *run, const char *line)
{
	const char *told = strstr(line, "step ");
	size_t length = strlen(run->steps);

	if (strstr(line, "# SKIP"))
		snprintf(run->skip, sizeof(run->skip), "%.*s", (int)strcspn(line, "\n"), line);
	else if (told && strstr(told, "the same again: "))
		snprintf(run->failure, sizeof(run->failure), "%s", told);
	/* What was granted is the machine's affair too. */
	else if (told && strstr(told, " wanted, "))
		snprintf(run->steps + length, sizeof(run->steps) - length, "%.*s\n",
			 (int)(strstr(told, " wanted, ") - told), told);
}

static void take_run(struct __test_metadata *_metadata, struct run *run)
{
	char path[PATH_MAX + 16], folder[PATH_MAX], line[LINE_BYTES];
	char *const arguments[] = { path, NULL };
	struct program program;
	int status;

	memset(run, 0, sizeof(*run));
	ASSERT_EQ(0, program_own_folder(folder));
	snprintf(path, sizeof(path), "%s/stress_test", folder);
	ASSERT_EQ(0, program_start(&program, path, arguments, 0));
	while (program_await(&program, "", line, sizeof(line)))
		note_line(run, line);
	status = program_end(&program, line, sizeof(line));
	ASSERT_TRUE(WIFEXITED(status));
	ASSERT_NE(127, WEXITSTATUS(status)) {
		TH_LOG("needs stress_test beside this test: build the target whole");
	}
	run->passed = !WEXITSTATUS(status);
	run->is_skipped = run->skip[0];
}

static void choose(const char *seed, const char *steps, const char *planted_step)
{
	unsetenv("CMA_TESTS_STRESS_SECONDS");
	unsetenv("CMA_TESTS_STRESS_RUNS");
	setenv("CMA_TESTS_STRESS_TELL", "1", 1);
	setenv("CMA_TESTS_SEED", seed, 1);
	setenv("CMA_TESTS_STRESS_STEPS", steps, 1);
	setenv("CMA_TESTS_STRESS_PLANT", planted_step, 1);
}

/* On one stack they are too large. */
FIXTURE(stress_replay)
{
	struct run first, second;
	char seed[32];
};

FIXTURE_SETUP(stress_replay)
{
	snprintf(self->seed, sizeof(self->seed), "%llu",
		 (unsigned long long)environment_seed());
	TH_LOG("seed %s", self->seed);
}

FIXTURE_TEARDOWN(stress_replay)
{
}

TEST_F_TIMEOUT(stress_replay, same_seed_takes_the_same_steps, 110)
{
	const char *last;

	choose(self->seed, STEPS, "0");
	take_run(_metadata, &self->first);
	if (self->first.is_skipped)
		SKIP(return, "stress_test skips: %s", self->first.skip);
	last = strstr(self->first.steps, "step " STEPS ": ");
	/* Where it fails by itself, its own line tells of it. */
	ASSERT_NE(NULL, last) {
		TH_LOG("stress_test ends early: %s", self->first.failure);
	}
	take_run(_metadata, &self->second);
	EXPECT_STREQ(self->first.steps, self->second.steps);

	/* And another seed others. */
	self->seed[0] ^= 1;
	choose(self->seed, STEPS, "0");
	take_run(_metadata, &self->second);
	EXPECT_STRNE(self->first.steps, self->second.steps);
}

/* What is planted is wrong contents; the step that sees them first says which. */
static bool tells_of_contents(const char *failure)
{
	static const char *const tellings[] = {
		"contents changed", "another buffer arrives than was sent",
		"a part of a buffer shows something else",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tellings); i++)
		if (strstr(failure, tellings[i]))
			return true;
	return false;
}

TEST_F_TIMEOUT(stress_replay, printed_line_finds_the_fault_again, 110)
{
	char seed[32] = "", steps[32] = "";
	const char *again;
	int found;

	choose(self->seed, STEPS, PLANTED_STEP);
	take_run(_metadata, &self->first);
	if (self->first.is_skipped)
		SKIP(return, "stress_test skips: %s", self->first.skip);
	EXPECT_FALSE(self->first.passed);
	again = strstr(self->first.failure, "the same again: ");
	ASSERT_NE(NULL, again) {
		TH_LOG("what was broken from step " PLANTED_STEP " on was not found");
	}
	EXPECT_TRUE(tells_of_contents(self->first.failure));
	found = sscanf(again, "the same again: CMA_TESTS_SEED=%31s CMA_TESTS_STRESS_STEPS=%31s",
		       seed, steps);
	ASSERT_EQ(2, found);
	choose(seed, steps, PLANTED_STEP);
	take_run(_metadata, &self->second);
	EXPECT_STREQ(self->first.failure, self->second.failure);
	TH_LOG("found: %.*s", (int)strcspn(self->first.failure, "\n"), self->first.failure);
}

TEST_HARNESS_MAIN
