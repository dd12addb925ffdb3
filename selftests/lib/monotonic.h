/* SPDX-License-Identifier: GPL-2.0 */
/* The monotonic clock, for deadlines. In a file of its own: the benchmark waits as well. */
#ifndef CMA_TESTS_MONOTONIC_H
#define CMA_TESTS_MONOTONIC_H

long long monotonic_ms(void);

#endif
