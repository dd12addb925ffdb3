/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel probes at the beginning and the end of the functions of phases.h that
 * this kernel has (CONFIG_KPROBE_EVENTS, root). They exist for all of tracing,
 * in a group of our own, and are removed however the program ends.
 */
#ifndef CMABENCH_PROBES_H
#define CMABENCH_PROBES_H

#include "bench.h"
#include "guard.h"

struct probes {
	struct guard guard;
	char group[32];		/* the folder of their events; empty: none */
	bool has_reference;	/* PHASE_TIMES_REFERENCE has one, too */
};

/*
 * probes_open - for @instance, a folder of tracefs. Returns 0, or -errno and
 * the reason.
 */
int probes_open(struct probes *probes, const char *instance,
		struct reason *why);

/* probes_close - harmless when they are not open. */
void probes_close(struct probes *probes);

#endif
