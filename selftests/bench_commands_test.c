// SPDX-License-Identifier: GPL-2.0
/*
 * The benchmark's commands beside its runs: map draws the area, blame names
 * the page that is in the way, hunt stops with a snapshot, explain reads logs
 * of any kernel without any privilege.
 */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "program.h"

FIXTURE(bench_commands)
{
	struct testbed bed;
	char path[PATH_MAX];
	char area[CMA_NAME_SIZE];
	struct program program, holder;
	char line[4096];
	char errors[4096];
};

FIXTURE_SETUP(bench_commands)
{
	const char *reason;

	OPEN_QUIET_TESTBED(&self->bed, testbed_open_debugfs);
	reason = program_find_cmabench(self->path);
	if (reason)
		SKIP_SETUP("%s", reason);
	snprintf(self->area, sizeof(self->area), "%s", self->bed.area->name);
}

FIXTURE_TEARDOWN(bench_commands)
{
	testbed_close(&self->bed);
}

TEST_F(bench_commands, map_draws_the_area)
{
	char *const arguments[] = { "cmabench", "map", self->area, NULL };
	int status;

	ASSERT_EQ(0, program_start(&self->program, self->path, arguments, 0));
	EXPECT_EQ(1, program_await(&self->program, "pages a letter", self->line,
				   sizeof(self->line)));
	EXPECT_EQ(1, program_await(&self->program, "         0 |", self->line,
				   sizeof(self->line)));
	status = program_end(&self->program, self->errors, sizeof(self->errors));
	EXPECT_EQ(0, status) {
		TH_LOG("cmabench map: %s", self->errors);
	}
}

/* A line a moment, until it is stopped; a block taken meanwhile is in those behind it. */
TEST_F(bench_commands, map_draws_the_area_over_time)
{
	char *const arguments[] = { "cmabench", "map", "--every=20", self->area, NULL };
	int status, lines;

	ASSERT_EQ(0, program_start(&self->program, self->path, arguments, 0));
	EXPECT_EQ(1, program_await(&self->program, " 0.000 s |", self->line,
				   sizeof(self->line)));
	ASSERT_EQ(0, testbed_debugfs_alloc(&self->bed, 1));
	EXPECT_EQ(1, program_await(&self->program, "#", self->line, sizeof(self->line)));
	for (lines = 0; lines < 3; lines++)
		EXPECT_EQ(1, program_await(&self->program, " s |", self->line,
					   sizeof(self->line)));
	ASSERT_EQ(0, kill(self->program.pid, SIGINT));
	status = program_end(&self->program, self->errors, sizeof(self->errors));
	EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT) {
		TH_LOG("cmabench map --every=20: status 0x%x: %s", status, self->errors);
	}
}

/* All that a program says on a terminal, of which @terminal is our end. */
static void read_terminal(int terminal, char *text, size_t size)
{
	size_t length = 0;
	ssize_t got;

	while (length < size - 1 && (got = read(terminal, text + length, size - 1 - length)) > 0)
		length += got;
	text[length] = '\0';
}

/* Okabe and Ito's nearly white, on which what is free stands. */
TEST_F(bench_commands, map_has_colours_on_a_terminal)
{
	char *const arguments[] = { self->path, "map", self->area, NULL };
	int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), other, status;
	pid_t pid;

	if (terminal < 0 || grantpt(terminal) || unlockpt(terminal))
		SKIP(return, "needs CONFIG_UNIX98_PTYS and /dev/ptmx");
	other = open(ptsname(terminal), O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (other < 0)
		SKIP(return, "needs devpts on /dev/pts");
	pid = fork();
	ASSERT_LE(0, pid);
	if (pid == 0)
		program_become(self->path, arguments, other, STDERR_FILENO, 0);
	close(other);
	read_terminal(terminal, self->line, sizeof(self->line));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_NE(NULL, strstr(self->line, "\033[48;5;255;38;5;16m.")) {
		TH_LOG("cmabench map, on a terminal: '%s'", self->line);
	}
	close(terminal);
}

