// SPDX-License-Identifier: GPL-2.0
/*
 * Finding the areas of this boot, and allocating from them.
 */
#include <linux/dma-map-ops.h>
#include <linux/hash.h>
#include <linux/highmem.h>
#include <linux/string.h>

#include "area.h"

#define DEFAULT_AREA "default"

const struct area_row area_rows[NR_AREA_ROWS] = {
	{ DEFAULT_AREA },
	{ "kunit-pageblock" },
	{ "kunit-odd-base" },
	{ "kunit-four-pages-a-bit" },
	{ "kunit-pageblock-a-bit" },
	{ "kunit-two-ranges" },
};

void area_row_describe(const struct area_row *row, char *desc)
{
	strscpy(desc, row->name, KUNIT_PARAM_DESC_SIZE);
}

#ifdef CMA_MAX_RANGES
unsigned int area_nr_ranges(const struct cma *cma)
{
	return cma->nranges;
}

struct area_range area_range(const struct cma *cma, unsigned int index)
{
	return (struct area_range) {
		.base_pfn = cma->ranges[index].base_pfn,
		.count = cma->ranges[index].count,
		.bitmap = cma->ranges[index].bitmap,
	};
}
#else
unsigned int area_nr_ranges(const struct cma *cma)
{
	return 1;
}

struct area_range area_range(const struct cma *cma, unsigned int index)
{
	return (struct area_range) {
		.base_pfn = cma->base_pfn,
		.count = cma->count,
		.bitmap = cma->bitmap,
	};
}
#endif

/* An area lies in one zone, all ranges of it. */
struct zone *area_zone(const struct cma *cma)
{
	return page_zone(pfn_to_page(area_range(cma, 0).base_pfn));
}

unsigned long area_range_bits(const struct cma *cma, unsigned int index)
{
	return area_range(cma, index).count >> cma->order_per_bit;
}

bool area_contains(const struct cma *cma, unsigned long pfn,
		   unsigned long count)
{
	unsigned int i;

	for (i = 0; i < area_nr_ranges(cma); i++) {
		struct area_range range = area_range(cma, i);

		if (pfn >= range.base_pfn &&
		    pfn + count <= range.base_pfn + range.count)
			return true;
	}

	return false;
}

unsigned long area_largest_range(const struct cma *cma)
{
	unsigned long largest = 0;
	unsigned int i;

	for (i = 0; i < area_nr_ranges(cma); i++)
		largest = max(largest, area_range(cma, i).count);

	return largest;
}

unsigned long area_bits_for(const struct cma *cma, unsigned long pages)
{
	return DIV_ROUND_UP(pages, 1UL << cma->order_per_bit);
}

struct area_search {
	const char *name;
	struct cma *found;
};

static int area_match(struct cma *cma, void *data)
{
	struct area_search *search = data;

	if (strcmp(cma_get_name(cma), search->name))
		return 0;

	search->found = cma;
	return 1;
}

struct cma *area_find(const char *name)
{
	struct area_search search = { .name = name };

	cma_for_each_area(area_match, &search);

	return search.found;
}

bool area_is_active(const struct cma *cma)
{
	return cma_get_size(cma) && area_range(cma, 0).bitmap;
}

struct cma *area_default(struct kunit *test)
{
	struct cma *cma = dev_get_cma_area(NULL);

	if (!IS_ENABLED(CONFIG_DMA_CMA))
		kunit_skip(test, "needs CONFIG_DMA_CMA");
	if (!cma)
		kunit_skip(test, "no default area: boot with cma=64M");
	KUNIT_ASSERT_TRUE_MSG(test, area_is_active(cma),
			      "the default area was not activated");

	return cma;
}

/*
 * An area that the device tree asked for and that is not there was lost by the
 * kernel: that is a failure. Only a boot without the fixture is a skip.
 */
struct cma *area_named(struct kunit *test, const char *name)
{
	struct cma *cma = area_find(name);

