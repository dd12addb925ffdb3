/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The copy of of_reserved_mem.c, and where the scan of the tree is still in
 * fdt.c, that part of it.
 */
#ifndef _RESERVED_MEM_COPY_H
#define _RESERVED_MEM_COPY_H

#include "reserved_mem_copy.c"
#ifdef SCAN_IS_IN_FDT
#include "fdt_copy.c"
#endif
#include <cma-tests/synthetic_fdt.h>
#include <linux/module.h>

/* First static regions are reserved, then dynamic ones placed, all set up. */
static int __init __maybe_unused scan(void)
{
	int err = fdt_scan_reserved_mem();

#if defined(HAS_fdt_scan_reserved_mem_late)
	fdt_scan_reserved_mem_late();
#elif defined(HAS_fdt_scan_reserved_mem_reg_nodes)
	fdt_scan_reserved_mem_reg_nodes();
#else
	fdt_init_reserved_mem();
#endif
	return err;
}

static void __init forget_all(void)
{
	kfree(fake.array);
	memset(&fake, 0, sizeof(fake));
	reserved_mem_count = 0;
#ifdef HAS_alloc_reserved_mem_array
	reserved_mem = reserved_mem_array;
	memset(reserved_mem_array, 0, sizeof(reserved_mem_array));
	total_reserved_mem_cnt = MAX_RESERVED_REGIONS;
#else
	memset(reserved_mem, 0, sizeof(reserved_mem));
#endif
}

static struct reserved_mem __init __maybe_unused *find(const char *name)
{
	int i;

	for (i = 0; i < reserved_mem_count; i++)
		if (reserved_mem[i].name && !strcmp(reserved_mem[i].name, name))
			return &reserved_mem[i];

	return NULL;
}

#endif
