/* SPDX-License-Identifier: GPL-2.0 */
/* Sets of address ranges, and the search for a free place in them */
#ifndef MEMORY_MAP_H
#define MEMORY_MAP_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

/* [start, end), never empty; a set's ranges ascend and do not touch. */
struct range {
	__u64 start, end;
};

struct range_set {
	struct range *ranges;
	size_t count;
};

void range_set_add(struct range_set *set, __u64 start, __u64 end);
void range_set_add_all(struct range_set *set, const struct range_set *others);
void range_set_remove(struct range_set *set, __u64 start, __u64 end);
void range_set_remove_all(struct range_set *set, const struct range_set *others);
bool range_set_overlaps(const struct range_set *set, __u64 start, __u64 end);
/* Bytes that @set has in [start, end). */
__u64 range_set_bytes(const struct range_set *set, __u64 start, __u64 end);
void range_set_free(struct range_set *set);

/* What is asked of a place: inside [low, high), at a multiple of align. */
struct request {
	__u64 bytes, align, low, high;
	bool lowest;
};

/* Find a place in @ram outside of @taken and @unmapped; false where none is. */
bool find_place(const struct range_set *ram, const struct range_set *taken,
		const struct range_set *unmapped, const struct request *request, __u64 *place);

/* The most bytes, a multiple of align, that find_place() has a place for; 0: none. */
__u64 find_largest(const struct range_set *ram, const struct range_set *taken,
		   const struct range_set *unmapped, const struct request *request, __u64 *place);

/* start + bytes, but no further than the last address. */
__u64 range_end(__u64 start, __u64 bytes);

#endif
