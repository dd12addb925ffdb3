// SPDX-License-Identifier: GPL-2.0
/*
 * predict - what a boot reserves, computed from the tree and the settings
 *
 * Written from Documentation/devicetree/bindings/reserved-memory, the kernel's
 * parameters and what kernels were seen to do; it shares nothing with their
 * code, so that the two can disagree. The order of events:
 *
 *   1. nodes with reg are taken as they are, in the tree's order
 *   2. nodes with size get the highest place that is free
 *   3. each node's driver says yes or no; no gives the memory back
 *   4. the global area comes last, where the tree has none
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

__u64 round_up_to(__u64 number, __u64 step)
{
	if (number > ULLONG_MAX - step)
		return ULLONG_MAX / step * step;
	return (number + step - 1) / step * step;
}

struct region *add_region(struct model *model, const char *name, __u64 base, __u64 bytes,
			  enum region_class class)
{
	struct prediction *prediction = model->prediction;
	struct region *region;

	prediction->regions = realloc(prediction->regions,
				      (prediction->region_count + 1) * sizeof(*region));
	if (!prediction->regions)
		fail("no memory for %zu regions", prediction->region_count + 1);
	region = &prediction->regions[prediction->region_count++];
	*region = (struct region){
		.name = strdup(name), .base = base, .bytes = bytes, .class = class,
	};
	return region;
}

void add_finding(struct model *model, enum finding_kind kind, const char *node,
		 const char *format, ...)
{
	struct prediction *prediction = model->prediction;
	struct finding *finding;
	va_list arguments;

	prediction->findings = realloc(prediction->findings,
				       (prediction->finding_count + 1) * sizeof(*finding));
	if (!prediction->findings)
		fail("no memory for %zu findings", prediction->finding_count + 1);
	finding = &prediction->findings[prediction->finding_count++];
	finding->kind = kind;
	finding->node = strdup(node);
	va_start(arguments, format);
	if (vasprintf(&finding->text, format, arguments) < 0)
		fail("no memory for a finding about '%s'", node);
	va_end(arguments);
}

bool take_area_slot(struct model *model)
{
	if (model->area_count >= area_slots(model->settings)) {
		text_list_add(&model->prediction->log, "Not enough slots for CMA reserved regions!");
		return false;
	}
	model->area_count++;
	return true;
}

static void predict_machine(struct model *model)
{
	struct prediction *prediction = model->prediction;
	const struct settings *settings = model->settings;
	const struct tree *tree = model->tree;

	for (size_t i = 0; tree && i < tree->bank_count; i++)
		range_set_add(&model->ram, tree->banks[i].start, tree->banks[i].end);
	range_set_add_all(&model->ram, &settings->ram);
	range_set_add_all(&model->taken, &settings->occupied);
	/* The firmware's map loses what memmap= takes before anybody sees it. */
	for (size_t i = 0; i < settings->memmap.count; i++) {
		struct range lost = settings->memmap.ranges[i];
		__u64 bytes = range_set_bytes(&model->ram, lost.start, lost.end);

		prediction->ram_lost_bytes += bytes;
		prediction->memory_lost_bytes += bytes;
		range_set_remove(&model->ram, lost.start, lost.end);
		add_region(model, "memmap", lost.start, lost.end - lost.start, REGION_NO_MAP);
	}
	if (settings->unknown_memmap)
		text_list_add(&prediction->log, "Unknown kernel command line parameters");
}

void predict(struct prediction *prediction, const struct tree *tree,
	     const struct settings *settings)
{
	struct model model = { .tree = tree, .settings = settings, .prediction = prediction };

	*prediction = (struct prediction){ .regions = NULL };
	predict_machine(&model);
	if (tree)
		place_nodes(&model);
	place_areas(&model);
	sum_up(&model);
	range_set_free(&model.ram);
	range_set_free(&model.taken);
	range_set_free(&model.unmapped);
}

void prediction_free(struct prediction *prediction)
{
	for (size_t i = 0; i < prediction->region_count; i++)
		free(prediction->regions[i].name);
	for (size_t i = 0; i < prediction->finding_count; i++) {
		free(prediction->findings[i].node);
		free(prediction->findings[i].text);
	}
	free(prediction->regions);
	free(prediction->findings);
	text_list_free(&prediction->log);
	text_list_free(&prediction->heaps);
}
