// SPDX-License-Identifier: GPL-2.0
#include "bitmap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text_file.h"

#define WORD_BITS 32

static int parse_words(const char *text, struct cma_bitmap *bitmap)
{
	size_t size = strlen(text) / 2 + 1;

	bitmap->nwords = 0;
	bitmap->words = calloc(size, sizeof(*bitmap->words));
	if (!bitmap->words)
		return -ENOMEM;
	while (*text && *text != '\n') {
		char *end;
		unsigned long long word = strtoull(text, &end, 10);

		if (end == text || word > 0xffffffffull)
			return -EINVAL;
		bitmap->words[bitmap->nwords++] = word;
		text = end + (*end == ' ');
	}
	return 0;
}

int cma_bitmap_read(const struct cma_area *area, unsigned int range,
		    struct cma_bitmap *bitmap)
{
	char entry[64], path[CMA_PATH_SIZE], *text;
	ssize_t length;
	int err;

	memset(bitmap, 0, sizeof(*bitmap));
	if (range >= area->nranges)
		return -ENOENT;
	snprintf(entry, sizeof(entry), "ranges/%u/bitmap", range);
	cma_area_debugfs_path(area, entry, path);
	if (range == 0 && !text_file_exists(path))
		cma_area_debugfs_path(area, "bitmap", path);
	length = text_file_read_all(path, &text);
	if (length < 0)
		return length;
	err = parse_words(text, bitmap);
	free(text);

	bitmap->base_pfn = area->ranges[range].base_pfn;
	bitmap->order_per_bit = area->order_per_bit;
	bitmap->nbits = area->ranges[range].count_pages >> area->order_per_bit;
	if (!bitmap->nbits)
		bitmap->nbits = bitmap->nwords * WORD_BITS;
	if (err == 0 && bitmap->nwords !=
			(bitmap->nbits + WORD_BITS - 1) / WORD_BITS)
		err = -EINVAL;
	if (err)
		cma_bitmap_free(bitmap);
	return err;
}

void cma_bitmap_free(struct cma_bitmap *bitmap)
{
	free(bitmap->words);
	bitmap->words = NULL;
	bitmap->nbits = 0;
	bitmap->nwords = 0;
}

bool cma_bitmap_test(const struct cma_bitmap *bitmap, size_t bit)
{
	return bit < bitmap->nbits &&
	       (bitmap->words[bit / WORD_BITS] >> (bit % WORD_BITS) & 1);
}

size_t cma_bitmap_weight(const struct cma_bitmap *bitmap)
{
	size_t bit, weight = 0;

	for (bit = 0; bit < bitmap->nbits; bit++)
		weight += cma_bitmap_test(bitmap, bit);
	return weight;
}

size_t cma_bitmap_stray(const struct cma_bitmap *bitmap)
{
	size_t bit, stray = 0;

	for (bit = bitmap->nbits; bit < bitmap->nwords * WORD_BITS; bit++)
		stray += bitmap->words[bit / WORD_BITS] >>
			 (bit % WORD_BITS) & 1;
	return stray;
}

struct cma_run cma_bitmap_longest_free(const struct cma_bitmap *bitmap)
{
	struct cma_run longest = { 0, 0 }, run = { 0, 0 };
	size_t bit;

	for (bit = 0; bit < bitmap->nbits; bit++) {
		if (cma_bitmap_test(bitmap, bit)) {
			run.length = 0;
			continue;
		}
		if (run.length++ == 0)
			run.start = bit;
		if (run.length > longest.length)
			longest = run;
	}
	return longest;
}

size_t cma_bitmap_taken(const struct cma_bitmap *before,
			const struct cma_bitmap *after, struct cma_run *run)
{
	size_t bit, taken = 0;

	run->start = 0;
	run->length = 0;
	for (bit = 0; bit < after->nbits; bit++) {
		if (!cma_bitmap_test(after, bit) || cma_bitmap_test(before, bit))
			continue;
		if (taken++ == 0)
			run->start = bit;
		if (run->start + run->length == bit)
			run->length++;
	}
	return taken;
}
