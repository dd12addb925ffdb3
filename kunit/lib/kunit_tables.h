/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tables of suites that the linker makes; include/asm-generic/vmlinux.lds.h
 * names their ends. They are writable until the kernel frees its init memory.
 */
#ifndef _CMA_TESTS_KUNIT_TABLES_H
#define _CMA_TESTS_KUNIT_TABLES_H

struct kunit_suite;

extern struct kunit_suite *__kunit_suites_start[];
extern struct kunit_suite *__kunit_suites_end[];
#ifdef CMA_TESTS_HAS_KUNIT_INIT_SUITES
extern struct kunit_suite *__kunit_init_suites_start[];
extern struct kunit_suite *__kunit_init_suites_end[];
#endif

#endif
