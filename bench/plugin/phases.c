// SPDX-License-Identifier: GPL-2.0
/*
 * phases - a QEMU TCG plugin: what did each cma_alloc() execute, by phase?
 *
 *	-plugin phases.so,map=System.map,out=phases.jsonl
 *
 * The guest is not touched: it does the same, to the instruction, with and
 * without. Every executed block of code is counted for the phase whose function
 * was entered last and has not returned:
 *
 *	cma_alloc ........................ control
 *	  alloc_contig_range ............. control
 *	    start_isolate_page_range ..... isolate
 *	    migrate_pages ................ migrate
 *	      try_to_migrate ............. unmap
 *	      folio_copy ................. copy
 *	  <return to cma_alloc>
 *
 * A function's return is seen when execution reaches the address behind the
 * call. In control, code of functions that are not known to belong to it is
 * unexplained: that share is told, not hidden. A second alloc_contig_range() in
 * one cma_alloc() means that the first was in vain: its count goes to retries.
 *
 * One line for each cma_alloc(), numbered from 1 as /proc/vmstat counts them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu_plugin.h"

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

enum phase {
	CONTROL, ISOLATE, DRAIN, RECLAIM, MIGRATE, UNMAP, COPY, REMAP, TEST,
	TAKE, UNDO, UNEXPLAINED, NR_PHASES
};

static const char *const phase_names[NR_PHASES] = {
	"control", "isolate", "drain", "reclaim", "migrate", "unmap", "copy",
	"remap", "test", "take", "undo", "unexplained",
};

/* Functions that begin a phase, of all kernels; suffixes do not matter. */
static const struct {
	const char *name;
	enum phase phase;
} beginnings[] = {
	{ "cma_alloc", CONTROL },
	{ "alloc_contig_range", CONTROL },
	{ "alloc_contig_frozen_range", CONTROL },
	{ "replace_free_hugepage_folios", CONTROL },
	{ "start_isolate_page_range", ISOLATE },
	{ "isolate_migratepages_range", ISOLATE },
	{ "lru_cache_disable", DRAIN },
	{ "lru_add_drain", DRAIN },
	{ "lru_add_drain_all", DRAIN },
	{ "drain_all_pages", DRAIN },
	{ "__drain_all_pages", DRAIN },
	{ "drain_pages", DRAIN },
	{ "drain_pages_zone", DRAIN },
	{ "free_pcppages_bulk", DRAIN },
	{ "reclaim_clean_pages_from_list", RECLAIM },
	{ "migrate_pages", MIGRATE },
	{ "try_to_migrate", UNMAP },
	{ "folio_copy", COPY },
	{ "folio_mc_copy", COPY },
	{ "copy_highpage", COPY },
	{ "remove_migration_ptes", REMAP },
	{ "test_pages_isolated", TEST },
	{ "isolate_freepages_range", TAKE },
	{ "find_large_buddy", TAKE },
	{ "split_page", TAKE },
	{ "split_page_memcg", TAKE },
	{ "split_free_pages", TAKE },
	{ "split_free_frozen_pages", TAKE },
	{ "prep_new_page", TAKE },
	{ "free_contig_range", TAKE },
	{ "free_contig_frozen_range", TAKE },
	{ "__free_contig_range_common", TAKE },		/* 7.2 */
	{ "undo_isolate_page_range", UNDO },
};

/* What control itself calls: the search in the bitmap, locks, events. */
static const char *const control_prefixes[] = {
	"cma_", "__cma_", "alloc_contig", "__alloc_contig", "bitmap_",
	"__bitmap_", "_find_", "find_next", "mutex_", "__mutex_", "_raw_spin_",
	"_raw_read_", "trace_", "lru_cache_enable", "set_page_refcounted",
	"set_pages_refcounted", "compaction_", "memset", "__list_",
	"__might_",
};

struct symbol {
	__u64 address;
	char *name;
	int phase;		/* begun at its entry; -1: none */
	bool is_root, is_attempt, is_control;
	__u64 unexplained;	/* instructions of it, of all calls */
};

static struct symbol *symbols;
static size_t nsymbols;

/* A translated block of the guest's code. */
struct block {
	__u64 address, end;	/* behind its last instruction */
	__u64 instructions;
	struct symbol *symbol;
	bool is_entry;		/* the first of its function */
	struct block *next;	/* in its hash chain */
};

#define HASH_SIZE 65536
#define MAX_DEPTH 64

static struct block *blocks[HASH_SIZE];

static struct {
	enum phase phase;
	__u64 back;		/* where it returns to */
} stack[MAX_DEPTH];
static size_t depth;
static __u64 last_end;

static __u64 calls, attempts, retries_instructions;
static __u64 counts[NR_PHASES], attempt_counts[NR_PHASES];
static FILE *output;

static bool named(const char *symbol, const char *name)
{
	size_t length = strlen(name);

	if (strncmp(symbol, name, length))
		return false;
	symbol += length;
	return !*symbol || *symbol == '.' || !strcmp(symbol, "_noprof");
}

static void classify(struct symbol *symbol)
{
	size_t i;

	symbol->phase = -1;
	for (i = 0; i < ARRAY_SIZE(beginnings); i++)
		if (named(symbol->name, beginnings[i].name))
			symbol->phase = beginnings[i].phase;
	symbol->is_root = named(symbol->name, "cma_alloc");
	symbol->is_attempt = named(symbol->name, "alloc_contig_range") ||
			     named(symbol->name, "alloc_contig_frozen_range");
	for (i = 0; i < ARRAY_SIZE(control_prefixes); i++)
		symbol->is_control |= !strncmp(symbol->name, control_prefixes[i],
					       strlen(control_prefixes[i]));
}

