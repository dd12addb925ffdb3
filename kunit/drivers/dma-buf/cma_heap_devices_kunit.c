// SPDX-License-Identifier: GPL-2.0
/*
 * A buffer of the CMA heap for devices: attached, mapped, synchronised with the
 * CPU, unmapped, detached, one by one and several at once.
 */
#include "cma_heap_copy.c"
#include <linux/completion.h>
#include <linux/kthread.h>
#include "cma_heap_buffer.h"

/* Expect the entries to follow each other, from the first page to the last. */
static void expect_covered(struct kunit *test, const struct importer *importer,
			   unsigned long pfn, unsigned long pages)
{
	phys_addr_t paddr, next = PFN_PHYS(pfn), end = PFN_PHYS(pfn + pages);
	struct scatterlist *entry;
	int i;

	for_each_sgtable_dma_sg(importer->table, entry, i) {
		paddr = dma_to_phys(importer->dev, sg_dma_address(entry));
		KUNIT_EXPECT_EQ_MSG(test, next, paddr,
				    "%s: expected entry %d at %pa, got %pa",
				    dev_name(importer->dev), i, &next, &paddr);
		next = paddr + sg_dma_len(entry);
	}
	KUNIT_EXPECT_EQ_MSG(test, end, next,
			    "%s: expected the table to end at %pa, got %pa",
			    dev_name(importer->dev), &end, &next);
}

/* What the buffer will be made of says who had it before. */
static void leave_traces(struct kunit *test, struct cma *cma,
			 unsigned long pages, unsigned int align)
{
	struct page *page = cma_alloc_kunit(test, cma, pages, align);

	pages_stamp(page, pages, 1);
	cma_release_kunit(test, page);
}

static void expect_zeroed(struct kunit *test, unsigned long pfn,
			  unsigned long pages)
{
	unsigned long i, dirty = 0;

	for (i = 0; i < pages; i++)
		dirty += !!memchr_inv(page_address(pfn_to_page(pfn + i)), 0,
				      PAGE_SIZE);
	KUNIT_EXPECT_EQ_MSG(test, 0UL, dirty,
			    "pages of a new buffer that say what was in them before");
}

/* Expect each device to see all pages of the buffer, and no others. */
static void table_is_the_buffer(struct kunit *test)
{
	static const enum dma_data_direction directions[] = {
		DMA_BIDIRECTIONAL, DMA_TO_DEVICE, DMA_FROM_DEVICE,
	};
	const struct buffer_row *row = test->param_value;
	unsigned int align = min_t(unsigned int, CONFIG_CMA_ALIGNMENT,
				   get_order(row->pages << PAGE_SHIFT));
	struct cma *cma = area_default(test);
	struct area_state before;
	struct importer *importer;
	struct dma_buf *dmabuf;
	unsigned int i, nr_freed;
	unsigned long pfn;

	buffer_must_fit(test, row->pages);
	leave_traces(test, cma, row->pages, align);
	area_state_take(test, cma, &before);
	dmabuf = buffer_kunit(test, row->pages);
	KUNIT_EXPECT_EQ(test, row->pages << PAGE_SHIFT, dmabuf->size);
	area_expect_taken(test, &before, row->pages,
			  area_bits_for(cma, row->pages));
	importer = importer_kunit(test, dmabuf, "cma-heap-importer");
	for (i = 0; i < ARRAY_SIZE(directions); i++) {
		importer_map(test, importer, directions[i]);
		KUNIT_EXPECT_EQ(test, directions[i], fake.direction);
		KUNIT_EXPECT_EQ(test, 1, fake.nr_mappings);
		pfn = importer_pfn(importer);
		area_expect_allocated(test, cma, pfn_to_page(pfn), row->pages,
				      align);
		expect_covered(test, importer, pfn, row->pages);
		expect_zeroed(test, pfn, row->pages);
		importer_unmap(importer);
		KUNIT_EXPECT_EQ(test, 0, fake.nr_mappings);
	}
	kunit_release_action(test, importer_detach, importer);
	expect_nothing_held(test, dmabuf);
	nr_freed = fake.nr_freed;
	kunit_release_action(test, put_buffer, dmabuf);
	KUNIT_EXPECT_EQ_MSG(test, nr_freed + 2, fake.nr_freed,
			    "expected the list of pages and the buffer's struct to be freed");
	area_expect_as_before(test, &before);
}

/*
 *	A  attached, mapped                       unmapped, detached
 *	B  attached, mapped     unmapped, detached
 *	C  attached, mapped
 *
 * Expect each to see the whole buffer for as long as it is mapped itself.
 */
