// SPDX-License-Identifier: GPL-2.0
/*
 * The other programs of this folder, run by nobody in particular: each case
 * passes or skips, and a skip says what is missing. First as the machine has
 * it, then with the heaps open to all, as boards have them for their cameras:
 * then what needs no root must not ask for it. What the kernel does wrong for
 * root as well is not for this test to tell.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dma_heap.h"
#include "harness.h"
#include "machine_state.h"
#include "program.h"
#include "sibling.h"

FIXTURE(unprivileged)
{
	struct guard guard;
	struct siblings siblings;
	struct machine_state before;
};

FIXTURE_VARIANT(unprivileged)
{
	bool opens_heaps;
};

FIXTURE_VARIANT_ADD(unprivileged, as_it_is)
{
	.opens_heaps = false,
};

FIXTURE_VARIANT_ADD(unprivileged, heaps_open_to_all)
{
	.opens_heaps = true,
};

static void open_heaps(struct guard *guard)
{
	static struct dma_heap_list heaps;
	char path[128];
	size_t i;

	if (dma_heap_discover(&heaps, NULL))
		return;
	for (i = 0; i < heaps.count; i++) {
		snprintf(path, sizeof(path), DMA_HEAP_ROOT "/%s", heaps.heap[i].name);
		guard_chmod(guard, path, 0666);
	}
}

FIXTURE_SETUP(unprivileged)
{
	if (geteuid())
		SKIP_SETUP("needs root, to become nobody");
	ASSERT_EQ(0, siblings_find(&self->siblings));
	if (!self->siblings.count)
		SKIP_SETUP("needs the other tests beside this one: build the target whole");
	if (guard_open(&self->guard))
		SKIP_SETUP("needs pidfd_open() (Linux 5.3) for the guard process");
	ASSERT_EQ(0, machine_state_read(&self->before));
	/* What they are asked is whether they run, and not for long. */
	setenv("CMA_TESTS_LEAK_SECONDS", "3", 1);
	setenv("CMA_TESTS_STRESS_SECONDS", "3", 1);
	if (variant->opens_heaps)
		open_heaps(&self->guard);
}

FIXTURE_TEARDOWN(unprivileged)
{
	struct machine_state after;
	char line[512] = "";

	EXPECT_EQ(0, guard_close(&self->guard));
	EXPECT_EQ(0, machine_state_read(&after));
	EXPECT_FALSE(machine_state_difference(&self->before, &after, line, sizeof(line))) {
		TH_LOG("not as it was: %s", line);
	}
	machine_state_free(&after);
	machine_state_free(&self->before);
}

/* Lines of a program's KTAP: cases that passed, failed, skipped. */
struct counts {
	int passed, failed, skipped, silent;
	char last_bad[512], complaint[1024];	/* a case, and all it said */
};

static void count_line(struct counts *counts, const char *line)
{
	const char *skip = strstr(line, "# SKIP");
	bool is_bad = false;

	if (!strncmp(line, "not ok ", 7)) {
		counts->failed++;
		is_bad = true;
	} else if (!strncmp(line, "ok ", 3) && skip) {
		counts->skipped++;
		/* A reason is some words. */
		is_bad = strlen(skip + strlen("# SKIP")) < 8;
		counts->silent += is_bad;
	} else if (!strncmp(line, "ok ", 3)) {
		counts->passed++;
	}
	if (!strncmp(line, "# ", 2) && strstr(line, "_test.c:") && !counts->failed)
		strncat(counts->complaint, line + 1,
			sizeof(counts->complaint) - strlen(counts->complaint) - 1);
	if (is_bad)
		snprintf(counts->last_bad, sizeof(counts->last_bad), "%s", line);
}

static int run(const struct siblings *siblings, const char *name, uid_t uid,
	       struct counts *counts)
{
	int output = memfd_create("output", MFD_CLOEXEC), status = -1;
	pid_t pid = sibling_start(siblings, name, output, uid);
	char *line = NULL;
	size_t size = 0;
	FILE *stream;

	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	stream = fdopen(output, "r");
	if (!stream)
		return -1;
	rewind(stream);
	while (getline(&line, &size, stream) > 0) {
		line[strcspn(line, "\n")] = '\0';
		count_line(counts, line);
	}
	free(line);
	fclose(stream);
	return status;
}

TEST_F_TIMEOUT(unprivileged, each_case_passes_or_says_what_is_missing, 110)
{
	struct counts all = { 0 };
	size_t i;

	for (i = 0; i < self->siblings.count; i++) {
		const char *name = self->siblings.name[i];
		struct counts counts = { 0 }, as_root = { 0 };
		int status = run(&self->siblings, name, NOBODY, &counts);

		EXPECT_TRUE(WIFEXITED(status)) {
			TH_LOG("%s, by uid %d: ended by signal %d", name, NOBODY, WTERMSIG(status));
		}
		EXPECT_EQ(0, counts.silent) {
			TH_LOG("%s, by uid %d: a skip without a reason: %s", name, NOBODY,
			       counts.last_bad);
		}
		if (counts.failed)
			run(&self->siblings, name, 0, &as_root);
		EXPECT_LE(counts.failed, as_root.failed) {
			TH_LOG("%s, by uid %d, and not by root: %s: %s", name, NOBODY,
			       counts.last_bad, counts.complaint);
		}
		all.passed += counts.passed;
		all.skipped += counts.skipped;
	}
	TH_LOG("by uid %d: %d cases passed, %d skipped", NOBODY, all.passed, all.skipped);
}

TEST_HARNESS_MAIN
