// SPDX-License-Identifier: GPL-2.0
#include "pattern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pagemap.h"

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

static void *write_on(void *argument)
{
	struct pattern_writer *writer = argument;
	size_t page;

	while (!__atomic_load_n(&writer->stop, __ATOMIC_RELAXED)) {
		__u64 round = __atomic_add_fetch(&writer->rounds, 1, __ATOMIC_RELAXED);

		for (page = 0; page < writer->pages; page++) {
			writer->written[page] = round << 24 | page;
			*last_word(writer, page) = round << 24 | page;
		}
	}
	return NULL;
}

int pattern_writer_start(struct pattern_writer *writer, void *start, size_t bytes)
{
	int err;

	memset(writer, 0, sizeof(*writer));
	writer->start = start;
	writer->pages = bytes / pagemap_page_size();
	writer->written = calloc(writer->pages, sizeof(*writer->written));
	if (!writer->written)
		return -ENOMEM;
	err = pthread_create(&writer->thread, NULL, write_on, writer);
	if (err)
		free(writer->written);
	return -err;
}

long pattern_writer_stop(struct pattern_writer *writer)
{
	size_t page;
	long bad = -1;

	__atomic_store_n(&writer->stop, true, __ATOMIC_RELAXED);
	pthread_join(writer->thread, NULL);
	for (page = 0; page < writer->pages && bad < 0; page++)
		if (*last_word(writer, page) != writer->written[page])
			bad = page;
	free(writer->written);
	return bad;
}
