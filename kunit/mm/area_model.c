// SPDX-License-Identifier: GPL-2.0
/*
 * Where cma_alloc() must find a place, computed from the bitmap that an
 * area_state has kept. Written to be read, one place after the other, and
 * without the bitmap functions that mm/cma.c uses.
 *
 *     bit:    |0|1|2|3|4|5|...      one bit is 1 << order_per_bit pages,
 *     state:   x . . # . .          ranges follow one another in the bitmap
 */
#include <linux/bitmap.h>

#include "area_state.h"

struct place {
	unsigned int range;
	unsigned long first_bit;
	unsigned long bits;
};

/* The bit of the copied bitmap that stands for the first page of a range. */
static unsigned long range_offset(const struct cma *cma, unsigned int index)
{
	unsigned long offset = 0;

	while (index)
		offset += area_range_bits(cma, --index);

	return offset;
}

static struct place place_of(const struct cma *cma, unsigned long pfn,
			     unsigned long count)
{
	struct place place = {};
	unsigned long first, last;

	for (; place.range < area_nr_ranges(cma); place.range++) {
		struct area_range range = area_range(cma, place.range);

		if (pfn < range.base_pfn || pfn >= range.base_pfn + range.count)
			continue;
		first = (pfn - range.base_pfn) >> cma->order_per_bit;
		last = (pfn + count - 1 - range.base_pfn) >> cma->order_per_bit;
		place.first_bit = range_offset(cma, place.range) + first;
		place.bits = last - first + 1;
		break;
	}

	return place;
}

bool area_is_blocked(const struct area_state *state, unsigned long pfn,
		     unsigned long count)
{
	struct place place = place_of(state->cma, pfn, count);
	unsigned long i;

	for (i = 0; i < place.bits; i++)
		if (test_bit(place.first_bit + i, state->bitmap))
			return true;

	return false;
}

void area_block(struct area_state *state, unsigned long pfn,
		unsigned long count)
{
	struct place place = place_of(state->cma, pfn, count);
	unsigned long i;

	for (i = 0; i < place.bits; i++)
		__set_bit(place.first_bit + i, state->bitmap);
}

unsigned long area_first_place(const struct area_state *state,
			       unsigned long count, unsigned int align)
{
	const struct cma *cma = state->cma;
	unsigned long step = 1UL << max(align, cma->order_per_bit);
	unsigned long whole = area_bits_for(cma, count) << cma->order_per_bit;
	unsigned int i;

	for (i = 0; i < area_nr_ranges(cma); i++) {
		struct area_range range = area_range(cma, i);
		unsigned long end_pfn = range.base_pfn + range.count;
		unsigned long pfn;

		for (pfn = ALIGN(range.base_pfn, 1UL << align);
		     pfn < end_pfn && whole <= end_pfn - pfn; pfn += step)
			if (!area_is_blocked(state, pfn, count))
				return pfn;
	}

	return NO_PLACE;
}

unsigned long area_room(struct kunit *test, const struct area_state *state,
			unsigned long count, unsigned int align)
{
	unsigned long bits = cma_get_size(state->cma) / PAGE_SIZE >>
			     state->cma->order_per_bit;
	struct area_state model = *state;
	unsigned long room = 0, pfn;

	model.bitmap = kunit_kcalloc(test, BITS_TO_LONGS(bits), sizeof(long),
				     GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, model.bitmap);
	bitmap_copy(model.bitmap, state->bitmap, bits);

	for (;;) {
		pfn = area_first_place(&model, count, align);
		if (pfn == NO_PLACE)
			return room;
		area_block(&model, pfn, count);
		room++;
	}
}

unsigned long area_largest_free(const struct area_state *state)
{
	const struct cma *cma = state->cma;
	unsigned long bit_pages = 1UL << cma->order_per_bit;
	unsigned long largest = 0, run, pfn;
	unsigned int i;

	for (i = 0; i < area_nr_ranges(cma); i++) {
		struct area_range range = area_range(cma, i);

		run = 0;
		for (pfn = range.base_pfn; pfn < range.base_pfn + range.count;
		     pfn += bit_pages) {
			run = area_is_blocked(state, pfn, 1) ? 0 : run + bit_pages;
			largest = max(largest, run);
		}
	}

	return largest;
}
