// SPDX-License-Identifier: GPL-2.0
/*
 * cma_alloc() and cma_release() when alloc_contig_range() does not do what it
 * is asked for, over a copy of mm/cma.c with that function faked.
 */
#include "cma_copy.c"
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include "copied_area.h"

#define AREA_PAGES 64UL
#define FREE_PAGES_REPORT "56@2=> 56 free of 64 total pages"

/*
 * The n-th candidate lies n steps behind the first; a step is the alignment,
 * at least one bit of the bitmap:
 *
 *	area   |---------------------------------|
 *	calls  |xxx     |xxx     |xxx     |ok
 *	       first    first + step
 */
struct busy_row {
	const char *desc;
	unsigned int offset;		/* of the area in its block */
	unsigned int order_per_bit;
	unsigned long count;
	unsigned int align;
	unsigned int busy;		/* calls that find the range busy */
	unsigned int first;		/* expected, as an offset in the block */
	unsigned int step;
	unsigned int bits;		/* expected, in the bitmap */
};

static const struct busy_row busy_rows[] = {
	{ "never busy, no alignment", 0, 0, 3, 0, 0, 0, 1, 3 },
	{ "once busy, no alignment", 0, 0, 3, 0, 1, 0, 1, 3 },
	{ "busy three times, aligned to 4", 0, 0, 3, 2, 3, 0, 4, 3 },
	{ "busy up to the last candidate", 0, 0, 8, 3, 7, 0, 8, 8 },
	{ "one page, aligned to 16", 0, 0, 1, 4, 2, 0, 16, 1 },
	{ "count above the alignment", 0, 0, 9, 2, 2, 0, 4, 9 },
	{ "whole area", 0, 0, AREA_PAGES, 0, 0, 0, 1, AREA_PAGES },
	/*
	 * The alignment is of the page, not of its distance from the base.
	 * Guards b5be83e308f7 ("mm: cma: align to physical address, not CMA
	 * region position").
	 */
	{ "base not aligned to 8", 4, 0, 8, 3, 1, 8, 8, 8 },
	{ "base not aligned to 16", 12, 0, 5, 4, 2, 16, 16, 5 },
	{ "base not aligned to 32", 4, 0, 2, 5, 1, 32, 32, 2 },
	/* A bit of more pages than one is the smallest step. */
	{ "4 pages a bit, no alignment", 0, 2, 3, 0, 2, 0, 4, 1 },
	{ "4 pages a bit, alignment below a bit", 0, 2, 5, 1, 2, 0, 4, 2 },
	{ "4 pages a bit, alignment of a bit", 0, 2, 8, 2, 1, 0, 4, 2 },
	{ "4 pages a bit, aligned to 16", 0, 2, 4, 4, 2, 0, 16, 1 },
	/*
	 * Neither may the offset of the base lose what is below a bit. Guards
	 * "mm: cma: fix CMA aligned offset calculation".
	 */
	{ "4 pages a bit, base not aligned to 16", 4, 2, 4, 4, 1, 16, 16, 1 },
	{ "4 pages a bit, base not aligned to 32", 20, 2, 6, 5, 1, 32, 32, 2 },
	{ "2 pages a bit, odd count", 0, 1, 7, 0, 3, 0, 2, 4 },
};

