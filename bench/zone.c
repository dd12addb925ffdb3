// SPDX-License-Identifier: GPL-2.0
#include "zone.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "text_file.h"

/* Largest number of "(0, 0, 3817)". */
static __u64 largest_number(const char *at)
{
	__u64 largest = 0, value;
	char *end;

	while (*at) {
		value = strtoull(at, &end, 10);
		if (end == at) {
			at++;
			continue;
		}
		if (value > largest)
			largest = value;
		at = end;
	}
	return largest;
}

/*
 * /proc/zoneinfo, cut to what is read here; the per-node part may come first:
 *
 *	Node 0, zone      DMA
 *	  pages free     29217
 *	        boost    0
 *	        high     1262
 *	        spanned  131072
 *	        protection: (0, 0, 0, 0)
 *	      nr_free_cma  24576
 *	  start_pfn:           262144
 */
static const struct {
	const char *label;
	size_t offset;
} fields[] = {
	{ "pages free ", offsetof(struct zone, free_pages) },
	{ "boost ", offsetof(struct zone, boost_pages) },	/* 5.14 */
	{ "high ", offsetof(struct zone, high_pages) },
	{ "spanned ", offsetof(struct zone, spanned_pages) },
	{ "nr_free_cma ", offsetof(struct zone, free_cma_pages) },
	{ "start_pfn:", offsetof(struct zone, start_pfn) },
};

static void parse_line(const char *line, struct zone *zone)
{
	size_t i, length;

	line += strspn(line, " ");
	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		length = strlen(fields[i].label);
		if (!strncmp(line, fields[i].label, length))
			*(__u64 *)((char *)zone + fields[i].offset) =
				strtoull(line + length, NULL, 10);
	}
	if (!strncmp(line, "protection:", strlen("protection:")))
		zone->protection_pages = largest_number(line);
}

static bool zone_contains(const struct zone *zone, __u64 pfn)
{
	return pfn >= zone->start_pfn &&
	       pfn - zone->start_pfn < zone->spanned_pages;
}

static void add_zone(const struct zone *zone, struct zone *sum)
{
	sum->free_pages += zone->free_pages;
	sum->free_cma_pages += zone->free_cma_pages;
	sum->high_pages += zone->high_pages;
	sum->boost_pages += zone->boost_pages;
	sum->protection_pages += zone->protection_pages;
	sum->spanned_pages = ~0ull;
}

/* A zone is over: keep it if it is the one, add it if all are wanted. */
static bool finish_zone(__u64 pfn, const struct zone *current,
			struct zone *zone)
{
	if (!current->spanned_pages)
		return false;
	if (!pfn)
		add_zone(current, zone);
	else if (zone_contains(current, pfn))
		*zone = *current;
	else
		return false;
	return true;
}

/*
 * An allocation that has to take a block of another migratetype, which is what
 * filling up memory leads to, boosts all of a zone's watermarks at once, the
 * one below which the OOM killer comes too:
 *
 *	min      low high                      as the zone is made
 *	|--------|---|
 *	             |-- boost, up to 1.5 high --|
 *	                           min     low high
 */
static __u64 highest_watermark_pages(const struct zone *zone)
{
	__u64 per_ten_thousand, high = zone->high_pages - zone->boost_pages;

	if (text_file_read_u64("/proc/sys/vm/watermark_boost_factor", &per_ten_thousand))
		per_ten_thousand = 0;
	return high + high * per_ten_thousand / 10000;
}

int zone_of_pfn(__u64 pfn, struct zone *zone)
{
	struct zone current = { 0 };
	char *text, *line, *next;
	bool found = false;
	ssize_t length;

	length = text_file_read_all("/proc/zoneinfo", &text);
	if (length < 0)
		return length;
	memset(zone, 0, sizeof(*zone));
	for (line = strtok_r(text, "\n", &next); line;
	     line = strtok_r(NULL, "\n", &next)) {
		if (!strncmp(line, "Node ", 5)) {
			found |= finish_zone(pfn, &current, zone);
			memset(&current, 0, sizeof(current));
		} else {
			parse_line(line, &current);
		}
	}
	found |= finish_zone(pfn, &current, zone);
	zone->highest_pages = highest_watermark_pages(zone);
	free(text);
	return found ? 0 : -ENOENT;
}