/* Another benchmark holds a page of the area in a pipe meanwhile. */
TEST_F(bench_commands, blame_names_a_pinned_page)
{
	char *const holding[] = {
		"cmabench", "--json", "--area", self->area, "--backend=debugfs",
		"--pressure=pinned-vmsplice", "--sizes=1,1,1,1,1,1,1,1,1,1,1,1",
		"--count=2", "--interval=2000000", "--calibrate=0", "--traced=0", NULL
	};
	char *const arguments[] = { "cmabench", "blame", self->area, NULL };
	int status;

	ASSERT_EQ(0, program_start(&self->holder, self->path, holding, 0));
	ASSERT_EQ(1, program_await(&self->holder, "\"summary\"", self->line,
				   sizeof(self->line))) {
		program_end(&self->holder, self->errors, sizeof(self->errors));
		TH_LOG("no page could be pinned: %s", self->errors);
	}
	ASSERT_EQ(0, program_start(&self->program, self->path, arguments, 0));
	EXPECT_EQ(1, program_await(&self->program, "pages were in the way", self->line,
				   sizeof(self->line)));
	EXPECT_EQ(1, program_await(&self->program, "anonymous page, in the way", self->line,
				   sizeof(self->line)));
	EXPECT_EQ(1, program_await(&self->program, "mapped by", self->line,
				   sizeof(self->line)));
	EXPECT_NE(NULL, strstr(self->line, "cmabench")) {
		TH_LOG("expected the process that maps it, got '%s'", self->line);
	}
	status = program_end(&self->program, self->errors, sizeof(self->errors));
	EXPECT_EQ(1, WEXITSTATUS(status)) {
		TH_LOG("cmabench blame: status 0x%x, %s", status, self->errors);
	}
	kill(self->holder.pid, SIGINT);
	program_end(&self->holder, self->errors, sizeof(self->errors));
}

/* Any latency is above a microsecond here. */
TEST_F(bench_commands, hunt_takes_a_snapshot)
{
	char *const arguments[] = {
		"cmabench", "--json", "--area", self->area, "--bench=hunt",
		"--backend=debugfs", "--pressure=none", "--sizes=16", "--break-on=1",
		"--calibrate=0", NULL
	};
	int status;

	ASSERT_EQ(0, program_start(&self->program, self->path, arguments, 0));
	EXPECT_EQ(1, program_await(&self->program, "\"type\":\"snapshot\"", self->line,
				   sizeof(self->line)));
	EXPECT_NE(NULL, strstr(self->line, "cma_alloc_finish")) {
		TH_LOG("expected the trace of the allocation, got '%s'", self->line);
	}
	EXPECT_EQ(1, program_await(&self->program, "\"type\":\"map\"", self->line,
				   sizeof(self->line)));
	EXPECT_EQ(1, program_await(&self->program, "\"samples\":1,", self->line,
				   sizeof(self->line)));
	status = program_end(&self->program, self->errors, sizeof(self->errors));
	EXPECT_EQ(0, status) {
		TH_LOG("cmabench --bench hunt: %s", self->errors);
	}
}

/* A log of 4.9 as a board sent it, on a machine where we are nobody. */
TEST_F(bench_commands, explain_needs_no_privilege)
{
	static const char log[] =
		"[    0.000000] Linux version 4.9.80-v7+ (gcc)\n"
		"[    0.000000] cma: Reserved 16 MiB at 0x000000003ec00000\n"
		"[   12.300000] alloc_contig_range: [3ec00, 3ed00) PFNs busy\n"
		"[   12.400000] cma: cma_alloc: alloc failed, req-size: 256 pages, ret: -16\n";
	char file[48];
	char *const arguments[] = { "cmabench", "explain", file, NULL };
	int fd, status;

	snprintf(file, sizeof(file), "/tmp/cma-tests-explain-%d", getpid());
	ASSERT_LT(0, guard_unlink(&self->bed.guard, file));
	fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ASSERT_LE(0, fd);
	EXPECT_EQ((ssize_t)strlen(log), write(fd, log, strlen(log)));
	EXPECT_EQ(0, fchmod(fd, 0644));
	close(fd);
	ASSERT_EQ(0, program_start(&self->program, self->path, arguments, NOBODY));
	EXPECT_EQ(1, program_await(&self->program, "busy ranges, 1 different", self->line,
				   sizeof(self->line)));
	status = program_end(&self->program, self->errors, sizeof(self->errors));
	EXPECT_EQ(0, status) {
		TH_LOG("cmabench explain: %s", self->errors);
	}
}

TEST_HARNESS_MAIN
