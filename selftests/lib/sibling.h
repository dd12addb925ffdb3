/* SPDX-License-Identifier: GPL-2.0 */
/* The other programs of this target, which lie in the folder of this one. */
#ifndef CMA_TESTS_SIBLING_H
#define CMA_TESTS_SIBLING_H

#include <limits.h>
#include <stddef.h>
#include <sys/types.h>

#define SIBLING_MAX 64

struct siblings {
	char folder[PATH_MAX];
	size_t count;
	char *name[SIBLING_MAX];
};

/*
 * siblings_find - the other programs called *_test, by name.
 * @globs: those that one of them matches; the last is NULL.
 *
 * Those that run siblings themselves are left out. Returns 0 or -errno; count may be 0.
 */
int siblings_find(struct siblings *siblings, const char *const globs[]);

/*
 * sibling_start - run one, with its output to @output and as user @uid.
 *
 * Returns its process id, or -errno.
 */
pid_t sibling_start(const struct siblings *siblings, const char *name, int output, uid_t uid);

/* Lines of a program's KTAP: cases that passed, failed, skipped. */
struct sibling_result {
	int passed, failed, skipped;
	char failures[4096];	/* names, each between blanks */
	char skips[8192];	/* reasons, a line each */
	char complaint[1024];	/* what the first failure said */
};

/* sibling_run - run one to its end. Returns its status as of waitpid(), or -1. */
int sibling_run(const struct siblings *siblings, const char *name, uid_t uid,
		struct sibling_result *result);

/* sibling_own_failure - a case that fails here and not there, or NULL. */
const char *sibling_own_failure(const struct sibling_result *here,
				const struct sibling_result *there);

#endif
