/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's macro, which kselftest.h has too. */
#ifndef ARRAY_SIZE
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#endif
