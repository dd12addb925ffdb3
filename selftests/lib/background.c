// SPDX-License-Identifier: GPL-2.0
#include "background.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "monotonic.h"

#define DEADLINE_MS 10000

static void *go_on(void *argument)
{
	struct background *background = argument;
	int err = 0;

	while (!err && !__atomic_load_n(&background->stop, __ATOMIC_RELAXED)) {
		err = background->step(background->argument);
		__atomic_store_n(&background->err, err, __ATOMIC_RELAXED);
		__atomic_add_fetch(&background->steps, 1, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

int background_start(struct background *background, int (*step)(void *argument),
		     void *argument)
{
	int err;

	memset(background, 0, sizeof(*background));
	background->step = step;
	background->argument = argument;
	err = pthread_create(&background->thread, NULL, go_on, background);
	background->runs = !err;
	return -err;
}

__u64 background_steps(const struct background *background)
{
	return __atomic_load_n(&background->steps, __ATOMIC_SEQ_CST);
}

int background_wait(const struct background *background, __u64 steps)
{
	long long end = monotonic_deadline_ms(DEADLINE_MS);
	__u64 wanted = background_steps(background) + steps;
	int err;

	while (background_steps(background) < wanted) {
		err = __atomic_load_n(&background->err, __ATOMIC_RELAXED);
		if (err || monotonic_ms() > end)
			return err ? err : -ETIME;
		usleep(1000);
	}
	return __atomic_load_n(&background->err, __ATOMIC_RELAXED);
}

int background_stop(struct background *background)
{
	if (!background->runs)
		return 0;
	__atomic_store_n(&background->stop, true, __ATOMIC_RELAXED);
	pthread_join(background->thread, NULL);
	background->runs = false;
	return background->err;
}
