// SPDX-License-Identifier: GPL-2.0
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "option_values.h"

static const char help[] =
"Usage: cmabench [OPTION]...\n"
"       cmabench blame | explain | map ...   (each with --help)\n"
"Measure the Linux Contiguous Memory Allocator: latency of allocation and\n"
"release, failures and migrated pages, with other pages in the area.\n"
"\n"
"What to run (names from --list, comma-separated; default: the marked ones)\n"
"  --bench NAMES       what is measured\n"
"  --backend NAMES     how memory is taken\n"
"  --pressure NAMES    what else is in the area, verified before each sample (benches\n"
"                      that measure a row as a whole: before its first)\n"
"  --area NAME         area under test (default: the largest one with a heap)\n"
"  --heap NAME         heap for dma-heap (default: the one of the area)\n"
"  --sizes LIST        in pages, or in bytes with K, M or G: 1,16,64K,16M\n"
"  --occupancy LIST    target of the pressure in percent of the area (50)\n"
"  --mappings N        processes that share each page of fork-shared (4)\n"
"  --pins N            pinned pages, of pinned-vmsplice and pinned-splice (1);\n"
"                      N/pageblock: so many in each pageblock\n"
"  --folder DIR        where clean-cache and dirty-cache put their file; default:\n"
"                      a zram disk made for it\n"
"  --align LIST        orders of alignment, for backends that take one (0); benches\n"
"                      other than latency use the first\n"
"  --threads LIST      numbers of threads, for bench parallel (1,2,4)\n"
"  --count N           samples for each row (10; with --duration as many as there is\n"
"                      time for); beyond 100000 of them only a histogram is kept\n"
"  --duration SECONDS  end a row after so long, if not after --count\n"
"  --interval USEC     samples arrive on schedule, so often; the time from the\n"
"                      arrival on is recorded beside that of the allocation\n"
"  --break-on USEC     bench hunt: stop at a latency above this, take a snapshot\n"
"  --traced N          more samples for each row with tracing on, for retries;\n"
"                      their times are not recorded (1; 0: never trace)\n"
"  --calibrate N       samples for each term of the model that rows are compared\n"
"                      with (5; 0: no model)\n"
"  --seed N            seed of every random choice (1)\n"
"\n"
"What to write\n"
"  --json              records as JSON Lines on stdout, instead of the table\n"
"  --output FILE       records as JSON Lines into FILE, beside the table\n"
"  --quiet             no progress\n"
"  --list              the parts, areas and heaps, and exit\n"
"  --help              this text\n"
"\n"
"Exit status: 0 all rows have valid samples, 1 some row has none, 2 could not\n"
"do its work. After SIGINT the records so far are kept, marked partial.\n"
"\n"
"Examples\n"
"  cmabench\n"
"        the default set: about half a minute in an emulated guest\n"
"  cmabench --backend dma-heap --sizes 4M --count 100 --output camera.jsonl\n"
"        a hundred 4 MiB buffers, as a camera would ask for\n"
"  cmabench --pressure anonymous --occupancy 10,50,85 --json | jq ...\n"
"        how latency grows with what the area is lent out for\n"
"  cmabench --pressure clean-cache,dirty-cache --folder /data\n"
"        page cache of a file there; dirty-cache lifts vm.dirty_ratio meanwhile\n"
"  cmabench --bench parallel --backend dma-heap --threads 1,8 --sizes 757\n"
"        do neighbours make each other busy?\n"
"  cmabench --pressure pinned-vmsplice --pins 1/pageblock --backend dma-heap\n"
"        what an area with a pinned page in every pageblock still gives\n"
"  cmabench blame; dmesg | cmabench explain -\n"
"        who is in the way; what a log says\n"
"  cmabench --bench phases --backend dma-heap --pressure anonymous --sizes 4M\n"
"        where the time goes, by kernel probes\n"
"  cmabench --backend null --count 1000\n"
"        the overhead of this program itself; needs no area\n";

enum { BENCH = 256, BACKEND, PRESSURE, AREA, HEAP, SIZES, OCCUPANCY, ALIGN,
	THREADS, DURATION, INTERVAL, BREAK_ON, COUNT,
	TRACED, CALIBRATE, MAPPINGS, PINS, FOLDER, SEED, JSON, OUTPUT, QUIET, LIST, HELP };

