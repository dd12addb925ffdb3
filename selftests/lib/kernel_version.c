// SPDX-License-Identifier: GPL-2.0
#include "kernel_version.h"

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