static void busy_row_describe(const struct busy_row *row, char *desc)
{
	strscpy(desc, row->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(busy, busy_rows, busy_row_describe);

static void expect_calls(struct kunit *test, unsigned long block,
			 const struct busy_row *row)
{
	unsigned int i;

	KUNIT_ASSERT_EQ_MSG(test, fake.nr_contig, row->busy + 1,
			    "expected one try more than the range was busy");
	for (i = 0; i < fake.nr_contig; i++) {
		struct fake_contig_call *call = &fake.contig[i];

		KUNIT_EXPECT_EQ_MSG(test, call->start - block,
				    (unsigned long)row->first + i * row->step,
				    "start of try %u", i);
		KUNIT_EXPECT_EQ_MSG(test, call->end - call->start, row->count,
				    "pages of try %u", i);
		KUNIT_EXPECT_EQ(test, call->kind,
				(__force unsigned int)CMA_TESTS_CONTIG_CMA);
		KUNIT_EXPECT_EQ(test, (__force unsigned int)call->gfp,
				(__force unsigned int)(GFP_KERNEL |
						       __GFP_NOWARN));
	}
}

static void busy_range_is_tried_behind(struct kunit *test)
{
	const struct busy_row *row = test->param_value;
	unsigned long block = block_alloc_kunit(test);
	unsigned long start, i;
	struct page *page;
	struct cma *cma;

	cma = area_activate(test, block + row->offset, AREA_PAGES,
			    row->order_per_bit);
	for (i = 0; i < row->busy; i++)
		fake.contig_errors[i] = -EBUSY;

	page = cma_alloc(cma, row->count, row->align, true);
	expect_calls(test, block, row);
	KUNIT_ASSERT_NOT_NULL_MSG(test, page, "no page after %u busy tries",
				  row->busy);
	start = page_to_pfn(page);
	KUNIT_EXPECT_EQ(test, start, fake.contig[row->busy].start);
	for (i = 0; i < row->count; i++)
		KUNIT_EXPECT_EQ_MSG(test, page_count(page + i), 1,
				    "references of page %lu", i);
	/*
	 * Blocks have different tags, the caller has one pointer. Guards
	 * 2813b9c02962 ("kasan, mm, arm64: tag non slab memory allocated via
	 * pagealloc").
	 */
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_tags, row->count,
			    "pages whose tag was reset");
	KUNIT_EXPECT_EQ(test, fake.tag_first, start);
	KUNIT_EXPECT_EQ(test, fake.tag_last, start + row->count - 1);

	/* Bits of the tries that failed are clear, of the last one set. */
	KUNIT_EXPECT_EQ(test, area_bits_set(cma), (unsigned long)row->bits);
	i = (start - block - row->offset) >> row->order_per_bit;
	KUNIT_EXPECT_EQ(test, i, find_first_bit(copied_bitmap(cma),
						AREA_PAGES >> row->order_per_bit));

	KUNIT_EXPECT_TRUE(test, cma_release(cma, page, row->count));
	KUNIT_EXPECT_EQ(test, fake.nr_freed, 1);
	KUNIT_EXPECT_EQ(test, fake.freed.start, start);
	KUNIT_EXPECT_EQ(test, fake.freed.end, start + row->count);
	/*
	 * Guards f4355d6bb39f ("mm/cma: move put_page_testzero() out of
	 * VM_WARN_ON in cma_release()").
	 */
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_still_held, 0UL,
			    "pages freed with a reference");
	expect_area_empty(test, cma);
}

/*
 * Every candidate is busy: the search ends at the end of the area, and a
 * candidate that would stick out of it is no candidate.
 */
static void busy_area_is_walked_once(struct kunit *test)
{
	unsigned long block = block_alloc_kunit(test);
	struct cma *cma = area_activate(test, block, AREA_PAGES, 0);

	fake.contig_error_always = -EBUSY;
	KUNIT_EXPECT_NULL(test, cma_alloc(cma, 8, 3, true));
	KUNIT_EXPECT_EQ(test, fake.nr_contig, AREA_PAGES / 8);
	expect_area_empty(test, cma);

	fake.nr_contig = 0;
	KUNIT_EXPECT_NULL(test, cma_alloc(cma, 12, 3, true));
	KUNIT_EXPECT_EQ(test, fake.nr_contig, AREA_PAGES / 8 - 1);
	KUNIT_EXPECT_EQ(test, fake.contig[6].start, block + 48);
	expect_area_empty(test, cma);

	fake.nr_contig = 0;
	KUNIT_EXPECT_NULL(test, cma_alloc(cma, AREA_PAGES, 0, true));
	KUNIT_EXPECT_EQ(test, fake.nr_contig, 1);
	expect_area_empty(test, cma);
}

/* Only -EBUSY is worth another try; anything else ends the allocation. */
static const int final_errors[] = {
	-EINTR, -ENOMEM, -EINVAL, -EAGAIN, -ERESTARTSYS,
};

static void final_error_describe(const int *error, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "error %d", *error);
}

KUNIT_ARRAY_PARAM(final_error, final_errors, final_error_describe);

