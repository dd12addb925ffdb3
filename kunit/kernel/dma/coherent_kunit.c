// SPDX-License-Identifier: GPL-2.0
/*
 * The coherent pool of a device, over a copy of kernel/dma/coherent.c on pages
 * of our own:
 *
 *	pool   |--------|--------|--------|--------|   POOL_PAGES
 *	       device_base, pfn_base, virt_base
 */
#include "coherent_copy.c"
#include <linux/module.h>

#define POOL_PAGES 16
#define POOL_SIZE (POOL_PAGES * PAGE_SIZE)
#define BUS_OFFSET 0x10000000
#define POOL_PHYS ((phys_addr_t)0x48000000)
/* As the device sees it: not the address that the CPU has. */
#define POOL_DMA ((dma_addr_t)0x8000000)
#define STALE 0x5a

static void pool_release(void *device)
{
	dma_release_coherent_memory(device);
}

/* A device without a pool, and the memory for one, full of old contents. */
static struct device *device_kunit(struct kunit *test)
{
	struct device *device = kunit_kzalloc(test, sizeof(*device),
					      GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, device);
	device->coherent_dma_mask = DMA_BIT_MASK(64);
	fake.memory = kunit_kzalloc(test, POOL_SIZE + PAGE_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fake.memory);
	fake.memory = PTR_ALIGN(fake.memory, PAGE_SIZE);
	memset(fake.memory, STALE, POOL_SIZE);

	return device;
}

static struct device *device_with_pool(struct kunit *test)
{
	struct device *device = device_kunit(test);

	KUNIT_ASSERT_EQ(test, dma_declare_coherent_memory(device, POOL_PHYS,
							  POOL_DMA, POOL_SIZE),
			0);
	KUNIT_ASSERT_NE_MSG(test, fake.nr_mappings, 0,
			    "mappings of the pool that the device has");
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, pool_release,
							   device));
	return device;
}

static void *pool_alloc(struct device *device, ssize_t size, dma_addr_t *dma)
{
	void *address = ERR_PTR(-ENODEV);

	if (!dma_alloc_from_dev_coherent(device, size, dma, &address))
		return ERR_PTR(-ENODEV);
	/* A lock that is kept: the next call would wait for it for ever. */
	if (!spin_trylock(&device->dma_mem->spinlock)) {
		__acquire(&device->dma_mem->spinlock);
		spin_unlock_irq(&device->dma_mem->spinlock);
		return ERR_PTR(-EDEADLK);
	}
	spin_unlock(&device->dma_mem->spinlock);

	return address;
}

static unsigned int pool_pages_used(struct device *device)
{
	return bitmap_weight(device->dma_mem->bitmap, device->dma_mem->size);
}

static void pool_is_mapped_and_unmapped(struct kunit *test)
{
	struct device *device = device_kunit(test);

	KUNIT_ASSERT_EQ(test, dma_declare_coherent_memory(device, POOL_PHYS,
							  POOL_DMA, POOL_SIZE),
			0);
	/* What is not there must not be looked into, here and after the release. */
	KUNIT_ASSERT_NOT_NULL(test, device->dma_mem);
	KUNIT_ASSERT_EQ_MSG(test, fake.nr_mappings, 1,
			    "mappings of the pool that the device has");
	KUNIT_EXPECT_EQ(test, fake.mapped, POOL_PHYS);
	KUNIT_EXPECT_EQ(test, fake.mapped_size, (size_t)POOL_SIZE);
	KUNIT_EXPECT_EQ(test, fake.map_flags, (unsigned long)MEMREMAP_WC);
	KUNIT_EXPECT_EQ(test, device->dma_mem->size, POOL_PAGES);

	/* Guards "dma-mapping: clear dev->dma_mem to NULL after freeing it". */
	dma_release_coherent_memory(device);
	KUNIT_ASSERT_NULL_MSG(test, device->dma_mem, "the pool is freed");
	KUNIT_EXPECT_EQ(test, fake.nr_mappings, 0);
	KUNIT_EXPECT_EQ(test, fake.nr_bitmaps, 0);
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_freed, 1, "structs that were freed");
	dma_release_coherent_memory(device);
	dma_release_coherent_memory(NULL);
	KUNIT_EXPECT_EQ(test, fake.nr_mappings, 0);
}

