// SPDX-License-Identifier: GPL-2.0
/* Bad options are refused. */
#include <getopt.h>

#include "harness.h"

TEST(bad_options_are_refused)
{
	static const char *const bad[] = {
		"--sizes=0", "--sizes=", "--sizes=1,", "--sizes=5K",
		"--sizes=9999999999999999999999", "--count=0", "--count=-1",
		"--count=1e3", "--occupancy=0", "--occupancy=101",
		"--backend=nonsense", "--pressure=", "--bench=latency,",
		"word", "--nonsense", "--count", "--align=x",
		"--align=31", "--threads=0", "--threads=", "--pins=0",
		"--pins=1/page", "--mappings=1", "--interval=0",
		"--duration=1s", "--break-on=", "--count=100000001",
	};
	bool good = true;
	size_t i;

	fflush(stderr);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		char *argv[3] = { "cmabench", (char *)bad[i] };
		struct options options;

		optind = 0;
		if (options_parse(&options, 2, argv) == -1)
			continue;
		printf("# %s: expected an error, found it accepted\n", bad[i]);
		good = false;
	}
	return good;
}

/* A pageblock can be small, and an area is at least one. */
TEST(sizes_fit_the_area)
{
	static const struct {
		__u64 area_pages;
		const char *arguments;
		int result;
		size_t sizes;
	} cases[] = {
		{ 1, "", -1, 0 },
		{ 2, "", 0, 1 },
		{ 64, "", 0, 2 },
		{ 32768, "", 0, 6 },
		{ 1, "--sizes 1", 0, 1 },
		{ 64, "--sizes 65", -1, 1 },
		{ 64, "--sizes 64,1", 0, 2 },
		/* Nobody tells how large it is. */
		{ 0, "--sizes 65", 0, 1 },
	};
	bool good = true;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct cma_area area = {
			.name = "small", .count_pages = cases[i].area_pages,
		};
		const struct target target = { .area = &area };
		struct options options;

		parse(&options, cases[i].arguments);
		good &= expect_number("result", options_fit(&options, &target),
				      cases[i].result);
		good &= expect_number("sizes", options.nsizes,
				      cases[i].sizes);
	}
	return good;
}
