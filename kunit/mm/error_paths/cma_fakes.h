/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a copy of mm/cma.c calls instead of the page allocator and memblock.
 *
 * The copy includes this header after all of its own: the macros at the end
 * change the copy's calls and nothing else. Fakes do what fake.* tells them
 * and write down what they were asked; cma_fakes_reset() starts a case.
 */
#ifndef _CMA_FAKES_H
#define _CMA_FAKES_H

#include <cma-tests/compat.h>
#include <linux/bitmap.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

/* Every area in the copy is made of blocks of this order, whatever PAGE_SIZE. */
#define FAKE_PAGEBLOCK_ORDER 2
#define FAKE_PAGEBLOCK_PAGES BIT(FAKE_PAGEBLOCK_ORDER)

#define FAKE_CALLS_MAX 128
#define FAKE_PAGES_MAX 1024UL

/* One call of alloc_contig_range() or of its frozen twin. */
struct fake_contig_call {
	unsigned long start;
	unsigned long end;
	unsigned int kind;	/* migratetype, or flags in newer kernels */
	gfp_t gfp;
};

/* One call of memblock_alloc_range_nid(). */
struct fake_memblock_call {
	phys_addr_t size;
	phys_addr_t align;
	phys_addr_t start;
	phys_addr_t end;
	int nid;
	bool exact_nid;
	bool bottom_up;
};

/* What memblock holds reserved; the copy's own doing. */
struct fake_region {
	phys_addr_t base;
	phys_addr_t size;
};

static struct {
	unsigned int block_order;
	unsigned long cma_total;

	/* alloc_contig_range(): the n-th call returns contig_errors[n]. */
	int contig_errors[FAKE_CALLS_MAX];
	int contig_error_always;
	struct fake_contig_call contig[FAKE_CALLS_MAX];
	unsigned int nr_contig;
	void (*on_contig)(void);	/* what happens during a call */

	struct fake_contig_call freed;
	unsigned int nr_freed;
	unsigned long nr_still_held;	/* pages that were to be frozen */
	void (*on_free)(void);		/* what happens during a call */

	/* Assertions of the copy that did not hold. */
	unsigned int nr_bugs;
	unsigned int nr_locks_kept;	/* by cma_alloc() */
	char said[128];			/* last, by pr_info() */
	char continued[128];		/* all, by pr_cont() */

	/* bitmap_zalloc(): the call with this number fails; 0 is none. */
	unsigned int bitmap_fails_at;
	unsigned int nr_bitmap_calls;
	int nr_bitmaps_live;

	/* Pages from this pfn on are in another zone; 0 is none. */
	unsigned long other_zone_pfn;
	unsigned long blocks[FAKE_CALLS_MAX];
	unsigned int nr_blocks;
	unsigned long buddy_first;
	unsigned long buddy_last;
	unsigned long nr_buddy_pages;

	/* Pages whose KASAN tag was reset. */
	unsigned long tag_first;
	unsigned long tag_last;
	unsigned long nr_tags;

	/* struct pages of a range that begins below this pfn are not in a row. */
	unsigned long contiguous_from;

	/* memblock */
	phys_addr_t end_of_dram;
	phys_addr_t lowmem_end;
	bool bottom_up;
	bool nothing_is_reserved;
	bool all_is_reserved;
	unsigned int reserve_fails_at;
	unsigned int nr_reserve_calls;
	phys_addr_t alloc_answers[4];	/* the n-th call returns [n], 0 fails */
	struct fake_memblock_call alloc[FAKE_CALLS_MAX];
	unsigned int nr_alloc;
	struct fake_region reserved[FAKE_CALLS_MAX];
	unsigned int nr_reserved;
	unsigned int nr_bad_frees;
	phys_addr_t kmemleak_ignored;
	struct fake_region free_ranges[16];
	unsigned int nr_free_ranges;
	unsigned int next_free_range;
	int free_ranges_nid;		/* asked for */
} fake;

static void cma_fakes_reset(void)
{
	memset(&fake, 0, sizeof(fake));
	fake.block_order = FAKE_PAGEBLOCK_ORDER;
}

