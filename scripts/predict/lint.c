// SPDX-License-Identifier: GPL-2.0
/*
 * lint - what a kernel will make of a board's reserved memory, in sentences
 *
 *   lint [option...] TREE            the options are in question.h
 *
 * One line a finding: the node, what the kernel does with it, the property that
 * is the reason and the value that would work. Status 0: the kernel takes every
 * node; 1: it refuses or ignores one, is damaged by one, or does not boot; 2: there
 * is no answer.
 */
#include <stdio.h>
#include <string.h>

#include "predict.h"
#include "question.h"

static const char * const kind_names[] = {
	[FINDING_REFUSED] = "refused", [FINDING_IGNORED] = "ignored", [FINDING_DISABLED] = "disabled",
	[FINDING_ROUNDED] = "rounded",
	[FINDING_OVERLAPS] = "overlaps", [FINDING_BROKEN] = "broken", [FINDING_ADVICE] = "note",
};

static bool is_negative(const struct finding *finding)
{
	return finding->kind == FINDING_REFUSED || finding->kind == FINDING_IGNORED;
}

/* "128 MiB", in the largest unit that it is a whole number of. */
static void print_bytes(__u64 bytes)
{
	int unit = 0;

	while (unit < 3 && bytes && !(bytes % 1024)) {
		bytes >>= 10;
		unit++;
	}
	printf("%llu %s", bytes, unit == 0 ? "bytes" : unit == 1 ? "KiB" : unit == 2 ? "MiB" : "GiB");
}

static void print_range(__u64 base, __u64 bytes)
{
	printf("0x%llx..0x%llx, ", base, base + bytes - 1);
	print_bytes(bytes);
}

static void print_region(const struct region *region)
{
	const char *kind = region->class == REGION_NO_MAP ? "no-map" :
			   region->class == REGION_MAPPED ? "mapped, reserved" :
			   region->is_default ? "CMA, the global area" : "CMA";

	printf("%-32s ", region->name);
	if (!region->bytes) {
		printf("0x%llx, not usable\n", region->base);
		return;
	}
	if (region->place == PLACE_UNKNOWN) {
		printf("somewhere, ");
		print_bytes(region->bytes);
	} else {
		if (region->place == PLACE_BELOW)
			printf("at or below ");
		print_range(region->base, region->bytes);
	}
	printf(", %s\n", kind);
}

static void print_machine(const struct prediction *prediction, const struct question *question)
{
	const struct settings *settings = &question->settings;

	printf("pages of %lu KiB, pageblock order %u: base and size of an area are multiples of 0x%llx\n",
	       settings->page_bytes >> 10, settings->pageblock_order, pageblock_bytes(settings));
	if (settings->architecture == ARCHITECTURE_ARM)
		puts("32-bit arm, without large pages (LPAE)");
	if (question->tree->is_folder)
		puts("note: a folder has neither the order of nodes nor /memreserve/; /sys/firmware/fdt has");
	if (question->uses_bootargs)
		printf("command line of /chosen: %s\n", question->tree->command_line);
	for (size_t i = 0; i < prediction->ram.count; i++) {
		printf("%-32s ", "RAM");
		print_range(prediction->ram.ranges[i].start,
			    prediction->ram.ranges[i].end - prediction->ram.ranges[i].start);
		putchar('\n');
	}
	for (size_t i = 0; i < question->tree->bank_notes.count; i++)
		puts(question->tree->bank_notes.texts[i]);
	if (prediction->ram_unknown)
		puts("RAM is left to the boot loader: say RAM=START+SIZE to see places and what fits");
}

/* A size that nobody asked for is worth a word. */
static void print_size_note(const struct prediction *prediction, const struct question *question)
{
	const struct settings *settings = &question->settings;

	for (size_t i = 0; question->assumes_config && i < prediction->region_count; i++)
		if (prediction->regions[i].is_default && !settings->cma.given &&
		    !strcmp(prediction->regions[i].name, "reserved"))
			printf("reserved: note: its size is CONFIG_CMA_SIZE_MBYTES, %llu is a guess: say CONFIG=.config\n",
			       settings->config_bytes >> 20);
}

static bool print_findings(const struct prediction *prediction)
{
	bool negative = prediction->panics;

	for (size_t i = 0; i < prediction->finding_count; i++) {
		const struct finding *finding = &prediction->findings[i];

		printf("%s: %s: %s\n", finding->node, kind_names[finding->kind], finding->text);
		negative |= is_negative(finding) || finding->kind == FINDING_BROKEN;
	}
	if (prediction->panics)
		puts("this kernel does not boot with this tree");
	return negative;
}

static void print_names(const struct prediction *prediction)
{
	for (size_t i = 0; i < prediction->finding_count; i++)
		if (is_negative(&prediction->findings[i]) ||
		    prediction->findings[i].kind == FINDING_DISABLED)
			printf("refused\t%s\n", prediction->findings[i].node);
}

int main(int argc, char **argv)
{
	struct prediction prediction;
	struct question question;
	bool negative = false;

	question_read(&question, argc, argv);
	if (!question.tree && !question.names)
		fail("expected a device tree, found none: give a .dts, a .dtb or a folder");
	predict(&prediction, question.tree, &question.settings);
	if (question.names) {
		print_names(&prediction);
	} else {
		print_machine(&prediction, &question);
		for (size_t i = 0; i < prediction.region_count; i++)
			print_region(&prediction.regions[i]);
		print_size_note(&prediction, &question);
		negative = print_findings(&prediction) || question.tree->bank_notes.count;
	}
	prediction_free(&prediction);
	question_free(&question);
	return negative;
}
