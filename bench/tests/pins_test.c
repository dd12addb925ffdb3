// SPDX-License-Identifier: GPL-2.0
/* Pins in each pageblock: an area of two ranges, two pageblocks and one. */
#include "../pageblock.h"
#include "../pins.h"
#include "harness.h"

#define LOW_PFN 0x40000
#define HIGH_PFN 0x90000

TEST(each_pageblock_has_its_pins)
{
	const __u64 pages = pageblock_pages();
	const struct cma_area area = {
		.name = "parted", .count_pages = 3 * pages, .nranges = 2,
		.ranges = { { LOW_PFN, 2 * pages }, { HIGH_PFN, pages } },
	};
	const struct {
		__u64 pfn[3];
		unsigned int wanted;
		const char *fault;	/* NULL: there is none */
	} cases[] = {
		{ { LOW_PFN, LOW_PFN + pages, HIGH_PFN + pages - 1 }, 1, NULL },
		/* As many as are wanted, two of them in one. */
		{ { LOW_PFN, LOW_PFN + 1, HIGH_PFN }, 1, "1 of 3 pageblocks lack pinned pages" },
		{ { LOW_PFN, LOW_PFN + pages, LOW_PFN + 2 * pages }, 1, "1 of 3 pageblocks" },
		{ { LOW_PFN, LOW_PFN + pages, HIGH_PFN }, 2, "has 1, expected 2" },
		{ { 1, 2, 3 }, 1, "at page frame 262144 has 0, expected 1" },
	};
	bool good = true;
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct pin pin[3] = { 0 };
		struct reason why = { "" };
		char what[32];
		int err;

		for (j = 0; j < ARRAY_SIZE(pin); j++)
			pin[j].pfn = cases[i].pfn[j];
		snprintf(what, sizeof(what), "case %zu", i);
		err = pins_check_pageblocks(&area, pin, ARRAY_SIZE(pin),
					    cases[i].wanted, &why);
		if (cases[i].fault)
			good &= expect_number(what, err, -ENOENT) &
				expect_text(what, why.text, cases[i].fault);
		else
			good &= expect_number(what, err, 0);
	}
	return good;
}