static const struct option long_options[] = {
	{ "bench", required_argument, NULL, BENCH },
	{ "backend", required_argument, NULL, BACKEND },
	{ "pressure", required_argument, NULL, PRESSURE },
	{ "area", required_argument, NULL, AREA },
	{ "heap", required_argument, NULL, HEAP },
	{ "sizes", required_argument, NULL, SIZES },
	{ "occupancy", required_argument, NULL, OCCUPANCY },
	{ "align", required_argument, NULL, ALIGN },
	{ "threads", required_argument, NULL, THREADS },
	{ "duration", required_argument, NULL, DURATION },
	{ "interval", required_argument, NULL, INTERVAL },
	{ "break-on", required_argument, NULL, BREAK_ON },
	{ "count", required_argument, NULL, COUNT },
	{ "traced", required_argument, NULL, TRACED },
	{ "calibrate", required_argument, NULL, CALIBRATE },
	{ "mappings", required_argument, NULL, MAPPINGS },
	{ "pins", required_argument, NULL, PINS },
	{ "folder", required_argument, NULL, FOLDER },
	{ "seed", required_argument, NULL, SEED },
	{ "json", no_argument, NULL, JSON },
	{ "output", required_argument, NULL, OUTPUT },
	{ "quiet", no_argument, NULL, QUIET },
	{ "list", no_argument, NULL, LIST },
	{ "help", no_argument, NULL, HELP },
	{ NULL, 0, NULL, 0 },
};

/* One line, where getopt itself would write another. */
static void complain_of_option(int option, const char *argument)
{
	const char letter[] = { '-', optopt, '\0' };

	/* There are none of one letter, and of "-help" getopt is still at the 'h'. */
	if (optopt && optopt < BENCH)
		argument = letter;
	fprintf(stderr, "error: %s '%s'; see cmabench --help\n", option == ':' ?
		"expected a value behind" : "expected an option, found",
		argument);
}

static int parse_one(struct options *options, int option, const char *argument)
{
	__u64 number;

	switch (option) {
	case BENCH:
		return parse_parts("bench", optarg, &benches,
				   &options->benches);
	case BACKEND:
		options->backends_named = true;
		return parse_parts("backend", optarg, &backends,
				   &options->backends);
	case PRESSURE:
		options->pressures_named = true;
		return parse_parts("pressure", optarg, &pressures,
				   &options->pressures);
	case SIZES:
		return parse_sizes(options, optarg);
	case OCCUPANCY:
		return parse_list("occupancy", optarg, 1, 100, options->percent,
				  MAX_PERCENTS, &options->npercents);
	case ALIGN:
		return parse_list("align", optarg, 0, MAX_ALIGN_ORDER,
				  options->align_order, MAX_SIZES,
				  &options->naligns);
	case THREADS:
		return parse_list("threads", optarg, 1, MAX_THREADS,
				  options->threads, MAX_PERCENTS,
				  &options->nthreads);
	case DURATION:
		return parse_scaled("duration", optarg, 1000000000,
				    &options->duration_ns);
	case INTERVAL:
		return parse_scaled("interval", optarg, 1000,
				    &options->interval_ns);
	case BREAK_ON:
		return parse_scaled("break-on", optarg, 1000,
				    &options->break_on_ns);
	case COUNT:
		options->count_named = true;
		return parse_number("count", optarg, 1, MAX_COUNT,
				    &options->count);
	case TRACED:
		return parse_number("traced", optarg, 0, MAX_TRACED,
				    &options->traced_count);
	case CALIBRATE:
		return parse_number("calibrate", optarg, 0, MAX_CALIBRATION,
				    &options->calibration_count);
	case MAPPINGS:
		if (parse_number("mappings", optarg, 2, MAX_MAPPINGS, &number))
			return -1;
		options->settings.mappings = number;
		return 0;
	case PINS:
		return parse_pins(&options->settings, optarg);
	case FOLDER:
		options->settings.folder = optarg;
		return 0;
	case SEED:
		return parse_number("seed", optarg, 0, ~0ull, &options->seed);
	case AREA:
		options->area = optarg;
		return 0;
	case HEAP:
		options->heap = optarg;
		return 0;
	case OUTPUT:
		options->output = optarg;
		return 0;
	case JSON:
		options->json = true;
		return 0;
	case QUIET:
		options->quiet = true;
		return 0;
	case LIST:
		options->list = true;
		return 0;
	case HELP:
		fputs(help, stdout);
		return 1;
	}
	complain_of_option(option, argument);
	return -1;
}

