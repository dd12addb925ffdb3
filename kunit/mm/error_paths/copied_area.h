/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Areas of a copy of mm/cma.c. Include after "cma_copy.c".
 *
 * The pages are real ones, lent by the page allocator for a case, so that the
 * copy may touch their struct page; the block is aligned to its own size:
 *
 *	block |--------------------------------|  BLOCK_PAGES
 *	area      |------------------|            at an offset in the block
 */
#ifndef _COPIED_AREA_H
#define _COPIED_AREA_H

#define BLOCK_ORDER 7
#define BLOCK_PAGES BIT(BLOCK_ORDER)

/* What a reservation of this many blocks of the smallest size is in bytes. */
#define BLOCKS(nr) ((phys_addr_t)(nr) << (PAGE_SHIFT + FAKE_PAGEBLOCK_ORDER))

/*
 * A lock that is kept shows as interrupts that stay off. It is noted, and the
 * lock let go: the next call would wait for it for ever.
 */
static __maybe_unused struct page *
alloc_and_let_go(struct cma *cma, unsigned long count, unsigned int align,
		 bool no_warn)
{
	struct page *page = copied_cma_alloc(cma, count, align, no_warn);

	if (irqs_disabled()) {
		fake.nr_locks_kept++;
		__acquire(&cma->lock);
		spin_unlock_irq(&cma->lock);
	}

	return page;
}

#undef cma_alloc
#define cma_alloc alloc_and_let_go

/* With several ranges an area keeps each in a struct of its own. */
#ifdef CMA_MAX_RANGES
#define copied_base_pfn(cma) ((cma)->ranges[0].base_pfn)
#define copied_bitmap(cma) ((cma)->ranges[0].bitmap)

static void copied_area_free(struct cma *cma)
{
	int i;

	/* Before activation the pointer holds a pfn. */
	for (i = 0; test_bit(CMA_ACTIVATED, &cma->flags) && i < cma->nranges; i++)
		bitmap_free(cma->ranges[i].bitmap);
}
#else
#define copied_base_pfn(cma) ((cma)->base_pfn)
#define copied_bitmap(cma) ((cma)->bitmap)

static void copied_area_free(struct cma *cma)
{
	if (cma->count)
		bitmap_free(cma->bitmap);
}
#endif

static __maybe_unused void copied_areas_reset(void)
{
	unsigned int i;

	for (i = 0; i < cma_area_count; i++)
		copied_area_free(&cma_areas[i]);
	memset(cma_areas, 0, sizeof(cma_areas));
	cma_area_count = 0;
}

/* The block comes back to the page allocator as it was given: one reference. */
static void block_free(void *page)
{
	unsigned long i;

	for (i = 0; i < BLOCK_PAGES; i++)
		set_page_count((struct page *)page + i, i == 0);
	__free_pages(page, BLOCK_ORDER);
}

static __maybe_unused unsigned long block_alloc_kunit(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL, BLOCK_ORDER);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, block_free, page));
	return page_to_pfn(page);
}

/* An area that is declared, not yet active. */
static __maybe_unused struct cma *
area_declare(struct kunit *test, unsigned long base_pfn, unsigned long count,
	     unsigned int order_per_bit)
{
	struct cma *cma = NULL;
	int err;

	fake.all_is_reserved = true;
	err = cma_init_reserved_mem(PFN_PHYS(base_pfn),
				    (phys_addr_t)count << PAGE_SHIFT,
				    order_per_bit, "copied", &cma);
	fake.all_is_reserved = false;
	KUNIT_ASSERT_EQ_MSG(test, err, 0,
			    "cma_init_reserved_mem() of %lu pages at pfn %lu",
			    count, base_pfn);
	KUNIT_ASSERT_NOT_NULL(test, cma);

	return cma;
}

static __maybe_unused struct cma *
area_activate(struct kunit *test, unsigned long base_pfn, unsigned long count,
	      unsigned int order_per_bit)
{
	struct cma *cma = area_declare(test, base_pfn, count, order_per_bit);

	cma_activate_area(cma);
	KUNIT_ASSERT_EQ(test, cma->count, count);
	KUNIT_ASSERT_NOT_NULL(test, copied_bitmap(cma));

	return cma;
}

static __maybe_unused unsigned long area_bits_set(struct cma *cma)
{
	return bitmap_weight(copied_bitmap(cma),
			     cma->count >> cma->order_per_bit);
}

/* Pages that the area says it has left, where it counts them. */
static __maybe_unused unsigned long area_available(struct cma *cma)
{
#ifdef CMA_TESTS_HAS_CMA_AVAILABLE
	return cma->available_count;
#else
	return cma->count - (area_bits_set(cma) << cma->order_per_bit);
#endif
}

static __maybe_unused void
expect_area_empty(struct kunit *test, struct cma *cma)
{
	KUNIT_EXPECT_EQ_MSG(test, area_bits_set(cma), 0UL,
			    "area '%s' keeps bits of an allocation that failed or was released",
			    cma->name);
	KUNIT_EXPECT_EQ_MSG(test, area_available(cma), cma->count,
			    "area '%s' lost count of its pages", cma->name);
}

static __maybe_unused int copied_areas_begin(struct kunit *test)
{
	cma_fakes_reset();

	return 0;
}

static __maybe_unused void copied_areas_end(struct kunit *test)
{
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_locks_kept, 0,
			    "calls of cma_alloc() that kept the area's lock");
	copied_areas_reset();
}

#endif
