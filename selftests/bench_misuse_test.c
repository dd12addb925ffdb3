// SPDX-License-Identifier: GPL-2.0
/*
 * The benchmark where it cannot do what it is asked to: it says in one line
 * what was expected and found, harms nobody and leaves nothing behind.
 */
#include <dirent.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "harness.h"
#include "meminfo.h"
#include "program.h"

FIXTURE(bench_misuse)
{
	struct testbed bed;
	char path[PATH_MAX];
	struct program program;
	char line[4096];
	char errors[4096];
};

FIXTURE_SETUP(bench_misuse)
{
	const char *reason;

	OPEN_QUIET_TESTBED(&self->bed, testbed_open_heap);
	reason = program_find_cmabench(self->path);
	if (reason)
		SKIP_SETUP("%s", reason);
}

FIXTURE_TEARDOWN(bench_misuse)
{
	testbed_close(&self->bed);
}

static unsigned int count_lines(const char *text)
{
	unsigned int lines = 0;

	while ((text = strchr(text, '\n'))) {
		lines++;
		text++;
	}
	return lines;
}

/* One line that begins so and says @wanted. */
#define EXPECT_ONE_LINE(errors, wanted) do { \
	const char *_errors = (errors); \
	EXPECT_EQ(1, count_lines(_errors)); \
	EXPECT_EQ(0, strncmp(_errors, "error: ", 7)); \
	EXPECT_NE(NULL, strstr(_errors, wanted)) { \
		TH_LOG("expected one line with '%s', got '%s'", wanted, _errors); \
	} \
} while (0)

/* Until the benchmark's output has @text in a line; what ended it is told. */
#define ASSERT_LINE_WITH(text) do { \
	ASSERT_EQ(1, program_await(&self->program, text, self->line, sizeof(self->line))) { \
		int _status = program_end(&self->program, self->errors, sizeof(self->errors)); \
		TH_LOG("expected a line with '%s', cmabench ended with status 0x%x: %s", \
		       text, _status, self->errors); \
	} \
} while (0)

TEST_F(bench_misuse, bad_input_is_refused)
{
	char beyond[48];
	char *const cases[][2] = {
		{ "--heap=nonsense", "--heap: expected a CMA heap" },
		{ "--area=nonsense", "--area: expected an area" },
		{ "--sizes=0", "--sizes: expected sizes of one page or more" },
		{ beyond, "--sizes: expected at most the" },
		{ "--pressure=nonsense", "no such part 'nonsense'" },
		{ "--output=/nonsense/records", "cannot write /nonsense/records" },
	};
	size_t i;

	if (!testbed_area_pages(&self->bed))
		SKIP(return, "the size of the area is not known (CONFIG_CMA_DEBUGFS, root)");
	snprintf(beyond, sizeof(beyond), "--sizes=%llu",
		 testbed_area_pages(&self->bed) + 1);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		char *const arguments[] = { "cmabench", cases[i][0], NULL };
		int status;

		ASSERT_EQ(0, program_start(&self->program, self->path, arguments, 0));
		status = program_end(&self->program, self->errors, sizeof(self->errors));
		EXPECT_EQ(2, WEXITSTATUS(status)) {
			TH_LOG("cmabench %s: status 0x%x", cases[i][0], status);
		}
		EXPECT_ONE_LINE(self->errors, cases[i][1]);
	}
}

TEST_F(bench_misuse, nobody_is_told_what_is_missing)
{
	char *const arguments[] = {
		"cmabench", "--backend=debugfs", "--pressure=none", NULL
	};
	int status;

	ASSERT_EQ(0, program_start(&self->program, self->path, arguments,
				   geteuid() ? 0 : NOBODY));
	status = program_end(&self->program, self->errors, sizeof(self->errors));
	EXPECT_EQ(2, WEXITSTATUS(status));
	EXPECT_NE(NULL, strstr(self->errors, "root")) {
		TH_LOG("expected the privilege that is missing, got '%s'", self->errors);
	}
}

/*
 * Why a sample is not valid whose area could not be filled. Who sees no frames
 * gives others their memory back by the oldest of its pages: some may lie in the
 * area, and that is told afterwards.
 */
