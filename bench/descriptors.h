/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CMABENCH_DESCRIPTORS_H
#define CMABENCH_DESCRIPTORS_H

#include "bench.h"

/*
 * descriptors_allow - have room for @count open files more than now, of @what
 * ("pipes"). The limit goes up as far as it may. Returns 0, or -EMFILE and the
 * reason.
 */
int descriptors_allow(__u64 count, const char *what, struct reason *why);

#endif
