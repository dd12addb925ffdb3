/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Time for all that a program waits for in vain. Each case is a process of its own, and
 * kselftest ends the program after 45 s: then no case of it has said what it needs.
 */
#ifndef CMA_TESTS_TIME_BUDGET_H
#define CMA_TESTS_TIME_BUDGET_H

/*
 * time_budget_share - @ms, in memory that this process and its children share.
 *
 * Called once, before there are any, by a constructor. Returns where it stands what is
 * left; no longer shared if there is no memory.
 */
long long *time_budget_share(long long ms);

/* time_budget_spend - the time since @start_ms, of which a slow machine has more. */
void time_budget_spend(long long *left_ms, long long start_ms);

#endif
