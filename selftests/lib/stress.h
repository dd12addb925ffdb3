/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The steps of stress_test.c, one topic a file, stress_<topic>.c.
 *
 * What step N does follows from the seed and N alone. So nothing that may turn
 * out one way or the other decides what later steps do: a buffer that was refused
 * keeps its slot (PIECE_ABSENT), a step that goes to and fro does so whether the
 * kernel let it or not. What a machine does not have, or a user may not, is left
 * out; the steps stay the same.
 */
#ifndef CMA_TESTS_STRESS_H
#define CMA_TESTS_STRESS_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "background.h"
#include "mounted_disk.h"
#include "movable.h"
#include "page_kinds.h"
#include "pattern.h"
#include "piece.h"
#include "random.h"
#include "testbed.h"
#include "zram.h"

#define STRESS_SLOTS 12
#define STRESS_HOLDS 4
#define STRESS_CHUNKS 16
#define STRESS_MEMORY_BYTES 0x100000ul

/* A descriptor of a buffer that is in a socket. */
struct stress_flight {
	int socket[2];
	bool is_wanted, flies;
	bool is_last;		/* the piece itself was given up meanwhile */
	__u64 seed;		/* of the buffer */
	size_t bytes;
};

struct stress_hold_kind;

/* A page that something beside a mapping refers to. */
struct stress_hold {
	const struct stress_hold_kind *kind;	/* NULL: none is wanted */
	bool is_held;
	int pipe[2];
	int fd;				/* a ring or a udmabuf */
	unsigned char *contents;	/* of the page, as it must stay */
};

/* A file whose chunks are written and read each on its own. */
struct stress_file {
	struct zram zram;
	struct mounted_disk disk;
	int fd, direct_fd;	/* -1: there is no disk to go to past the cache */
	unsigned char *map;	/* all of it */
	unsigned char *chunk;	/* memory for one */
	__u64 seeds[STRESS_CHUNKS];
};

/* A page of 1 GiB, of an area of hugetlb's. */
struct stress_gigantic {
	bool is_wanted, is_possible;
	__u64 used_at_start;
	unsigned char *map;	/* NULL: there is none */
	__u64 seed;		/* of its marks */
};

struct stress {
	struct testbed bed;
	__u64 seed;
	unsigned long step;
	struct random random;
	const char *failure;	/* NULL: all is well */
	const char *doing;
	__u64 counted_at_start;		/* sysfs: pages allocated less released */
	__u64 wanted_pages;		/* as the steps say */
	__u64 taken_pages;		/* as the kernel granted */

	struct piece pieces[STRESS_SLOTS];
	__u64 blocks[TESTBED_MAX_BLOCKS];	/* wanted; the last is given back first */
	bool is_granted[TESTBED_MAX_BLOCKS];
	int nblocks;
	struct stress_flight flight;

	const struct page_kind *kind;		/* NULL: none is wanted */
	struct kind_pages kind_pages;
	struct guard kind_guard;
	bool is_pressing, swaps;
	unsigned long relents;			/* presses given up for want of memory */
	struct movable ballast;
	struct zram swap;

	struct stress_hold holds[STRESS_HOLDS];
	struct stress_file file;
	struct stress_gigantic gigantic;
	__u64 regions;			/* a sum of what /proc/iomem tells */

	struct piece written;			/* by a thread */
	struct pattern_writer writer;
	bool is_reading;
	struct background reader;
};

struct stress_step {
	const char *name;
	void (*take)(struct stress *stress);
	int weight;
};

/* NULL for what there is none of. @close leaves nothing behind, @open may fail. */
struct stress_topic {
	void (*open)(struct stress *stress);
	void (*close)(struct stress *stress);
	struct stress_step steps[12];
};

extern const struct stress_topic stress_area, stress_memory, stress_holds, stress_files,
				 stress_reservations, stress_company;

/* stress_below - by chance, of this step: a number below @limit. */
__u64 stress_below(struct stress *stress, __u64 limit);

/* stress_fail - the first that is wrong counts; NULL: nothing is. */
void stress_fail(struct stress *stress, const char *what);

/*
 * stress_relent_for - give back what presses on the area where, with @bytes more taken,
 * memory would run out: what cannot move then finds none, and somebody is killed for it.
 */
void stress_relent_for(struct stress *stress, __u64 bytes);

/*
 * stress_find_piece - a slot that is in use (@used) or not, by chance.
 * stress_find_memory - one with memory, anonymous or shared.
 * stress_find_buffer - one with a buffer.
 *
 * Return NULL where there is none, or chance met a buffer that was refused.
 */
struct piece *stress_find_piece(struct stress *stress, bool used);
struct piece *stress_find_memory(struct stress *stress);
struct piece *stress_find_buffer(struct stress *stress);

/* stress_open - before the first step. stress_close - after the last. */
void stress_open(struct stress *stress, __u64 seed);
void stress_close(struct stress *stress);

/* stress_take_step - the next one, and what must hold after it. */
void stress_take_step(struct stress *stress);

#endif
