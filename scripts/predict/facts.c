// SPDX-License-Identifier: GPL-2.0
/*
 * facts - print the prediction of one boot, one fact a line, fields by tabs
 *
 *   facts [option...] [TREE]       the options are in question.h
 */
#include <stdio.h>

#include "predict.h"
#include "question.h"

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
	printf("block\t%llu\n", pageblock_bytes(settings));
	printf("early\t%llu\n", prediction->early_bytes);
	printf("total\tcma\t%lld\n", (long long)prediction->cma_bytes);
	printf("total\tram\t%lld\n", -(long long)prediction->ram_lost_bytes);
	printf("total\tmem\t%lld\n", -(long long)prediction->memory_lost_bytes);
	for (size_t i = 0; i < prediction->region_count; i++)
		print_region(&prediction->regions[i]);
	for (size_t i = 0; i < prediction->heaps.count; i++)
		printf("heap\t%s\n", prediction->heaps.texts[i]);
	for (size_t i = 0; i < prediction->log.count; i++)
		printf("log\t%s\n", prediction->log.texts[i]);
}

int main(int argc, char **argv)
{
	struct prediction prediction;
	struct question question;

	question_read(&question, argc, argv);
	predict(&prediction, question.tree, &question.settings);
	print_facts(&prediction, &question.settings);
	prediction_free(&prediction);
	question_free(&question);
	return 0;
}