static int fake_alloc_contig(unsigned long start, unsigned long end,
			     unsigned int kind, gfp_t gfp, bool frozen)
{
	unsigned int call = min_t(unsigned int, fake.nr_contig,
				  FAKE_CALLS_MAX - 1);
	int err = fake.contig_error_always ?: fake.contig_errors[call];
	unsigned long pfn;

	fake.contig[call] = (struct fake_contig_call){ start, end, kind, gfp };
	fake.nr_contig++;
	if (fake.on_contig)
		fake.on_contig();
	/*
	 * The real one hands out pages with one reference, or with none; more
	 * of them than any case lends are no pages.
	 */
	if (!err && end - start < FAKE_PAGES_MAX)
		for (pfn = start; pfn < end; pfn++)
			set_page_count(pfn_to_page(pfn), frozen ? 0 : 1);

	return err;
}

static void fake_free_contig(unsigned long pfn, unsigned long nr_pages)
{
	fake.freed = (struct fake_contig_call){ pfn, pfn + nr_pages };
	fake.nr_freed++;
	if (fake.on_free)
		fake.on_free();
}

static void __maybe_unused fake_free_frozen(unsigned long pfn,
					    unsigned long nr_pages)
{
	unsigned long i;

	fake_free_contig(pfn, nr_pages);
	for (i = 0; i < min(nr_pages, FAKE_PAGES_MAX); i++)
		fake.nr_still_held += !!page_count(pfn_to_page(pfn + i));
}

static unsigned long *fake_bitmap_zalloc(unsigned int nbits, gfp_t gfp)
{
	unsigned long *bitmap;

	if (++fake.nr_bitmap_calls == fake.bitmap_fails_at)
		return NULL;
	bitmap = bitmap_zalloc(nbits, gfp);
	fake.nr_bitmaps_live += !!bitmap;

	return bitmap;
}

static void fake_bitmap_free(const unsigned long *bitmap)
{
	fake.nr_bitmaps_live -= !!bitmap;
	bitmap_free(bitmap);
}

static struct zone *fake_page_zone(unsigned long pfn)
{
	static struct zone *const zones = (struct zone *)PAGE_SIZE;

	return zones + (fake.other_zone_pfn && pfn >= fake.other_zone_pfn);
}

static bool __maybe_unused fake_intersects_zones(int nid, unsigned long start,
						 unsigned long nr_pages)
{
	return fake_page_zone(start) != fake_page_zone(start + nr_pages - 1);
}

static void fake_init_pageblock(unsigned long pfn)
{
	if (fake.nr_blocks < FAKE_CALLS_MAX)
		fake.blocks[fake.nr_blocks] = pfn;
	fake.nr_blocks++;
}

static void fake_free_reserved(unsigned long pfn)
{
	if (!fake.nr_buddy_pages++)
		fake.buddy_first = pfn;
	fake.buddy_last = pfn;
}

static void fake_reset_tag(unsigned long pfn)
{
	if (!fake.nr_tags++)
		fake.tag_first = pfn;
	fake.tag_last = pfn;
}

static bool __maybe_unused fake_range_contiguous(const struct page *page,
						 unsigned long nr_pages)
{
	return page_to_pfn(page) >= fake.contiguous_from;
}

static bool fake_is_reserved(phys_addr_t base, phys_addr_t size)
{
	unsigned int i;

	if (fake.nothing_is_reserved || fake.all_is_reserved)
		return fake.all_is_reserved;
	for (i = 0; i < fake.nr_reserved; i++)
		if (base < fake.reserved[i].base + fake.reserved[i].size &&
		    fake.reserved[i].base < base + size)
			return true;

	return false;
}

static void fake_note_reserved(phys_addr_t base, phys_addr_t size)
{
	if (fake.nr_reserved < FAKE_CALLS_MAX)
		fake.reserved[fake.nr_reserved++] =
			(struct fake_region){ base, size };
}

static int fake_reserve(phys_addr_t base, phys_addr_t size)
{
	if (++fake.nr_reserve_calls == fake.reserve_fails_at)
		return -ENOMEM;
	fake_note_reserved(base, size);

	return 0;
}

static phys_addr_t fake_alloc_range(phys_addr_t size, phys_addr_t align,
				    phys_addr_t start, phys_addr_t end,
				    int nid, bool exact_nid)
{
	unsigned int call = fake.nr_alloc++;
	phys_addr_t base = 0;

	if (call < ARRAY_SIZE(fake.alloc_answers))
		base = fake.alloc_answers[call];
	if (call < FAKE_CALLS_MAX)
		fake.alloc[call] = (struct fake_memblock_call){
			.size = size, .align = align, .start = start,
			.end = end, .nid = nid, .exact_nid = exact_nid,
			.bottom_up = fake.bottom_up,
		};
	if (base)
		fake_note_reserved(base, size);

	return base;
}

