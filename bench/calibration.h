/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The terms of the model (model.h), each from an allocation whose work differs
 * from what is known already by that term alone:
 *
 *	pressure		learns			from
 *	none			fixed, empty page	two sizes
 *	none			zeroed page		the slope beside that of
 *							a backend that does not
 *							zero
 *	anonymous		migrated page		pages counted by vmstat
 *	fork-shared		mapping			--mappings
 *	pinned-vmsplice		retry			events, traced
 *
 * The empty area is measured before anything else is moved about, the other
 * terms before the first pressure that needs them: a run that needs none of
 * them does not pay for them. A term is that of its backend.
 */
#ifndef CMABENCH_CALIBRATION_H
#define CMABENCH_CALIBRATION_H

#include "bench.h"
#include "model.h"

/* calibrate_before - learn what rows under @pressure need, but from itself. */
void calibrate_before(struct session *session, const struct pressure *pressure);

/* calibrate_with - learn what this pressure, which is open, teaches. */
void calibrate_with(struct session *session, const struct cell *cell);

/* model_of - the model of a backend of the session. */
struct model *model_of(struct session *session, const struct backend *backend);

/* work_of - what an average allocation of a row had to do. */
struct work work_of(const struct cell *cell, double pages, double migrated,
		    double retries);

#endif
