/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The running kernel's version, for what is promised from one on: a test that went
 * by what is there would not miss what should be.
 */
#ifndef CMA_TESTS_KERNEL_VERSION_H
#define CMA_TESTS_KERNEL_VERSION_H

#include <stdbool.h>

/* kernel_is_since - is it @major.@minor or later, by uname()? */
bool kernel_is_since(int major, int minor);

#endif
