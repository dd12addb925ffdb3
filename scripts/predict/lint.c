// SPDX-License-Identifier: GPL-2.0
/*
 * lint - what a kernel will make of a board's reserved memory, in sentences
 *
 *   lint [option...] TREE            the options are in question.h
 *
 * One line a finding: the node, what the kernel does with it, the property that
 * is the reason and the value that would work. Status 0: the kernel takes every
 * node; 1: it refuses or ignores one, or does not boot; 2: there is no answer.
 */
#include <stdio.h>

#include "predict.h"
#include "question.h"

static const char * const kind_names[] = {
	[FINDING_REFUSED] = "refused", [FINDING_IGNORED] = "ignored", [FINDING_ROUNDED] = "rounded",
	[FINDING_OVERLAPS] = "overlaps", [FINDING_ADVICE] = "note",
};

static bool is_negative(const struct finding *finding)
{
	return finding->kind == FINDING_REFUSED || finding->kind == FINDING_IGNORED;
}

static void print_region(const struct region *region)
{
	const char *kind = region->class == REGION_NO_MAP ? "no-map" :
			   region->class == REGION_MAPPED ? "mapped, reserved" :
			   region->is_default ? "CMA, the global area" : "CMA";

	if (region->place == PLACE_UNKNOWN)
		printf("%-24s somewhere, ", region->name);
	else
		printf("%-24s %s0x%llx, ", region->name,
		       region->place == PLACE_BELOW ? "at or below " : "", region->base);
	printf("0x%llx bytes, %s\n", region->bytes, kind);
}

static bool print_findings(const struct prediction *prediction)
{
	bool negative = prediction->panics;

	for (size_t i = 0; i < prediction->finding_count; i++) {
		const struct finding *finding = &prediction->findings[i];

		printf("%s: %s: %s\n", finding->node, kind_names[finding->kind], finding->text);
		negative |= is_negative(finding);
	}
	if (prediction->panics)
		puts("this kernel does not boot with this tree");
	return negative;
}

static void print_names(const struct prediction *prediction)
{
	for (size_t i = 0; i < prediction->finding_count; i++)
		if (is_negative(&prediction->findings[i]))
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
		printf("pages of %lu KiB, pageblock order %u: base and size of an area are multiples of 0x%llx\n",
		       question.settings.page_bytes >> 10, question.settings.pageblock_order,
		       pageblock_bytes(&question.settings));
		for (size_t i = 0; i < prediction.region_count; i++)
			print_region(&prediction.regions[i]);
		negative = print_findings(&prediction);
	}
	prediction_free(&prediction);
	question_free(&question);
	return negative;
}