static void devices_share_the_buffer(struct kunit *test)
{
	static const char * const names[] = {
		"cma-heap-importer-a", "cma-heap-importer-b",
		"cma-heap-importer-c",
	};
	struct importer *importers[ARRAY_SIZE(names)];
	struct dma_buf *dmabuf;
	unsigned long pfn;
	unsigned int i;

	dmabuf = buffer_kunit(test, 5);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		importers[i] = importer_kunit(test, dmabuf, names[i]);
		importer_map(test, importers[i], DMA_BIDIRECTIONAL);
	}
	KUNIT_EXPECT_PTR_NE(test, importers[0]->table, importers[1]->table);
	KUNIT_EXPECT_PTR_NE(test, importers[1]->table, importers[2]->table);
	pfn = importer_pfn(importers[0]);
	for (i = 0; i < ARRAY_SIZE(names); i++)
		expect_covered(test, importers[i], pfn, 5);

	kunit_release_action(test, importer_detach, importers[1]);
	KUNIT_EXPECT_EQ(test, 2, fake.nr_mappings);
	KUNIT_EXPECT_EQ(test, 2, fake.nr_tables);
	expect_covered(test, importers[0], pfn, 5);
	expect_covered(test, importers[2], pfn, 5);
	kunit_release_action(test, importer_detach, importers[0]);
	expect_covered(test, importers[2], pfn, 5);
	kunit_release_action(test, importer_detach, importers[2]);
	expect_nothing_held(test, dmabuf);
}

/* Expect what a device had of the exporter to be freed when it goes. */
static void detached_device_is_forgotten(struct kunit *test)
{
	struct device *dev;
	struct dma_buf *dmabuf;
	int round;

	dmabuf = buffer_kunit(test, 2);
	dev = dma_device_kunit(test, "cma-heap-importer");
	for (round = 0; round < 3; round++) {
		struct dma_buf_attachment *attachment;
		unsigned int nr_freed = fake.nr_freed;
		const void *private;

		attachment = dma_buf_attach(dmabuf, dev);
		KUNIT_ASSERT_FALSE(test, IS_ERR(attachment));
		private = attachment->priv;
		dma_buf_detach(dmabuf, attachment);
		KUNIT_EXPECT_EQ_MSG(test, nr_freed + 1, fake.nr_freed,
				    "expected the exporter to free one object, got %u",
				    fake.nr_freed - nr_freed);
		KUNIT_EXPECT_PTR_EQ(test, private, fake.last_freed);
		expect_nothing_held(test, dmabuf);
	}
}

static void failed_attachment_leaves_nothing(struct kunit *test)
{
	struct dma_buf_attachment *attachment;
	struct dma_buf *dmabuf;
	struct device *dev;

	dmabuf = buffer_kunit(test, 2);
	dev = dma_device_kunit(test, "cma-heap-importer");
	fake.no_table = true;
	attachment = dma_buf_attach(dmabuf, dev);
	KUNIT_EXPECT_EQ_MSG(test, -ENOMEM, PTR_ERR_OR_ZERO(attachment),
			    "expected -ENOMEM without a table, got %pe",
			    attachment);
	if (!IS_ERR(attachment))
		dma_buf_detach(dmabuf, attachment);
	KUNIT_EXPECT_EQ_MSG(test, 1, fake.nr_freed,
			    "expected the attachment to be freed");
	expect_nothing_held(test, dmabuf);
}

/* Expect -ENOMEM, and that nobody takes the device for mapped. */
static void failed_mapping_leaves_nothing(struct kunit *test)
{
	struct importer *importer;
	struct sg_table *table;
	struct dma_buf *dmabuf;

	dmabuf = buffer_kunit(test, 2);
	importer = importer_kunit(test, dmabuf, "cma-heap-importer");
	fake.no_mapping = true;
	table = dma_buf_map_attachment_unlocked(importer->attachment,
						DMA_BIDIRECTIONAL);
	KUNIT_EXPECT_EQ_MSG(test, -ENOMEM, PTR_ERR_OR_ZERO(table),
			    "expected -ENOMEM without a mapping, got %pe",
			    table);
	fake.no_mapping = false;
	KUNIT_EXPECT_EQ(test, 0, dma_buf_begin_cpu_access(dmabuf,
							  DMA_BIDIRECTIONAL));
	KUNIT_EXPECT_EQ_MSG(test, 0U, fake.nr_syncs,
			    "expected no device that is not mapped to be synchronised, got %u",
			    fake.nr_syncs);
	importer_map(test, importer, DMA_BIDIRECTIONAL);
	kunit_release_action(test, importer_detach, importer);
	expect_nothing_held(test, dmabuf);
}

/* Expect that since the last time these were synchronised, each once. */
static void expect_synced(struct kunit *test, struct importer **mapped,
			  unsigned int count, bool for_device,
			  enum dma_data_direction direction)
{
	unsigned int i, j;

	KUNIT_EXPECT_EQ_MSG(test, count, fake.nr_syncs,
			    "expected %u devices to be synchronised, got %u",
			    count, fake.nr_syncs);
	for (i = 0; i < count; i++) {
		unsigned int times = 0;

		for (j = 0; j < min_t(unsigned int, fake.nr_syncs,
				      ARRAY_SIZE(fake.syncs)); j++)
			times += fake.syncs[j].dev == mapped[i]->dev &&
				 fake.syncs[j].for_device == for_device &&
				 fake.syncs[j].direction == direction;
		KUNIT_EXPECT_EQ_MSG(test, 1U, times,
				    "%s: expected to be synchronised for the %s once, got %u",
				    dev_name(mapped[i]->dev),
				    for_device ? "device" : "CPU", times);
	}
	fake.nr_syncs = 0;
}