/* One pool a device; the second leaves the first as it was. */
static void second_pool_is_refused(struct kunit *test)
{
	struct device *device = device_with_pool(test);
	struct dma_coherent_mem *pool = device->dma_mem;

	KUNIT_EXPECT_EQ(test, dma_declare_coherent_memory(device, POOL_PHYS,
							  POOL_DMA, POOL_SIZE),
			-EBUSY);
	KUNIT_EXPECT_PTR_EQ(test, device->dma_mem, pool);
	KUNIT_EXPECT_EQ(test, fake.nr_mappings, 1);
	KUNIT_EXPECT_EQ(test, fake.nr_bitmaps, 1);
}

static void failed_declaration_leaves_nothing(struct kunit *test)
{
	struct device *device = device_kunit(test);
	void *memory = fake.memory;

	KUNIT_EXPECT_EQ(test, dma_declare_coherent_memory(device, POOL_PHYS,
							  POOL_DMA, 0),
			-EINVAL);
	fake.memory = NULL;
	KUNIT_EXPECT_EQ(test, dma_declare_coherent_memory(device, POOL_PHYS,
							  POOL_DMA, POOL_SIZE),
			-EINVAL);
	fake.memory = memory;
	fake.no_bitmap = true;
	KUNIT_EXPECT_EQ(test, dma_declare_coherent_memory(device, POOL_PHYS,
							  POOL_DMA, POOL_SIZE),
			-ENOMEM);
	KUNIT_EXPECT_NULL(test, device->dma_mem);
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_mappings, 0, "a mapping is lost");
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_freed, 1, "a struct is lost");

	fake.no_bitmap = false;
	KUNIT_EXPECT_EQ(test, dma_declare_coherent_memory(NULL, POOL_PHYS,
							  POOL_DMA, POOL_SIZE),
			-ENODEV);
	KUNIT_EXPECT_EQ(test, fake.nr_mappings, 0);
	KUNIT_EXPECT_EQ(test, fake.nr_bitmaps, 0);
}

/* No pool: the caller is to look elsewhere, and nothing is written. */
static void device_without_pool_passes(struct kunit *test)
{
	struct device *device = device_kunit(test);
	struct vm_area_struct vma = {};
	dma_addr_t dma = 1;
	void *address = &dma;
	int ret = 1;

	KUNIT_EXPECT_EQ(test, dma_alloc_from_dev_coherent(device, PAGE_SIZE,
							  &dma, &address), 0);
	KUNIT_EXPECT_EQ(test, dma_alloc_from_dev_coherent(NULL, PAGE_SIZE,
							  &dma, &address), 0);
	KUNIT_EXPECT_EQ(test, dma, (dma_addr_t)1);
	KUNIT_EXPECT_PTR_EQ(test, address, (void *)&dma);
	KUNIT_EXPECT_EQ(test, dma_release_from_dev_coherent(device, 0,
							    fake.memory), 0);
	KUNIT_EXPECT_EQ(test, dma_mmap_from_dev_coherent(device, &vma,
							 fake.memory, PAGE_SIZE,
							 &ret), 0);
	KUNIT_EXPECT_EQ(test, ret, 1);
	KUNIT_EXPECT_EQ(test, fake.nr_remaps, 0);
}

/*
 * 3 pages take 4, and lie where 4 would; both addresses move alike:
 *
 *	|1...|3333|
 */
static void memory_is_aligned_to_its_size(struct kunit *test)
{
	struct device *device = device_with_pool(test);
	char *memory = fake.memory;
	dma_addr_t dma = 0;
	char *address;

	address = pool_alloc(device, 1, &dma);
	KUNIT_ASSERT_PTR_EQ(test, address, memory);
	KUNIT_EXPECT_EQ(test, dma, POOL_DMA);
	KUNIT_EXPECT_EQ(test, pool_pages_used(device), 1);

	address = pool_alloc(device, 3 * PAGE_SIZE, &dma);
	KUNIT_ASSERT_PTR_EQ(test, address, memory + 4 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, dma, POOL_DMA + 4 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, pool_pages_used(device), 5);

	KUNIT_EXPECT_EQ(test, dma_release_from_dev_coherent(device, 2, address),
			1);
	KUNIT_EXPECT_EQ(test, pool_pages_used(device), 1);
}