static void other_error_ends_the_search(struct kunit *test)
{
	const int *error = test->param_value;
	unsigned long block = block_alloc_kunit(test);
	struct cma *cma = area_activate(test, block, AREA_PAGES, 0);
	struct page *neighbour = cma_alloc(cma, 5, 0, true);

	KUNIT_ASSERT_NOT_NULL(test, neighbour);
	fake.contig_errors[1] = -EBUSY;
	fake.contig_errors[2] = *error;
	KUNIT_EXPECT_NULL(test, cma_alloc(cma, 7, 0, true));
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_contig, 3,
			    "the neighbour's call, a busy one and the last");
	/* What failed gives back its own bits and not the neighbour's. */
	KUNIT_EXPECT_EQ(test, area_bits_set(cma), 5UL);
	KUNIT_EXPECT_EQ(test, area_available(cma), AREA_PAGES - 5);
	KUNIT_EXPECT_TRUE(test, cma_release(cma, neighbour, 5));
	expect_area_empty(test, cma);
}

/* A failure prints the area's free runs, unless it is to be silent. */
static void no_warn_is_the_callers_word(struct kunit *test)
{
	unsigned long block = block_alloc_kunit(test);
	struct cma *cma = area_activate(test, block, AREA_PAGES, 0);

	fake.contig_error_always = -ENOMEM;
	KUNIT_EXPECT_NULL(test, cma_alloc(cma, 2, 0, false));
	KUNIT_EXPECT_EQ(test, fake.nr_contig, 1);
	KUNIT_EXPECT_EQ(test, (__force unsigned int)fake.contig[0].gfp,
			(__force unsigned int)GFP_KERNEL);
	expect_area_empty(test, cma);
}

/*
 *	area |xx--------------|   a bit is four pages, and two are taken
 *
 * Guards 2b59e01a3aa6 ("mm/cma.c: fix the bitmap status to show failed
 * allocation reason").
 */
static void failure_report_counts_pages(struct kunit *test)
{
	unsigned long block = block_alloc_kunit(test);
	struct cma *cma = area_activate(test, block, AREA_PAGES, 2);

	KUNIT_ASSERT_NOT_NULL(test, cma_alloc(cma, 8, 0, true));
	fake.contig_error_always = -ENOMEM;
	KUNIT_EXPECT_NULL(test, cma_alloc(cma, 4, 0, false));
	KUNIT_EXPECT_NOT_NULL_MSG(test,
				  strstr(fake.continued, FREE_PAGES_REPORT),
				  "expected '%s', found '%s'",
				  FREE_PAGES_REPORT, fake.continued);
}

static void allocations_fill_the_area(struct kunit *test)
{
	unsigned long block = block_alloc_kunit(test);
	struct cma *cma = area_activate(test, block + 4, AREA_PAGES, 0);
	struct page *page[5];
	unsigned long i;

	/* |0000....11112222....3333| then a hole, and it is found again. */
	for (i = 0; i < 4; i++) {
		page[i] = cma_alloc(cma, 16, 0, true);
		KUNIT_ASSERT_NOT_NULL(test, page[i]);
		KUNIT_EXPECT_EQ(test, page_to_pfn(page[i]),
				block + 4 + 16 * i);
	}
	KUNIT_EXPECT_NULL(test, cma_alloc(cma, 1, 0, true));
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_contig, 4,
			    "a full area is not asked for pages");
	KUNIT_EXPECT_EQ(test, area_available(cma), 0UL);
	KUNIT_EXPECT_TRUE(test, cma_release(cma, page[2], 16));
	KUNIT_EXPECT_NULL(test, cma_alloc(cma, 17, 0, true));
	page[4] = cma_alloc(cma, 16, 2, true);
	KUNIT_EXPECT_PTR_EQ(test, page[4], page[2]);
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_TRUE(test, cma_release(cma, page[i], 16));
	expect_area_empty(test, cma);
}

/* Counts that no area can hold never reach alloc_contig_range(). */
static void impossible_counts_are_refused(struct kunit *test)
{
	unsigned long block = block_alloc_kunit(test);
	struct cma *cma = area_activate(test, block, AREA_PAGES, 0);
	struct cma *bits = area_activate(test, block, AREA_PAGES, 2);
	const unsigned long counts[] = {
		0, AREA_PAGES + 1, 2 * AREA_PAGES, INT_MAX, UINT_MAX,
#if BITS_PER_LONG > 32
		/*
		 * Guards 67a2e213e7e9 ("mm: cma: fix incorrect type conversion
		 * for size during dma allocation").
		 */
		(1UL << 32), (1UL << 32) + 1, LONG_MAX,
#endif
	};
	unsigned long i;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		KUNIT_EXPECT_NULL_MSG(test, cma_alloc(cma, counts[i], 0, true),
				      "count %lu", counts[i]);
		KUNIT_EXPECT_NULL_MSG(test, cma_alloc(bits, counts[i], 0, true),
				      "count %lu, 4 pages a bit", counts[i]);
	}
	KUNIT_EXPECT_EQ(test, fake.nr_contig, 0);
	expect_area_empty(test, cma);
	expect_area_empty(test, bits);
}

