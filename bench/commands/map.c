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

static int cannot_read(const struct target *target, int err)
{
	fprintf(stderr, "error: cannot read the bitmap of area %s: %s (CONFIG_CMA_DEBUGFS, debugfs mounted, root)\n",
		target_name(target), strerror(-err));
	return 2;
}

static void print_line(const char *place, const char *cells)
{
	printf("%10s |", place);
	area_map_print(cells, CELLS_PER_LINE);
	puts("|");
}

static void print_map(const struct area_map *map)
{
	size_t cells = strlen(map->cells), i;
	char page[24];

	for (i = 0; i < cells; i += CELLS_PER_LINE) {
		snprintf(page, sizeof(page), "%llu", i * map->pages_per_cell);
		print_line(page, map->cells + i);
	}
}

/* A line at each moment that is due; what took longer than a step leaves some out. */
static int print_over_time(const struct target *target, __u64 step_ns, struct area_map *map)
{
	__u64 start = clock_now_ns(), due = start;
	char seconds[24];
	int err;

	while (!interrupted()) {
		snprintf(seconds, sizeof(seconds), "%.3f s", (due - start) / 1e9);
		print_line(seconds, map->cells);
		if (fflush(stdout)) {
			fprintf(stderr, "error: cannot write the area's picture: %s\n",
				strerror(errno));
			return 2;
		}
		while (due <= clock_now_ns())
			due += step_ns;
		clock_wait_until_ns(due);
		err = area_map_read(target, CELLS_PER_LINE, map);
		if (err)
			return cannot_read(target, err);
	}
	return 0;
}

/* Once, or each @step_ns. */
static int draw(const struct target *target, __u64 step_ns)
{
	struct area_map map;
	int err = area_map_read(target, step_ns ? CELLS_PER_LINE : AREA_MAP_CELLS, &map), status;

	if (err)
		return cannot_read(target, err);
	print_area(target, &map);
	if (!step_ns) {
		print_map(&map);
		area_map_print_legend(&map);
		return 0;
	}
	area_map_print_legend(&map);
	interrupt_catch();
	status = print_over_time(target, step_ns, &map);
	interrupt_die();
	return status;
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