/*
 * Stale contents must not reach the next owner, and zeroing must not reach the
 * neighbour: it is the size that is zeroed.
 */
static void memory_is_zeroed(struct kunit *test)
{
	struct device *device = device_with_pool(test);
	char *memory = fake.memory;
	dma_addr_t dma = 0;
	char *address;

	KUNIT_ASSERT_PTR_EQ(test, pool_alloc(device, 1, &dma), memory);
	address = pool_alloc(device, 3 * PAGE_SIZE, &dma);
	KUNIT_ASSERT_PTR_EQ(test, address, memory + 4 * PAGE_SIZE);
	KUNIT_EXPECT_NULL_MSG(test, memchr_inv(address, 0, 3 * PAGE_SIZE),
			      "stale contents in memory that was just allocated");
	KUNIT_EXPECT_EQ(test, memory[4 * PAGE_SIZE - 1], (char)STALE);
	KUNIT_EXPECT_EQ(test, memory[7 * PAGE_SIZE], (char)STALE);

	/* What the last owner wrote is stale as well. */
	KUNIT_EXPECT_EQ(test, dma_release_from_dev_coherent(device, 2, address),
			1);
	memset(address, STALE, 4 * PAGE_SIZE);
	address = pool_alloc(device, 4 * PAGE_SIZE, &dma);
	KUNIT_ASSERT_PTR_EQ(test, address, memory + 4 * PAGE_SIZE);
	KUNIT_EXPECT_NULL(test, memchr_inv(address, 0, 4 * PAGE_SIZE));
}

/* Who allocates with interrupts off finds them off afterwards, full or not. */
static void interrupts_stay_as_they_are(struct kunit *test)
{
	struct device *device = device_with_pool(test);
	bool off_with_memory, off_without;
	unsigned long flags;
	dma_addr_t dma;

	local_irq_save(flags);
	pool_alloc(device, POOL_SIZE, &dma);
	off_with_memory = irqs_disabled();
	local_irq_disable();
	pool_alloc(device, 1, &dma);
	off_without = irqs_disabled();
	local_irq_restore(flags);
	KUNIT_EXPECT_TRUE_MSG(test, off_with_memory && off_without,
			      "an allocation switched interrupts on");
}

/* So does who releases: a driver may do so under a lock of its own. */
static void release_leaves_interrupts_off(struct kunit *test)
{
	struct device *device = device_with_pool(test);
	unsigned long flags;
	dma_addr_t dma;
	bool off;

	KUNIT_ASSERT_PTR_EQ(test, pool_alloc(device, PAGE_SIZE, &dma),
			    fake.memory);
	local_irq_save(flags);
	dma_release_from_dev_coherent(device, 0, fake.memory);
	off = irqs_disabled();
	local_irq_disable();
	local_irq_restore(flags);
	KUNIT_EXPECT_TRUE_MSG(test, off, "a release switched interrupts on");
	KUNIT_EXPECT_EQ(test, pool_pages_used(device), 0);
}

static void pool_ends_at_its_size(struct kunit *test)
{
	struct device *device = device_with_pool(test);
	dma_addr_t dma = 1;
	int i;

	KUNIT_EXPECT_NULL(test, pool_alloc(device, POOL_SIZE + 1, &dma));
	KUNIT_EXPECT_NULL(test, pool_alloc(device, 2 * POOL_SIZE, &dma));
#if BITS_PER_LONG > 32
	/* A size that 32 bits would take for one page. */
	KUNIT_EXPECT_NULL(test, pool_alloc(device, (1L << 32) + PAGE_SIZE,
					   &dma));
#endif
	KUNIT_EXPECT_EQ_MSG(test, dma, (dma_addr_t)1,
			    "a failure writes no address");
	KUNIT_EXPECT_EQ(test, pool_pages_used(device), 0);

	KUNIT_EXPECT_PTR_EQ(test, pool_alloc(device, POOL_SIZE, &dma),
			    fake.memory);
	KUNIT_EXPECT_NULL(test, pool_alloc(device, 1, &dma));
	KUNIT_EXPECT_EQ(test, dma_release_from_dev_coherent(device, 4,
							    fake.memory), 1);
	for (i = 0; i < POOL_PAGES; i++)
		KUNIT_EXPECT_PTR_EQ(test, pool_alloc(device, PAGE_SIZE, &dma),
				    fake.memory + i * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, dma, POOL_DMA + POOL_SIZE - PAGE_SIZE);
	KUNIT_EXPECT_NULL(test, pool_alloc(device, 1, &dma));
}