/* Alignment beyond the area: an aligned page may lie in it, or may not. */
static void alignment_beyond_the_area(struct kunit *test)
{
	unsigned long block = block_alloc_kunit(test);
	struct cma *aligned = area_activate(test, block, 16, 0);
	struct cma *unaligned = area_activate(test, block + 20, 16, 0);
	struct page *page = cma_alloc(aligned, 4, BLOCK_ORDER, true);

	KUNIT_EXPECT_PTR_EQ(test, page, pfn_to_page(block));
	KUNIT_EXPECT_NULL(test, cma_alloc(unaligned, 4, BLOCK_ORDER, true));
	KUNIT_EXPECT_NULL(test, cma_alloc(aligned, 4, BLOCK_ORDER, true));
	KUNIT_EXPECT_EQ(test, fake.nr_contig, 1);
}

/* Expect a call to have alloc_contig_range() for itself. */
#define LET_OTHER_CALL_MS 50

static struct {
	struct cma *cma;
	struct completion done;
	bool started;
	unsigned int inside;
	unsigned int most_inside;
} rival;

static int rival_allocates(void *unused)
{
	cma_alloc(rival.cma, 1, 0, true);
	complete(&rival.done);

	return 0;
}

/* The first call starts another, and gives it time to come as far as this. */
static void meet_in_contig(void)
{
	unsigned int inside = ++rival.inside;

	rival.most_inside = max(rival.most_inside, inside);
	if (!rival.started) {
		rival.started = true;
		if (IS_ERR(kthread_run(rival_allocates, NULL, "cma_kunit_rival")))
			complete(&rival.done);
		msleep(LET_OTHER_CALL_MS);
	}
	rival.inside--;
}

/*
 *	us    |-- alloc_contig_range() --|
 *	rival     |-- cma_alloc() ...     |-- alloc_contig_range() --|
 *
 * Two at once would find each other's pageblock isolated, that is, busy. Guards
 * 60a60e32cf91 ("Revert "mm/cma.c: remove redundant cma_mutex lock"").
 */
static void one_range_is_allocated_at_a_time(struct kunit *test)
{
	unsigned long block = block_alloc_kunit(test);
	struct cma *cma = area_activate(test, block, AREA_PAGES, 0);

	memset(&rival, 0, sizeof(rival));
	rival.cma = cma;
	init_completion(&rival.done);
	fake.on_contig = meet_in_contig;
	KUNIT_EXPECT_NOT_NULL(test, cma_alloc(cma, 1, 0, true));
	KUNIT_ASSERT_TRUE(test, rival.started);
	wait_for_completion(&rival.done);
	KUNIT_EXPECT_EQ(test, fake.nr_contig, 2);
	KUNIT_EXPECT_EQ_MSG(test, rival.most_inside, 1,
			    "calls inside alloc_contig_range() at the same time");
	KUNIT_EXPECT_EQ(test, area_bits_set(cma), 2UL);
}

/*
 * Who releases with interrupts off finds them off afterwards. Guards
 * 0ef7dcac998f ("mm/cma: change cma mutex to irq safe spinlock").
 */
static void release_leaves_interrupts_as_they_are(struct kunit *test)
{
	unsigned long block = block_alloc_kunit(test);
	struct cma *cma = area_activate(test, block, AREA_PAGES, 0);
	struct page *page = cma_alloc(cma, 4, 0, true);
	unsigned long flags;
	bool stayed_off;

	KUNIT_ASSERT_NOT_NULL(test, page);
	local_irq_save(flags);
	cma_release(cma, page, 4);
	stayed_off = irqs_disabled();
	local_irq_restore(flags);
	KUNIT_EXPECT_TRUE_MSG(test, stayed_off,
			      "cma_release() switched interrupts on");
	expect_area_empty(test, cma);
}

static struct {
	struct cma *cma;
	unsigned long bits;
} freeing;

