// SPDX-License-Identifier: GPL-2.0
#include "explained_log.h"

#include "harness.h"

struct explanation *told_by(const char *const *lines, size_t count)
{
	struct explanation *told = calloc(1, sizeof(*told));
	size_t i;

	if (!told)
		abort();
	for (i = 0; i < count; i++)
		explain_line(told, lines[i]);
	return told;
}

char *printed(struct explanation *told)
{
	size_t length;
	char *text;
	FILE *file = open_memstream(&text, &length);

	if (!file)
		abort();
	explain_print(file, told);
	fclose(file);
	return text;
}

bool expect_printed(struct explanation *told, const char *const *expected,
		    size_t count)
{
	char *text = printed(told);
	bool good = true;
	size_t i;

	for (i = 0; i < count; i++)
		good &= expect_text("printed", text, expected[i]);
	free(text);
	return good;
}
