// SPDX-License-Identifier: GPL-2.0
/* The size of the default area with CONFIG_CMA_SIZE_SEL_MIN. */
#define FAKE_SELECTS_MIN
#define SELECTED min
#include "contiguous_size.h"
