// SPDX-License-Identifier: GPL-2.0
/*
 * An empty area: nothing to migrate. This too is verified, since other
 * programs' pages may be in the area; `ambient` takes what is there.
 */
#include <stdlib.h>

#include "../area_frames.h"

struct none {
	const struct target *target;
	__u64 tolerance_pages;
};

static int none_open(const struct target *target, unsigned int percent,
		     void **state, struct reason *why)
{
	struct none *none = malloc(sizeof(*none));

	(void)percent;
	if (!none)
		return refuse(why, -1, "out of memory");
	none->target = target;
	/* Free pages on per-CPU lists look used to the counters. */
	none->tolerance_pages = target->area ?
				target->area->count_pages / 20 : 0;
	*state = none;
	return 0;
}

static int none_establish(void *state, const struct request *request,
			  struct reason *why)
{
	(void)state;
	(void)request;
	(void)why;
	return 0;
}

static int none_verify(void *state, struct occupancy *now, struct reason *why)
{
	struct none *none = state;

	if (area_frames_occupied(none->target, now))
		return refuse(why, -1, "cannot count pages in the area");
	if (now->pages <= none->tolerance_pages)
		return 0;
	return refuse(why, -1,
		      "%llu pages of other programs are in the area, expected at most %llu; --pressure ambient measures it as it is",
		      now->pages, none->tolerance_pages);
}

static void none_close(void *state)
{
	free(state);
}

static const struct pressure none = {
	.name = "none",
	.help = "an area that is empty but for 5 %, verified",
	.by_default = true,
	.open = none_open,
	.establish = none_establish,
	.verify = none_verify,
	.close = none_close,
};

REGISTER_PRESSURE(none)
