/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kselftest_harness.h of any version, and what its versions do differently.
 *
 * In a loop an EXPECT wants braces around it: it is two statements, and the one
 * that tells its message would come after the loop.
 */
#ifndef CMA_TESTS_HARNESS_H
#define CMA_TESTS_HARNESS_H

/* One stream, so that a message stands by its case. */
#define TH_LOG_STREAM stdout
#include "kselftest_harness.h"
#include "monotonic.h"
#include "testbed.h"

/* TEST_F() and its like declare what a test need not use; only clang minds. */
#ifdef __clang__
#pragma clang diagnostic ignored "-Wunused-parameter"
#endif

/* Before 6.9 a failed ASSERT aborts: what it had to say must be out by then. */
static void __attribute__((constructor)) write_line_by_line(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
}

/*
 * Leave FIXTURE_SETUP with a skip, by ending the process. (After a return the
 * harness before 6.9 would still run the test's body.) There the exit status
 * says "skipped", later a shared variable does.
 */
#ifdef FIXTURE_TEARDOWN_PARENT
#define SKIPPED_SETUP_STATUS 0
#else
#define SKIPPED_SETUP_STATUS 255
#endif

#define SKIP_SETUP(...) SKIP(_exit(SKIPPED_SETUP_STATUS), __VA_ARGS__)

/* A case on a slow machine has so many times its limit. */
static inline int test_harness_run_patiently(int argc, char **argv)
{
	struct __fixture_metadata *fixture;
	struct __test_metadata *test;

	for (fixture = __fixture_list; fixture; fixture = fixture->next)
		for (test = fixture->tests; test; test = test->next)
			test->timeout *= monotonic_patience();
	return test_harness_run(argc, argv);
}

#define test_harness_run test_harness_run_patiently

/* Has the running test failed so far? */
static inline bool test_has_failed(const struct __test_metadata *metadata)
{
#ifdef FIXTURE_TEARDOWN_PARENT
	return metadata->exit_code == KSFT_FAIL;
#else
	return !metadata->passed;
#endif
}

/*
 * In FIXTURE_TEARDOWN: a test that failed while other programs allocated from
 * the area says nothing about the kernel. It becomes a skip, also when a
 * failed ASSERT is about to abort it; the guard restores the rest.
 */
#define SKIP_IF_OTHERS_DISTURBED(bed) do { \
	struct testbed *_bed = (bed); \
	if (test_has_failed(_metadata) && testbed_saw_others(_bed)) { \
		_metadata->aborted = false; \
		SKIP(_exit(SKIPPED_SETUP_STATUS), \
		     "area %s was used by others meanwhile", \
		     _bed->area->name); \
	} \
} while (0)

/*
 * EXPECT_ROOM - @pages were taken, all of the room or a part of it: @err is 0.
 *
 * On a board a refusal may be for a page that another program holds there. It is judged
 * by CLOSE_QUIET_TESTBED(), when nothing of ours is in the area any more: granted then,
 * it was ours and is a failure, refused again it is a skip. Before, ->refused_pages tells.
 */
#define EXPECT_ROOM(bed, err, pages) EXPECT_EQ(0, testbed_judge_later(bed, err, pages))

#define JUDGE_REFUSAL(bed) do { \
	struct testbed *_refused = (bed); \
	if (_refused->refused_pages) { \
		const char *_others = testbed_ask_again(_refused); \
		EXPECT_NE(NULL, _others) { \
			TH_LOG("area %s: %llu pages refused, and granted once ours were gone", \
			       _refused->area->name, \
			       (unsigned long long)_refused->refused_pages); \
		} \
		if (!test_has_failed(_metadata)) \
			SKIP(_exit(SKIPPED_SETUP_STATUS), "%s", _others); \
	} \
} while (0)

/*
 * For a fixture whose first member is a testbed: open it with @open, wait for
 * a quiet area, and at the end see that the area is as it was.
 *
 *	FIXTURE_SETUP(x) { OPEN_QUIET_TESTBED(&self->bed, testbed_open_heap); }
 *	FIXTURE_TEARDOWN(x) { CLOSE_QUIET_TESTBED(&self->bed); }
 */
#define OPEN_QUIET_TESTBED(bed, open) do { \
	struct testbed *_opened = (bed); \
	const char *_reason = (open)(_opened); \
	if (!_reason) \
		_reason = testbed_settle(_opened); \
	if (_reason) \
		SKIP_SETUP("%s", _reason); \
} while (0)

#define CLOSE_QUIET_TESTBED(bed) do { \
	struct testbed *_settled = (bed); \
	EXPECT_EQ(_settled->used_at_start, testbed_give_back(_settled)) { \
		TH_LOG("area %s: used pages at the start against now: a leak, or somebody else's", \
		       _settled->area->name); \
	} \
	SKIP_IF_OTHERS_DISTURBED(_settled); \
	JUDGE_REFUSAL(_settled); \
	EXPECT_EQ(0, testbed_close(_settled)); \
} while (0)

#endif
