/* SPDX-License-Identifier: GPL-2.0 */
/* A pressure that is nothing but residents of one kind. */
#ifndef CMABENCH_RESIDENT_PRESSURE_H
#define CMABENCH_RESIDENT_PRESSURE_H

#include "resident.h"

/* resident_pressure_open - sets *@state to a struct resident. */
int resident_pressure_open(const struct page_kind *kind,
			   const struct target *target, unsigned int percent,
			   void **state, struct reason *why);
int resident_pressure_establish(void *state, const struct request *request,
				struct reason *why);
int resident_pressure_verify(void *state, struct occupancy *now,
			     struct reason *why);
int resident_pressure_confirm(void *state, const struct sample *sample,
			      const struct request *request,
			      struct reason *why);
void resident_pressure_close(void *state);

#define RESIDENT_PRESSURE_CALLBACKS			\
	.establish = resident_pressure_establish,	\
	.verify = resident_pressure_verify,		\
	.confirm = resident_pressure_confirm,		\
	.close = resident_pressure_close,

#endif
