/* SPDX-License-Identifier: GPL-2.0 */
/* What only mm/ itself calls, wherever this kernel declares it. */
#ifndef _CMA_TESTS_MM_INTERNAL_H
#define _CMA_TESTS_MM_INTERNAL_H

#include <linux/gfp.h>
#include <linux/swap.h>

#include "../internal.h"
/* 7.3 moved the buddy's part there, some of it out of gfp.h. */
#ifdef CMA_TESTS_HAS_PAGE_ALLOC_HEADER
#include "../page_alloc.h"
#endif

#endif