/*
 *	      x|pool....................|x
 *	an address of the pool is taken, its neighbours are not
 */
static void foreign_addresses_are_not_taken(struct kunit *test)
{
	struct device *device = device_with_pool(test);
	void *memory = fake.memory;
	dma_addr_t dma;

	KUNIT_ASSERT_PTR_EQ(test, pool_alloc(device, POOL_SIZE, &dma), memory);
	KUNIT_EXPECT_EQ(test, dma_release_from_dev_coherent(device, 0,
							    memory - 1), 0);
	KUNIT_EXPECT_EQ(test, dma_release_from_dev_coherent(device, 0, memory +
							    POOL_SIZE), 0);
	KUNIT_EXPECT_EQ(test, dma_release_from_dev_coherent(device, 0, device),
			0);
	KUNIT_EXPECT_EQ(test, pool_pages_used(device), POOL_PAGES);
	KUNIT_EXPECT_EQ(test, dma_release_from_dev_coherent(device, 0, memory +
							    POOL_SIZE -
							    PAGE_SIZE), 1);
	KUNIT_EXPECT_EQ(test, dma_release_from_dev_coherent(device, 1, memory),
			1);
	KUNIT_EXPECT_EQ(test, pool_pages_used(device), POOL_PAGES - 3);
}

/*
 * A pool of 4 GiB and more, of which only the last GiB exists: sizes and
 * offsets in bytes are longer than an int. Guards 286c21de32b9 ("dma-coherent:
 * fix integer overflow in the reserved-memory dma allocation").
 *
 *	|----------- taken ------------|- real -|
 *	0                             gib - 1   gib
 */
static void expect_pool_keeps_its_offsets(struct kunit *test, u64 gib)
{
	struct device *device = device_kunit(test);
	const u64 real = (gib - 1) << 30;
	char *memory = fake.memory;
	dma_addr_t dma = 0;
	void *address;

	fake.memory = memory - real;
	KUNIT_ASSERT_EQ(test, dma_declare_coherent_memory(device, POOL_PHYS,
							  POOL_DMA, gib << 30),
			0);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, pool_release,
							   device));
	KUNIT_EXPECT_EQ(test, device->dma_mem->size,
			(int)((gib << 30) >> PAGE_SHIFT));
	bitmap_set(device->dma_mem->bitmap, 0, real >> PAGE_SHIFT);

	address = pool_alloc(device, 4 * PAGE_SIZE, &dma);
	KUNIT_EXPECT_PTR_EQ(test, address, (void *)memory);
	KUNIT_EXPECT_EQ(test, dma, POOL_DMA + real);
	KUNIT_EXPECT_EQ(test, pool_pages_used(device),
			(real >> PAGE_SHIFT) + 4);
	KUNIT_EXPECT_NULL(test, memchr_inv(memory, 0, 4 * PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, dma_release_from_dev_coherent(device, 2, memory),
			1);
	KUNIT_EXPECT_EQ(test, pool_pages_used(device), real >> PAGE_SHIFT);
	KUNIT_EXPECT_EQ_MSG(test,
			    dma_release_from_dev_coherent(device, 0, memory +
							  (1UL << 30)), 0,
			    "the first address behind the pool");
	KUNIT_EXPECT_NULL_MSG(test, pool_alloc(device, (gib + 1) << 30, &dma),
			      "more than the pool of %llu GiB holds", gib);
}

