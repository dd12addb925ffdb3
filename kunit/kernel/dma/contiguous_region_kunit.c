// SPDX-License-Identifier: GPL-2.0
/*
 * Which regions of the device tree become CMA areas: rmem_cma_setup() as a
 * decision table, over a copy of kernel/dma/contiguous.c and a device tree of
 * the case's own.
 */
#define FAKE_KEEPS_INIT
#include "contiguous_copy.c"
#include <cma-tests/synthetic_fdt.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include "contiguous_state.h"

#define BASE ((phys_addr_t)CMA_MIN_ALIGNMENT_BYTES * 4)
#define SIZE ((phys_addr_t)CMA_MIN_ALIGNMENT_BYTES * 2)

/* "Not mine" lets the next driver of shared-dma-pool have the region. */
#ifdef CMA_TESTS_HAS_RMEM_NODE_INIT
#define NOT_MINE (-ENODEV)
#define setup_region rmem_cma_setup
#else
#define NOT_MINE (-EINVAL)
static int __init setup_region(unsigned long node, struct reserved_mem *rmem)
{
	rmem->fdt_node = node;

	return rmem_cma_setup(rmem);
}

#endif

struct decision {
	const char *desc;
	unsigned int flags;
	phys_addr_t base;
	phys_addr_t size;
	const char *cmdline;
	int init_error;
	int expected;
};

static const struct decision decisions[] __initconst = {
	{ "reusable", FDT_REUSABLE, BASE, SIZE },
	{ "reusable, default", FDT_REUSABLE | FDT_CMA_DEFAULT, BASE, SIZE },
	{ "not reusable", 0, BASE, SIZE, .expected = NOT_MINE },
	{ "no-map", FDT_NO_MAP, BASE, SIZE, .expected = NOT_MINE },
	{ "reusable and no-map", FDT_REUSABLE | FDT_NO_MAP, BASE, SIZE,
	  .expected = NOT_MINE },
	{ "default, not reusable", FDT_CMA_DEFAULT, BASE, SIZE,
	  .expected = NOT_MINE },
	{ "base not aligned", FDT_REUSABLE, BASE + PAGE_SIZE, SIZE,
	  .expected = -EINVAL },
	{ "size not aligned", FDT_REUSABLE, BASE, SIZE + PAGE_SIZE,
	  .expected = -EINVAL },
	{ "size below the alignment", FDT_REUSABLE, BASE,
	  CMA_MIN_ALIGNMENT_BYTES / 2, .expected = -EINVAL },
	{ "default, base not aligned", FDT_REUSABLE | FDT_CMA_DEFAULT,
	  BASE + PAGE_SIZE, SIZE, .expected = -EINVAL },
	{ "no room for the area", FDT_REUSABLE | FDT_CMA_DEFAULT, BASE, SIZE,
	  .init_error = -ENOSPC, .expected = -ENOSPC },
	/* The command line stands above the device tree's default, only there. */
	{ "default, with cma=", FDT_REUSABLE | FDT_CMA_DEFAULT, BASE, SIZE,
	  "64M", .expected = -EBUSY },
	{ "default, with cma=0", FDT_REUSABLE | FDT_CMA_DEFAULT, BASE, SIZE,
	  "0", .expected = -EBUSY },
	{ "reusable, with cma=", FDT_REUSABLE, BASE, SIZE, "64M" },
	{ "reusable, with cma=0", FDT_REUSABLE, BASE, SIZE, "0" },
};

static void __init decide(struct kunit *test, const struct decision *row)
{
	const struct fdt_shape shape = { .cells = 2 };
	const struct fdt_region region = {
		.name = "pool@1", .compatible = "shared-dma-pool",
		.flags = row->flags,
	};
	struct reserved_mem rmem = {
		.name = "pool@1", .base = row->base, .size = row->size,
	};
	bool is_default = row->flags & FDT_CMA_DEFAULT;
	struct device device = {};
	char text[16];

	fdt_install_kunit(test, &shape, &region, 1);
	if (row->cmdline) {
		strscpy(text, row->cmdline, sizeof(text));
		KUNIT_ASSERT_EQ(test, early_cma(text), 0);
	}
	/* Another is the global area so far; who is refused leaves it so. */
	dma_contiguous_default_area = FAKE_AREA(1);
	fake.declare_error = row->init_error;
	KUNIT_EXPECT_EQ_MSG(test,
			    setup_region(fdt_region_node(test, "pool@1"), &rmem),
			    row->expected, "%s", row->desc);
	if (row->expected) {
		KUNIT_EXPECT_EQ_MSG(test, fake.nr_declare, !!row->init_error,
				    "%s", row->desc);
		KUNIT_EXPECT_PTR_EQ_MSG(test, dma_contiguous_default_area,
					FAKE_AREA(1), "%s", row->desc);
		KUNIT_EXPECT_NULL_MSG(test, rmem.priv, "%s", row->desc);
		return;
	}
	KUNIT_ASSERT_EQ_MSG(test, fake.nr_declare, 1, "%s", row->desc);
	KUNIT_EXPECT_EQ(test, fake.declare.base, row->base);
	KUNIT_EXPECT_EQ(test, fake.declare.size, row->size);
	KUNIT_EXPECT_EQ(test, fake.declare.order_per_bit, 0);
	KUNIT_EXPECT_STREQ(test, fake.declare.name, "pool@1");
	KUNIT_EXPECT_PTR_EQ_MSG(test, dma_contiguous_default_area,
				is_default ? FAKE_AREA(7) : FAKE_AREA(1), "%s",
				row->desc);
#ifdef HAS_dma_contiguous_get_area_by_idx
	KUNIT_EXPECT_PTR_EQ_MSG(test, dma_contiguous_get_area_by_idx(0),
				FAKE_AREA(7), "%s", row->desc);
#endif

	/* A device that names the region has the area, until it lets go. */
	KUNIT_EXPECT_EQ(test, rmem_cma_ops.device_init(&rmem, &device), 0);
	KUNIT_EXPECT_PTR_EQ(test, device.cma_area, FAKE_AREA(7));
	rmem_cma_ops.device_release(&rmem, &device);
	KUNIT_EXPECT_NULL(test, device.cma_area);
}

