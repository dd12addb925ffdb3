// SPDX-License-Identifier: GPL-2.0
/*
 * The promise that all other tests here make: what a test changed is put back
 * however it ends. A child changes a file and takes a block of the area, then
 * ends in one of the ways a test can end; both must be as before.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dma_heap.h"
#include "guard_trial.h"
#include "harness.h"
#include "machine_state.h"
#include "testbed.h"
#include "text_file.h"

#define BLOCK_PAGES 32
#define DEADLINE_MS 5000
#define INNER_SETTING "/sys/kernel/mm/transparent_hugepage/khugepaged/alloc_sleep_millisecs"

FIXTURE(guard)
{
	struct testbed bed;
	struct guard of_path;
	char path[48];
};

/* A signal that ends the child, 0 for _exit(), -1 for guard_close(). */
FIXTURE_VARIANT(guard)
{
	int end;
};

FIXTURE_VARIANT_ADD(guard, closed)
{
	.end = -1,
};

FIXTURE_VARIANT_ADD(guard, exit)
{
	.end = 0,
};

FIXTURE_VARIANT_ADD(guard, kill)
{
	.end = SIGKILL,
};

FIXTURE_VARIANT_ADD(guard, interrupt)
{
	.end = SIGINT,
};

FIXTURE_VARIANT_ADD(guard, abort)
{
	.end = SIGABRT,
};

/* An empty file, one of the things that must not stay behind. */
static void make_file(struct __test_metadata *_metadata, struct guard *of_path, const char *path)
{
	int fd;

	ASSERT_LT(0, guard_unlink(of_path, path));
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ASSERT_LE(0, fd) {
		TH_LOG("%s: %s", path, strerror(errno));
	}
	close(fd);
}

FIXTURE_SETUP(guard)
{
	snprintf(self->path, sizeof(self->path), "/tmp/cma-tests-guard-%d", getpid());
	if (guard_open(&self->of_path))
		SKIP_SETUP("needs pidfd_open() (Linux 5.3) for the guard process");
	make_file(_metadata, &self->of_path, self->path);
}

FIXTURE_TEARDOWN(guard)
{
	EXPECT_EQ(0, guard_close(&self->of_path));
}

/*
 * An owner, and all that it starts, are stopped at once, as by a terminal. On one
 * processor, what is forked last has not run yet by then.
 */
static void lead_a_group(void)
{
	cpu_set_t here;

	CPU_ZERO(&here);
	CPU_SET(sched_getcpu(), &here);
	if (setpgid(0, 0) || sched_setaffinity(0, sizeof(here), &here))
		_exit(76);
}

static void end_process(struct guard *guard, int end)
{
	if (end < 0)
		_exit(-guard_close(guard));
	if (end > 0)
		kill(0, end);
	_exit(0);
}

/* What an owner changes; 0, or which of its calls went wrong. */
typedef int (*change_fn)(struct guard *guard, const char *path);

