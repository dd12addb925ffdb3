// SPDX-License-Identifier: GPL-2.0
/* report - how the programs of this folder fail, and lists of text */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "report.h"

void fail(const char *format, ...)
{
	va_list arguments;

	fflush(stdout);
	fprintf(stderr, "cma-tests: error: ");
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(2);
}

void text_list_add(struct text_list *list, const char *format, ...)
{
	va_list arguments;
	char *text;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	list->texts = realloc(list->texts, (list->count + 1) * sizeof(*list->texts));
	if (length < 0 || !list->texts)
		fail("no memory for %zu lines of text", list->count + 1);
	list->texts[list->count++] = text;
}

void text_list_truncate(struct text_list *list, size_t count)
{
	while (list->count > count)
		free(list->texts[--list->count]);
}

void text_list_free(struct text_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->texts[i]);
	free(list->texts);
	list->texts = NULL;
	list->count = 0;
}
