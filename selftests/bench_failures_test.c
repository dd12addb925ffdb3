// SPDX-License-Identifier: GPL-2.0
/*
 * Why an allocation failed, as the benchmark tells it. Callers get ENOMEM for every
 * cause; the allocator's own errno, in the kernel's log, is one for several, and not
 * the same in each version:
 *
 *	|##################################|	taken: no slot
 *	|...P.......P.......P.......P......|	free, but pages that stay: busy
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "harness.h"
#include "kernel_version.h"
#include "program.h"

FIXTURE(bench_failures)
{
	struct testbed bed;
	char path[PATH_MAX];
};

FIXTURE_SETUP(bench_failures)
{
	const char *reason;

	OPEN_QUIET_TESTBED(&self->bed, testbed_open_debugfs);
	reason = program_find_cmabench(self->path);
	if (reason)
		SKIP_SETUP("%s", reason);
}

FIXTURE_TEARDOWN(bench_failures)
{
	testbed_close(&self->bed);
}

/*
 * The log keeps an errno of its own, but for lines that its rate limit swallows. Then an
 * allocation that had a slot failed for reasons that retries tell: of one that is traced.
 */
static void check_failure(struct __test_metadata *_metadata, const char *line,
			  const char *failure, const char *error)
{
	bool is_logged = !strstr(line, "\"error_source\":\"syscall\"");
	char wanted[64];

	if (!is_logged && !strcmp(failure, "busy") && strstr(line, "\"retries\":null"))
		failure = "unknown";
	snprintf(wanted, sizeof(wanted), "\"error\":\"%s\"", is_logged ? error : "ENOMEM");
	EXPECT_NE(NULL, strstr(line, wanted)) {
		TH_LOG("expected %s, got '%s'", wanted, line);
	}
	snprintf(wanted, sizeof(wanted), "\"failure\":\"%s\"", failure);
	EXPECT_NE(NULL, strstr(line, wanted)) {
		TH_LOG("expected %s, got '%s'", wanted, line);
	}
}

/* One request for the longest free run there was when @bed was opened, and one traced. */
static void fail(struct __test_metadata *_metadata, const struct testbed *bed, const char *path,
		 char *pressure, const char *failure, const char *error)
{
	static const char *const records[] = { "\"type\":\"sample\"", "\"type\":\"traced\"" };
	char area[CMA_NAME_SIZE], sizes[48], line[4096], errors[512];
	char *const arguments[] = {
		"cmabench", "--json", "--area", area, "--backend=debugfs", pressure,
		"--pins=1/pageblock", sizes, "--count=1", "--traced=1", "--calibrate=0", NULL
	};
	struct program program;
	size_t i;

	snprintf(area, sizeof(area), "%s", bed->area->name);
	snprintf(sizes, sizeof(sizes), "--sizes=%llu", bed->room_pages);
	ASSERT_EQ(0, program_start(&program, path, arguments, 0));
	for (i = 0; i < ARRAY_SIZE(records); i++) {
		ASSERT_EQ(1, program_await(&program, records[i], line, sizeof(line))) {
			program_end(&program, errors, sizeof(errors));
			TH_LOG("no such record: %s", errors);
		}
		check_failure(_metadata, line, failure, error);
	}
	program_end(&program, errors, sizeof(errors));
}

/* Up to 6.14 the errno of a range that was never tried is that of no memory. */
TEST_F(bench_failures, taken_area_has_no_slot)
{
	__u64 pages = 0;
	int err = testbed_take_room(&self->bed, &pages);

	EXPECT_ROOM(&self->bed, err, pages);
	if (err)
		return;
	fail(_metadata, &self->bed, self->path, "--pressure=none", "no slot",
	     kernel_is_since(6, 15) ? "EBUSY" : "ENOMEM");
}

TEST_F(bench_failures, pinned_pages_are_busy)
{
	fail(_metadata, &self->bed, self->path, "--pressure=pinned-vmsplice", "busy", "EBUSY");
}

TEST_HARNESS_MAIN
