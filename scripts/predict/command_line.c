// SPDX-License-Identifier: GPL-2.0
/*
 * command_line - what the kernel's command line says of memory
 *
 * Forms as Documentation/admin-guide/kernel-parameters.txt has them.
 */
#include <stdlib.h>
#include <string.h>

#include "settings.h"

/*
 * cma=SIZE[@BASE[-END]]. Several add up: what a later one leaves unsaid stays
 * as the earlier one said it. A base alone means that very place.
 */
static void read_cma(struct cma_option *cma, const char *value)
{
	cma->given = true;
	cma->bytes = parse_bytes(value, &value);
	if (*value != '@')
		return;
	cma->base = parse_bytes(value + 1, &value);
	cma->limit = *value == '-' ? parse_bytes(value + 1, &value) : cma->base + cma->bytes;
}

/* NODE:SIZE[,NODE:SIZE...] */
static void read_node_sizes(__u64 *node_bytes, const char *value)
{
	while (*value >= '0' && *value <= '9') {
		char *end;
		unsigned long node = strtoul(value, &end, 10);

		if (*end != ':' || node >= NUMA_NODES_MAX)
			return;
		node_bytes[node] = parse_bytes(end + 1, &value);
		if (*value != ',')
			return;
		value++;
	}
}

static void read_memmap(struct settings *settings, const char *value)
{
	__u64 bytes = parse_bytes(value, &value), start;

	if (settings->architecture != ARCHITECTURE_X86_64) {
		settings->unknown_memmap = true;
		return;
	}
	if (*value != '$')
		return;
	start = parse_bytes(value + 1, &value);
	range_set_add(&settings->memmap, start, range_end(start, bytes));
}

/* NODE:PERCENT%[,NODE:...], and what is no share in between as above. */
static void read_node_shares(struct settings *settings, const char *value)
{
	const char *rest;

	while (*value >= '0' && *value <= '9') {
		char *end;
		unsigned long node = strtoul(value, &end, 10);
		__u64 number;

		if (*end != ':' || node >= NUMA_NODES_MAX)
			return;
		number = parse_bytes(end + 1, &rest);
		if (*rest == '%' && number > 100)
			return;
		settings->hugetlb_node_bytes[node] = *rest == '%' ? 0 : number;
		settings->hugetlb_node_percent[node] = *rest == '%' ? number : 0;
		rest += *rest == '%';
		if (*rest != ',')
			return;
		value = rest + 1;
	}
}

static void read_hugetlb(struct settings *settings, const char *value)
{
	const char *rest;
	__u64 number = parse_bytes(value, &rest);

	settings->hugetlb_bytes = 0;
	settings->hugetlb_percent = 0;
	if (*rest == ':' && settings->kernel.hugetlb_percent)
		read_node_shares(settings, value);
	else if (*rest == ':')
		read_node_sizes(settings->hugetlb_node_bytes, value);
	else if (*rest == '%' && settings->kernel.hugetlb_percent)
		settings->hugetlb_percent = number <= 100 ? number : 0;
	else
		settings->hugetlb_bytes = number;
}

static void read_option(struct settings *settings, const char *name, const char *value)
{
	const char *rest;

	if (!strcmp(name, "cma")) {
		read_cma(&settings->cma, value);
	} else if (!strcmp(name, "hugetlb_cma")) {
		read_hugetlb(settings, value);
	} else if (!strcmp(name, "cma_pernuma")) {
		settings->pernuma_bytes = parse_bytes(value, &rest);
		settings->numa_given = true;
	} else if (!strcmp(name, "numa_cma") && settings->kernel.numa_option) {
		read_node_sizes(settings->numa_bytes, value);
		settings->numa_given = true;
	} else if (!strcmp(name, "mem")) {
		settings->memory_limit_bytes = parse_bytes(value, &rest) /
					       settings->page_bytes * settings->page_bytes;
	} else if (!strcmp(name, "memmap")) {
		read_memmap(settings, value);
	}
}

/* Without the double quotes around it, where there are any. */
static char *unquote(char *text)
{
	size_t length = strlen(text);

	if (*text != '"')
		return text;
	if (length > 1 && text[length - 1] == '"')
		text[length - 1] = '\0';
	return text + 1;
}

/* Cut the next word off *@line, NULL at its end; inside double quotes a blank is none. */
static char *next_word(char **line)
{
	static const char blanks[] = " \t\n\v\f\r";
	char *word = *line + strspn(*line, blanks), *end = word;
	bool quoted = false;

	if (!*word)
		return NULL;
	for (; *end && (quoted || !strchr(blanks, *end)); end++)
		quoted ^= *end == '"';
	*line = end + (*end != '\0');
	*end = '\0';
	return unquote(word);
}

/* A dash in an option's name is as good as an underscore. */
static void underscore(char *name)
{
	for (; (name = strchr(name, '-')); name++)
		*name = '_';
}

void settings_read_command_line(struct settings *settings, const char *line)
{
	char *copy = strdup(line), *rest = copy, *word, *value;

	if (!copy)
		fail("no memory for the command line");
	while ((word = next_word(&rest))) {
		/* What follows is for init. */
		if (!strcmp(word, "--"))
			break;
		value = strchr(word, '=');
		if (value) {
			*value++ = '\0';
			underscore(word);
			read_option(settings, word, unquote(value));
		} else if (!strcmp(word, "cma")) {
			settings->cma.without_value = true;
		}
	}
	free(copy);
}
