// SPDX-License-Identifier: GPL-2.0
/*
 * A driver maps its no-map region: load, use, unload, load again.
 */
#include <linux/of_address.h>

#include "consumer.h"

struct mapping_row {
	const char *path;
	phys_addr_t base;
	size_t bytes;
};

/* As in dts-fixtures/test-drivers.dtso. */
static const struct mapping_row mapping_rows[] = {
	{ "/reserved-driver", 0x70000000, 0x10000000 },
	{ "/reserved-driver-ioremap", 0xa8000000, 0x100000 },
	{ "/dsp", 0x50000000, 0x1000000 },
};

static void mapping_row_describe(const struct mapping_row *row, char *desc)
{
	strscpy(desc, row->path + 1, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(mapping, mapping_rows, mapping_row_describe);

static const void *address_of(const struct region_mapping *mapping)
{
	return mapping->vaddr ?: (__force void *)mapping->io_vaddr;
}

/* Expect to map exactly the region that the node names. */
static void region_is_found(struct kunit *test)
{
	const struct mapping_row *row = test->param_value;
	struct region_mapping *mapping;

	driver_load_kunit(test, &region_mapping_driver);
	mapping = consumer_data_kunit(test, row->path);
	KUNIT_EXPECT_EQ_MSG(test, row->base, mapping->paddr,
			    "%s: expected the region at %pa, got %pa",
			    row->path, &row->base, &mapping->paddr);
	KUNIT_EXPECT_EQ_MSG(test, row->bytes, mapping->bytes,
			    "%s: expected %zu bytes, got %zu", row->path,
			    row->bytes, mapping->bytes);
	KUNIT_EXPECT_TRUE_MSG(test,
			      is_mapped(address_of(mapping), mapping->paddr),
			      "%s: expected a mapping of %pa at %#lx",
			      row->path, &mapping->paddr,
			      (unsigned long)address_of(mapping));
}

/* Expect memory: each place keeps what was written, and has no other place. */
static void region_can_be_used(struct kunit *test)
{
	const struct mapping_row *row = test->param_value;
	size_t offset, step = max(row->bytes / 1024, PAGE_SIZE);
	struct region_mapping *mapping;

	driver_load_kunit(test, &region_mapping_driver);
	mapping = consumer_data_kunit(test, row->path);
	/* Past the driver's mark at either end, in a thousand pages. */
	for (offset = 8; offset < row->bytes; offset += step)
		region_write(mapping, offset, ~(u32)offset);
	for (offset = 8; offset < row->bytes; offset += step)
		if (region_read(mapping, offset) != ~(u32)offset)
			break;
	KUNIT_EXPECT_GE_MSG(test, offset, row->bytes,
			    "%s: expected %#x at offset %#zx, got %#x",
			    row->path, ~(u32)offset, offset,
			    region_read(mapping, offset));
}

/* Expect an unloaded driver to leave no mapping behind, each time. */
static void mapping_ends_with_the_driver(struct kunit *test)
{
	const struct mapping_row *row = test->param_value;
	struct region_mapping *mapping;
	const void *vaddr;
	int round;

	for (round = 0; round < 2; round++) {
		driver_load_kunit(test, &region_mapping_driver);
		mapping = consumer_data_kunit(test, row->path);
		vaddr = address_of(mapping);
		KUNIT_EXPECT_TRUE_MSG(test, is_mapped(vaddr, row->base),
				      "%s: expected a mapping in round %d",
				      row->path, round);
		driver_unload_kunit(test, &region_mapping_driver);
		KUNIT_EXPECT_FALSE_MSG(test, is_mapped(vaddr, row->base),
				       "%s: expected no mapping of %pa after round %d, found it at %#lx",
				       row->path, &row->base, round,
				       (unsigned long)vaddr);
	}
}

/*
 * Expect what the driver left to be there when it comes back: nobody else
 * has the memory, not even while no driver is loaded.
 */
static void contents_outlive_the_driver(struct kunit *test)
{
	const struct mapping_row *row = test->param_value;
	struct region_mapping *mapping;
	u32 first;

	driver_load_kunit(test, &region_mapping_driver);
	mapping = consumer_data_kunit(test, row->path);
	first = mapping->generation;
	driver_unload_kunit(test, &region_mapping_driver);
	driver_load_kunit(test, &region_mapping_driver);
	mapping = consumer_data_kunit(test, row->path);
	KUNIT_EXPECT_EQ_MSG(test, first + 1, mapping->generation,
			    "%s: expected the mark of load %u in the region, found none",
			    row->path, first);
}

static const char * const failing_paths[] = {
	"/reserved-driver-without-region",
	"/reserved-driver-dynamic-region",
	"/reserved-driver-unaddressable",
};

static void failing_path_describe(const char * const *path, char *desc)
{
	strscpy(desc, *path + 1, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(failing, failing_paths, failing_path_describe);

/* Expect the driver not to bind; .init looks after what it may have left. */
static void failed_probe_leaves_nothing(struct kunit *test)
{
	const char * const *path = test->param_value;
	struct device *dev = consumer_kunit(test, *path);

	driver_load_kunit(test, &region_mapping_driver);
	KUNIT_EXPECT_NULL_MSG(test, dev->driver,
			      "%s: expected no driver to bind", *path);
	KUNIT_EXPECT_NULL_MSG(test, dev_get_drvdata(dev),
			      "%s: expected the driver to keep nothing", *path);
}

static struct kunit_case mapping_cases[] = {
	KUNIT_CASE_PARAM(region_is_found, mapping_gen_params),
	KUNIT_CASE_PARAM(region_can_be_used, mapping_gen_params),
	KUNIT_CASE_PARAM(mapping_ends_with_the_driver, mapping_gen_params),
	KUNIT_CASE_PARAM(contents_outlive_the_driver, mapping_gen_params),
	KUNIT_CASE_PARAM(failed_probe_leaves_nothing, failing_gen_params),
	{}
};

static struct kunit_suite mapping_suite = {
	.name = "reserved_memory_mapping",
	.init = consumers_must_be_restored,
	.test_cases = mapping_cases,
};

kunit_test_suites(&mapping_suite);
