// SPDX-License-Identifier: GPL-2.0
#include "option_values.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int complain(const char *option, const char *text, const char *expected)
{
	fprintf(stderr, "error: --%s: expected %s, found '%s'\n", option,
		expected, text);
	return -1;
}

/* A decimal number at *text; moves *text behind it. */
static int take_number(const char **text, __u64 *value)
{
	char *end;

	if (**text < '0' || **text > '9')
		return -1;
	errno = 0;
	*value = strtoull(*text, &end, 10);
	*text = end;
	return errno ? -1 : 0;
}

int parse_number(const char *option, const char *text, __u64 min, __u64 max,
		 __u64 *value)
{
	char expected[80];
	const char *at = text;

	if (!take_number(&at, value) && !*at && *value >= min && *value <= max)
		return 0;
	snprintf(expected, sizeof(expected), "a number from %llu to %llu", min,
		 max);
	return complain(option, text, expected);
}

int parse_scaled(const char *option, const char *text, __u64 scale, __u64 *ns)
{
	if (parse_number(option, text, 1, 1000000000, ns))
		return -1;
	*ns *= scale;
	return 0;
}

/* "16" is pages, "64K" bytes: whole pages only. */
static int take_size(const char **text, __u64 *pages)
{
	static const char units[] = "KMG";
	__u64 page_size = sysconf(_SC_PAGESIZE), bytes;
	const char *unit;

	if (take_number(text, pages) || !*pages)
		return -1;
	unit = **text ? strchr(units, **text) : NULL;
	if (!unit)
		return *pages > INT_MAX ? -1 : 0;
	if (*pages > (1ull << 32))
		return -1;
	bytes = *pages << (10 * (unit - units + 1));
	*pages = bytes / page_size;
	(*text)++;
	return bytes % page_size || *pages > INT_MAX || !*pages ? -1 : 0;
}

int parse_sizes(struct options *options, const char *text)
{
	const char *at = text;

	options->nsizes = 0;
	options->sizes_named = true;
	do {
		if (at != text)
			at++;
		if (options->nsizes == MAX_SIZES ||
		    take_size(&at, &options->size_pages[options->nsizes]))
			return complain("sizes", text,
					"sizes of one page or more, in pages or with K, M or G in bytes, comma-separated");
		options->nsizes++;
	} while (*at == ',');
	return *at ? complain("sizes", text, "sizes, comma-separated") : 0;
}

int parse_list(const char *option, const char *text, __u64 min, __u64 max,
	       unsigned int *list, size_t room, size_t *count)
{
	const char *at = text;
	char expected[96];
	__u64 value;

	*count = 0;
	do {
		if (at != text)
			at++;
		if (*count == room || take_number(&at, &value) || value < min ||
		    value > max)
			break;
		list[(*count)++] = value;
		if (!*at)
			return 0;
	} while (*at == ',');
	snprintf(expected, sizeof(expected),
		 "numbers from %llu to %llu, comma-separated", min, max);
	return complain(option, text, expected);
}

int parse_pins(struct settings *settings, const char *text)
{
	const char *at = text;
	__u64 pins;

	if (!take_number(&at, &pins) && pins >= 1 && pins <= MAX_PINS &&
	    (!*at || !strcmp(at, "/pageblock"))) {
		settings->pins = pins;
		settings->pins_per_pageblock = *at;
		return 0;
	}
	return complain("pins", text, "a number from 1 to 4096, or one with /pageblock behind it");
}

int parse_parts(const char *option, const char *text,
		const struct part_list *all, struct part_list *chosen)
{
	const void *part;
	size_t length, i;

	chosen->count = 0;
	for (;; text += length + 1) {
		length = strcspn(text, ",");
		part = find_part(all, text, length);
		if (!part || chosen->count == ARRAY_SIZE(chosen->part))
			break;
		chosen->part[chosen->count++] = part;
		if (!text[length])
			return 0;
	}
	fprintf(stderr, "error: --%s: no such part '%.*s', expected of:",
		option, (int)length, text);
	for (i = 0; i < all->count; i++)
		fprintf(stderr, " %s", part_name(all->part[i]));
	fputc('\n', stderr);
	return -1;
}
