// SPDX-License-Identifier: GPL-2.0
/*
 * The area as the running system has it: nothing is added, nothing expected,
 * every sample is valid and carries what was found. For a board in use.
 */
#include "../area_frames.h"

static int ambient_open(const struct target *target, unsigned int percent,
			void **state, struct reason *why)
{
	(void)percent;
	(void)why;
	*state = (void *)target;
	return 0;
}

static int ambient_verify(void *state, struct occupancy *now,
			  struct reason *why)
{
	if (area_frames_occupied(state, now))
		return refuse(why, -1, "cannot count pages in the area");
	return 0;
}

static const struct pressure ambient = {
	.name = "ambient",
	.help = "whatever the running system has in the area, only recorded",
	.open = ambient_open,
	.verify = ambient_verify,
};

REGISTER_PRESSURE(ambient)