static void expect_access_syncs(struct kunit *test, struct dma_buf *dmabuf,
				struct importer **mapped, unsigned int count)
{
	KUNIT_EXPECT_EQ(test, 0,
			dma_buf_begin_cpu_access(dmabuf, DMA_FROM_DEVICE));
	expect_synced(test, mapped, count, false, DMA_FROM_DEVICE);
	KUNIT_EXPECT_EQ(test, 0, dma_buf_end_cpu_access(dmabuf, DMA_TO_DEVICE));
	expect_synced(test, mapped, count, true, DMA_TO_DEVICE);
}

/*
 *	A  mapped
 *	B  attached, not mapped: its caches hold nothing of the buffer
 *	C  mapped, then not
 */
static void access_reaches_mapped_devices(struct kunit *test)
{
	struct importer *mapped[2], *unmapped;
	struct dma_buf *dmabuf;

	dmabuf = buffer_kunit(test, 2);
	expect_access_syncs(test, dmabuf, mapped, 0);
	mapped[0] = importer_kunit(test, dmabuf, "cma-heap-importer-a");
	unmapped = importer_kunit(test, dmabuf, "cma-heap-importer-b");
	mapped[1] = importer_kunit(test, dmabuf, "cma-heap-importer-c");
	expect_access_syncs(test, dmabuf, mapped, 0);

	importer_map(test, mapped[0], DMA_BIDIRECTIONAL);
	importer_map(test, mapped[1], DMA_BIDIRECTIONAL);
	expect_access_syncs(test, dmabuf, mapped, 2);
	importer_unmap(mapped[1]);
	expect_access_syncs(test, dmabuf, mapped, 1);
	kunit_release_action(test, importer_detach, unmapped);
	expect_access_syncs(test, dmabuf, mapped, 1);
	kunit_release_action(test, importer_detach, mapped[0]);
	expect_access_syncs(test, dmabuf, mapped, 0);
}

struct rival {
	struct dma_buf *dmabuf;
	struct device *dev;
	struct dma_buf_attachment *attachment;
	struct completion done;
};

static int rival_attaches(void *data)
{
	struct rival *rival = data;

	rival->attachment = dma_buf_attach(rival->dmabuf, rival->dev);
	complete(&rival->done);

	return 0;
}

/* Far longer than an attachment takes. */
#define HOLD_LOCK_MS 50

/* Who goes through the list of devices has it for himself. */
static void device_waits_for_the_list(struct kunit *test)
{
	struct rival rival = { .dmabuf = buffer_kunit(test, 2) };
	struct cma_heap_buffer *buffer = rival.dmabuf->priv;
	unsigned long in_time;

	rival.dev = dma_device_kunit(test, "cma-heap-importer");
	init_completion(&rival.done);
	mutex_lock(&buffer->lock);
	if (IS_ERR(kthread_run(rival_attaches, &rival, "cma_kunit_rival"))) {
		mutex_unlock(&buffer->lock);
		KUNIT_FAIL(test, "cannot start a thread");
		return;
	}
	in_time = wait_for_completion_timeout(&rival.done,
					      msecs_to_jiffies(HOLD_LOCK_MS));
	mutex_unlock(&buffer->lock);
	if (!in_time)
		wait_for_completion(&rival.done);
	KUNIT_EXPECT_EQ_MSG(test, 0UL, in_time,
			    "a device was attached while the list was locked");
	KUNIT_ASSERT_FALSE(test, IS_ERR(rival.attachment));
	dma_buf_detach(rival.dmabuf, rival.attachment);
	expect_nothing_held(test, rival.dmabuf);
}

static void refused_heap_leaves_nothing(struct kunit *test)
{
	fake.add_error = -EINVAL;
	KUNIT_EXPECT_EQ(test, -EINVAL, add_heap(area_default(test)));
	KUNIT_EXPECT_EQ_MSG(test, 1U, fake.nr_freed,
			    "expected the heap to be freed");
}

static struct kunit_case cma_heap_devices_cases[] = {
	KUNIT_CASE_PARAM(table_is_the_buffer, buffer_gen_params),
	KUNIT_CASE(devices_share_the_buffer),
	KUNIT_CASE(detached_device_is_forgotten),
	KUNIT_CASE(failed_attachment_leaves_nothing),
	KUNIT_CASE(failed_mapping_leaves_nothing),
	KUNIT_CASE(access_reaches_mapped_devices),
	KUNIT_CASE(device_waits_for_the_list),
	KUNIT_CASE(refused_heap_leaves_nothing),
	{}
};

static struct kunit_suite cma_heap_devices_suite = {
	.name = "cma_heap_devices",
	.init = cma_heap_begin,
	.test_cases = cma_heap_devices_cases,
};

kunit_test_suites(&cma_heap_devices_suite);
