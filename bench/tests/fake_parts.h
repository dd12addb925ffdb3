/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Parts whose answers are known in advance, and a clock that only they move:
 * what the engine writes down can be compared with exact figures.
 */
#ifndef CMABENCH_FAKE_PARTS_H
#define CMABENCH_FAKE_PARTS_H

#include "../bench.h"

/* The terms of the model (model.h), as the fake parts cost them. */
struct fake_costs {
	__u64 fixed_ns, page_ns, zeroed_page_ns, migrated_page_ns, mapping_ns;
	__u64 retry_ns;
};

/* The n-th allocation since fake_reset() takes latency_ns(n), and so on. */
struct fake_script {
	struct fake_costs costs;	/* beside latency_ns() */
	__u64 (*latency_ns)(__u64 n);
	__u64 (*release_ns)(__u64 n);
	int (*error)(__u64 n);
	bool (*pressure_there)(__u64 n);
	bool establish_fails;
	int opens;		/* so many backends at once; 0: any number */
	__u64 self_timed_ns;	/* what the backend says that each call took */
	__u64 signal_at;	/* raise SIGINT in this allocation; 0: never */
	const struct cma_area *area;	/* of the session; NULL: none */
};

extern struct fake_script fake_script;

void fake_reset(void);

/* Times that the pressure was opened less times it was closed: 0 at the end. */
extern int fake_open_pressures, fake_open_backends, fake_live_buffers;

#endif
