// SPDX-License-Identifier: GPL-2.0
#include "iomem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "text_file.h"

int iomem_walk(resource_fn visit, void *context)
{
	char *text, *line, *next;
	ssize_t length = text_file_read_all("/proc/iomem", &text);
	int lines = 0;

	if (length < 0)
		return length;
	for (line = strtok_r(text, "\n", &next); line; line = strtok_r(NULL, "\n", &next)) {
		struct resource resource = { 0 };

		resource.depth = strspn(line, " ") / 2;
		if (sscanf(line, "%llx-%llx : %63[^\n]", &resource.start, &resource.end,
			   resource.name) != 3)
			continue;
		lines++;
		if (!visit(context, &resource))
			break;
	}
	free(text);
	return lines;
}

static bool is_hidden(void *context, const struct resource *resource)
{
	bool *hidden = context;

	*hidden = resource->end == 0;
	return *hidden;
}

bool iomem_is_hidden(void)
{
	bool hidden = true;

	iomem_walk(is_hidden, &hidden);
	return hidden;
}
