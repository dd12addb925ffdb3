// SPDX-License-Identifier: GPL-2.0
/* The size of the default area with CONFIG_CMA_SIZE_SEL_MBYTES. */
#define FAKE_SELECTS_MBYTES
#define SELECTED mbytes
#include "contiguous_size.h"
