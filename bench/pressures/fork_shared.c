// SPDX-License-Identifier: GPL-2.0
/*
 * Anonymous pages that --mappings processes share after fork(): each mapping
 * is to be found, taken away and put back by the migration.
 *
 *	establish  | children end | fill | fork, fork, ... |
 *
 * A page that is faulted after the fork is not shared, so the children are
 * new ones for each sample.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../resident_pressure.h"

struct sharers {
	size_t count;
	pid_t pid[MAX_MAPPINGS];
};

static void end_children(struct sharers *sharers)
{
	while (sharers->count) {
		pid_t pid = sharers->pid[--sharers->count];

		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
}

static int fork_children(struct resident *resident, struct reason *why)
{
	struct sharers *sharers = resident->kind_state;
	unsigned int wanted = resident->target->settings.mappings - 1;

	while (sharers->count < wanted) {
		pid_t parent = getpid(), pid = fork();

		if (pid < 0)
			return refuse(why, -errno, "cannot fork sharer %zu of %u: %m",
				      sharers->count + 1, wanted);
		if (!pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			while (getppid() == parent)
				pause();
			_exit(0);
		}
		sharers->pid[sharers->count++] = pid;
	}
	return 0;
}

static int shared_map(struct resident *resident, struct reason *why)
{
	resident->kind_state = calloc(1, sizeof(struct sharers));
	if (!resident->kind_state)
		return refuse(why, -ENOMEM, "out of memory");
	return anonymous_map(resident, why);
}

static void shared_unmap(struct resident *resident)
{
	if (resident->kind_state)
		end_children(resident->kind_state);
	free(resident->kind_state);
}

static const struct page_kind shared_pages = {
	.name = "shared anonymous",
	.map = shared_map,
	.fault = populate_for_writing,
	.drop = anonymous_drop,
	.unmap = shared_unmap,
};

static int fork_shared_open(const struct target *target, unsigned int percent,
			    void **state, struct reason *why)
{
	int err = resident_pressure_open(&shared_pages, target, percent, state,
					 why);

	if (!err)
		((struct resident *)*state)->mappings =
			target->settings.mappings;
	return err;
}

static int fork_shared_establish(void *state, const struct request *request,
				 struct reason *why)
{
	struct resident *resident = state;
	int err;

	end_children(resident->kind_state);
	err = resident_fill(resident, request, why);
	return err ? err : fork_children(resident, why);
}

static const struct pressure fork_shared = {
	.name = "fork-shared",
	.help = "anonymous pages, each mapped by --mappings processes",
	.needs_area = true,
	.has_target = true,
	.costs = MODEL_MAPPING,
	.open = fork_shared_open,
	.establish = fork_shared_establish,
	.verify = resident_pressure_verify,
	.confirm = resident_pressure_confirm,
	.close = resident_pressure_close,
};

REGISTER_PRESSURE(fork_shared)
