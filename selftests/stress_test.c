// SPDX-License-Identifier: GPL-2.0
/*
 * Everything at once, by chance: buffers of a heap, blocks of debugfs, memory of
 * every kind, pressure, swap, files, pages that are held and pinned, threads,
 * children that are killed, requests that must fail (lib/stress_*.c). After each
 * step the accounts must add up, and whatever is looked at must contain what was
 * written.
 *
 * What step N does follows from the seed and N alone, whatever became of the
 * steps before; both are printed when something fails:
 *
 *	CMA_TESTS_SEED=<seed>			the same steps again
 *	CMA_TESTS_STRESS_STEPS=<steps>		so many, however long they take
 *	CMA_TESTS_STRESS_SECONDS=<seconds>	for so long, however many they are
 *	CMA_TESTS_STRESS_RUNS=<runs>		so often, with the seeds that follow
 *	CMA_TESTS_STRESS_TELL=1			a line a step
 *	CMA_TESTS_STRESS_PLANT=<step>		break something of ours from there on, to see it
 *						found
 */
#include <stdio.h>
#include <stdlib.h>

#include "environment.h"
#include "harness.h"
#include "meminfo.h"
#include "stress.h"

#define DEFAULT_STEPS 300
/* A step may take seconds, on a slow machine. */
#define DEFAULT_MS 10000
/* Hours are asked for, and days; who hangs is stopped by who started us. */
#define HARNESS_TIMEOUT_S 1000000

/* How long a run goes on, by the environment. */
struct plan {
	__u64 steps, ms;	/* ~0: as many, as long as it takes */
	__u64 plant;
	bool tells;
};

static struct plan read_plan(void)
{
	__u64 seconds = environment_number("CMA_TESTS_STRESS_SECONDS", 0);
	__u64 steps = environment_number("CMA_TESTS_STRESS_STEPS", 0);
	struct plan plan = {
		.steps = steps, .ms = seconds * 1000,
		.plant = environment_number("CMA_TESTS_STRESS_PLANT", 0),
		.tells = environment_number("CMA_TESTS_STRESS_TELL", 0),
	};

	if (!steps)
		plan.steps = seconds ? ~0ull : DEFAULT_STEPS;
	/* Steps that were asked for by number take their time. */
	if (!seconds)
		plan.ms = steps ? ~0ull : DEFAULT_MS;
	return plan;
}

/* A bit of something that a later step will look at. Returns whether there was any. */
static bool plant(struct stress *stress)
{
	size_t i;

	for (i = 0; i < STRESS_SLOTS; i++) {
		if (!stress->pieces[i].map || !stress->pieces[i].kind)
			continue;
		stress->pieces[i].map[0] ^= 1;
		return true;
	}
	return false;
}

static void tell_step(struct __test_metadata *_metadata, const struct stress *stress,
		      long long ms)
{
	TH_LOG("step %lu: %s, %llu pages wanted, %llu taken, %lld ms", stress->step,
	       stress->doing, (unsigned long long)stress->wanted_pages,
	       (unsigned long long)stress->taken_pages, ms);
}

static void take_steps(struct __test_metadata *_metadata, struct stress *stress,
		       const struct plan *plan)
{
	__u64 start = monotonic_ms(), before;
	bool is_planted = !plan->plant;

	while (!stress->failure && stress->step < plan->steps &&
	       monotonic_ms() - start < plan->ms) {
		before = monotonic_ms();
		stress_take_step(stress);
		if (!is_planted && stress->step >= plan->plant)
			is_planted = plant(stress);
		if (plan->tells)
			tell_step(_metadata, stress, monotonic_ms() - before);
	}
}

FIXTURE(stress)
{
	struct stress stress;
};

FIXTURE_SETUP(stress)
{
	struct testbed *bed = &self->stress.bed;

	if (testbed_open_heap(bed)) {
		testbed_close(bed);
		OPEN_QUIET_TESTBED(bed, testbed_open_debugfs);
	} else if (testbed_settle(bed)) {
		SKIP_SETUP("%s", bed->reason);
	}
}

FIXTURE_TEARDOWN(stress)
{
	CLOSE_QUIET_TESTBED(&self->stress.bed);
}

TEST_F_TIMEOUT(stress, random_steps_keep_the_accounts, HARNESS_TIMEOUT_S)
{
	__u64 seed = environment_seed(), moved_before = 0, moved = 0, run;
	__u64 runs = environment_number("CMA_TESTS_STRESS_RUNS", 1);
	struct stress *stress = &self->stress;
	struct plan plan = read_plan();

	for (run = 0; run < runs && !test_has_failed(_metadata); run++, seed++) {
		int descriptors = testbed_open_descriptors();

		TH_LOG("seed %llu", (unsigned long long)seed);
		vmstat_read("pgmigrate_success", &moved_before);
		stress_open(stress, seed);
		take_steps(_metadata, stress, &plan);
		stress_close(stress);
		EXPECT_EQ(NULL, stress->failure) {
			TH_LOG("step %lu (%s): %s; the same again: CMA_TESTS_SEED=%llu CMA_TESTS_STRESS_STEPS=%lu",
			       stress->step, stress->doing, stress->failure,
			       (unsigned long long)seed, stress->step);
		}
		EXPECT_EQ(descriptors, testbed_open_descriptors());
		vmstat_read("pgmigrate_success", &moved);
		TH_LOG("%lu steps, %llu pages made room, pressed until memory ran short %lu times",
		       stress->step,
		       (unsigned long long)(moved - moved_before), stress->relents);
	}
}

TEST_HARNESS_MAIN
