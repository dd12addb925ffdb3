// SPDX-License-Identifier: GPL-2.0
/*
 * A kernel with heaps and neither CONFIG_CMA_SYSFS nor CONFIG_CMA_DEBUGFS, as a
 * vendor's may be: what the tests ask of a dma-buf they ask there as well. Such a
 * kernel is any, with something else mounted on the folders that show areas.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "sibling.h"
#include "text_file.h"

/* Mount namespaces: that of the machine, and one without areas. */
enum { SEEN, UNSEEN };

FIXTURE(unseen_area)
{
	struct siblings siblings;
	int namespaces[2];
};

/* What needs no more than a heap, in some of its cases at least. */
static const char *const programs[] = {
	"accounting_test", "bench_test", "buffer_memory_test", "dma_buf_*", "dma_heap_[!l]*",
	"seed_program_test", "stress_test", NULL
};

static const char *const folders[] = { CMA_DEBUGFS_ROOT, CMA_SYSFS_ROOT };

/* A namespace of our own, with nothing where areas are. */
static int hide_areas(void)
{
	size_t i;

	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return -errno;
	for (i = 0; i < ARRAY_SIZE(folders); i++)
		if (text_file_exists(folders[i]) && mount("none", folders[i], "tmpfs", 0, NULL))
			return -errno;
	return 0;
}

static int open_namespace(void)
{
	return open("/proc/thread-self/ns/mnt", O_RDONLY | O_CLOEXEC);
}

FIXTURE_SETUP(unseen_area)
{
	struct testbed bed;
	const char *reason = testbed_open_heap(&bed);

	testbed_close(&bed);
	if (reason)
		SKIP_SETUP("%s", reason);
	if (geteuid())
		SKIP_SETUP("needs root, to hide the areas");
	ASSERT_EQ(0, siblings_find(&self->siblings, programs));
	if (!self->siblings.count)
		SKIP_SETUP("needs the other tests beside this one: build the target whole");
	self->namespaces[SEEN] = open_namespace();
	if (self->namespaces[SEEN] < 0)
		SKIP_SETUP("needs CONFIG_NAMESPACES, to hide the areas");
	ASSERT_EQ(0, hide_areas());
	self->namespaces[UNSEEN] = open_namespace();
	ASSERT_LE(0, self->namespaces[UNSEEN]);
	setenv("CMA_TESTS_STRESS_SECONDS", "1", 1);
}

FIXTURE_TEARDOWN(unseen_area)
{
	close(self->namespaces[UNSEEN]);
	close(self->namespaces[SEEN]);
}

/* Each has cases that pass, or is about used pages; none fails for want of more. */
static void run_without_areas(struct __test_metadata *_metadata, const struct siblings *siblings,
			      const int namespaces[2], const char *name)
{
	struct sibling_result seen = { 0 }, unseen;
	const char *failure;

	ASSERT_EQ(0, setns(namespaces[UNSEEN], CLONE_NEWNS));
	EXPECT_TRUE(WIFEXITED(sibling_run(siblings, name, 0, &unseen)));
	ASSERT_EQ(0, setns(namespaces[SEEN], CLONE_NEWNS));
	if (unseen.failed)
		sibling_run(siblings, name, 0, &seen);
	failure = sibling_own_failure(&unseen, &seen);
	EXPECT_EQ(NULL, failure) {
		TH_LOG("%s, without areas, and not with them: %s: %s", name, failure,
		       unseen.complaint);
	}
	EXPECT_TRUE(unseen.passed || strstr(unseen.skips, "used pages")) {
		TH_LOG("%s: each case skips, for example: %.*s", name,
		       (int)strcspn(unseen.skips, "\n"), unseen.skips);
	}
	TH_LOG("%s: %d cases passed, %d skipped", name, unseen.passed, unseen.skipped);
}

TEST_F_TIMEOUT(unseen_area, heap_is_tested_all_the_same, 90)
{
	size_t i;

	for (i = 0; i < self->siblings.count; i++)
		run_without_areas(_metadata, &self->siblings, self->namespaces,
				  self->siblings.name[i]);
}

TEST_HARNESS_MAIN
