/* SPDX-License-Identifier: GPL-2.0 */
/* The table for people. */
#ifndef CMABENCH_TABLE_H
#define CMABENCH_TABLE_H

#include "records.h"

void table_head(FILE *file, const struct target *target);
void table_row(FILE *file, const struct row *row,
	       const struct summary *summary);

#endif
