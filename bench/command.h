/* SPDX-License-Identifier: GPL-2.0 */
/* A first word on the command line that is no benchmark: cmabench <command>. */
#ifndef CMABENCH_COMMAND_H
#define CMABENCH_COMMAND_H

#include "bench.h"

/* A command parses its own arguments; run() returns the exit status. */
struct command {
	const char *name;
	const char *help;
	int (*run)(int argc, char **argv);
};

extern struct part_list commands;

#define REGISTER_COMMAND(symbol)	REGISTER_PART(commands, symbol)

#endif
