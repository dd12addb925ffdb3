// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../area_map.h"
#include "../command.h"
#include "../machine.h"

#define CELLS_PER_LINE 64

static const char help[] =
"Usage: cmabench map [AREA]\n"
"The area as a picture: what is taken, what is lent out, what is free.\n";

static void print_map(const struct target *target, const struct area_map *map)
{
	size_t cells = strlen(map->cells), i;

	printf("area %s: %llu pages from pfn 0x%llx, %llu pages a letter\n",
	       target_name(target), target->area->count_pages,
	       target->area->ranges[0].base_pfn, map->pages_per_cell);
	for (i = 0; i < cells; i += CELLS_PER_LINE)
		printf("%10llu |%.*s|\n", i * map->pages_per_cell,
		       CELLS_PER_LINE, map->cells + i);
	puts(map->sees_frames ? area_map_legend() :
	     "# taken   . free or lent out (/proc/kpageflags cannot be read)");
}

static int map_run(int argc, char **argv)
{
	struct target target = { 0 };
	struct area_map map;
	int err;

	if (argc > 1 && !strcmp(argv[1], "--help")) {
		fputs(help, stdout);
		return 0;
	}
	if (argc > 2) {
		fprintf(stderr, "error: expected one area, found '%s' behind it; see cmabench map --help\n",
			argv[2]);
		return 2;
	}
	machine_discover();
	if (machine_choose(argv[1], NULL, &target))
		return 2;
	err = area_map_read(&target, &map);
	if (err) {
		fprintf(stderr, "error: cannot read the bitmap of area %s: %s (CONFIG_CMA_DEBUGFS, debugfs mounted, root)\n",
			target_name(&target), strerror(-err));
		return 2;
	}
	print_map(&target, &map);
	return 0;
}

static const struct command map_command = {
	.name = "map",
	.help = "the area as a picture: taken, lent out, free",
	.run = map_run,
};

REGISTER_COMMAND(map_command)
