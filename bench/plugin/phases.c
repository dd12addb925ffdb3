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
 * What the same system call executes before and after is told beside it: the
 * zeroing of a dma-heap, and the rest, its door. Where the guest waited, the
 * clock went on while nothing was executed: a plugin cannot see the clock, so
 * the waits are counted, and whoever has the latency takes the counts off it.
 *
 *	user | door ... [ cma_alloc ] zeroing ... door | user
 *
 * One line for each cma_alloc(), numbered from 1 as /proc/vmstat counts them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../phases.h"
#include "qemu_plugin.h"

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* What control itself calls: the search in the bitmap, locks, events. */
static const char *const control_prefixes[] = {
	"cma_", "__cma_", "alloc_contig", "__alloc_contig", "bitmap_",
	"__bitmap_", "_find_", "find_next", "mutex_", "__mutex_", "_raw_spin_",
	"_raw_read_", "trace_", "lru_cache_enable", "set_page_refcounted",
	"set_pages_refcounted", "compaction_", "memset", "__list_",
	"__might_",
};

/* What a dma-heap zeroes pages with; inlined, it is the heap's own code. */
static const char *const zeroing_prefixes[] = {
	"cma_heap_allocate", "memset", "__memset", "__pi_memset", "clear_page",
	"__pi_clear_page", "clear_highpage",
};

struct symbol {
	__u64 address;
	char *name;
	int phase;		/* begun at its entry; -1: none */
	bool is_root, is_attempt, is_control, is_zeroing, is_of_migrate;
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
static size_t call_depth;	/* of cma_alloc() in it; 0: not in a call */
static __u64 last_end;

/* The call under way, or the last one, until its system call is over. */
static __u64 calls, attempts, waits, retries_instructions;
static __u64 counts[NR_PHASES], attempt_counts[NR_PHASES];
static __u64 around[NR_PHASES];		/* since the kernel was entered */
static bool is_told = true;
static FILE *output;

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
	symbol->is_of_migrate = phase_is_of_migrate(symbol->name);
	symbol->is_root = named(symbol->name, "cma_alloc");
	symbol->is_attempt = phase_is_attempt(symbol->name);
	symbol->is_control = begins_with_one(symbol->name, control_prefixes,
					     ARRAY_SIZE(control_prefixes));
	symbol->is_zeroing = begins_with_one(symbol->name, zeroing_prefixes,
					     ARRAY_SIZE(zeroing_prefixes));
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

/* Write down the last call, now that all of its system call is known. */
static void tell_call(void)
{
	__u64 total = retries_instructions;
	int i;

	if (is_told)
		return;
	is_told = true;
	for (i = 0; i < NR_PHASES; i++)
		total += counts[i];
	counts[PHASE_ZERO] = around[PHASE_ZERO];
	counts[PHASE_DOOR] = around[PHASE_DOOR] + around[PHASE_IDLE];
	fprintf(output,
		"{\"type\":\"phases\",\"call\":%llu,\"instructions\":%llu,\"attempts\":%llu,\"waits\":%llu",
		calls, total, attempts, waits);
	for (i = 0; i < NR_PHASES; i++)
		fprintf(output, ",\"%s\":%llu", phase_names[i], counts[i]);
	fprintf(output, ",\"retries\":%llu}\n", retries_instructions);
}

static void end_call(void)
{
	add(counts, attempt_counts);
	call_depth = 0;
	is_told = false;
}

static void begin_call(void)
{
	tell_call();
	calls++;
	attempts = 0;
	waits = 0;
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
		if (depth < call_depth)
			end_call();
		return;
	}
}

static void enter(const struct symbol *symbol)
{
	bool begins = symbol->is_root && !call_depth;

	if (begins)
		begin_call();
	if (symbol->is_attempt && call_depth)
		begin_attempt();
	waits += symbol->phase == PHASE_IDLE;
	if (depth == MAX_DEPTH)
		return;
	stack[depth].phase = symbol->phase;
	stack[depth++].back = last_end;
	if (begins)
		call_depth = depth;
}

static bool is_in_migrate(void)
{
	return depth && stack[depth - 1].phase == PHASE_MIGRATE;
}

/* Outside of a call the phases of one count for nothing. */
static enum phase phase_around(const struct symbol *symbol)
{
	enum phase phase = depth ? stack[depth - 1].phase : NR_PHASES;

	if (phase == PHASE_DOOR && symbol->is_zeroing)
		return PHASE_ZERO;
	return phase == PHASE_IDLE ? PHASE_IDLE : PHASE_DOOR;
}

static void count(const struct block *block)
{
	struct symbol *symbol = block->symbol;
	enum phase phase;

	if (!call_depth) {
		around[phase_around(symbol)] += block->instructions;
		return;
	}
	phase = stack[depth - 1].phase;
	if (phase == PHASE_CONTROL && !symbol->is_control) {
		phase = PHASE_UNEXPLAINED;
		symbol->unexplained += block->instructions;
	}
	attempt_counts[phase] += block->instructions;
}

/* The upper half of the addresses is the kernel's, here as on x86_64. */
static bool is_of_kernel(const struct block *block)
{
	return block->address >> 63;
}

static void execute(unsigned int cpu, void *data)
{
	const struct block *block = data;

	(void)cpu;
	if (!is_of_kernel(block) && !call_depth) {
		tell_call();
		depth = 0;
		memset(around, 0, sizeof(around));
		return;
	}
	if (depth)
		leave(block->address);
	if (block->is_entry && block->symbol->phase >= 0 &&
	    (!block->symbol->is_of_migrate || is_in_migrate()))
		enter(block->symbol);
	count(block);
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
	tell_call();
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
