// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../area_map.h"
#include "../command.h"
#include "../interrupt.h"
#include "../machine.h"
#include "../option_values.h"

#define CELLS_PER_LINE 64

static const char help[] =
"Usage: cmabench map [--every=MS] [AREA]\n"
"The area as a picture: what is taken, what is lent out, what is free. On a terminal\n"
"in colours. With --every a line each MS milliseconds, from now on until it is\n"
"stopped: the area over time.\n";

static void print_area(const struct target *target, const struct area_map *map)
{
	printf("area %s: %llu pages from pfn 0x%llx, %llu pages a letter\n",
	       target_name(target), target->area->count_pages,
	       target->area->ranges[0].base_pfn, map->pages_per_cell);
}

static void print_line(const char *place, const char *cells)
{
	printf("%10s |", place);
	area_map_print(cells, CELLS_PER_LINE);
	puts("|");
}

static void print_map(const struct target *target, const struct area_map *map)
{
	size_t cells = strlen(map->cells), i;
	char page[24];

	print_area(target, map);
	for (i = 0; i < cells; i += CELLS_PER_LINE) {
		snprintf(page, sizeof(page), "%llu", i * map->pages_per_cell);
		print_line(page, map->cells + i);
	}
	area_map_print_legend(map);
}

/* A line at each moment that is due; what took longer than a step leaves some out. */
static int print_over_time(const struct target *target, __u64 step_ns)
{
	__u64 start = clock_now_ns(), due = start;
	struct area_map map;
	char seconds[24];

	while (!interrupted()) {
		if (area_map_read(target, CELLS_PER_LINE, &map))
			return -ENOENT;
		if (due == start) {
			print_area(target, &map);
			area_map_print_legend(&map);
		}
		snprintf(seconds, sizeof(seconds), "%.3f s", (due - start) / 1e9);
		print_line(seconds, map.cells);
		if (fflush(stdout))
			return -EPIPE;
		while (due <= clock_now_ns())
			due += step_ns;
		clock_wait_until_ns(due);
	}
	return 0;
}

static int draw(const struct target *target, __u64 step_ns)
{
	struct area_map map;
	int err;

	err = area_map_read(target, AREA_MAP_CELLS, &map);
	if (err) {
		fprintf(stderr, "error: cannot read the bitmap of area %s: %s (CONFIG_CMA_DEBUGFS, debugfs mounted, root)\n",
			target_name(target), strerror(-err));
		return 2;
	}
	if (!step_ns) {
		print_map(target, &map);
		return 0;
	}
	interrupt_catch();
	err = print_over_time(target, step_ns);
	interrupt_die();
	return err ? 2 : 0;
}

static int map_run(int argc, char **argv)
{
	struct target target = { 0 };
	__u64 step_ms = 0;

	if (argc > 1 && !strcmp(argv[1], "--help")) {
		fputs(help, stdout);
		return 0;
	}
	if (argc > 1 && !strncmp(argv[1], "--every=", strlen("--every="))) {
		if (parse_number("every", argv[1] + strlen("--every="), 1, 3600000, &step_ms))
			return 2;
		argc--;
		argv++;
	}
	if (argc > 2) {
		fprintf(stderr, "error: expected one area, found '%s' behind it; see cmabench map --help\n",
			argv[2]);
		return 2;
	}
	machine_discover();
	if (machine_choose(argv[1], NULL, &target))
		return 2;
	return draw(&target, step_ms * 1000000);
}

static const struct command map_command = {
	.name = "map",
	.help = "the area as a picture: taken, lent out, free",
	.run = map_run,
};

REGISTER_COMMAND(map_command)