static void pool_beyond_int_keeps_its_offsets(struct kunit *test)
{
	if (BITS_PER_LONG == 32)
		kunit_skip(test, "needs CONFIG_64BIT");
	expect_pool_keeps_its_offsets(test, 6);
}

/* As an unsigned int, this size is 0. */
static void pool_of_4_gib_is_not_empty(struct kunit *test)
{
	if (BITS_PER_LONG == 32)
		kunit_skip(test, "needs CONFIG_64BIT");
	expect_pool_keeps_its_offsets(test, 4);
}

/* A buffer of 4 pages at page 4, mapped by user space in parts. */
struct mmap_row {
	const char *desc;
	unsigned long offset;	/* in pages */
	unsigned long pages;
	size_t size;		/* of the buffer */
	int expected;
};

static const struct mmap_row mmap_rows[] = {
	{ "whole", 0, 4, 4 * PAGE_SIZE, 0 },
	{ "first page", 0, 1, 4 * PAGE_SIZE, 0 },
	{ "last page", 3, 1, 4 * PAGE_SIZE, 0 },
	{ "two in the middle", 1, 2, 4 * PAGE_SIZE, 0 },
	{ "size inside the last page", 3, 1, 3 * PAGE_SIZE + 1, 0 },
	{ "a page more", 0, 5, 4 * PAGE_SIZE, -ENXIO },
	{ "a page beyond from the middle", 2, 3, 4 * PAGE_SIZE, -ENXIO },
	{ "offset at the end", 4, 1, 4 * PAGE_SIZE, -ENXIO },
	{ "offset that overflows", ULONG_MAX, 1, 4 * PAGE_SIZE, -ENXIO },
	{ "offset and pages overflow", ULONG_MAX - 1, 3, 4 * PAGE_SIZE,
	  -ENXIO },
};

