/* SPDX-License-Identifier: GPL-2.0 */
/* kselftest_harness.h of any version, and what its versions do differently. */
#ifndef CMA_TESTS_HARNESS_H
#define CMA_TESTS_HARNESS_H

/* One stream, so that a message stands by its case. */
#define TH_LOG_STREAM stdout
#include "kselftest_harness.h"

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

#endif
