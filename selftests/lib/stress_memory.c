// SPDX-License-Identifier: GPL-2.0
/* Steps: memory that the area is asked to let go, of every kind, and swap for it. */
#include <errno.h>
#include <sys/mman.h>

#include "array_size.h"
#include "stress.h"

#define SWAP_BYTES (32ul << 20)
#define PRESS_DEADLINE_MS 3000

/* libc's headers may be older. */
#ifndef MADV_COLD
#define MADV_COLD 20
#define MADV_PAGEOUT 21
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

static void map_memory(struct stress *stress)
{
	enum piece_kind kind = stress_below(stress, 2) ? PIECE_SHARED : PIECE_ANONYMOUS;
	struct piece *piece = stress_find_piece(stress, false);

	if (piece)
		stress_fail(stress, piece_map(piece, kind, STRESS_MEMORY_BYTES, stress->step));
}

static void advise(struct stress *stress)
{
	static const int advices[] = {
		MADV_COLD, MADV_PAGEOUT, MADV_PAGEOUT, MADV_HUGEPAGE, MADV_COLLAPSE,
		MADV_WILLNEED, MADV_MERGEABLE,
	};
	int advice = advices[stress_below(stress, ARRAY_SIZE(advices))];
	struct piece *piece = stress_find_piece(stress, true);

	if (piece)
		madvise(piece->map, piece->bytes, advice);
}

static void lock_or_unlock(struct stress *stress)
{
	bool locks = stress_below(stress, 2);
	struct piece *piece = stress_find_piece(stress, true);

	if (piece && locks)
		mlock(piece->map, piece->bytes);
	else if (piece)
		munlock(piece->map, piece->bytes);
}

/* All that it changed is put back at once: there will be many. */
static void unmake_kind(struct stress *stress)
{
	if (stress->kind_pages.map &&
	    page_kind_first_wrong(stress->kind, &stress->kind_pages) >= 0)
		stress_fail(stress, "pages of a kind changed");
	if (stress->kind_pages.sharers[0] && page_kind_ask_sharers(&stress->kind_pages))
		stress_fail(stress, "another process sees something else");
	page_kind_unmake(&stress->kind_pages);
	if (guard_undo(&stress->kind_guard))
		stress_fail(stress, "a setting cannot be put back");
	stress->kind = NULL;
}

/* A block comes and goes: what is there must make room. */
static void take_and_free_a_block(struct stress *stress)
{
	struct testbed *bed = &stress->bed;

	if (bed->area->has_debugfs && !testbed_debugfs_alloc(bed, bed->room_pages / 16 + 1))
		testbed_debugfs_free(bed);
}

/*
 * KSM, hugetlb, huge pages and others: made in one step, looked at in a later one.
 * Other processes that share them would hold buffers too, so those end at once.
 */
static void make_or_unmake_kind(struct stress *stress)
{
	const struct page_kind *kind = &page_kinds[stress_below(stress, PAGE_KINDS)];
	struct kind_pages *pages = &stress->kind_pages;
	int err;

	if (stress->kind) {
		unmake_kind(stress);
		return;
	}
	stress->kind = kind;
	err = page_kind_make(kind, pages, &stress->kind_guard, stress->step);
	if (!err && !pages->sharers[0])
		return;
	if (!err)
		take_and_free_a_block(stress);
	else if (err != -EOPNOTSUPP && err != -ETIME && err != -ENOMEM)
		stress_fail(stress, "pages of a kind cannot be made");
	unmake_kind(stress);
	stress->kind = kind;
}

/* The steps that follow want memory as well, @bytes of it at least. */
void stress_relent_for(struct stress *stress, __u64 bytes)
{
	if (stress->ballast.map && movable_is_too_much(bytes)) {
		movable_free(&stress->ballast);
		stress->relents++;
	}
}

/* Fill the rest of memory, so that movable pages go to the area; or give it back. */
static void press_or_relent(struct stress *stress)
{
	stress->is_pressing = !stress->is_pressing;
	if (!stress->is_pressing ||
	    movable_press_within(&stress->ballast, &stress->bed, PRESS_DEADLINE_MS))
		movable_free(&stress->ballast);
}

/* What is in it comes back, or stays, where there is no memory for it. */
static void stop_swapping(struct stress *stress)
{
	int err;

	stress_relent_for(stress, SWAP_BYTES);
	err = zram_close(&stress->swap);
	if (err && err != -ENOMEM)
		stress_fail(stress, "zram cannot be taken away");
	/* There was none to be had. */
	if (!stress->swap.device[0])
		stress->swap.guard = NULL;
}

static void start_swapping(struct stress *stress)
{
	/* Of before. */
	if (stress->swap.guard)
		return;
	if (zram_open(&stress->swap, &stress->bed.guard, SWAP_BYTES) ||
	    zram_swapon(&stress->swap))
		stop_swapping(stress);
}

static void swap_or_not(struct stress *stress)
{
	stress->swaps = !stress->swaps;
	if (stress->swaps)
		start_swapping(stress);
	else
		stop_swapping(stress);
}

static void open_memory(struct stress *stress)
{
	stress->is_pressing = false;
	stress->relents = 0;
	stress->swaps = false;
	if (guard_open(&stress->kind_guard))
		stress_fail(stress, "no guard");
}

static void close_memory(struct stress *stress)
{
	if (stress->kind)
		unmake_kind(stress);
	movable_free(&stress->ballast);
	stop_swapping(stress);
	if (stress->swap.guard)
		stress_fail(stress, "zram stays, though there is memory");
	if (guard_close(&stress->kind_guard))
		stress_fail(stress, "a setting cannot be put back");
}

const struct stress_topic stress_memory = {
	.open = open_memory,
	.close = close_memory,
	.steps = {
		{ "map memory", map_memory, 20 },
		{ "advise the kernel", advise, 10 },
		{ "lock or unlock a piece", lock_or_unlock, 4 },
		{ "make or unmake pages of a kind", make_or_unmake_kind, 6 },
		{ "press on the area or relent", press_or_relent, 5 },
		{ "swap to zram or not", swap_or_not, 4 },
	},
};
