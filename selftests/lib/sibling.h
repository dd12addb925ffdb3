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
 * siblings_find - the other programs called *_test, by name. Those that run
 * siblings themselves are left out. Returns 0 or -errno; count may be 0.
 */
int siblings_find(struct siblings *siblings);

/*
 * sibling_start - run one, with its output to @output and as user @uid.
 *
 * Returns its process id, or -errno.
 */
pid_t sibling_start(const struct siblings *siblings, const char *name, int output, uid_t uid);

#endif
