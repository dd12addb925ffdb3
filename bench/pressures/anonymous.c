// SPDX-License-Identifier: GPL-2.0
/*
 * Movable anonymous pages, one mapping each: what a busy system lends the
 * area to most of the time, and what every allocation has to migrate.
 */
#include "../resident_pressure.h"

static int anonymous_open(const struct target *target, unsigned int percent,
			  void **state, struct reason *why)
{
	return resident_pressure_open(&anonymous_pages, target, percent, state,
				      why);
}

static const struct pressure anonymous = {
	.name = "anonymous",
	.help = "movable anonymous pages in --occupancy percent of the area",
	.by_default = true,
	.needs_area = true,
	.has_target = true,
	.costs = MODEL_MIGRATED_PAGE,
	.open = anonymous_open,
	RESIDENT_PRESSURE_CALLBACKS
};

REGISTER_PRESSURE(anonymous)
