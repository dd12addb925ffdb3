// SPDX-License-Identifier: GPL-2.0
/* The size of the default area with CONFIG_CMA_SIZE_SEL_PERCENTAGE. */
#define FAKE_SELECTS_PERCENTAGE
#define SELECTED percentage
#include "contiguous_size.h"
