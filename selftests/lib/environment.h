/* SPDX-License-Identifier: GPL-2.0 */
/* What the caller of a test sets by CMA_TESTS_...= in the environment. */
#ifndef CMA_TESTS_ENVIRONMENT_H
#define CMA_TESTS_ENVIRONMENT_H

#include <linux/types.h>

/* environment_number - the number that is there, or @otherwise. */
__u64 environment_number(const char *name, __u64 otherwise);

/* environment_seed - CMA_TESTS_SEED, or 32 bits by chance. */
__u64 environment_seed(void);

#endif
