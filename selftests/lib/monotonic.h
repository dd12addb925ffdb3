/* SPDX-License-Identifier: GPL-2.0 */
/* The monotonic clock, for deadlines. In a file of its own: the benchmark waits as well. */
#ifndef CMA_TESTS_MONOTONIC_H
#define CMA_TESTS_MONOTONIC_H

long long monotonic_ms(void);

/* monotonic_patience - CMA_TESTS_PATIENCE: this machine is so many times slower than most; or 1. */
long long monotonic_patience(void);

/* monotonic_deadline_ms - when who waits gives up: in @ms, where the machine is not a slow one. */
long long monotonic_deadline_ms(long long ms);

#endif
