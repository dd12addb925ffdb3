// SPDX-License-Identifier: GPL-2.0
#include "guarded_module.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "kernel_module.h"
#include "testbed.h"
#include "text_file.h"

bool guarded_module_is_loaded(const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/module/%s", name);
	return text_file_exists(path);
}

const char *guarded_module_prepare(const char *name)
{
	static char reason[128];
	int err = kernel_module_unload("cma-tests-nonsense");

	if (err == -EPERM)
		return "needs CAP_SYS_MODULE, and 0 in /proc/sys/kernel/modules_disabled";
	if (err != -ENOENT)
		return "needs CONFIG_MODULES and CONFIG_MODULE_UNLOAD";
	if (testbed_owns_machine())
		kernel_module_unload(name);
	if (!kernel_module_exists(name))
		snprintf(reason, sizeof(reason), "needs /modules/%s.ko or CMA_TESTS_MODULES=<folder>",
			 name);
	else if (guarded_module_is_loaded(name))
		snprintf(reason, sizeof(reason), "needs 'rmmod %s': somebody else has loaded it",
			 name);
	else
		return NULL;
	return reason;
}

int guarded_module_load(struct guard *guard, const char *name)
{
	int told = guard_unload(guard, name), err;

	if (told < 0)
		return told;
	err = kernel_module_load(name);
	if (err)
		guard_cancel(guard, told);
	return err;
}