static void choose(struct part_list *chosen, const void *part, bool wanted)
{
	if (wanted)
		chosen->part[chosen->count++] = part;
}

static void choose_defaults(struct options *options)
{
	const struct pressure *pressure;
	size_t i;

	for (i = 0; i < backends.count; i++)
		choose(&options->backends, backends.part[i],
		       ((const struct backend *)backends.part[i])->by_default);
	for (i = 0; i < benches.count; i++)
		choose(&options->benches, benches.part[i],
		       ((const struct bench *)benches.part[i])->by_default);
	/* The empty area first, while nothing has been moved about in it. */
	for (i = 0; i < 2 * pressures.count; i++) {
		pressure = pressures.part[i % pressures.count];
		choose(&options->pressures, pressure, pressure->by_default &&
		       pressure->has_target == (i >= pressures.count));
	}
}

static void set_defaults(struct options *options)
{
	static const __u64 sizes[] = { 1, 16, 64, 256, 1024, 4096 };
	static const unsigned int threads[] = { 1, 2, 4 };

	memset(options, 0, sizeof(*options));
	memcpy(options->size_pages, sizes, sizeof(sizes));
	options->nsizes = ARRAY_SIZE(sizes);
	options->percent[0] = 50;
	options->npercents = 1;
	options->naligns = 1;
	memcpy(options->threads, threads, sizeof(threads));
	options->nthreads = ARRAY_SIZE(threads);
	options->count = 10;
	options->traced_count = 1;
	options->calibration_count = 5;
	options->seed = 1;
	options->settings.mappings = 4;
	options->settings.pins = 1;
	choose_defaults(options);
}

/* Rows that end or arrive by the clock: of benches that know how. */
static int apply_clock(struct options *options)
{
	size_t i;

	for (i = 0; i < options->benches.count; i++) {
		const struct bench *bench = options->benches.part[i];

		if (options->duration_ns && bench->no_duration) {
			fprintf(stderr, "error: --duration: expected benches that end by the clock, found %s, which %s\n",
				bench->name, bench->no_duration);
			return -1;
		}
		if (options->interval_ns && bench->no_interval) {
			fprintf(stderr, "error: --interval: expected benches whose samples arrive by the clock, found %s, which %s\n",
				bench->name, bench->no_interval);
			return -1;
		}
	}
	if (options->duration_ns && !options->count_named)
		options->count = MAX_COUNT;
	return 0;
}

int options_parse(struct options *options, int argc, char **argv)
{
	int option, result;

	set_defaults(options);
	while ((option = getopt_long(argc, argv, ":", long_options, NULL)) != -1) {
		result = parse_one(options, option, argv[optind - 1]);
		if (result)
			return result;
	}
	if (optind < argc) {
		fprintf(stderr, "error: expected options only, found '%s'; see cmabench --help\n",
			argv[optind]);
		return -1;
	}
	if (options->json && options->output) {
		fputs("error: --json writes records to stdout and --output to a file: choose one\n",
		      stderr);
		return -1;
	}
	return apply_clock(options);
}

int options_fit(struct options *options, const struct target *target)
{
	__u64 area_pages = target->area ? target->area->count_pages : 0;
	size_t i, kept = 0;

	if (!area_pages)
		return 0;
	for (i = 0; i < options->nsizes; i++) {
		__u64 pages = options->size_pages[i];

		if (options->sizes_named && pages > area_pages) {
			fprintf(stderr, "error: --sizes: expected at most the %llu pages of area %s, found %llu\n",
				area_pages, target_name(target), pages);
			return -1;
		}
		if (options->sizes_named || pages <= area_pages / 2)
			options->size_pages[kept++] = pages;
	}
	options->nsizes = kept;
	if (kept)
		return 0;
	fprintf(stderr, "error: --sizes: area %s has %llu pages, less than twice the smallest default size: name a size\n",
		target_name(target), area_pages);
	return -1;
}
