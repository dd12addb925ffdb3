/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a test could have changed on the machine, as text: a line a thing, its
 * name and its value. Equal texts are equal states. What others do on a busy
 * machine is left out, but for settings; so are the areas, of which they may
 * take and give back some, unless the machine is ours (CMA_TESTS_OWN_MACHINE).
 *
 *	/proc/sys/vm/swappiness = 60
 *	/tmp: cma-tests-123
 *	/dev/dma_heap/system has mode 0600
 *	area reserved = 0 pages used
 */
#ifndef CMA_TESTS_MACHINE_STATE_H
#define CMA_TESTS_MACHINE_STATE_H

#include <stdbool.h>
#include <stddef.h>

struct machine_state {
	char *text;
};

/* machine_state_read - take down how it is now. Returns 0 or -errno. */
int machine_state_read(struct machine_state *state);
void machine_state_free(struct machine_state *state);

/*
 * machine_state_difference - the first line that only one of both has.
 *
 * Returns false when there is none; else true, and the line in @line, with a
 * sign before it: - what is gone, + what has come.
 */
bool machine_state_difference(const struct machine_state *before,
			      const struct machine_state *after, char *line, size_t size);

#endif
