// SPDX-License-Identifier: GPL-2.0
/* The size of the default area with CONFIG_CMA_SIZE_SEL_MAX. */
#define FAKE_SELECTS_MAX
#define SELECTED max
#include "contiguous_size.h"