static void look_at_bits(void)
{
	freeing.bits = area_bits_set(freeing.cma);
}

/* Whoever finds a bit clear takes its page, which must be free by then. */
static void pages_are_free_before_their_bits(struct kunit *test)
{
	unsigned long block = block_alloc_kunit(test);
	struct page *page;

	freeing.cma = area_activate(test, block, AREA_PAGES, 0);
	page = cma_alloc(freeing.cma, 4, 0, true);
	KUNIT_ASSERT_NOT_NULL(test, page);
	fake.on_free = look_at_bits;
	freeing.bits = 0;
	KUNIT_EXPECT_TRUE(test, cma_release(freeing.cma, page, 4));
	KUNIT_EXPECT_EQ(test, fake.nr_freed, 1);
	KUNIT_EXPECT_EQ_MSG(test, freeing.bits, 4UL,
			    "bits that are set while their pages are freed");
	expect_area_empty(test, freeing.cma);
}

static void absent_area_allocates_nothing(struct kunit *test)
{
	unsigned long block = block_alloc_kunit(test);
	struct cma *cma;

	KUNIT_EXPECT_NULL(test, cma_alloc(NULL, 1, 0, true));

	cma = area_declare(test, block, AREA_PAGES, 0);
#ifndef CMA_MAX_RANGES
	/*
	 * Before it is activated it has pages, and no bitmap. Guards
	 * 835832ba01bb ("mm/cma.c: fix NULL pointer dereference when cma could
	 * not be activated"); with several ranges nothing asks any more.
	 */
	spin_lock_init(&cma->lock);
	KUNIT_EXPECT_NULL(test, cma_alloc(cma, 1, 0, true));
	KUNIT_EXPECT_EQ(test, fake.nr_contig, 0);
#endif

	/* An area that could not be activated stays, with no pages. */
	fake.bitmap_fails_at = fake.nr_bitmap_calls + 1;
	cma_activate_area(cma);
	KUNIT_EXPECT_NULL(test, cma_alloc(cma, 1, 0, true));
	KUNIT_EXPECT_EQ(test, fake.nr_contig, 0);
#if defined(CMA_MAX_RANGES) && defined(CONFIG_CMA_SYSFS)
	/* It is not searched: no failure of its own is counted. */
	KUNIT_EXPECT_EQ(test, atomic64_read(&cma->nr_pages_failed), 0LL);
#endif
}

/*
 *	block |....|area................|....|
 *	      ^   ^x                    x^
 *	pages outside are refused, the first and the last inside are taken
 */
static void release_knows_its_own_pages(struct kunit *test)
{
	unsigned long block = block_alloc_kunit(test);
	struct cma *cma = area_activate(test, block + 8, AREA_PAGES, 0);
	struct cma *other = area_activate(test, block + 8 + AREA_PAGES, 16, 0);
	struct page *page = cma_alloc(cma, AREA_PAGES, 0, true);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_FALSE(test, cma_release(NULL, page, 1));
	KUNIT_EXPECT_FALSE(test, cma_release(cma, NULL, 1));
	KUNIT_EXPECT_FALSE(test, cma_release(cma, page - 1, 1));
	KUNIT_EXPECT_FALSE(test, cma_release(cma, page - 8, 16));
	KUNIT_EXPECT_FALSE(test, cma_release(cma, page + AREA_PAGES, 1));
	KUNIT_EXPECT_FALSE(test, cma_release(other, page, 1));
	KUNIT_EXPECT_FALSE(test, cma_release(other, page + AREA_PAGES - 1, 1));
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_freed, 0,
			    "pages outside the area went to the page allocator");
	KUNIT_EXPECT_EQ(test, area_bits_set(cma), AREA_PAGES);

	/* Piece by piece: each call gives back what it names. */
	KUNIT_EXPECT_TRUE(test, cma_release(cma, page, 1));
	KUNIT_EXPECT_EQ(test, area_bits_set(cma), AREA_PAGES - 1);
	KUNIT_EXPECT_TRUE(test, cma_release(cma, page + AREA_PAGES - 1, 1));
	KUNIT_EXPECT_EQ(test, area_bits_set(cma), AREA_PAGES - 2);
	KUNIT_EXPECT_EQ(test, fake.freed.start, block + 8 + AREA_PAGES - 1);
	KUNIT_EXPECT_EQ(test, fake.freed.end, block + 8 + AREA_PAGES);
	KUNIT_EXPECT_TRUE(test, cma_release(cma, page + 1, AREA_PAGES - 2));
	KUNIT_EXPECT_EQ(test, fake.nr_freed, 3);
	expect_area_empty(test, cma);
}

