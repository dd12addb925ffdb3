// SPDX-License-Identifier: GPL-2.0
#include "command.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct part_list backends, pressures, benches, commands;

/* Runs before main(): insert by name, so that output order is stable. */
void register_part(struct part_list *list, const void *part)
{
	size_t i = list->count;

	if (list->count == ARRAY_SIZE(list->part))
		abort();
	while (i && strcmp(part_name(list->part[i - 1]), part_name(part)) > 0) {
		list->part[i] = list->part[i - 1];
		i--;
	}
	list->part[i] = part;
	list->count++;
}

const void *find_part(const struct part_list *list, const char *name,
		      size_t length)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (strlen(part_name(list->part[i])) == length &&
		    !memcmp(part_name(list->part[i]), name, length))
			return list->part[i];
	return NULL;
}

int refuse(struct reason *why, int err, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why->text, sizeof(why->text), format, arguments);
	va_end(arguments);
	return err;
}

const char *target_name(const struct target *target)
{
	return target->area ? target->area->name : "none";
}
