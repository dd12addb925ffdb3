/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A whole area in buffers of a heap, each part of it in two:
 *
 *	|<------- part ------->|<------- part ------->|
 *	|ppppppppppppppppppppps|ppppppppppppppppppppps|...
 *	 a piece               ^ a single page
 *
 * A page that is given back goes to the processor's own list, and the next movable
 * page of any program there comes from its head: whoever gives a single page back
 * and faults one has it, however much memory is free elsewhere.
 */
#ifndef CMABENCH_HELD_AREA_H
#define CMABENCH_HELD_AREA_H

#include "bench.h"

struct held_area {
	int *piece, *single;	/* descriptors */
	size_t pieces, singles;
};

/*
 * held_area_take - @part_pages: a power of two, 2 or more. What drivers have is left
 * out, others' movable pages go elsewhere. Returns 0, or -errno and the reason.
 */
int held_area_take(struct held_area *held, const struct target *target,
		   __u64 part_pages, struct reason *why);

/* held_area_give_single - the last of them; false when none is left. */
bool held_area_give_single(struct held_area *held);

void held_area_give(struct held_area *held);

#endif
