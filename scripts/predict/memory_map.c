// SPDX-License-Identifier: GPL-2.0
/* memory_map - sets of address ranges, and the search for a free place in them */
#include <stdlib.h>
#include <string.h>

#include "memory_map.h"
#include "report.h"

__u64 range_end(__u64 start, __u64 bytes)
{
	return bytes > ULLONG_MAX - start ? ULLONG_MAX : start + bytes;
}

static void insert_at(struct range_set *set, size_t at, struct range range)
{
	set->ranges = realloc(set->ranges, (set->count + 1) * sizeof(range));
	if (!set->ranges)
		fail("no memory for %zu ranges", set->count + 1);
	memmove(set->ranges + at + 1, set->ranges + at, (set->count - at) * sizeof(range));
	set->ranges[at] = range;
	set->count++;
}

static void delete_at(struct range_set *set, size_t at)
{
	set->count--;
	memmove(set->ranges + at, set->ranges + at + 1, (set->count - at) * sizeof(*set->ranges));
}

void range_set_add(struct range_set *set, __u64 start, __u64 end)
{
	size_t at = 0;

	if (start >= end)
		return;
	while (at < set->count && set->ranges[at].end < start)
		at++;
	/* Swallow all that the new range touches. */
	while (at < set->count && set->ranges[at].start <= end) {
		if (set->ranges[at].start < start)
			start = set->ranges[at].start;
		if (set->ranges[at].end > end)
			end = set->ranges[at].end;
		delete_at(set, at);
	}
	insert_at(set, at, (struct range){ start, end });
}

void range_set_add_all(struct range_set *set, const struct range_set *others)
{
	for (size_t i = 0; i < others->count; i++)
		range_set_add(set, others->ranges[i].start, others->ranges[i].end);
}

void range_set_remove(struct range_set *set, __u64 start, __u64 end)
{
	for (size_t at = 0; at < set->count && start < end; at++) {
		struct range old = set->ranges[at];

		if (old.end <= start || old.start >= end)
			continue;
		delete_at(set, at);
		if (old.end > end)
			insert_at(set, at, (struct range){ end, old.end });
		if (old.start < start)
			insert_at(set, at, (struct range){ old.start, start });
		else
			at--;
	}
}

void range_set_remove_all(struct range_set *set, const struct range_set *others)
{
	for (size_t i = 0; i < others->count; i++)
		range_set_remove(set, others->ranges[i].start, others->ranges[i].end);
}

bool range_set_overlaps(const struct range_set *set, __u64 start, __u64 end)
{
	return range_set_bytes(set, start, end) > 0;
}

__u64 range_set_bytes(const struct range_set *set, __u64 start, __u64 end)
{
	__u64 bytes = 0;

	for (size_t i = 0; i < set->count; i++) {
		__u64 low = set->ranges[i].start > start ? set->ranges[i].start : start;
		__u64 high = set->ranges[i].end < end ? set->ranges[i].end : end;

		if (low < high)
			bytes += high - low;
	}
	return bytes;
}

void range_set_free(struct range_set *set)
{
	free(set->ranges);
	set->ranges = NULL;
	set->count = 0;
}

/*
 * The kernel takes an alignment for a power of two and clears the bits below it.
 * Of another number, those bits are not a row of ones, and so it clears them here.
 */
static __u64 align_down(__u64 address, __u64 align)
{
	return address & ~(align - 1);
}

static __u64 clamp(__u64 address, const struct request *request)
{
	if (address < request->low)
		return request->low;
	return address > request->high ? request->high : address;
}

/* A size of 0 has a place wherever there is RAM, even where what is asked for has none. */
static bool place_in_range(const struct range *range, const struct request *request, __u64 *place)
{
	__u64 low = clamp(range->start, request);
	__u64 high = clamp(range->end, request);

	if (low > high || high - low < request->bytes)
		return false;
	if (request->lowest) {
		*place = low ? ((low - 1) | (request->align - 1)) + 1 : 0;
		return *place >= low && *place <= high - request->bytes;
	}
	*place = align_down(high - request->bytes, request->align);
	return *place >= low;
}

static struct range_set list_available(const struct range_set *ram, const struct range_set *taken,
				       const struct range_set *unmapped)
{
	struct range_set available = { NULL, 0 };

	range_set_add_all(&available, ram);
	range_set_remove_all(&available, taken);
	range_set_remove_all(&available, unmapped);
	return available;
}

bool find_place(const struct range_set *ram, const struct range_set *taken,
		const struct range_set *unmapped, const struct request *request, __u64 *place)
{
	struct range_set available = list_available(ram, taken, unmapped);
	bool found = false;

	for (size_t i = 0; i < available.count && !found; i++) {
		size_t at = request->lowest ? i : available.count - 1 - i;

		found = place_in_range(&available.ranges[at], request, place);
	}
	range_set_free(&available);
	return found;
}

__u64 find_largest(const struct range_set *ram, const struct range_set *taken,
		   const struct range_set *unmapped, const struct request *request, __u64 *place)
{
	struct range_set available = list_available(ram, taken, unmapped);
	__u64 largest = 0;

	for (size_t i = 0; i < available.count; i++) {
		struct request piece = *request;
		const struct range *range = &available.ranges[i];
		__u64 low = range->start > request->low ? range->start : request->low;
		__u64 high = range->end < request->high ? range->end : request->high;

		if (low >= high)
			continue;
		/* What the two ends lose to the alignment. */
		piece.bytes = (high - low) / request->align * request->align;
		if (piece.bytes && !place_in_range(range, &piece, &low))
			piece.bytes -= request->align;
		if (piece.bytes > largest && place_in_range(range, &piece, place))
			largest = piece.bytes;
	}
	range_set_free(&available);
	return largest;
}
