/* SPDX-License-Identifier: GPL-2.0 */
/* kselftest_harness.h of any version, and what its versions do differently. */
#ifndef CMA_TESTS_HARNESS_H
#define CMA_TESTS_HARNESS_H

/* One stream, so that a message stands by its case. */
#define TH_LOG_STREAM stdout
#include "kselftest_harness.h"
#include "testbed.h"

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

#endif
