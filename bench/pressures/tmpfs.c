// SPDX-License-Identifier: GPL-2.0
/*
 * Pages of tmpfs: of files, so their migration goes through a mapping, yet
 * swap-backed, so that they can never be dropped.
 */
#include "../resident_pressure.h"
#include "../tmpfs_pages.h"

static int tmpfs_open(const struct target *target, unsigned int percent,
		      void **state, struct reason *why)
{
	return resident_pressure_open(&tmpfs_pages, target, percent, state,
				      why);
}

static const struct pressure tmpfs = {
	.name = "tmpfs",
	.help = "tmpfs pages, mapped once, in --occupancy percent of the area",
	.needs_area = true,
	.has_target = true,
	.costs = MODEL_MIGRATED_PAGE,
	.open = tmpfs_open,
	RESIDENT_PRESSURE_CALLBACKS
};

REGISTER_PRESSURE(tmpfs)
