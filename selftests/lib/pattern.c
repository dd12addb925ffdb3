// SPDX-License-Identifier: GPL-2.0
#include "pattern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pagemap.h"

#define PAUSE_US 1000

/* One step of a 64-bit generator (xorshift*); never 0 for a seed above 0. */
static __u64 next_word(__u64 *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dull;
}

static __u64 first_state(__u64 seed, size_t page)
{
	return (seed + 1) * 0x9e3779b97f4a7c15ull + 2 * page + 1;
}

void pattern_fill(void *start, size_t bytes, __u64 seed)
{
	size_t size = pagemap_page_size(), page, word;

	for (page = 0; page < bytes / size; page++) {
		__u64 *words = (__u64 *)((char *)start + page * size);
		__u64 state = first_state(seed, page);

		for (word = 0; word < size / sizeof(*words) - 1; word++)
			words[word] = next_word(&state);
	}
}

long pattern_first_wrong(const void *start, size_t bytes, __u64 seed)
{
	size_t size = pagemap_page_size(), page, word;

	for (page = 0; page < bytes / size; page++) {
		const __u64 *words = (const __u64 *)((const char *)start + page * size);
		__u64 state = first_state(seed, page);

		for (word = 0; word < size / sizeof(*words) - 1; word++)
			if (words[word] != next_word(&state))
				return page;
	}
	return -1;
}

static __u64 *last_word(const struct pattern_writer *writer, size_t page)
{
	return (__u64 *)(writer->start + (page + 1) * pagemap_page_size()) - 1;
}

static void write_page(struct pattern_writer *writer, size_t page, __u64 value)
{
	__u64 *word = last_word(writer, page);

	if (__atomic_load_n(word, __ATOMIC_RELAXED) != writer->written[page] && writer->lost < 0)
		writer->lost = page;
	writer->written[page] = value;
	__atomic_store_n(word, value, __ATOMIC_RELAXED);
}

static int write_round(void *argument)
{
	struct pattern_writer *writer = argument;
	__u64 round = background_steps(&writer->background) + 1;
	size_t page;

	for (page = 0; page < writer->pages; page++)
		write_page(writer, page, round << 24 | page);
	/* There are many of us, and one that is to move what we write to. */
	usleep(PAUSE_US);
	return 0;
}

int pattern_writer_start(struct pattern_writer *writer, void *start, size_t bytes)
{
	size_t page;
	int err;

	memset(writer, 0, sizeof(*writer));
	writer->start = start;
	writer->pages = bytes / pagemap_page_size();
	writer->lost = -1;
	writer->written = calloc(writer->pages, sizeof(*writer->written));
	err = writer->written ? 0 : -ENOMEM;
	for (page = 0; !err && page < writer->pages; page++)
		writer->written[page] = *last_word(writer, page);
	if (!err)
		err = background_start(&writer->background, write_round, writer);
	if (err) {
		free(writer->written);
		writer->start = NULL;
	}
	return err;
}

bool pattern_writer_goes_on(const struct pattern_writer *writer)
{
	/* The round that is under way has been where we do not look. */
	return !background_wait(&writer->background, 2);
}

long pattern_writer_stop(struct pattern_writer *writer)
{
	size_t page;

	if (!writer->start)
		return -1;
	background_stop(&writer->background);
	for (page = 0; page < writer->pages && writer->lost < 0; page++)
		if (*last_word(writer, page) != writer->written[page])
			writer->lost = page;
	free(writer->written);
	writer->start = NULL;
	return writer->lost;
}
