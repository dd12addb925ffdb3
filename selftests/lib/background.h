/* SPDX-License-Identifier: GPL-2.0 */
/* A thread that does one thing, over and over, until it is told to stop. */
#ifndef CMA_TESTS_BACKGROUND_H
#define CMA_TESTS_BACKGROUND_H

#include <linux/types.h>
#include <pthread.h>
#include <stdbool.h>

struct background {
	int (*step)(void *argument);	/* 0, or -errno: it ends there */
	void *argument;
	__u64 steps;		/* done */
	int err;		/* of the last one */
	bool stop, runs;
	pthread_t thread;
};

/* background_start - returns 0 or -errno. */
int background_start(struct background *background, int (*step)(void *argument),
		     void *argument);

/*
 * background_wait - until so many @steps more are done.
 *
 * Returns 0, the -errno of a step, or -ETIME after ten seconds.
 */
int background_wait(const struct background *background, __u64 steps);

/* background_steps - how many are done by now. */
__u64 background_steps(const struct background *background);

/* background_stop - 0, or the -errno of a step. Harmless where it does not run. */
int background_stop(struct background *background);

#endif
