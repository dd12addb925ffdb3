// SPDX-License-Identifier: GPL-2.0
/*
 * The promise that all other tests here make: what a test changed is put back
 * however it ends. A child changes a file and takes a block of the area, then
 * ends in one of the ways a test can end; both must be as before.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "machine_state.h"
#include "testbed.h"
#include "text_file.h"

#define BLOCK_PAGES 32
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

FIXTURE_SETUP(guard)
{
	int fd;

	/* This file is one of the things that must not stay behind. */
	snprintf(self->path, sizeof(self->path), "/tmp/cma-tests-guard-%d", getpid());
	if (guard_open(&self->of_path))
		SKIP_SETUP("needs pidfd_open() (Linux 5.3) for the guard process");
	ASSERT_LT(0, guard_unlink(&self->of_path, self->path));
	fd = open(self->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ASSERT_LE(0, fd) {
		TH_LOG("%s: %s", self->path, strerror(errno));
	}
	close(fd);
}

FIXTURE_TEARDOWN(guard)
{
	EXPECT_EQ(0, guard_close(&self->of_path));
}

static void end_process(struct guard *guard, int end)
{
	if (end < 0)
		_exit(-guard_close(guard));
	if (end > 0)
		raise(end);
	_exit(0);
}

/* Wait until the file contains @text again; guards work after the owner. */
static bool is_restored(const char *path, const char *text)
{
	long long end = testbed_now_ms() + 5000;
	char now[32] = "";

	while (strcmp(now, text) && testbed_now_ms() < end)
		text_file_read(path, now, sizeof(now));
	return strcmp(now, text) == 0;
}

TEST_F(guard, file_is_restored)
{
	struct guard guard;
	int status;
	pid_t pid;

	ASSERT_EQ(0, text_file_write(self->path, "old\n"));
	pid = fork();
	ASSERT_LE(0, pid);
	if (pid == 0) {
		if (guard_open(&guard))
			_exit(77);
		if (guard_set_file(&guard, self->path, "new\n"))
			_exit(78);
		end_process(&guard, variant->end);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(variant->end > 0 ? variant->end : 0, WTERMSIG(status));
	if (WIFEXITED(status))
		EXPECT_EQ(0, WEXITSTATUS(status));
	EXPECT_TRUE(is_restored(self->path, "old\n"));
}

/* One that undoes at once goes on, for what is changed after. */
TEST_F(guard, file_is_restored_twice)
{
	struct guard guard;
	int status;
	pid_t pid;

	ASSERT_EQ(0, text_file_write(self->path, "old\n"));
	pid = fork();
	ASSERT_LE(0, pid);
	if (pid == 0) {
		char now[32] = "";

		if (guard_open(&guard) || guard_set_file(&guard, self->path, "new\n"))
			_exit(77);
		if (guard_undo(&guard) || text_file_read(self->path, now, sizeof(now)) < 0 ||
		    strcmp(now, "old\n"))
			_exit(78);
		/* An undoing that fails says so, and is not tried again at the end. */
		if (guard_write(&guard, "/nonsense", "") <= 0 || guard_undo(&guard) != -ENOENT)
			_exit(79);
		if (guard_set_file(&guard, self->path, "new\n"))
			_exit(80);
		end_process(&guard, variant->end);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	if (WIFEXITED(status))
		EXPECT_EQ(0, WEXITSTATUS(status));
	EXPECT_TRUE(is_restored(self->path, "old\n"));
}

/*
 * As with min_free_kbytes: the kernel changes a file when another is written, and
 * when that is put back. What has not changed is not written to.
 */
TEST_F(guard, file_is_kept)
{
	static const struct timespec long_ago[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };
	char unchanged[80];
	struct guard guard;
	struct stat status_of;
	int status, fd;
	pid_t pid;

	snprintf(unchanged, sizeof(unchanged), "%s-unchanged", self->path);
	ASSERT_LT(0, guard_unlink(&self->of_path, unchanged));
	fd = open(unchanged, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, futimens(fd, long_ago));
	close(fd);
	ASSERT_EQ(0, text_file_write(self->path, "2658\n"));
	pid = fork();
	ASSERT_LE(0, pid);
	if (pid == 0) {
		if (guard_open(&guard))
			_exit(77);
		if (guard_keep_file(&guard, "/nonsense") != -ENOENT ||
		    guard_keep_file(&guard, self->path) <= 0 ||
		    guard_keep_file(&guard, unchanged) <= 0 ||
		    guard_write(&guard, self->path, "2660\n") <= 0)
			_exit(78);
		end_process(&guard, variant->end);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	if (WIFEXITED(status))
		EXPECT_EQ(0, WEXITSTATUS(status));
	EXPECT_TRUE(is_restored(self->path, "2658\n"));
	ASSERT_EQ(0, stat(unchanged, &status_of));
	EXPECT_EQ(1, status_of.st_mtime);
}

/* As with zram: reading one file makes a thing and names it, another takes the name. */
TEST_F(guard, thing_is_removed)
{
	char create[80], name[8] = "";
	struct guard guard;
	int status, fd;
	pid_t pid;

	snprintf(create, sizeof(create), "%s-create", self->path);
	ASSERT_LT(0, guard_unlink(&self->of_path, create));
	fd = open(create, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ASSERT_LE(0, fd);
	close(fd);
	ASSERT_EQ(0, text_file_write(create, "17\n"));
	pid = fork();
	ASSERT_LE(0, pid);
	if (pid == 0) {
		if (guard_open(&guard))
			_exit(77);
		if (guard_create(&guard, create, self->path, name, sizeof(name)) <= 0 ||
		    strcmp(name, "17"))
			_exit(78);
		end_process(&guard, variant->end);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	if (WIFEXITED(status))
		EXPECT_EQ(0, WEXITSTATUS(status));
	EXPECT_TRUE(is_restored(self->path, "17"));
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

/* Those who ask whether all is put back must see what was changed, however deep. */
TEST(change_in_an_inner_folder_is_seen)
{
	static const char path[] = INNER_SETTING;
	struct machine_state before, after;
	struct guard guard;
	char line[512] = "";
	int err;

	if (access(path, W_OK))
		SKIP(return, "needs CONFIG_TRANSPARENT_HUGEPAGE, and root");
	if (guard_open(&guard))
		SKIP(return, "needs pidfd_open() (Linux 5.3) for the guard process");
	ASSERT_EQ(0, machine_state_read(&before));
	err = guard_set_file(&guard, path, "61234");
	ASSERT_EQ(0, err) {
		TH_LOG("%s: %s", path, strerror(-err));
	}
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

TEST_HARNESS_MAIN
