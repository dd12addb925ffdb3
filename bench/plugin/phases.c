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
 * One line for each cma_alloc(), numbered from 1 as /proc/vmstat counts them, and one
 * for each cma_release(), with the number of the call before it:
 *
 *	cma_release ...................... bitmap
 *	  free_contig_range .............. free
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../phases.h"
#include "qemu_plugin.h"
#include "symbols.h"

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

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
	const struct symbol *symbol;
	enum phase phase;	/* that its own code is of */
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

/* The page cache's folios that the call dropped, which no counter of /proc tells. */
static __u64 dropped;

/* cma_release() under way, by whether one of the functions above was called. */
static size_t release_depth;		/* of it in the stack; 0: not in one */
static __u64 released[2];

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
		"{\"type\":\"phases\",\"call\":%llu,\"instructions\":%llu,\"attempts\":%llu,\"waits\":%llu,\"dropped\":%llu",
		calls, total, attempts, waits, dropped);
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
	dropped = 0;
	retries_instructions = 0;
	memset(counts, 0, sizeof(counts));
	memset(attempt_counts, 0, sizeof(attempt_counts));
}

static void end_release(void)
{
	fprintf(output,
		"{\"type\":\"release\",\"call\":%llu,\"instructions\":%llu,\"bitmap\":%llu,\"free\":%llu}\n",
		calls, released[0] + released[1], released[0], released[1]);
	release_depth = 0;
	memset(released, 0, sizeof(released));
}

/* What the one that has returned began may go on in its caller. */
static void go_on(const struct symbol *left)
{
	if (depth && left->goes_on && stack[depth - 1].symbol->is_attempt)
		stack[depth - 1].phase = left->phase;
}

/* Also several at once: a function that was jumped to has no return. */
static void leave(__u64 address)
{
	size_t i;

	for (i = depth; i; i--) {
		if (stack[i - 1].back != address)
			continue;
		depth = i - 1;
		go_on(stack[depth].symbol);
		if (depth < call_depth)
			end_call();
		if (depth < release_depth)
			end_release();
		return;
	}
}

static void enter(const struct symbol *symbol)
{
	bool outside = !call_depth && !release_depth;
	bool begins = symbol->is_root && outside;

	if (begins)
		begin_call();
	if (symbol->is_attempt && call_depth)
		begin_attempt();
	waits += symbol->phase == PHASE_IDLE;
	if (depth == MAX_DEPTH)
		return;
	stack[depth].symbol = symbol;
	stack[depth].phase = symbol->phase;
	stack[depth++].back = last_end;
	if (begins)
		call_depth = depth;
	else if (symbol->is_release && outside)
		release_depth = depth;
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

	if (release_depth)
		released[depth > release_depth] += block->instructions;
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
		/* Its task was taken off the processor: what was counted is no release. */
		release_depth = 0;
		memset(released, 0, sizeof(released));
		memset(around, 0, sizeof(around));
		return;
	}
	if (depth)
		leave(block->address);
	if (block->is_entry && block->symbol->phase >= 0 &&
	    (!block->symbol->is_of_migrate || is_in_migrate()))
		enter(block->symbol);
	dropped += block->is_entry && block->symbol->is_drop && call_depth;
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

static void finish(__u64 id, void *data)
{
	(void)id;
	(void)data;
	tell_call();
	symbols_tell_unexplained(output);
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
	if (!map || !out || symbols_read(map)) {
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
