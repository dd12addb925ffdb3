// SPDX-License-Identifier: GPL-2.0
#include "stress.h"

#include "accounts.h"
#include "array_size.h"
#include "bitmap.h"
#include "meminfo.h"

#define MAXCHUNK_DEADLINE_MS 2000

/* In the order of opening; what was opened last is closed first. */
static const struct stress_topic *const topics[] = {
	&stress_memory, &stress_files, &stress_reservations, &stress_area, &stress_holds,
	&stress_company,
};

__u64 stress_below(struct stress *stress, __u64 limit)
{
	return (random_next(&stress->random) >> 16) % limit;
}

void stress_fail(struct stress *stress, const char *what)
{
	if (!stress->failure)
		stress->failure = what;
}

/* The first slot from a random one on whose kind is one of @kinds, or NULL. */
static struct piece *find_slot(struct stress *stress, unsigned int kinds)
{
	size_t start = stress_below(stress, STRESS_SLOTS), i;

	for (i = 0; i < STRESS_SLOTS; i++) {
		struct piece *piece = &stress->pieces[(start + i) % STRESS_SLOTS];

		if (kinds >> piece->kind & 1)
			return piece;
	}
	return NULL;
}

struct piece *stress_find_piece(struct stress *stress, bool used)
{
	return find_slot(stress, used ? ~(1u << PIECE_NONE) : 1u << PIECE_NONE);
}

struct piece *stress_find_memory(struct stress *stress)
{
	return find_slot(stress, 1u << PIECE_ANONYMOUS | 1u << PIECE_SHARED);
}

/* One that was refused is found as well: the choice is the same. */
struct piece *stress_find_buffer(struct stress *stress)
{
	struct piece *piece = find_slot(stress, 1u << PIECE_BUFFER | 1u << PIECE_ABSENT);

	return piece && piece->kind == PIECE_BUFFER ? piece : NULL;
}

static const struct stress_step *choose_step(struct stress *stress)
{
	const struct stress_step *step;
	int total = 0, at;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(topics); i++)
		for (step = topics[i]->steps; step->take; step++)
			total += step->weight;
	at = stress_below(stress, total);
	for (i = 0; i < ARRAY_SIZE(topics); i++)
		for (step = topics[i]->steps; step->take; step++) {
			at -= step->weight;
			if (at < 0)
				return step;
		}
	return NULL;
}

/* The longest run of pages that the bitmap has as free; 0: it cannot be read. */
static __u64 longest_free(const struct cma_area *area)
{
	struct cma_bitmap bitmap;
	__u64 longest = 0, run;
	unsigned int range;

	for (range = 0; range < area->nranges && !cma_bitmap_read(area, range, &bitmap); range++) {
		run = cma_bitmap_longest_free(&bitmap).length << area->order_per_bit;
		if (run > longest)
			longest = run;
		cma_bitmap_free(&bitmap);
	}
	return longest;
}

/* What is on its way back when one is read may have come when the other is. */
static const char *find_wrong_maxchunk(const struct cma_area *area)
{
	long long end = monotonic_deadline_ms(MAXCHUNK_DEADLINE_MS);
	__u64 maxchunk;

	do {
		if (cma_area_read(area, CMA_MAXCHUNK_PAGES, &maxchunk) || !area->nranges ||
		    maxchunk == longest_free(area))
			return NULL;
	} while (monotonic_ms() < end);
	return "maxchunk is not the longest free run of the bitmap";
}

static void check_accounts(struct stress *stress)
{
	stress_fail(stress, accounts_find_wrong(&stress->bed, stress->taken_pages,
						stress->counted_at_start));
	stress_fail(stress, find_wrong_maxchunk(stress->bed.area));
}

void stress_take_step(struct stress *stress)
{
	const struct stress_step *step;
	int i;

	stress->step++;
	/* Never 0, where the generator would stay. */
	stress->random.state = (stress->seed + stress->step * 0xd1342543de82ef95ull) *
			       0x9e3779b97f4a7c15ull | 1;
	/* The first numbers of neighbouring states are near each other. */
	for (i = 0; i < 4; i++)
		stress_below(stress, 2);
	step = choose_step(stress);
	stress->doing = step->name;
	stress_relent_for(stress, 0);
	step->take(stress);
	check_accounts(stress);
}

void stress_open(struct stress *stress, __u64 seed)
{
	size_t i;

	stress->seed = seed;
	stress->step = 0;
	stress->failure = NULL;
	stress->doing = "none yet";
	stress->counted_at_start = accounts_counted_pages(stress->bed.area);
	for (i = 0; i < ARRAY_SIZE(topics); i++)
		if (topics[i]->open)
			topics[i]->open(stress);
}

void stress_close(struct stress *stress)
{
	size_t i;

	if (!stress->failure)
		stress->doing = "after it all is given back";
	for (i = ARRAY_SIZE(topics); i--;)
		topics[i]->close(stress);
	check_accounts(stress);
	if (stress->taken_pages || stress->wanted_pages)
		stress_fail(stress, "not all was given back");
	/*
	 * Reclaim waits for who has too many pages isolated; in the end nobody has
	 * any, but others on this machine.
	 */
	if (testbed_owns_machine() && vmstat_wait_isolated())
		stress_fail(stress, "pages are still counted as isolated");
}
