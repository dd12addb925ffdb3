// SPDX-License-Identifier: GPL-2.0
/*
 * The other programs of this folder, run by nobody in particular: each case
 * passes or skips, and a skip says what is missing. First as the machine has
 * it, then with the heaps open to all, as boards have them for their cameras:
 * then what needs no root must not ask for it. What the kernel does wrong for
 * root as well is not for this test to tell.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
	static const char *const all[] = { "*", NULL };

	if (geteuid())
		SKIP_SETUP("needs root, to become nobody");
	ASSERT_EQ(0, siblings_find(&self->siblings, all));
	if (!self->siblings.count)
		SKIP_SETUP("needs the other tests beside this one: build the target whole");
	if (guard_open(&self->guard))
		SKIP_SETUP("needs pidfd_open() (Linux 5.3) for the guard process");
	ASSERT_EQ(0, machine_state_read(&self->before));
	/* What they are asked is whether they run, and not for long. */
	setenv("CMA_TESTS_LEAK_SECONDS", "1", 1);
	setenv("CMA_TESTS_STRESS_SECONDS", "1", 1);
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

/* A skip that says what is missing has one of these words. */
static const char *const missing_things[] = {
	/* An option, a privilege, a limit, a version, a call, a file, something to set. */
	"CONFIG_", "CAP_", "root", "permission", "RLIMIT_", "Linux ", "MADV_", "()", "/", "=",
	"overcommit_memory",
	/* What of the machine, of this build, or who else is there. */
	"heap", "order_per_bit", "device tree", "huge", "cmabench", "other tests", "others",
	"the boot's log",
};

static bool names_what_is_missing(const char *reason)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(missing_things); i++)
		if (strstr(reason, missing_things[i]))
			return true;
	return false;
}

/* A skip that does not name what is missing, or NULL. */
static const char *find_silent_skip(struct sibling_result *result)
{
	char *rest = result->skips, *reason;

	while ((reason = strsep(&rest, "\n")))
		if (*reason && !names_what_is_missing(reason))
			return reason;
	return NULL;
}

TEST_F_TIMEOUT(unprivileged, each_case_passes_or_says_what_is_missing, 110)
{
	struct sibling_result all = { 0 };
	size_t i;

	for (i = 0; i < self->siblings.count; i++) {
		const char *name = self->siblings.name[i];
		struct sibling_result result, as_root = { 0 };
		int status = sibling_run(&self->siblings, name, NOBODY, &result);
		const char *silent_skip = find_silent_skip(&result), *failure;

		EXPECT_TRUE(WIFEXITED(status)) {
			TH_LOG("%s, by uid %d: ended by signal %d", name, NOBODY, WTERMSIG(status));
		}
		EXPECT_EQ(NULL, silent_skip) {
			TH_LOG("%s, by uid %d: a skip that does not say what is missing: %s", name,
			       NOBODY, silent_skip);
		}
		if (result.failed)
			sibling_run(&self->siblings, name, 0, &as_root);
		failure = sibling_own_failure(&result, &as_root);
		EXPECT_EQ(NULL, failure) {
			TH_LOG("%s, by uid %d, and not by root: %s: %s", name, NOBODY, failure,
			       result.complaint);
		}
		all.passed += result.passed;
		all.skipped += result.skipped;
	}
	TH_LOG("by uid %d: %d cases passed, %d skipped", NOBODY, all.passed, all.skipped);
}

TEST_HARNESS_MAIN
