// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "../busy_pages.h"
#include "../command.h"
#include "../interrupt.h"
#include "../machine.h"

static const char help[] =
"Usage: cmabench blame [AREA]\n"
"Which pages of the area are in the way of an allocation, and whose they are.\n"
"Takes all of the area that can be had for a moment, traced, and gives it back:\n"
"drivers that allocate at that moment may fail. Needs root. Status 0: nothing\n"
"is in the way, 1: these pages are, 2: could not find out.\n";

static int blame(const char *area)
{
	struct target target = { 0 };
	struct busy_pages busy;
	struct reason why = { "no reason given" };
	__u64 used = 0;
	int status = 2;

	if (machine_choose(area, NULL, &target))
		return 2;
	if (!target.area || !target.area->nranges) {
		fputs("error: expected a CMA area in debugfs, found none (CONFIG_CMA_DEBUGFS, debugfs mounted, root)\n",
		      stderr);
		return 2;
	}
	cma_area_used_pages(target.area, &used);
	if (busy_pages_find(&target, &busy, &why)) {
		fprintf(stderr, "error: %s\n", why.text);
	} else if (!interrupted()) {
		printf("area %s: %llu pages, %llu of them taken; for a moment %llu more could be had\n",
		       target_name(&target), target.area->count_pages, used,
		       busy.taken_pages);
		printf("%zu pages were in the way, in %llu attempts\n",
		       busy.count, busy.attempts);
		busy_pages_print(stdout, &busy);
		status = busy.count > 0;
	}
	busy_pages_free(&busy);
	return status;
}

static int blame_run(int argc, char **argv)
{
	int status;

	if (argc > 1 && !strcmp(argv[1], "--help")) {
		fputs(help, stdout);
		return 0;
	}
	if (argc > 2) {
		fprintf(stderr, "error: expected one area, found '%s' behind it; see cmabench blame --help\n",
			argv[2]);
		return 2;
	}
	interrupt_catch();
	machine_discover();
	status = blame(argv[1]);
	if (interrupted())
		interrupt_die();
	return status;
}

static const struct command blame_command = {
	.name = "blame",
	.help = "which pages are in the way of an allocation, and whose they are",
	.run = blame_run,
};

REGISTER_COMMAND(blame_command)
