// SPDX-License-Identifier: GPL-2.0
/*
 * Every pressure that fills the area is judged by resident.c: too few pages,
 * too many, or an allocation that met none of them, and the sample is invalid.
 */
#include "../resident.h"
#include "harness.h"

static struct resident resident_with(__u64 inside_pages)
{
	/* By the counters: there are no frames to look at. */
	return (struct resident) {
		.kind = &anonymous_pages, .wanted_pages = 1000,
		.tolerance_pages = 100, .inside_pages = inside_pages,
	};
}

TEST(occupancy_is_checked)
{
	static const struct {
		__u64 inside_pages;
		int result;
	} cases[] = {
		{ 0, -ENOENT }, { 899, -ENOENT }, { 900, 0 }, { 1000, 0 },
		{ 1100, 0 }, { 1101, -ENOENT }, { 32768, -ENOENT },
	};
	struct reason why;
	bool good = true;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct resident resident = resident_with(cases[i].inside_pages);

		good &= expect_number("result", resident_check(&resident, &why),
				      cases[i].result);
	}
	return good;
}

/* The place that was taken must have been lent out, half of it at least. */
TEST(allocation_must_meet_residents)
{
	static const struct {
		__u64 pages, migrated_pages;
		int error, result;
	} cases[] = {
		{ 64, 0, 0, -ENOENT }, { 64, 31, 0, -ENOENT }, { 64, 32, 0, 0 },
		{ 64, 64, 0, 0 }, { 1, 0, 0, -ENOENT }, { 1, 1, 0, 0 },
		/* No more can be met than there are. */
		{ 4096, 499, 0, -ENOENT }, { 4096, 500, 0, 0 },
		/* What failed took no place. */
		{ 64, 0, EBUSY, 0 },
	};
	struct reason why;
	bool good = true;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct resident resident = resident_with(1000);
		const struct request request = { .pages = cases[i].pages };
		const struct sample sample = {
			.has_migrations = true, .error = cases[i].error,
			.migrated_pages = cases[i].migrated_pages,
		};

		good &= expect_number("result",
				      resident_confirm(&resident, &sample,
						       &request, &why),
				      cases[i].result);
	}
	return good;
}
