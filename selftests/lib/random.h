/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random choices that repeat with the seed: Marsaglia's xorshift64*. One state
 * for each user, so that no part's choices depend on another's.
 */
#ifndef CMA_TESTS_RANDOM_H
#define CMA_TESTS_RANDOM_H

#include <linux/types.h>

struct random {
	__u64 state;
};

static inline __u64 random_next(struct random *random)
{
	__u64 x = random->state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	random->state = x;
	return x * 0x2545f4914f6cdd1dull;
}

/* Any seed will do; the state must not be 0. */
static inline void random_seed(struct random *random, __u64 seed)
{
	random->state = (seed + 1) * 0x9e3779b97f4a7c15ull | 1;
	random_next(random);
}

static inline __u64 random_below(struct random *random, __u64 limit)
{
	return random_next(random) % limit;
}

#endif