/* Only what was reserved, as it was reserved, may be given back. */
static int fake_phys_free(phys_addr_t base, phys_addr_t size)
{
	unsigned int i;

	for (i = 0; i < fake.nr_reserved; i++) {
		if (fake.reserved[i].base != base ||
		    fake.reserved[i].size != size)
			continue;
		fake.reserved[i] = fake.reserved[--fake.nr_reserved];
		return 0;
	}
	fake.nr_bad_frees++;

	return 0;
}

/* The copy's own cursor comes as the first argument, and is not needed. */
static bool __maybe_unused fake_next_free_range(u64 i, int nid,
						unsigned int flags,
						phys_addr_t *start,
						phys_addr_t *end, int *out_nid)
{
	struct fake_region *range = &fake.free_ranges[fake.next_free_range];

	fake.free_ranges_nid = nid;

	if (fake.next_free_range++ >= fake.nr_free_ranges)
		return false;
	*start = range->base;
	*end = range->base + range->size;

	return true;
}

/* What the kernel would tell of an area: kept, to be looked at. */
static __printf(1, 2) void fake_pr_info(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(fake.said, sizeof(fake.said), format, arguments);
	va_end(arguments);
}

static __printf(1, 2) void fake_pr_cont(const char *format, ...)
{
	size_t length = strlen(fake.continued);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(fake.continued + length, sizeof(fake.continued) - length,
		  format, arguments);
	va_end(arguments);
}

static bool fake_bug(bool condition)
{
	fake.nr_bugs += condition;

	return condition;
}

#undef __init
#define __init
#undef __initdata
#define __initdata
#undef __ref
#define __ref
#undef __refdata
#define __refdata

/* Noted, in place of a panic; also where CONFIG_DEBUG_VM is not set. */
#undef VM_BUG_ON
#define VM_BUG_ON fake_bug
#undef VM_WARN_ON_ONCE
#define VM_WARN_ON_ONCE fake_bug
/* As it is without CONFIG_DEBUG_VM: what it does not look at is not done. */
#undef VM_WARN_ON
#define VM_WARN_ON(condition) ((void)sizeof(!!(condition)))

#undef alloc_contig_range
#define alloc_contig_range(start, end, kind, gfp) \
	fake_alloc_contig(start, end, (__force unsigned int)(kind), gfp, false)
#undef alloc_contig_frozen_range
#define alloc_contig_frozen_range(start, end, kind, gfp) \
	fake_alloc_contig(start, end, (__force unsigned int)(kind), gfp, true)
#define free_contig_range fake_free_contig
#define free_contig_frozen_range fake_free_frozen

#define bitmap_zalloc fake_bitmap_zalloc
#define bitmap_free fake_bitmap_free

#undef pageblock_order
#define pageblock_order fake.block_order
#define totalcma_pages fake.cma_total
#define page_zone(page) fake_page_zone(page_to_pfn(page))
#define pfn_range_intersects_zones fake_intersects_zones
#define init_cma_reserved_pageblock(page) \
	fake_init_pageblock(page_to_pfn(page))
#define free_reserved_page(page) fake_free_reserved(page_to_pfn(page))
/* Inline functions without KASAN, and with a memmap in one piece. */
#define page_kasan_tag_reset(page) fake_reset_tag(page_to_pfn(page))
#define page_range_contiguous fake_range_contiguous

#undef pr_info
#define pr_info(...) fake_pr_info(__VA_ARGS__)
#undef pr_cont
#define pr_cont fake_pr_cont
/* The copy knows nodes and reports, whatever this kernel is configured for. */
#undef CONFIG_NUMA
#define CONFIG_NUMA 1
#undef CONFIG_CMA_DEBUG
#define CONFIG_CMA_DEBUG 1

#undef __pa
#define __pa(address) ((phys_addr_t)(uintptr_t)(address))
#undef high_memory
#define high_memory ((void *)(uintptr_t)fake.lowmem_end)
#define kmemleak_ignore_phys(base) ((void)(fake.kmemleak_ignored = (base)))

#define memblock_end_of_DRAM() (fake.end_of_dram)
#define memblock_bottom_up() (fake.bottom_up)
#define memblock_set_bottom_up(enable) ((void)(fake.bottom_up = (enable)))
#define memblock_is_region_reserved fake_is_reserved
#define memblock_reserve fake_reserve
#define memblock_phys_free fake_phys_free
#define memblock_alloc_range_nid fake_alloc_range
#undef for_each_free_mem_range
#define for_each_free_mem_range(...) \
	for (fake.next_free_range = 0; fake_next_free_range(__VA_ARGS__);)

#endif