/* System.map: "ffff800080011000 T name", sorted by address. */
static int read_symbols(const char *path)
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

/* The last one at or below; of several at one address, the one with a phase. */
static struct symbol *symbol_at(__u64 address)
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

static void add(__u64 *to, const __u64 *from)
{
	int i;

	for (i = 0; i < NR_PHASES; i++)
		to[i] += from[i];
}

static void begin_attempt(void)
{
	int i;

	if (attempts++)
		for (i = 0; i < NR_PHASES; i++)
			retries_instructions += attempt_counts[i];
	else
		add(counts, attempt_counts);
	memset(attempt_counts, 0, sizeof(attempt_counts));
}

static void end_call(void)
{
	__u64 total = retries_instructions;
	int i;

	add(counts, attempt_counts);
	for (i = 0; i < NR_PHASES; i++)
		total += counts[i];
	fprintf(output,
		"{\"type\":\"phases\",\"call\":%llu,\"instructions\":%llu,\"attempts\":%llu",
		calls, total, attempts);
	for (i = 0; i < NR_PHASES; i++)
		fprintf(output, ",\"%s\":%llu", phase_names[i], counts[i]);
	fprintf(output, ",\"retries\":%llu}\n", retries_instructions);
}

static void begin_call(void)
{
	calls++;
	attempts = 0;
	retries_instructions = 0;
	memset(counts, 0, sizeof(counts));
	memset(attempt_counts, 0, sizeof(attempt_counts));
}

/* Also several at once: a function that was jumped to has no return. */
static void leave(__u64 address)
{
	size_t i;

	for (i = depth; i; i--) {
		if (stack[i - 1].back != address)
			continue;
		depth = i - 1;
		if (!depth)
			end_call();
		return;
	}
}

static void enter(const struct block *block)
{
	if (!depth)
		begin_call();
	if (block->symbol->is_attempt)
		begin_attempt();
	if (depth == MAX_DEPTH)
		return;
	stack[depth].phase = block->symbol->phase;
	stack[depth++].back = last_end;
}

static void execute(unsigned int cpu, void *data)
{
	const struct block *block = data;

	(void)cpu;
	if (depth)
		leave(block->address);
	if (block->is_entry && block->symbol->phase >= 0 &&
	    (depth || block->symbol->is_root))
		enter(block);
	if (depth) {
		enum phase phase = stack[depth - 1].phase;

		if (phase == CONTROL && !block->symbol->is_control) {
			phase = UNEXPLAINED;
			block->symbol->unexplained += block->instructions;
		}
		attempt_counts[phase] += block->instructions;
	}
	last_end = block->end;
}

/* Blocks are translated again and again: one of each is kept. */
static struct block *block_of(__u64 address, __u64 end, __u64 count)
{
	struct block **chain = &blocks[(address >> 2) % HASH_SIZE], *block;

	for (block = *chain; block; block = block->next)
		if (block->address == address && block->end == end)
			return block;
	block = calloc(1, sizeof(*block));
	if (!block)
		abort();
	block->address = address;
	block->end = end;
	block->instructions = count;
	block->symbol = symbol_at(address);
	block->is_entry = block->symbol->address == address;
	block->next = *chain;
	*chain = block;
	return block;
}

static void translate(__u64 id, struct qemu_plugin_tb *tb)
{
	size_t count = qemu_plugin_tb_n_insns(tb);
	struct qemu_plugin_insn *last = qemu_plugin_tb_get_insn(tb, count - 1);

	(void)id;
	qemu_plugin_register_vcpu_tb_exec_cb(tb, execute,
					     QEMU_PLUGIN_CB_NO_REGS,
					     block_of(qemu_plugin_tb_vaddr(tb),
						      qemu_plugin_insn_vaddr(last) +
						      qemu_plugin_insn_size(last),
						      count));
}

static int by_unexplained(const void *a, const void *b)
{
	const struct symbol *left = a, *right = b;

	return (left->unexplained < right->unexplained) -
	       (left->unexplained > right->unexplained);
}

/* Where to look for what no phase explains. */
static void finish(__u64 id, void *data)
{
	size_t i;

	(void)id;
	(void)data;
	qsort(symbols, nsymbols, sizeof(*symbols), by_unexplained);
	for (i = 0; i < nsymbols && i < 20 && symbols[i].unexplained; i++)
		fprintf(output,
			"{\"type\":\"unexplained\",\"symbol\":\"%s\",\"instructions\":%llu}\n",
			symbols[i].name, symbols[i].unexplained);
	fclose(output);
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(__u64 id,
					   const struct qemu_info_t *info,
					   int argc, char **argv)
{
	const char *map = NULL, *out = NULL;
	int i;

	(void)info;
	for (i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "map=", 4))
			map = argv[i] + 4;
		else if (!strncmp(argv[i], "out=", 4))
			out = argv[i] + 4;
	}
	if (!map || !out || read_symbols(map)) {
		fprintf(stderr, "phases: error: expected map=<System.map> and out=<file>\n");
		return 1;
	}
	output = fopen(out, "we");
	if (!output) {
		fprintf(stderr, "phases: error: cannot write %s\n", out);
		return 1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
	qemu_plugin_register_atexit_cb(id, finish, NULL);
	return 0;
}
