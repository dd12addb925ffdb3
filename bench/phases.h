/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The phases of an allocation, and the kernel's functions that begin them, of
 * all kernels. The plugin finds them in System.map, the bench `phases` puts
 * probes on those that this kernel has.
 */
#ifndef CMABENCH_PHASES_H
#define CMABENCH_PHASES_H

#include <stdbool.h>
#include <string.h>

enum phase {
	PHASE_CONTROL,		/* search in the bitmap, locks, events */
	PHASE_ISOLATE,
	PHASE_DRAIN,
	PHASE_RECLAIM,
	PHASE_MIGRATE,		/* what is not one of the next three */
	PHASE_UNMAP,
	PHASE_COPY,
	PHASE_REMAP,
	PHASE_TEST,
	PHASE_TAKE,		/* free pages off their lists */
	PHASE_UNDO,
	PHASE_IDLE,		/* nobody had anything to do */
	PHASE_UNEXPLAINED,
	/* Around cma_alloc(), in the same system call. */
	PHASE_ZERO,
	PHASE_DOOR,
	NR_PHASES
};

static const char *const phase_names[NR_PHASES] = {
	[PHASE_CONTROL] = "control",
	[PHASE_ISOLATE] = "isolate",
	[PHASE_DRAIN] = "drain",
	[PHASE_RECLAIM] = "reclaim",
	[PHASE_MIGRATE] = "migrate",
	[PHASE_UNMAP] = "unmap",
	[PHASE_COPY] = "copy",
	[PHASE_REMAP] = "remap",
	[PHASE_TEST] = "test",
	[PHASE_TAKE] = "take",
	[PHASE_UNDO] = "undo",
	[PHASE_IDLE] = "idle",
	[PHASE_UNEXPLAINED] = "unexplained",
	[PHASE_ZERO] = "zero",
	[PHASE_DOOR] = "door",
};

/* Suffixes that the compiler or alloc_hooks() adds do not matter. */
static const struct phase_beginning {
	const char *function;
	enum phase phase;
} phase_beginnings[] = {
	{ "cma_alloc", PHASE_CONTROL },
	{ "alloc_contig_range", PHASE_CONTROL },
	{ "alloc_contig_frozen_range", PHASE_CONTROL },	/* 7.2 */
	{ "replace_free_hugepage_folios", PHASE_CONTROL },
	{ "start_isolate_page_range", PHASE_ISOLATE },
	{ "isolate_migratepages_range", PHASE_ISOLATE },
	{ "lru_cache_disable", PHASE_DRAIN },
	{ "lru_add_drain", PHASE_DRAIN },
	{ "lru_add_drain_all", PHASE_DRAIN },
	{ "drain_all_pages", PHASE_DRAIN },
	{ "__drain_all_pages", PHASE_DRAIN },
	{ "drain_pages", PHASE_DRAIN },
	{ "drain_pages_zone", PHASE_DRAIN },
	{ "free_pcppages_bulk", PHASE_DRAIN },
	{ "reclaim_clean_pages_from_list", PHASE_RECLAIM },
	{ "migrate_pages", PHASE_MIGRATE },
	{ "try_to_migrate", PHASE_UNMAP },
	{ "folio_copy", PHASE_COPY },
	{ "folio_mc_copy", PHASE_COPY },		/* 6.12 */
	{ "copy_highpage", PHASE_COPY },
	{ "remove_migration_ptes", PHASE_REMAP },
	/* Compilers put that one into its callers: this is what it calls. */
	{ "rmap_walk", PHASE_REMAP },
	{ "rmap_walk_locked", PHASE_REMAP },
	{ "remove_migration_pte", PHASE_REMAP },
	{ "test_pages_isolated", PHASE_TEST },
	{ "isolate_freepages_range", PHASE_TAKE },
	{ "split_page", PHASE_TAKE },
	{ "split_page_memcg", PHASE_TAKE },
	{ "split_free_pages", PHASE_TAKE },
	{ "split_free_frozen_pages", PHASE_TAKE },
	{ "prep_new_page", PHASE_TAKE },
	{ "free_contig_range", PHASE_TAKE },
	{ "free_contig_frozen_range", PHASE_TAKE },
	{ "__free_contig_range_common", PHASE_TAKE },	/* 7.2 */
	{ "undo_isolate_page_range", PHASE_UNDO },
	{ "default_idle_call", PHASE_IDLE },
	{ "cma_heap_allocate", PHASE_DOOR },
};

/* Each further one within a cma_alloc() says that the one before was in vain. */
static inline bool phase_is_attempt(const char *function)
{
	return !strncmp(function, "alloc_contig_", strlen("alloc_contig_"));
}

/*
 * Behind these an attempt itself does the rest of their phase, in functions that
 * compilers put into it: 6.12 splits the free blocks that it took, page by page,
 * between the two, and does nothing else there.
 */
static inline bool phase_goes_on(const char *function)
{
	return !strncmp(function, "isolate_freepages_range",
			strlen("isolate_freepages_range")) ||
	       !strncmp(function, "undo_isolate_page_range",
			strlen("undo_isolate_page_range"));
}

/* Unmapping and reclaim walk, too: it begins a phase in migrate_pages() only. */
static inline bool phase_is_of_migrate(const char *function)
{
	return !strncmp(function, "rmap_walk", strlen("rmap_walk"));
}

#endif