	if (!IS_ENABLED(CONFIG_OF_RESERVED_MEM))
		kunit_skip(test, "needs CONFIG_OF_RESERVED_MEM");
	if (!cma)
		kunit_skip(test, "no area %s: boot with dts-fixtures/kunit-areas.dtso",
			   name);
	KUNIT_ASSERT_TRUE_MSG(test, area_is_active(cma),
			      "area %s was not activated", name);

	return cma;
}

struct cma *area_of_row(struct kunit *test)
{
	const struct area_row *row = test->param_value;

	if (!strcmp(row->name, DEFAULT_AREA))
		return area_default(test);

	return area_named(test, row->name);
}

struct held_pages {
	struct kunit *test;
	struct cma *cma;
	struct page *page;
	unsigned long count;
};

static int held_pages_init(struct kunit_resource *res, void *context)
{
	res->data = kmemdup(context, sizeof(struct held_pages), GFP_KERNEL);

	return res->data ? 0 : -ENOMEM;
}

static void held_pages_release(struct kunit_resource *res)
{
	struct held_pages *held = res->data;

	KUNIT_EXPECT_TRUE_MSG(held->test,
			      cma_release(held->cma, held->page, held->count),
			      "area %s: expected to release %lu pages at pfn %#lx, got false",
			      cma_get_name(held->cma), held->count,
			      page_to_pfn(held->page));
	kfree(held);
}

static bool held_pages_match(struct kunit *test, struct kunit_resource *res,
			     void *page)
{
	struct held_pages *held = res->data;

	return res->free == held_pages_release && held->page == page;
}

/*
 * A lock that is kept shows as interrupts that stay off. It is let go here: the
 * next to want it would wait for ever.
 */
void area_expect_let_go(struct kunit *test, struct cma *cma, const char *who)
{
	if (!irqs_disabled())
		return;
	__acquire(&cma->lock);
	spin_unlock_irq(&cma->lock);
	KUNIT_FAIL(test, "area %s: %s kept the lock", cma_get_name(cma), who);
}

struct page *cma_alloc_kunit(struct kunit *test, struct cma *cma,
			     unsigned long count, unsigned int align)
{
	struct held_pages held = {
		.test = test,
		.cma = cma,
		.count = count,
	};
	void *remembered;

	held.page = cma_alloc(cma, count, align, true);
	area_expect_let_go(test, cma, "cma_alloc()");
	if (!held.page)
		return NULL;

	remembered = kunit_alloc_resource(test, held_pages_init,
					  held_pages_release, GFP_KERNEL,
					  &held);
	if (!remembered)
		cma_release(cma, held.page, count);
	KUNIT_ASSERT_NOT_NULL(test, remembered);

	return held.page;
}

void cma_release_kunit(struct kunit *test, struct page *page)
{
	KUNIT_ASSERT_EQ_MSG(test, 0,
			    kunit_destroy_resource(test, held_pages_match, page),
			    "pfn %#lx was not allocated by cma_alloc_kunit()",
			    page_to_pfn(page));
}

/* What page @pfn of holder @holder says in its first and its last word. */
static unsigned long stamp_of(unsigned long pfn, unsigned long holder)
{
	return hash_long(pfn, BITS_PER_LONG) ^ holder;
}

void pages_stamp(struct page *page, unsigned long count, unsigned long holder)
{
	unsigned long i, pfn = page_to_pfn(page);

	for (i = 0; i < count; i++) {
		unsigned long *words = kmap_local_page(pfn_to_page(pfn + i));

		words[0] = stamp_of(pfn + i, holder);
		words[PAGE_SIZE / sizeof(long) - 1] = stamp_of(pfn + i, holder);
		kunmap_local(words);
	}
}

unsigned long pages_count_overwritten(struct page *page, unsigned long count,
				      unsigned long holder)
{
	unsigned long i, pfn = page_to_pfn(page), overwritten = 0;

	for (i = 0; i < count; i++) {
		unsigned long *words = kmap_local_page(pfn_to_page(pfn + i));

		overwritten +=
			words[0] != stamp_of(pfn + i, holder) ||
			words[PAGE_SIZE / sizeof(long) - 1] !=
			stamp_of(pfn + i, holder);
		kunmap_local(words);
	}

	return overwritten;
}
