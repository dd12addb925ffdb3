// SPDX-License-Identifier: GPL-2.0
/* question - the options of the programs of this folder */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "blob.h"
#include "question.h"

/* Options whose order must not matter: read first, applied after. */
struct given {
	const char *architecture, *command_line, *config, *page_size, *pageblock_order;
};

/* What is not given is as in the tree. */
static void complete(struct given *given, const struct tree *tree)
{
	if (!given->architecture)
		given->architecture = tree && tree->is_32_bit ? "arm" : "arm64";
	if (!given->command_line)
		given->command_line = tree ? tree->command_line : "";
}

/* Pageblocks are no larger than a section of the memory map: 128 MiB, of 64K pages 512 MiB. */
static void read_pageblock_order(struct settings *settings, const char *text)
{
	unsigned int largest = section_shift(settings) - __builtin_ctzl(settings->page_bytes);
	char *end;

	settings->pageblock_order = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || !settings->pageblock_order ||
	    settings->pageblock_order > largest)
		fail("PAGEBLOCK_ORDER must be a number from 1 to %u with pages of %lu KiB, found '%s'",
		     largest, settings->page_bytes >> 10, text);
}

static void apply(struct settings *settings, const struct given *given)
{
	settings_architecture(settings, given->architecture);
	if (given->config)
		settings_read_config(settings, given->config);
	if (given->page_size)
		settings_page_size(settings, given->page_size);
	if (settings->architecture != ARCHITECTURE_ARM64 && settings->page_bytes != 4096)
		fail("PAGE_SIZE must be 4k with ARCH=%s, found '%s'", given->architecture,
		     given->page_size ? given->page_size : given->config);
	if (given->pageblock_order)
		read_pageblock_order(settings, given->pageblock_order);
	settings_read_command_line(settings, given->command_line);
}

void question_read(struct question *question, int argc, char **argv)
{
	static const struct option options[] = {
		{ "command-line", required_argument, NULL, 'l' },
		{ "config", required_argument, NULL, 'c' },
		{ "page-size", required_argument, NULL, 'p' },
		{ "pageblock-order", required_argument, NULL, 'P' },
		{ "behaviour", required_argument, NULL, 'b' },
		{ "arch", required_argument, NULL, 'a' },
		{ "ram", required_argument, NULL, 'r' },
		{ "kernel", required_argument, NULL, 'k' },
		{ "initramfs", required_argument, NULL, 'I' },
		{ "occupied", required_argument, NULL, 'o' },
		{ "include", required_argument, NULL, 'i' },
		{ "names", no_argument, NULL, 'n' },
		{ NULL, 0, NULL, 0 },
	};
	struct settings *settings = &question->settings;
	struct given given = { NULL };
	int option;

	*question = (struct question){ .tree = NULL };
	settings_defaults(settings);
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'l':
			given.command_line = optarg;
			break;
		case 'c':
			given.config = optarg;
			break;
		case 'p':
			given.page_size = optarg;
			break;
		case 'P':
			given.pageblock_order = optarg;
			break;
		case 'b':
			settings_behaviour(settings, optarg);
			break;
		case 'a':
			given.architecture = optarg;
			break;
		case 'r':
			parse_range(&settings->ram, optarg);
			break;
		case 'k':
			parse_range(&settings->image, optarg);
			parse_range(&settings->occupied, optarg);
			break;
		case 'I':
			parse_range(&settings->initramfs, optarg);
			parse_range(&settings->occupied, optarg);
			break;
		case 'o':
			parse_range(&settings->occupied, optarg);
			break;
		case 'i':
			add_include_folder(optarg);
			break;
		case 'n':
			question->names = true;
			break;
		default:
			exit(2);
		}
	}
	if (optind < argc) {
		question->tree = malloc(sizeof(*question->tree));
		if (!question->tree)
			fail("no memory for a tree");
		tree_read(question->tree, argv[optind]);
	}
	question->assumes_config = !given.config;
	question->uses_bootargs = question->tree && *question->tree->command_line &&
				  !given.command_line;
	complete(&given, question->tree);
	apply(settings, &given);
	if (question->tree && settings->architecture == ARCHITECTURE_X86_64)
		fail("expected ARCH=arm64 or arm for a device tree, found '%s'",
		     given.architecture);
}

void question_free(struct question *question)
{
	if (question->tree)
		tree_free(question->tree);
	free(question->tree);
	settings_free(&question->settings);
}
