/* SPDX-License-Identifier: GPL-2.0 */
/* Changes of which each kind that a guard undoes has one, for the test of guards. */
#ifndef CMA_TESTS_GUARD_TRIAL_H
#define CMA_TESTS_GUARD_TRIAL_H

#include <stdbool.h>

#include "guard.h"

struct guard_trial {
	const char *(*why_not)(void);	/* NULL, or the reason to skip */
	/* @path: an empty file of mode 0600. 0, or which of its calls went wrong. */
	int (*change)(struct guard *guard, const char *path);
	bool (*is_undone)(const char *path);
};

/* A mode; a new file; a new folder with a file system on it; swap; a busy disk; a process. */
extern const struct guard_trial guard_trial_mode, guard_trial_file, guard_trial_mount,
				guard_trial_swap, guard_trial_busy_disk, guard_trial_helper;

#endif
