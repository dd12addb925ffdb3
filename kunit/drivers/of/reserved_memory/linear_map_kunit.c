// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel's linear map has of reserved memory: nothing of a no-map
 * region, all of a reusable one, and what lies beside a region as ever.
 */
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/mm.h>
#include <linux/uaccess.h>

#include "consumer.h"

struct place_row {
	const char *name;
	phys_addr_t paddr;
	bool is_mapped;
};

/*
 * As in dts-fixtures/test-drivers.dtso. First and last byte of
 *
 *	  ram |dsp_memory_region| ram        no-map
 *	  ram |buffer           |pool        no-map, with another behind it
 *	pool  |vpu_cma          |isp_cma     reusable
 */
static const struct place_row place_rows[] = {
	{ "before no-map", 0x4fffffff, true },
	{ "no-map, first byte", 0x50000000, false },
	{ "no-map, last byte", 0x50ffffff, false },
	{ "behind no-map", 0x51000000, true },
	{ "no-map buffer, first byte", 0x70000000, false },
	{ "no-map buffer, last byte", 0x7fffffff, false },
	{ "no-map pool, first byte", 0x80000000, false },
	{ "no-map pool, last byte", 0x8fffffff, false },
	{ "reusable, first byte", 0x90000000, true },
	{ "reusable, last byte", 0x97ffffff, true },
	{ "disabled no-map", 0xa0000000, true },
	{ "no-map above 4 GiB", 0x120000000, false },
	{ "behind no-map above 4 GiB", 0x120100000, true },
};

static void place_row_describe(const struct place_row *row, char *desc)
{
	strscpy(desc, row->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(place, place_rows, place_row_describe);

static void linear_address_is_read(struct kunit *test)
{
	const struct place_row *row = test->param_value;
	void *linear = phys_to_virt(row->paddr);
	long err;
	u8 byte;

	err = copy_from_kernel_nofault(&byte, linear, sizeof(byte));
	KUNIT_EXPECT_EQ_MSG(test, row->is_mapped ? 0 : -EFAULT, err,
			    "%s: expected %s at linear address %#lx of %pa, got %ld",
			    row->name, row->is_mapped ? "memory" : "-EFAULT",
			    (unsigned long)linear, &row->paddr, err);
}

static void place_is_system_ram(struct kunit *test)
{
	const struct place_row *row = test->param_value;
	int expected = row->is_mapped ? REGION_INTERSECTS : REGION_DISJOINT;
	int got = region_intersects(row->paddr, 1, IORESOURCE_SYSTEM_RAM,
				    IORES_DESC_NONE);

	KUNIT_EXPECT_EQ_MSG(test, expected, got,
			    "%s: expected %pa %s be System RAM", row->name,
			    &row->paddr, row->is_mapped ? "to" : "not to");
}

static struct kunit_case linear_map_cases[] = {
	KUNIT_CASE_PARAM(linear_address_is_read, place_gen_params),
	KUNIT_CASE_PARAM(place_is_system_ram, place_gen_params),
	{}
};

static struct kunit_suite linear_map_suite = {
	.name = "reserved_memory_linear_map",
	.init = consumers_must_be_restored,
	.test_cases = linear_map_cases,
};

kunit_test_suites(&linear_map_suite);
