/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Areas of this boot, and allocations that release themselves.
 */
#ifndef _CMA_TESTS_AREA_H
#define _CMA_TESTS_AREA_H

#include <cma-tests/compat.h>
#include <linux/cma.h>
#include <linux/mm.h>

#include "../cma.h"

/* A run of pages with a bitmap of its own; an area has one, or several. */
struct area_range {
	unsigned long base_pfn;
	unsigned long count;
	unsigned long *bitmap;
};

bool area_is_active(const struct cma *cma);
struct zone *area_zone(const struct cma *cma);
unsigned int area_nr_ranges(const struct cma *cma);
struct area_range area_range(const struct cma *cma, unsigned int index);
unsigned long area_range_bits(const struct cma *cma, unsigned int index);
bool area_contains(const struct cma *cma, unsigned long pfn,
		   unsigned long count);
unsigned long area_largest_range(const struct cma *cma);
unsigned long area_bits_for(const struct cma *cma, unsigned long pages);

/*
 * The areas that a boot can have, each a row of a parameterized case:
 * the default one, and those of dts-fixtures/kunit-areas.dtso, whose shapes
 * are drawn there. KUNIT_ARRAY_PARAM(area, area_rows, area_row_describe)
 * makes area_gen_params of them.
 */
struct area_row {
	const char *name;
};

#define NR_AREA_ROWS 6
extern const struct area_row area_rows[NR_AREA_ROWS];
void area_row_describe(const struct area_row *row, char *desc);

struct cma *area_find(const char *name);
struct cma *area_default(struct kunit *test);
struct cma *area_named(struct kunit *test, const char *name);
struct cma *area_of_row(struct kunit *test);

/* Expect @who, who has just come back, not to have kept the area's lock. */
void area_expect_let_go(struct kunit *test, struct cma *cma, const char *who);

/* Twins of cma_alloc() and cma_release() that end with the case. */
struct page *cma_alloc_kunit(struct kunit *test, struct cma *cma,
			     unsigned long count, unsigned int align);
void cma_release_kunit(struct kunit *test, struct page *page);

/* Write into every page who holds it; count the pages that no longer say so. */
void pages_stamp(struct page *page, unsigned long count, unsigned long holder);
unsigned long pages_count_overwritten(struct page *page, unsigned long count,
				      unsigned long holder);

#endif
