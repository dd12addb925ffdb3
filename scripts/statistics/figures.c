// SPDX-License-Identifier: GPL-2.0
#include "figures.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEADING_COLUMNS 2

static void *resize(void *memory, size_t count, size_t size)
{
	memory = realloc(memory, count * size);
	if (!memory) {
		fprintf(stderr, "cma-tests: error: out of memory for %zu figures\n", count);
		exit(2);
	}
	return memory;
}

static void refuse(const char *path, size_t line, const char *expected, const char *found)
{
	fprintf(stderr, "cma-tests: error: %s:%zu: expected %s, found '%s'\n", path, line, expected,
		found);
	exit(2);
}

/* A finite number that is not negative: a count or a time. "-" is none. */
static bool parse_value(const struct figures *figures, size_t line, const char *text,
			double *value)
{
	char *end;

	if (!strcmp(text, "-"))
		return false;
	errno = 0;
	*value = strtod(text, &end);
	if (end == text || *end || errno || !isfinite(*value) || *value < 0)
		refuse(figures->path, line, "a figure of 0 or more, or '-'", text);
	return true;
}

static size_t count_columns(const char *text)
{
	size_t count = 1;

	for (; *text; text++)
		count += *text == '\t';
	return count;
}

static void read_header(struct figures *figures, const char *text)
{
	size_t columns = count_columns(text);

	if (strncmp(text, "row\tmeasure\t", strlen("row\tmeasure\t")) ||
	    columns > FIGURES_MAX_BOOTS)
		refuse(figures->path, 1, "the columns row, measure and a boot or more", text);
	figures->boots = columns - LEADING_COLUMNS;
}

static char *duplicate(const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(resize(NULL, size, 1), text, size);
}

static void read_line(struct figures *figures, size_t line, char *text)
{
	struct figure figure = { .line = line };

	if (count_columns(text) != figures->boots + LEADING_COLUMNS)
		refuse(figures->path, line, "as many columns as line 1 has", text);
	figure.row = duplicate(strsep(&text, "\t"));
	figure.measure = duplicate(strsep(&text, "\t"));
	if (figures_find(figures, figure.row, figure.measure))
		refuse(figures->path, line, "each row and measure once, a second", figure.row);
	figure.value = resize(NULL, figures->boots, sizeof(*figure.value));
	while (text)
		figure.count += parse_value(figures, line, strsep(&text, "\t"),
					    &figure.value[figure.count]);
	figures->figure = resize(figures->figure, figures->count + 1, sizeof(figure));
	figures->figure[figures->count++] = figure;
}

void figures_read(struct figures *figures, const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t size = 0, line = 0;
	ssize_t length;

	*figures = (struct figures){ .path = path };
	if (!file)
		refuse(path, 0, "a readable file", strerror(errno));
	while ((length = getline(&text, &size, file)) > 0) {
		line++;
		if (text[length - 1] != '\n' || strlen(text) != (size_t)length)
			refuse(path, line, "a whole line of text", text);
		text[length - 1] = '\0';
		if (line == 1)
			read_header(figures, text);
		else
			read_line(figures, line, text);
	}
	if (!figures->count)
		refuse(path, line, "figures", "none");
	free(text);
	fclose(file);
}

struct figure *figures_find(const struct figures *figures, const char *row, const char *measure)
{
	for (size_t i = 0; i < figures->count; i++) {
		struct figure *figure = &figures->figure[i];

		if (!strcmp(figure->row, row) && !strcmp(figure->measure, measure))
			return figure;
	}
	return NULL;
}
