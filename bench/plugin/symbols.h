/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's functions, from its System.map, and what each of them is to an
 * allocation.
 */
#ifndef CMABENCH_PLUGIN_SYMBOLS_H
#define CMABENCH_PLUGIN_SYMBOLS_H

#include <stdbool.h>
#include <stdio.h>

#include <linux/types.h>

struct symbol {
	__u64 address;
	char *name;
	int phase;		/* begun at its entry; -1: none */
	bool is_root, is_attempt, is_control, is_zeroing, is_of_migrate;
	bool goes_on;		/* see phases.h */
	bool is_release;	/* cma_release() */
	bool is_drop;		/* a folio leaves the page cache */
	__u64 unexplained;	/* instructions of it, of all calls */
};

/*
 * symbols_read - System.map: "ffff800080011000 T name", sorted by address.
 * Returns 0, or -1.
 */
int symbols_read(const char *path);

/*
 * symbol_at - the last one at or below; of several at one address, the one with
 * a phase.
 */
struct symbol *symbol_at(__u64 address);

/* symbols_tell_unexplained - where to look for what no phase explains. */
void symbols_tell_unexplained(FILE *output);

#endif
