// SPDX-License-Identifier: GPL-2.0
#include "symbols.h"

#include <stdlib.h>
#include <string.h>

#include "../phases.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* What control itself calls: the search in the bitmap, locks, events. */
static const char *const control_prefixes[] = {
	"cma_", "__cma_", "alloc_contig", "__alloc_contig", "bitmap_",
	"__bitmap_", "_find_", "find_next", "mutex_", "__mutex_", "_raw_spin_",
	"_raw_read_", "trace_", "lru_cache_enable", "set_page_refcounted",
	"set_pages_refcounted", "find_large_buddy", "compaction_", "memset", "__list_",
	"__might_",
};

/* What a dma-heap zeroes pages with; inlined, it is the heap's own code. */
static const char *const zeroing_prefixes[] = {
	"cma_heap_allocate", "memset", "__memset", "__pi_memset", "clear_page",
	"__pi_clear_page", "clear_highpage",
};

static struct symbol *symbols;
static size_t nsymbols;

static bool named(const char *symbol, const char *name)
{
	size_t length = strlen(name);

	if (strncmp(symbol, name, length))
		return false;
	symbol += length;
	return !*symbol || *symbol == '.' || !strcmp(symbol, "_noprof");
}

static bool begins_with_one(const char *name, const char *const *prefixes,
			    size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
			return true;
	return false;
}

static void classify(struct symbol *symbol)
{
	size_t i;

	symbol->phase = -1;
	for (i = 0; i < ARRAY_SIZE(phase_beginnings); i++)
		if (named(symbol->name, phase_beginnings[i].function))
			symbol->phase = phase_beginnings[i].phase;
	symbol->goes_on = phase_goes_on(symbol->name);
	symbol->is_of_migrate = phase_is_of_migrate(symbol->name);
	symbol->is_root = named(symbol->name, "cma_alloc");
	symbol->is_release = named(symbol->name, "cma_release");
	/* Around an allocation it is what all else is. */
	if (symbol->is_release)
		symbol->phase = PHASE_DOOR;
	symbol->is_drop = named(symbol->name, "__filemap_remove_folio");
	symbol->is_attempt = phase_is_attempt(symbol->name);
	symbol->is_control = begins_with_one(symbol->name, control_prefixes,
					     ARRAY_SIZE(control_prefixes));
	symbol->is_zeroing = begins_with_one(symbol->name, zeroing_prefixes,
					     ARRAY_SIZE(zeroing_prefixes));
}

int symbols_read(const char *path)
{
	char line[512], name[400], type;
	FILE *file = fopen(path, "re");
	__u64 address;

	if (!file)
		return -1;
	symbols = calloc(400000, sizeof(*symbols));
	while (symbols && nsymbols < 400000 &&
	       fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%llx %c %399s", &address, &type,
			   name) != 3 || !strchr("tTwW", type) ||
		    name[0] == '$')
			continue;
		symbols[nsymbols].address = address;
		symbols[nsymbols].name = strdup(name);
		classify(&symbols[nsymbols++]);
	}
	fclose(file);
	return nsymbols ? 0 : -1;
}

struct symbol *symbol_at(__u64 address)
{
	size_t low = 0, high = nsymbols, i;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (symbols[middle].address <= address)
			low = middle;
		else
			high = middle;
	}
	for (i = low; i && symbols[i - 1].address == symbols[low].address; i--)
		if (symbols[i - 1].phase >= 0)
			return &symbols[i - 1];
	return &symbols[low];
}

static int by_unexplained(const void *a, const void *b)
{
	const struct symbol *left = a, *right = b;

	return (left->unexplained < right->unexplained) -
	       (left->unexplained > right->unexplained);
}

void symbols_tell_unexplained(FILE *output)
{
	size_t i;

	qsort(symbols, nsymbols, sizeof(*symbols), by_unexplained);
	for (i = 0; i < nsymbols && i < 20 && symbols[i].unexplained; i++)
		fprintf(output,
			"{\"type\":\"unexplained\",\"symbol\":\"%s\",\"instructions\":%llu}\n",
			symbols[i].name, symbols[i].unexplained);
}