/*
 *	area |........................|
 *	pages                     |------|   begin inside, end outside
 *
 * Refused, or at least noticed by the assertion that DEBUG_VM arms.
 */
static void release_across_the_end_is_noticed(struct kunit *test)
{
	unsigned long block = block_alloc_kunit(test);
	/* Not a whole word of bits: what is cleared behind them is unused. */
	struct cma *cma = area_activate(test, block, 20, 0);
	struct page *page = cma_alloc(cma, 20, 0, true);
	bool __maybe_unused released;

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_bugs, 0, "a healthy allocation");
	KUNIT_EXPECT_TRUE(test, cma_release(cma, page, 10));
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_bugs, 0, "a healthy release");
	cma_release(cma, page + 19, 2);
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_bugs, 1,
			    "a release of the last page and one behind it");
#if BITS_PER_LONG > 32
	/*
	 * Guards 78fa51503fdb ("mm: use proper type for
	 * cma_[alloc|release]").
	 */
	fake.nr_bugs = 0;
	released = cma_release(cma, page + 18, (1UL << 32) + 1);
	KUNIT_EXPECT_TRUE_MSG(test, !released || fake.nr_bugs,
			      "2^32 + 1 pages were released as one");
#endif
}

#ifdef CONFIG_CMA_SYSFS
static void counters_tell_pages(struct kunit *test)
{
	unsigned long block = block_alloc_kunit(test);
	struct cma *cma = area_activate(test, block, AREA_PAGES, 0);
	struct page *page = cma_alloc(cma, 5, 0, true);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, atomic64_read(&cma->nr_pages_succeeded), 5LL);
	KUNIT_EXPECT_EQ(test, atomic64_read(&cma->nr_pages_failed), 0LL);

	/* Tries are not failures: one call, one count. */
	fake.contig_error_always = -EBUSY;
	KUNIT_EXPECT_NULL(test, cma_alloc(cma, 7, 2, true));
	KUNIT_EXPECT_EQ(test, atomic64_read(&cma->nr_pages_succeeded), 5LL);
	KUNIT_EXPECT_EQ(test, atomic64_read(&cma->nr_pages_failed), 7LL);

	KUNIT_EXPECT_TRUE(test, cma_release(cma, page, 5));
#ifdef CMA_TESTS_HAS_CMA_RELEASED_COUNTER
	KUNIT_EXPECT_EQ(test, atomic64_read(&cma->nr_pages_released), 5LL);
#endif
	KUNIT_EXPECT_EQ(test, atomic64_read(&cma->nr_pages_succeeded), 5LL);
}
#else
CASE_LEFT_OUT(counters_tell_pages, "needs CONFIG_CMA_SYSFS")
#endif

static struct kunit_case errors_cases[] = {
	KUNIT_CASE_PARAM(busy_range_is_tried_behind, busy_gen_params),
	KUNIT_CASE(busy_area_is_walked_once),
	KUNIT_CASE_PARAM(other_error_ends_the_search, final_error_gen_params),
	KUNIT_CASE(no_warn_is_the_callers_word),
	KUNIT_CASE(failure_report_counts_pages),
	KUNIT_CASE(allocations_fill_the_area),
	KUNIT_CASE(impossible_counts_are_refused),
	KUNIT_CASE(alignment_beyond_the_area),
	KUNIT_CASE(one_range_is_allocated_at_a_time),
	KUNIT_CASE(release_leaves_interrupts_as_they_are),
	KUNIT_CASE(pages_are_free_before_their_bits),
	KUNIT_CASE(absent_area_allocates_nothing),
	KUNIT_CASE(release_knows_its_own_pages),
	KUNIT_CASE(release_across_the_end_is_noticed),
	KUNIT_CASE(counters_tell_pages),
	{}
};

static struct kunit_suite errors_suite = {
	.name = "cma_alloc_errors",
	.init = copied_areas_begin,
	.exit = copied_areas_end,
	.test_cases = errors_cases,
};

kunit_test_suite(errors_suite);

MODULE_LICENSE("GPL");
