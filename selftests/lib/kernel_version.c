// SPDX-License-Identifier: GPL-2.0
#include "kernel_version.h"

#include <fnmatch.h>
#include <stdio.h>
#include <sys/utsname.h>

bool kernel_is_since(int major, int minor)
{
	int its_major = 0, its_minor = 0;
	struct utsname name;

	if (uname(&name) || sscanf(name.release, "%d.%d", &its_major, &its_minor) != 2)
		return false;
	return its_major > major || (its_major == major && its_minor >= minor);
}

bool kernel_is_x86(void)
{
	struct utsname name;

	return !uname(&name) && (!fnmatch("x86_64", name.machine, 0) ||
				 !fnmatch("i[3-6]86", name.machine, 0));
}