static bool says_what_is_missing(const char *sample)
{
	return strstr(sample, "backed off at") ||
	       (strstr(sample, "\"occupancy_source\":\"counters\"") &&
		strstr(sample, "pages of ours inside the area, expected"));
}

/*
 * All of an area can be filled where others have memory left, as the machine
 * has it. Where they had none, the benchmark stops before, and says so. Nobody
 * is killed in either case.
 */
TEST_F(bench_misuse, pressure_backs_off)
{
	char *const arguments[] = {
		"cmabench", "--json", "--backend=dma-heap", "--pressure=anonymous",
		"--occupancy=100", "--sizes=16", "--count=1", "--traced=0",
		"--calibrate=0", NULL
	};
	__u64 before = 0, after = 0;
	bool is_full;
	int status;

	vmstat_read("oom_kill", &before);
	ASSERT_EQ(0, program_start(&self->program, self->path, arguments, 0));
	ASSERT_LINE_WITH("\"valid\":");
	is_full = strstr(self->line, "\"valid\":true");
	EXPECT_TRUE(is_full || says_what_is_missing(self->line)) {
		TH_LOG("expected a sample that backed off, got '%s'",
		       strstr(self->line, "\"valid\":"));
	}
	status = program_end(&self->program, self->errors, sizeof(self->errors));
	EXPECT_EQ(is_full ? 0 : 1, WEXITSTATUS(status));
	vmstat_read("oom_kill", &after);
	EXPECT_EQ(before, after);
	EXPECT_EQ(self->bed.used_at_start,
		  testbed_wait_used(&self->bed, self->bed.used_at_start));
}

static unsigned int count_instances(void)
{
	DIR *folder = opendir("/sys/kernel/tracing/instances");
	unsigned int count = 0;
	struct dirent *entry;

	while (folder && (entry = readdir(folder)))
		count += !strncmp(entry->d_name, "cmabench", strlen("cmabench"));
	if (folder)
		closedir(folder);
	return count;
}

/* Two samples a row, a second apart: rows enough for as long as it takes. */
static char *const slow_run[] = {
	"cmabench", "--json", "--backend=dma-heap", "--pressure=none",
	"--sizes=1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1", "--count=2",
	"--interval=1000000", "--calibrate=0", NULL
};

TEST_F(bench_misuse, interrupt_keeps_and_restores)
{
	int status;

	ASSERT_EQ(0, program_start(&self->program, self->path, slow_run, 0));
	ASSERT_LINE_WITH("\"summary\"");
	ASSERT_EQ(0, kill(self->program.pid, SIGINT));
	EXPECT_EQ(1, program_await(&self->program, "\"type\":\"end\"", self->line,
				   sizeof(self->line)));
	EXPECT_NE(NULL, strstr(self->line, "\"status\":\"partial\"")) {
		TH_LOG("expected an end record that says partial, got '%s'", self->line);
	}
	status = program_end(&self->program, self->errors, sizeof(self->errors));
	EXPECT_TRUE(WIFSIGNALED(status));
	EXPECT_EQ(SIGINT, WTERMSIG(status));
	EXPECT_NE(NULL, strstr(self->errors, "interrupted: the records so far are kept"));
	EXPECT_EQ(0, count_instances());
	EXPECT_EQ(self->bed.used_at_start,
		  testbed_wait_used(&self->bed, self->bed.used_at_start));
}

/* SIGKILL cannot be caught; what tracing made is removed all the same. */
TEST_F(bench_misuse, kill_leaves_nothing)
{
	const struct timespec pause = { .tv_nsec = 2000000 };
	long long deadline_ms = monotonic_deadline_ms(10000);

	ASSERT_EQ(0, program_start(&self->program, self->path, slow_run, 0));
	ASSERT_LINE_WITH("\"summary\"");
	ASSERT_EQ(0, kill(self->program.pid, SIGKILL));
	program_end(&self->program, self->errors, sizeof(self->errors));
	while (count_instances() && monotonic_ms() < deadline_ms)
		nanosleep(&pause, NULL);
	EXPECT_EQ(0, count_instances());
	EXPECT_EQ(self->bed.used_at_start,
		  testbed_wait_used(&self->bed, self->bed.used_at_start));
}

TEST_HARNESS_MAIN
