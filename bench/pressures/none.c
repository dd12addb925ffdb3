// SPDX-License-Identifier: GPL-2.0
/*
 * An empty area: nothing to migrate. This too is verified, since other
 * programs' pages may be in the area; `ambient` takes what is there.
 */
#include "../area_frames.h"

static int none_open(const struct target *target, unsigned int percent,
		     void **state, struct reason *why)
{
	(void)percent;
	(void)why;
	*state = (void *)target;
	return 0;
}

static int none_verify(void *state, struct occupancy *now, struct reason *why)
{
	return area_frames_expect_empty(state, now, why);
}

static const struct pressure none = {
	.name = "none",
	.help = "an area that is empty but for 5 %, verified",
	.by_default = true,
	.open = none_open,
	.verify = none_verify,
};

REGISTER_PRESSURE(none)