static void __init region_becomes_an_area(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(decisions); i++) {
		contiguous_begin(test);
		decide(test, &decisions[i]);
	}
}

/* Two defaults are one too many: the last one stands. */
static void __init last_default_stands(struct kunit *test)
{
	const struct fdt_shape shape = { .cells = 2 };
	const struct fdt_region region = {
		.name = "pool@1", .compatible = "shared-dma-pool",
		.flags = FDT_REUSABLE | FDT_CMA_DEFAULT,
	};
	struct reserved_mem rmem = {
		.name = "pool@1", .base = BASE, .size = SIZE,
	};

	fdt_install_kunit(test, &shape, &region, 1);
	dma_contiguous_default_area = FAKE_AREA(1);
	KUNIT_EXPECT_EQ(test,
			setup_region(fdt_region_node(test, "pool@1"), &rmem),
			0);
	KUNIT_EXPECT_PTR_EQ(test, dma_contiguous_default_area, FAKE_AREA(7));

	/* And it keeps the configuration from making another. */
	dma_contiguous_reserve(0);
	KUNIT_EXPECT_EQ(test, fake.nr_declare, 1);
}

#ifdef HAS_rmem_cma_validate
static void __init region_is_validated_before_memory_is_taken(struct kunit *test)
{
	const struct fdt_shape shape = { .cells = 2 };
	const struct fdt_region regions[] = {
		{ .name = "pool@1", .flags = FDT_REUSABLE },
		{ .name = "pool@2", .flags = FDT_NO_MAP | FDT_REUSABLE },
		{ .name = "pool@3", .flags = FDT_REUSABLE | FDT_CMA_DEFAULT },
	};
	char text[] = "64M";
	phys_addr_t align = 0;

	fdt_install_kunit(test, &shape, regions, ARRAY_SIZE(regions));
	KUNIT_EXPECT_EQ(test, rmem_cma_validate(fdt_region_node(test, "pool@1"),
						&align), 0);
	KUNIT_EXPECT_EQ(test, align, (phys_addr_t)CMA_MIN_ALIGNMENT_BYTES);
	align = 2 * CMA_MIN_ALIGNMENT_BYTES;
	KUNIT_EXPECT_EQ(test, rmem_cma_validate(fdt_region_node(test, "pool@1"),
						&align), 0);
	KUNIT_EXPECT_EQ_MSG(test, align,
			    (phys_addr_t)2 * CMA_MIN_ALIGNMENT_BYTES,
			    "a larger alignment stays");
	KUNIT_EXPECT_EQ(test, rmem_cma_validate(fdt_region_node(test, "pool@1"),
						NULL), 0);
	align = 1;
	KUNIT_EXPECT_EQ(test, rmem_cma_validate(fdt_region_node(test, "pool@2"),
						&align), -ENODEV);
	KUNIT_EXPECT_EQ(test, align, (phys_addr_t)1);
	KUNIT_EXPECT_EQ(test, rmem_cma_validate(fdt_region_node(test, "pool@3"),
						NULL), 0);
	KUNIT_EXPECT_EQ(test, rmem_cma_fixup(fdt_region_node(test, "pool@3"),
					     BASE, SIZE), 0);
	KUNIT_ASSERT_EQ(test, early_cma(text), 0);
	KUNIT_EXPECT_EQ(test, rmem_cma_validate(fdt_region_node(test, "pool@3"),
						NULL), -EBUSY);
	KUNIT_EXPECT_EQ(test, rmem_cma_fixup(fdt_region_node(test, "pool@3"),
					     BASE, SIZE), -EBUSY);
}
#else
CASE_LEFT_OUT(region_is_validated_before_memory_is_taken,
	      "this kernel's contiguous.c has no rmem_cma_validate()")
#endif

static struct kunit_case __refdata region_cases[] = {
	KUNIT_CASE(region_becomes_an_area),
	KUNIT_CASE(last_default_stands),
	KUNIT_CASE(region_is_validated_before_memory_is_taken),
	{}
};

static struct kunit_suite __refdata region_suite = {
	.name = "dma_contiguous_region",
	.init = contiguous_begin,
	.test_cases = region_cases,
};

kunit_test_init_section_suites(&region_suite);

MODULE_LICENSE("GPL");