/* A child with a guard of its own changes something, and ends as @end says. */
static void let_owner_end(struct __test_metadata *_metadata, int end, change_fn change,
			  const char *path)
{
	struct guard guard;
	int status, wrong;
	pid_t pid = fork();

	ASSERT_LE(0, pid);
	if (pid == 0) {
		lead_a_group();
		if (guard_open(&guard))
			_exit(77);
		wrong = change(&guard, path);
		if (wrong)
			_exit(wrong);
		end_process(&guard, end);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	if (WIFEXITED(status))
		EXPECT_EQ(0, WEXITSTATUS(status));
	EXPECT_EQ(end > 0 ? end : 0, WTERMSIG(status));
}

/* Wait until the file contains @text again; guards work after the owner. */
static bool is_restored(const char *path, const char *text)
{
	long long end = monotonic_deadline_ms(DEADLINE_MS);
	char now[32] = "";

	while (strcmp(now, text) && monotonic_ms() < end)
		text_file_read(path, now, sizeof(now));
	return strcmp(now, text) == 0;
}

static int change_file(struct guard *guard, const char *path)
{
	return guard_set_file(guard, path, "new\n") ? 1 : 0;
}

TEST_F(guard, file_is_restored)
{
	ASSERT_EQ(0, text_file_write(self->path, "old\n"));
	let_owner_end(_metadata, variant->end, change_file, self->path);
	EXPECT_TRUE(is_restored(self->path, "old\n"));
}

static int change_file_twice(struct guard *guard, const char *path)
{
	char now[32] = "";

	if (guard_set_file(guard, path, "new\n"))
		return 1;
	if (guard_undo(guard) || text_file_read(path, now, sizeof(now)) < 0 || strcmp(now, "old\n"))
		return 2;
	/* An undoing that fails says so, and is not tried again at the end. */
	if (guard_write(guard, "/nonsense", "") <= 0 || guard_undo(guard) != -ENOENT)
		return 3;
	return guard_set_file(guard, path, "new\n") ? 4 : 0;
}

/* One that undoes at once goes on, for what is changed after. */
TEST_F(guard, file_is_restored_twice)
{
	ASSERT_EQ(0, text_file_write(self->path, "old\n"));
	let_owner_end(_metadata, variant->end, change_file_twice, self->path);
	EXPECT_TRUE(is_restored(self->path, "old\n"));
}

#define UNCHANGED "%s-unchanged"

static int keep_files(struct guard *guard, const char *path)
{
	char unchanged[80];

	snprintf(unchanged, sizeof(unchanged), UNCHANGED, path);
	if (guard_keep_file(guard, "/nonsense") != -ENOENT)
		return 1;
	if (guard_keep_file(guard, path) <= 0 || guard_keep_file(guard, unchanged) <= 0)
		return 2;
	if (guard_write(guard, path, "2660\n") <= 0)
		return 3;
	return text_file_write(path, "2659\n") ? 4 : 0;
}

/*
 * As with min_free_kbytes: the kernel changes a file when another is written, and
 * when that is put back. What has not changed is not written to.
 */
TEST_F(guard, file_is_kept)
{
	static const struct timespec long_ago[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };
	struct stat status;
	char unchanged[80];

	snprintf(unchanged, sizeof(unchanged), UNCHANGED, self->path);
	make_file(_metadata, &self->of_path, unchanged);
	ASSERT_EQ(0, text_file_write(unchanged, "old\n"));
	ASSERT_EQ(0, utimensat(AT_FDCWD, unchanged, long_ago, 0));
	ASSERT_EQ(0, text_file_write(self->path, "2658\n"));
	let_owner_end(_metadata, variant->end, keep_files, self->path);
	EXPECT_TRUE(is_restored(self->path, "2658\n"));
	ASSERT_EQ(0, stat(unchanged, &status));
	EXPECT_EQ(1, status.st_mtime);
}

#define CREATE "%s-create"

static int make_thing(struct guard *guard, const char *path)
{
	char create[80], name[8] = "";

	snprintf(create, sizeof(create), CREATE, path);
	if (guard_create(guard, create, path, name, sizeof(name)) <= 0)
		return 1;
	return strcmp(name, "17") ? 2 : 0;
}

/* As with zram: reading one file makes a thing and names it, another takes the name. */
TEST_F(guard, thing_is_removed)
{
	char create[80];

	snprintf(create, sizeof(create), CREATE, self->path);
	make_file(_metadata, &self->of_path, create);
	ASSERT_EQ(0, text_file_write(create, "17\n"));
	let_owner_end(_metadata, variant->end, make_thing, self->path);
	EXPECT_TRUE(is_restored(self->path, "17"));
}

/* Wait until it is so; guards work after the owner. */
static bool becomes(bool (*is_so)(const char *path), const char *path)
{
	long long end = monotonic_deadline_ms(DEADLINE_MS);

	while (!is_so(path) && monotonic_ms() < end)
		usleep(1000);
	return is_so(path);
}

static void try(struct __test_metadata *_metadata, const struct guard_trial *trial, int end,
		const char *path)
{
	const char *reason = trial->why_not ? trial->why_not() : NULL;

	if (reason)
		SKIP(return, "%s", reason);
	let_owner_end(_metadata, end, trial->change, path);
	EXPECT_TRUE(becomes(trial->is_undone, path));
}

TEST_F(guard, mode_is_restored)
{
	try(_metadata, &guard_trial_mode, variant->end, self->path);
}

TEST_F(guard, file_is_removed)
{
	try(_metadata, &guard_trial_file, variant->end, self->path);
}

/* What is mounted goes before the folder that it is mounted on. */
TEST_F(guard, folder_is_unmounted_and_removed)
{
	try(_metadata, &guard_trial_mount, variant->end, self->path);
}

TEST_F(guard, swap_is_off)
{
	try(_metadata, &guard_trial_swap, variant->end, self->path);
}

/* Once the one who looks into it is done. */
TEST_F(guard, busy_disk_is_removed)
{
	try(_metadata, &guard_trial_busy_disk, variant->end, self->path);
}

TEST_F(guard, helper_is_killed)
{
	try(_metadata, &guard_trial_helper, variant->end, self->path);
}

TEST_F(guard, block_is_freed)
{
	struct testbed *bed = &self->bed;
	const char *reason = testbed_open_debugfs(bed);
	__u64 used;
	int status;
	pid_t pid;

	if (reason)
		SKIP(return, "%s", reason);
	if (!testbed_wait_quiet(bed))
		SKIP(return, "area %s is in use by others", bed->area->name);
	used = testbed_used(bed);
	pid = fork();
	ASSERT_LE(0, pid);
	if (pid == 0) {
		lead_a_group();
		/* A guard of its own: the one inherited watches the parent. */
		if (guard_open(&bed->guard))
			_exit(77);
		if (testbed_debugfs_alloc(bed, BLOCK_PAGES) ||
		    testbed_used(bed) < used + BLOCK_PAGES)
			_exit(78);
		end_process(&bed->guard, variant->end);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	if (WIFEXITED(status))
		EXPECT_EQ(0, WEXITSTATUS(status));
	EXPECT_EQ(used, testbed_wait_used(bed, used)) {
		TH_LOG("area %s: a block outlives its dead owner",
		       bed->area->name);
	}
	SKIP_IF_OTHERS_DISTURBED(bed);
	EXPECT_EQ(0, testbed_close(bed));
}

static void fill_guard(struct __test_metadata *_metadata, struct guard *guard, const char *path)
{
	int i;

	for (i = 0; i < GUARD_MAX_CHANGES; i++) {
		ASSERT_LT(0, guard_write(guard, path, "0")) {
			TH_LOG("change %d", i);
		}
	}
}

/* It makes nothing more; that it could not remember what its owner changed it says at the end. */
TEST(full_guard_says_so)
{
	static const char path[] = "/dev/null";
	struct guard guard;
	char name[8];

	if (guard_open(&guard))
		SKIP(return, "needs pidfd_open() (Linux 5.3) for the guard process");
	fill_guard(_metadata, &guard, path);
	EXPECT_EQ(-ENOSPC, guard_mkdir(&guard, "/nonsense/folder"));
	EXPECT_EQ(-ENOSPC, guard_create(&guard, "/nonsense", path, name, sizeof(name)));
	EXPECT_EQ(0, guard_undo(&guard));
	/* There is room again. */
	EXPECT_EQ(-ENOENT, guard_mkdir(&guard, "/nonsense/folder"));
	fill_guard(_metadata, &guard, path);
	EXPECT_LT(0, guard_write(&guard, path, "0"));
	EXPECT_EQ(-ENOSPC, guard_close(&guard));
}

/* Those who ask whether all is put back must see what was changed. */
static void check_is_seen(struct __test_metadata *_metadata, change_fn change, const char *path)
{
	struct machine_state before, after;
	struct guard guard;
	char line[512] = "";

	ASSERT_EQ(0, guard_open(&guard));
	ASSERT_EQ(0, machine_state_read(&before));
	ASSERT_EQ(0, change(&guard, path));
	ASSERT_EQ(0, machine_state_read(&after));
	EXPECT_TRUE(machine_state_difference(&before, &after, line, sizeof(line)));
	EXPECT_NE(NULL, strstr(line, path)) {
		TH_LOG("the first difference: %s", line);
	}
	machine_state_free(&after);
	EXPECT_EQ(0, guard_close(&guard));
	ASSERT_EQ(0, machine_state_read(&after));
	EXPECT_FALSE(machine_state_difference(&before, &after, line, sizeof(line))) {
		TH_LOG("not as it was: %s", line);
	}
	machine_state_free(&after);
	machine_state_free(&before);
}

static int change_setting(struct guard *guard, const char *path)
{
	return guard_set_file(guard, path, "61234");
}

/* However deep. */
TEST(change_in_an_inner_folder_is_seen)
{
	if (access(INNER_SETTING, W_OK))
		SKIP(return, "needs CONFIG_TRANSPARENT_HUGEPAGE, and root");
	check_is_seen(_metadata, change_setting, INNER_SETTING);
}

static int open_to_others(struct guard *guard, const char *path)
{
	struct stat status;

	return stat(path, &status) ? -errno : guard_chmod(guard, path, status.st_mode ^ 0004);
}

TEST(mode_of_a_heap_is_seen)
{
	static struct dma_heap_list heaps;
	char path[128];

	if (geteuid())
		SKIP(return, "needs root, to change the mode of a heap");
	if (dma_heap_discover(&heaps, NULL) || !heaps.count)
		SKIP(return, "needs CONFIG_DMABUF_HEAPS_SYSTEM or CONFIG_DMABUF_HEAPS_CMA");
	snprintf(path, sizeof(path), DMA_HEAP_ROOT "/%s", heaps.heap[0].name);
	check_is_seen(_metadata, open_to_others, path);
}

TEST_HARNESS_MAIN

