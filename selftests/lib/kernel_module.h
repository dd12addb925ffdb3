/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Modules of the kernel under test, from /modules or the folder that
 * CMA_TESTS_MODULES names. Needs CONFIG_MODULES and CAP_SYS_MODULE.
 */
#ifndef CMA_TESTS_KERNEL_MODULE_H
#define CMA_TESTS_KERNEL_MODULE_H

#include <stdbool.h>

/* kernel_module_exists - is there a file <name>.ko? */
bool kernel_module_exists(const char *name);

/*
 * kernel_module_load - load <name>.ko. Returns 0 or -errno: -EEXIST when it is
 * loaded, -ENOENT without the file or for a symbol that is not exported.
 */
int kernel_module_load(const char *name);

/*
 * kernel_module_unload - Returns 0 or -errno: -ENOENT when it is not loaded,
 * -EBUSY when it cannot be unloaded.
 */
int kernel_module_unload(const char *name);

#endif