static void mmap_row_describe(const struct mmap_row *row, char *desc)
{
	strscpy(desc, row->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(mmap, mmap_rows, mmap_row_describe);

static void user_maps_the_buffer_and_no_more(struct kunit *test)
{
	const struct mmap_row *row = test->param_value;
	struct device *device = device_with_pool(test);
	struct vm_area_struct vma = {
		.vm_start = 16 * PAGE_SIZE,
		.vm_end = (16 + row->pages) * PAGE_SIZE,
		.vm_pgoff = row->offset,
	};
	int ret = 1;

	KUNIT_EXPECT_EQ(test, dma_mmap_from_dev_coherent(device, &vma,
							 fake.memory +
							 4 * PAGE_SIZE,
							 row->size, &ret), 1);
	KUNIT_EXPECT_EQ(test, ret, row->expected);
	if (row->expected) {
		KUNIT_EXPECT_EQ_MSG(test, fake.nr_remaps, 0,
				    "pages behind the buffer were mapped");
		return;
	}
	KUNIT_ASSERT_EQ(test, fake.nr_remaps, 1);
	KUNIT_EXPECT_EQ(test, fake.remap_start, 16 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, fake.remap_pfn,
			(unsigned long)PHYS_PFN(POOL_PHYS) + 4 + row->offset);
	KUNIT_EXPECT_EQ(test, fake.remap_size, row->pages * PAGE_SIZE);
}

static void user_maps_no_foreign_memory(struct kunit *test)
{
	struct device *device = device_with_pool(test);
	struct vm_area_struct vma = { .vm_start = 0, .vm_end = PAGE_SIZE };
	int ret = 1;

	KUNIT_EXPECT_EQ(test, dma_mmap_from_dev_coherent(device, &vma,
							 fake.memory -
							 PAGE_SIZE, PAGE_SIZE,
							 &ret), 0);
	KUNIT_EXPECT_EQ(test, dma_mmap_from_dev_coherent(device, &vma,
							 fake.memory +
							 POOL_SIZE, PAGE_SIZE,
							 &ret), 0);
	KUNIT_EXPECT_EQ_MSG(test,
			    dma_mmap_from_dev_coherent(device, &vma,
						       fake.memory + POOL_SIZE -
						       PAGE_SIZE,
						       2 * PAGE_SIZE, &ret), 0,
			    "a buffer that sticks out of the pool");
	KUNIT_EXPECT_EQ(test, fake.nr_remaps, 0);

	/* The error of the mapping itself is the caller's to see. */
	fake.remap_error = -ENOMEM;
	KUNIT_EXPECT_EQ(test, dma_mmap_from_dev_coherent(device, &vma,
							 fake.memory, PAGE_SIZE,
							 &ret), 1);
	KUNIT_EXPECT_EQ(test, ret, -ENOMEM);
}

#ifdef CONFIG_OF_RESERVED_MEM
/* The node is of no concern: the fake answers for all. */
#ifdef CMA_TESTS_HAS_RMEM_NODE_INIT
#define setup_region(rmem) rmem_dma_setup(0, rmem)
#else
#define setup_region(rmem) rmem_dma_setup(rmem)
#endif

/*
 * A reserved region becomes the pool of each device that names it: mapped
 * once, shared, and kept when a device lets go.
 */
static void devices_share_a_region(struct kunit *test)
{
	struct device *first = device_kunit(test);
	struct device *second = kunit_kzalloc(test, sizeof(*second),
					      GFP_KERNEL);
	struct reserved_mem rmem = {
		.name = "pool", .base = POOL_PHYS, .size = POOL_SIZE,
	};
	dma_addr_t dma;

	KUNIT_ASSERT_NOT_NULL(test, second);
	second->coherent_dma_mask = DMA_BIT_MASK(64);
	fake.bus_offset = BUS_OFFSET;
	KUNIT_EXPECT_EQ(test, rmem_dma_device_init(&rmem, first), 0);
	KUNIT_EXPECT_EQ(test, fake.mapped, POOL_PHYS);
	KUNIT_EXPECT_EQ(test, fake.mapped_size, (size_t)POOL_SIZE);
	KUNIT_EXPECT_EQ(test, rmem_dma_device_init(&rmem, second), 0);
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_mappings, 1, "mapped once");
	KUNIT_EXPECT_PTR_EQ(test, first->dma_mem, second->dma_mem);
	KUNIT_EXPECT_PTR_EQ(test, pool_alloc(first, PAGE_SIZE, &dma),
			    fake.memory);
	KUNIT_EXPECT_PTR_EQ(test, pool_alloc(second, PAGE_SIZE, &dma),
			    fake.memory + PAGE_SIZE);
	/*
	 * Guards c41f9ea998f3 ("drivers: dma-coherent: Account dma_pfn_offset
	 * when used with device tree").
	 */
	KUNIT_EXPECT_EQ_MSG(test, dma, (dma_addr_t)POOL_PHYS + PAGE_SIZE +
			    BUS_OFFSET, "the address that the device uses");
	KUNIT_EXPECT_EQ(test, rmem_dma_device_init(&rmem, first), -EBUSY);

	rmem_dma_device_release(&rmem, first);
	KUNIT_EXPECT_NULL(test, first->dma_mem);
	KUNIT_EXPECT_NOT_NULL(test, second->dma_mem);
	KUNIT_EXPECT_EQ(test, fake.nr_mappings, 1);
	KUNIT_EXPECT_EQ(test, rmem_dma_device_init(&rmem, first), 0);
	KUNIT_EXPECT_EQ(test, pool_pages_used(first), 2);
	rmem_dma_device_release(&rmem, first);
	rmem_dma_device_release(&rmem, NULL);

	/* The region keeps its mapping for good: take it off for the case. */
	dma_release_coherent_memory(second);
	KUNIT_EXPECT_EQ(test, fake.nr_mappings, 0);
}

/* A device that cannot reach all of its pool gets it, and a warning. */
static void expect_warned_beyond(struct kunit *test, struct device *device,
				 u64 *reach)
{
	struct reserved_mem rmem = {
		.name = "pool", .base = POOL_PHYS, .size = POOL_SIZE,
	};

	*reach = POOL_PHYS + POOL_SIZE - 1;
	KUNIT_EXPECT_EQ(test, rmem_dma_device_init(&rmem, device), 0);
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_warnings, 0,
			    "its reach ends with the pool");
	rmem_dma_device_release(&rmem, device);
	--*reach;
	KUNIT_EXPECT_EQ(test, rmem_dma_device_init(&rmem, device), 0);
	KUNIT_EXPECT_EQ_MSG(test, fake.nr_warnings, 1,
			    "its reach ends before the pool");
	dma_release_coherent_memory(device);
}

