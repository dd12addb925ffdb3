// SPDX-License-Identifier: GPL-2.0
/*
 * facts - print the prediction of one boot, one fact a line, fields by tabs
 *
 *   facts [option...] [TREE]
 *     --command-line TEXT        as the kernel gets it
 *     --config FILE              the kernel's .config
 *     --behaviour NAME           of dts-fixtures/behaviours.table; repeat
 *     --arch x86_64              a machine without a tree
 *     --ram START+SIZE           its RAM; repeat
 *     --occupied START+SIZE      taken before the tree is read; repeat
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "predict.h"

static const char * const class_names[] = {
	[REGION_MAPPED] = "mapped", [REGION_NO_MAP] = "no-map", [REGION_AREA] = "area",
};

static void print_region(const struct region *region)
{
	printf("region\t");
	if (region->place == PLACE_UNKNOWN)
		printf("?");
	else
		printf("%s0x%llx", region->place == PLACE_BELOW ? "~" : "", region->base);
	printf("\t0x%llx\t%s\t%s\n", region->bytes,
	       region->is_default ? "default" : class_names[region->class], region->name);
}

static void print_facts(const struct prediction *prediction, const struct settings *settings)
{
	printf("outcome\t%s\n", prediction->panics ? "panic" : "boot");
	printf("pageblock\t%u\n", settings->pageblock_order);
	printf("total\tcma\t%lld\n", (long long)prediction->cma_bytes);
	printf("total\tram\t%lld\n", -(long long)prediction->ram_lost_bytes);
	printf("total\tmem\t%lld\n", -(long long)prediction->memory_lost_bytes);
	for (size_t i = 0; i < prediction->region_count; i++)
		print_region(&prediction->regions[i]);
	for (size_t i = 0; i < prediction->heaps.count; i++)
		printf("heap\t%s\n", prediction->heaps.texts[i]);
	for (size_t i = 0; i < prediction->log.count; i++)
		printf("log\t%s\n", prediction->log.texts[i]);
	for (size_t i = 0; i < prediction->finding_count; i++)
		if (prediction->findings[i].kind == FINDING_REFUSED ||
		    prediction->findings[i].kind == FINDING_IGNORED)
			printf("refused\t%s\n", prediction->findings[i].node);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "command-line", required_argument, NULL, 'l' },
		{ "config", required_argument, NULL, 'c' },
		{ "behaviour", required_argument, NULL, 'b' },
		{ "arch", required_argument, NULL, 'a' },
		{ "ram", required_argument, NULL, 'r' },
		{ "occupied", required_argument, NULL, 'o' },
		{ NULL, 0, NULL, 0 },
	};
	const char *command_line = "", *config = NULL;
	struct prediction prediction;
	struct settings settings;
	struct tree tree;
	int option;

	settings_defaults(&settings);
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'l':
			command_line = optarg;
			break;
		case 'c':
			config = optarg;
			break;
		case 'b':
			settings_behaviour(&settings, optarg);
			break;
		case 'a':
			settings.arm64 = !strcmp(optarg, "arm64");
			break;
		case 'r':
			parse_range(&settings.ram, optarg);
			break;
		case 'o':
			parse_range(&settings.occupied, optarg);
			break;
		default:
			return 2;
		}
	}
	if (config)
		settings_read_config(&settings, config);
	settings_read_command_line(&settings, command_line);
	if (optind < argc)
		tree_read(&tree, argv[optind]);
	predict(&prediction, optind < argc ? &tree : NULL, &settings);
	print_facts(&prediction, &settings);
	prediction_free(&prediction);
	if (optind < argc)
		tree_free(&tree);
	settings_free(&settings);
	return 0;
}
