/* SPDX-License-Identifier: GPL-2.0 */
/* A module of the kernel under test (kernel_module.h), removed by the guard. */
#ifndef CMA_TESTS_GUARDED_MODULE_H
#define CMA_TESTS_GUARDED_MODULE_H

#include <stdbool.h>

#include "guard.h"

/* guarded_module_is_loaded - by whomever. */
bool guarded_module_is_loaded(const char *name);

/*
 * guarded_module_prepare - see that it can come and go. Returns NULL or the reason to skip.
 *
 * One that is loaded is somebody else's, but on a machine of our own: a guest's init
 * loads all that it finds.
 */
const char *guarded_module_prepare(const char *name);

/*
 * guarded_module_load - as kernel_module_load(); @guard removes it again.
 *
 * The devices that its driver has need no more: they lose it with the module, also
 * one that was taken from it before, and the next one is asked about all of them.
 */
int guarded_module_load(struct guard *guard, const char *name);

#endif