static void device_is_warned_of_its_mask(struct kunit *test)
{
	struct device *device = device_kunit(test);

	expect_warned_beyond(test, device, &device->coherent_dma_mask);
}

/*
 * However wide the mask is. Guards eadcb29e8fc8 ("dma-coherent: Warn if OF
 * reserved memory is beyond current coherent DMA mask").
 */
static void device_is_warned_of_its_bus(struct kunit *test)
{
	struct device *device = device_kunit(test);

	expect_warned_beyond(test, device, &device->bus_dma_limit);
}

/* A region that is reusable is CMA's. */
static void reusable_region_is_no_pool(struct kunit *test)
{
	struct reserved_mem rmem = {
		.name = "pool", .base = POOL_PHYS, .size = POOL_SIZE,
	};

	KUNIT_EXPECT_EQ(test, setup_region(&rmem), 0);
	fake.is_reusable = true;
	KUNIT_EXPECT_LT(test, setup_region(&rmem), 0);
}

/* Not now, and not from what a failure left behind. */
static void unmappable_region_is_no_pool(struct kunit *test)
{
	struct device *device = device_kunit(test);
	struct reserved_mem rmem = {
		.name = "pool", .base = POOL_PHYS, .size = POOL_SIZE,
	};

	fake.memory = NULL;
	KUNIT_EXPECT_EQ(test, rmem_dma_device_init(&rmem, device), -EINVAL);
	KUNIT_EXPECT_NULL(test, device->dma_mem);
	KUNIT_EXPECT_NULL(test, rmem.priv);
}
#else
CASE_LEFT_OUT(unmappable_region_is_no_pool, "needs CONFIG_OF_RESERVED_MEM")
CASE_LEFT_OUT(devices_share_a_region, "needs CONFIG_OF_RESERVED_MEM")
CASE_LEFT_OUT(device_is_warned_of_its_mask, "needs CONFIG_OF_RESERVED_MEM")
CASE_LEFT_OUT(device_is_warned_of_its_bus, "needs CONFIG_OF_RESERVED_MEM")
CASE_LEFT_OUT(reusable_region_is_no_pool, "needs CONFIG_OF_RESERVED_MEM")
#endif

static int coherent_init(struct kunit *test)
{
	memset(&fake, 0, sizeof(fake));

	return 0;
}

static struct kunit_case coherent_cases[] = {
	KUNIT_CASE(pool_is_mapped_and_unmapped),
	KUNIT_CASE(second_pool_is_refused),
	KUNIT_CASE(failed_declaration_leaves_nothing),
	KUNIT_CASE(device_without_pool_passes),
	KUNIT_CASE(memory_is_aligned_to_its_size),
	KUNIT_CASE(memory_is_zeroed),
	KUNIT_CASE(interrupts_stay_as_they_are),
	KUNIT_CASE(release_leaves_interrupts_off),
	KUNIT_CASE(pool_ends_at_its_size),
	KUNIT_CASE(foreign_addresses_are_not_taken),
	KUNIT_CASE(pool_beyond_int_keeps_its_offsets),
	KUNIT_CASE(pool_of_4_gib_is_not_empty),
	KUNIT_CASE_PARAM(user_maps_the_buffer_and_no_more, mmap_gen_params),
	KUNIT_CASE(user_maps_no_foreign_memory),
	KUNIT_CASE(devices_share_a_region),
	KUNIT_CASE(device_is_warned_of_its_mask),
	KUNIT_CASE(device_is_warned_of_its_bus),
	KUNIT_CASE(reusable_region_is_no_pool),
	KUNIT_CASE(unmappable_region_is_no_pool),
	{}
};

static struct kunit_suite coherent_suite = {
	.name = "dma_coherent",
	.init = coherent_init,
	.test_cases = coherent_cases,
};

kunit_test_suite(coherent_suite);

MODULE_LICENSE("GPL");
