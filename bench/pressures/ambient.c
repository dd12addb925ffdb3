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

static int ambient_establish(void *state, const struct request *request,
			     struct reason *why)
{
	(void)state;
	(void)request;
	(void)why;
	return 0;
}

static int ambient_verify(void *state, struct occupancy *now,
			  struct reason *why)
{
	if (area_frames_occupied(state, now))
		return refuse(why, -1, "cannot count pages in the area");
	return 0;
}

static void ambient_close(void *state)
{
	(void)state;
}

static const struct pressure ambient = {
	.name = "ambient",
	.help = "whatever the running system has in the area, only recorded",
	.open = ambient_open,
	.establish = ambient_establish,
	.verify = ambient_verify,
	.close = ambient_close,
};

REGISTER_PRESSURE(ambient)
