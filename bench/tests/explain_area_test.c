// SPDX-License-Identifier: GPL-2.0
/* Areas, whose names stand in other lines than their places. */
#include "explained_log.h"
#include "harness.h"

/* 6.1, with a pool of DMA after that of CMA; 6.12 tells the exact size as well. */
TEST(pools_get_their_names)
{
	static const char *const lines[] = {
		"Reserved memory: created CMA memory pool at 0x00000000c4000000, size 960 MiB\n",
		"OF: reserved mem: initialized node linux,cma, compatible id shared-dma-pool\n",
		"Reserved memory: created CMA memory pool at 0x0000000060000000, size 64 MiB\n",
		"Reserved memory: created DMA memory pool at 0x0000000055400000, size 1 MiB\n",
		"OF: reserved mem: initialized node vdevbuffer@55400000, compatible id shared-dma-pool\n",
		"Reserved memory: created CMA memory pool at 0x0000000058000000, size 17 MiB\n",
		"OF: reserved mem: 0x0000000058000000..0x000000005917ffff (17920 KiB) map reusable camera\n",
	};
	static const char *const areas[] = {
		"area linux,cma: 983040 KiB at 0xc4000000\n",
		"area a CMA pool: 65536 KiB at 0x60000000\n",
		"area camera: 17920 KiB at 0x58000000\n",
	};
	struct explanation *told = told_by(lines, ARRAY_SIZE(lines));
	bool good;

	good = expect_number("areas", told->areas, ARRAY_SIZE(areas)) &
	       expect_printed(told, areas, ARRAY_SIZE(areas)) &
	       expect_number("recognised", told->recognised, 5);
	free(told);
	return good;
}

/* The line is the same for all of them; 6.15's of several ranges tells no place. */
TEST(reserved_areas_are_not_all_the_default)
{
	static const char *const lines[] = {
		"cma: Reserved 64 MiB at 0x00000000fc000000\n",
		"cma: Reserved 64 MiB in 1 range\n",
		"hugetlb_cma: reserved 64 MiB on node 0\n",
		"hugetlb_cma: reserve 2048 MiB, up to 1024 MiB per node\n",
		"cma: Reserved 1024 MiB at 0x00000001c0000000\n",
		"hugetlb_cma: reserved 1024 MiB on node 0\n",
		"cma: Reserved 1024 MiB at 0x00000003c0000000 on node 1\n",
		"hugetlb_cma: reserved 1024 MiB on node 1\n",
		"cma: Reserved 32 MiB at 0x0000000200000000 on node 1\n",
		"cma: Reserved 16 MiB at 0x00000000fb000000 on node -1\n",
	};
	static const char *const names[] = {
		"a reserved area, maybe the default one", "hugetlb_cma of node 0",
		"hugetlb_cma of node 1", "an area of node 1",
		"a reserved area, maybe the default one",
	};
	struct explanation *told = told_by(lines, ARRAY_SIZE(lines));
	bool good = expect_number("areas", told->areas, ARRAY_SIZE(names));
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		good &= expect_text("area", told->area[i].name, names[i]);
	free(told);
	return good;
}
