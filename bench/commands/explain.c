// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../command.h"
#include "../explain.h"

static const char help[] =
"Usage: cmabench explain FILE        ('-' reads standard input)\n"
"What a saved dmesg, console log or trace says about CMA: areas, failures and\n"
"what they mean, busy ranges and pages by how often they were in the way,\n"
"retries. Of any kernel, old ones' \"PFNs busy\" included, with or without times;\n"
"traces as tracefs, trace-cmd report or perf script write them. Needs no root.\n"
"Status 0: something was found, 1: nothing about CMA was, 2: cannot read.\n"
"\n"
"Example\n"
"  ssh board dmesg | cmabench explain -\n"
"  trace-cmd report trace.dat | cmabench explain -\n";

static int explain(FILE *file, const char *path)
{
	struct explanation *told = calloc(1, sizeof(*told));
	int status = 1, err;

	if (!told) {
		fputs("error: out of memory\n", stderr);
		return 2;
	}
	err = explain_file(told, file);
	if (err) {
		fprintf(stderr, "error: cannot read %s: %s\n", path,
			strerror(-err));
		status = 2;
	} else if (!told->recognised) {
		fprintf(stderr, "error: expected a kernel log or a trace that mentions CMA, found none in %llu lines of %s\n",
			told->lines, path);
	} else {
		explain_print(stdout, told);
		status = 0;
	}
	free(told);
	return status;
}

static int explain_run(int argc, char **argv)
{
	FILE *file;
	int status;

	if (argc == 2 && !strcmp(argv[1], "--help")) {
		fputs(help, stdout);
		return 0;
	}
	if (argc != 2) {
		fprintf(stderr, "error: expected one file, found %d; see cmabench explain --help\n",
			argc - 1);
		return 2;
	}
	if (!strcmp(argv[1], "-"))
		return explain(stdin, "standard input");
	file = fopen(argv[1], "re");
	if (!file) {
		fprintf(stderr, "error: cannot open %s: %s\n", argv[1],
			strerror(errno));
		return 2;
	}
	status = explain(file, argv[1]);
	fclose(file);
	return status;
}

static const struct command explain_command = {
	.name = "explain",
	.help = "what a saved log or trace says about CMA, of any kernel",
	.run = explain_run,
};

REGISTER_COMMAND(explain_command)
