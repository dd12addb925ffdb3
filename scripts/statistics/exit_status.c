// SPDX-License-Identifier: GPL-2.0
/*
 * exit_status.so - lets a Makefile end with a status of its choice
 *
 * GNU make ends with 2 whatever status a command had, but 'git bisect run' needs
 * the difference of 1 (worse) and 125 (cannot tell). Make loads this object
 * ("load" in its manual) and gets the function $(exit-with STATUS).
 */
#include <stdio.h>
#include <stdlib.h>

#include "exit_status.h"

/* Make looks for this name before it loads an object. */
int plugin_is_GPL_compatible;

static char *exit_with(const char *name, unsigned int count, char **arguments)
{
	(void)name;
	(void)count;
	fflush(NULL);
	exit(atoi(arguments[0]));
}

int exit_status_gmk_setup(void)
{
	gmk_add_function("exit-with", exit_with, 1, 1, 0);
	return 1;
}
