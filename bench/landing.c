// SPDX-License-Identifier: GPL-2.0
#include "landing.h"

#include "bitmap.h"

/* Kconfig's default; where a kernel chose another, the sample will tell. */
#define CMA_ALIGNMENT 8

static unsigned int align_order(const struct request *request)
{
	unsigned int order = 0;

	if (request->align_order != ALIGN_UNKNOWN)
		return request->align_order;
	while ((1ull << order) < request->pages && order < CMA_ALIGNMENT)
		order++;
	return order;
}

/* Bits from @bit on that are clear, but no more than are wanted. */
static size_t clear_run(const struct cma_bitmap *bitmap, size_t bit,
			size_t wanted)
{
	size_t length = 0;

	while (length < wanted && bit + length < bitmap->nbits &&
	       !cma_bitmap_test(bitmap, bit + length))
		length++;
	return length;
}

/*
 * Alignment is of the PFN, not of the bit:
 *
 *	base_pfn 0x57600, 96 pages taken, 256 pages wanted at order 8
 *	  |####..........|................|......
 *	  0x57600        0x57700
 */
static void first_fit(const struct cma_bitmap *bitmap,
		      const struct request *request, struct cma_range *landing)
{
	__u64 bit_pages = 1ull << bitmap->order_per_bit;
	size_t wanted = (request->pages + bit_pages - 1) / bit_pages;
	__u64 mask = (1ull << align_order(request)) - 1;
	size_t bit = 0, length;

	while (bit + wanted <= bitmap->nbits) {
		__u64 pfn = bitmap->base_pfn + bit * bit_pages;

		length = pfn & mask ? 0 : clear_run(bitmap, bit, wanted);
		if (length == wanted) {
			landing->base_pfn = pfn;
			landing->count_pages = request->pages;
			return;
		}
		bit += length + 1;
	}
}

int landing_find(const struct cma_area *area, const struct request *request,
		 struct cma_range *landing)
{
	struct cma_bitmap bitmap;
	unsigned int i;
	int err;

	landing->base_pfn = 0;
	landing->count_pages = 0;
	for (i = 0; i < area->nranges && !landing->count_pages; i++) {
		err = cma_bitmap_read(area, i, &bitmap);
		if (err)
			return err;
		first_fit(&bitmap, request, landing);
		cma_bitmap_free(&bitmap);
	}
	return 0;
}
