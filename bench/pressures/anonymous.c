// SPDX-License-Identifier: GPL-2.0
/*
 * Movable anonymous pages, one mapping each: what a busy system lends the
 * area to most of the time, and what every allocation has to migrate.
 */
#include <stdlib.h>

#include "../resident.h"

static int anonymous_open(const struct target *target, unsigned int percent,
			  void **state, struct reason *why)
{
	struct resident *resident = malloc(sizeof(*resident));
	int err;

	if (!resident)
		return refuse(why, -1, "out of memory");
	err = resident_open(resident, target, percent, why);
	if (err) {
		resident_close(resident);
		free(resident);
		return err;
	}
	*state = resident;
	return 0;
}

static int anonymous_establish(void *state, const struct request *request,
			       struct reason *why)
{
	return resident_fill(state, request, why);
}

static int anonymous_verify(void *state, struct occupancy *now,
			    struct reason *why)
{
	int err = resident_look(state, now);

	if (err)
		return refuse(why, err, "cannot count pages in the area");
	return resident_check(state, why);
}

static int anonymous_confirm(void *state, const struct sample *sample,
			     const struct request *request, struct reason *why)
{
	return resident_confirm(state, sample, request, why);
}

static void anonymous_close(void *state)
{
	resident_close(state);
	free(state);
}

static const struct pressure anonymous = {
	.name = "anonymous",
	.help = "movable anonymous pages in --occupancy percent of the area",
	.by_default = true,
	.needs_area = true,
	.has_target = true,
	.open = anonymous_open,
	.establish = anonymous_establish,
	.verify = anonymous_verify,
	.confirm = anonymous_confirm,
	.close = anonymous_close,
};

REGISTER_PRESSURE(anonymous)
