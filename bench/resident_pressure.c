// SPDX-License-Identifier: GPL-2.0
#include "resident_pressure.h"

#include <errno.h>
#include <stdlib.h>

int resident_pressure_open(const struct page_kind *kind,
			   const struct target *target, unsigned int percent,
			   void **state, struct reason *why)
{
	struct resident *resident = malloc(sizeof(*resident));
	int err;

	if (!resident)
		return refuse(why, -ENOMEM, "out of memory");
	err = resident_open(resident, kind, target, percent, why);
	if (err) {
		resident_close(resident);
		free(resident);
		return err;
	}
	*state = resident;
	return 0;
}

int resident_pressure_establish(void *state, const struct request *request,
				struct reason *why)
{
	return resident_fill(state, request, why);
}

int resident_pressure_verify(void *state, struct occupancy *now,
			     struct reason *why)
{
	int err = resident_look(state, now);

	if (err)
		return refuse(why, err, "cannot count pages in the area");
	return resident_check(state, why);
}

int resident_pressure_confirm(void *state, const struct sample *sample,
			      const struct request *request,
			      struct reason *why)
{
	return resident_confirm(state, sample, request, why);
}

void resident_pressure_close(void *state)
{
	resident_close(state);
	free(state);
}
