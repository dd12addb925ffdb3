// SPDX-License-Identifier: GPL-2.0
#include "interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <stdio.h>

#include "bench.h"

static int caught;	/* written by the handler: atomic accesses only */

static void remember(int signal_number)
{
	__atomic_store_n(&caught, signal_number, __ATOMIC_RELAXED);
}

int interrupted(void)
{
	return __atomic_load_n(&caught, __ATOMIC_RELAXED);
}

void interrupt_catch(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = remember,
				    .sa_flags = SA_RESTART };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &action, NULL);
	/* A reader that went away, a file at its limit: write errors, reported as such. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}

void interrupt_die(void)
{
	/* Rows that a pipe has not seen yet: the signal does not write them. */
	fflush(stdout);
	signal(interrupted(), SIG_DFL);
	raise(interrupted());
}
