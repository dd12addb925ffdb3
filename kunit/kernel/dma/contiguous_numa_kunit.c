// SPDX-License-Identifier: GPL-2.0
/*
 * An area for each memory node, over a copy of kernel/dma/contiguous.c with
 * four nodes, of which node 1 is not there:
 *
 *	| node 0 | ------ | node 2 | node 3 |
 */
#define FAKE_NUMA
#include "contiguous_copy.c"
#include <linux/module.h>
#include <linux/sizes.h>
#include "contiguous_state.h"

#define NODE_AREA(nid) FAKE_AREA(10 + (nid))

static void reserve_for_nodes(void)
{
#ifdef HAS_dma_numa_cma_reserve
	dma_numa_cma_reserve();
#else
	dma_pernuma_cma_reserve();
#endif
}

static void expect_declared(struct kunit *test, unsigned int call, int nid,
			    phys_addr_t size, const char *name)
{
	KUNIT_ASSERT_GT(test, fake.nr_declare, call);
	KUNIT_EXPECT_EQ(test, nid, fake.node_declare[call].nid);
	KUNIT_EXPECT_EQ_MSG(test, size, fake.node_declare[call].size,
			    "bytes of the area of node %d", nid);
	KUNIT_EXPECT_FALSE(test, fake.node_declare[call].fixed);
	if (name)
		KUNIT_EXPECT_STREQ(test, name, fake.node_declare[call].name_copy);
}

/* cma_pernuma=8M; the areas are asked for, and none is left for other cases. */
static void each_node_has_an_area(struct kunit *test)
{
	char text[] = "8M";

	fake.declare_error = -ENOMEM;
	KUNIT_ASSERT_EQ(test, 0, early_cma_pernuma(text));
	reserve_for_nodes();
	KUNIT_EXPECT_EQ(test, 3, fake.nr_declare);
	expect_declared(test, 0, 0, SZ_8M, NULL);
	expect_declared(test, 1, 2, SZ_8M, NULL);
	expect_declared(test, 2, 3, SZ_8M, NULL);
}

#ifdef HAS_dma_numa_cma_reserve
/* cma=0 cma_pernuma=8M: the nodes' areas come with the default one, or without. */
static void nodes_are_reserved_for_without_default(struct kunit *test)
{
	char none[] = "0", all[] = "8M";

	fake.declare_error = -ENOMEM;
	KUNIT_ASSERT_EQ(test, 0, early_cma(none));
	KUNIT_ASSERT_EQ(test, 0, early_cma_pernuma(all));
	dma_contiguous_reserve(0);
	KUNIT_EXPECT_EQ(test, 3, fake.nr_declare);
	expect_declared(test, 0, 0, SZ_8M, NULL);
	expect_declared(test, 1, 2, SZ_8M, NULL);
	expect_declared(test, 2, 3, SZ_8M, NULL);
}
#else
CASE_LEFT_OUT(nodes_are_reserved_for_without_default,
	      "in this kernel the architecture calls dma_pernuma_cma_reserve()")
#endif

#ifdef HAS_early_numa_cma
struct numa_row {
	const char *cmdline;
	/* Bytes for each node; node 1 gets none, it is not there. */
	phys_addr_t size[FAKE_NODES];
};

static const struct numa_row numa_rows[] = {
	{ "0:16M,2:32M", { SZ_16M, 0, SZ_32M } },
	{ "3:4K", { 0, 0, 0, SZ_4K } },
	{ "1:16M,2:16M", { 0, 0, SZ_16M } },
	{ "0:16M,0:8M", { SZ_8M } },
	/* As many as there can be, and one more. */
	{ "3:8M,4:16M", { 0, 0, 0, SZ_8M } },
	{ "4:16M", { } },
	{ "99999999999:16M", { } },
	{ "x:16M", { } },
	{ "2", { } },
	{ "", { } },
	/*
	 * Guards 1476cca098f6 ("dma-contiguous: fix truncation of numa_cma /
	 * cma_pernuma sizes >= 2G").
	 */
	{ "2:3G", { 0, 0, 3ULL << 30 } },
#ifdef CONFIG_PHYS_ADDR_T_64BIT
	{ "2:6G", { 0, 0, 6ULL << 30 } },
#endif
};

static void numa_row_describe(const struct numa_row *row, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "numa_cma='%s'", row->cmdline);
}

KUNIT_ARRAY_PARAM(numa, numa_rows, numa_row_describe);

static void nodes_get_what_the_command_line_says(struct kunit *test)
{
	const struct numa_row *row = test->param_value;
	unsigned int nid, call = 0;
	char text[32], name[16];

	strscpy(text, row->cmdline, sizeof(text));
	KUNIT_EXPECT_EQ(test, 0, early_numa_cma(text));
	reserve_for_nodes();
	for (nid = 0; nid < FAKE_NODES; nid++) {
		if (!row->size[nid])
			continue;
		snprintf(name, sizeof(name), "numa%u", nid);
		expect_declared(test, call++, nid, row->size[nid], name);
	}
	KUNIT_EXPECT_EQ(test, call, fake.nr_declare);
}

#ifdef HAS_dma_contiguous_insert_area
/* numa_cma=2:32M cma_pernuma=8M: what names a node is for that node. */
static void one_node_comes_before_all(struct kunit *test)
{
	char one[] = "2:32M", all[] = "8M";

	KUNIT_ASSERT_EQ(test, 0, early_numa_cma(one));
	KUNIT_ASSERT_EQ(test, 0, early_cma_pernuma(all));
	reserve_for_nodes();
	KUNIT_EXPECT_EQ(test, 3, fake.nr_declare);
	expect_declared(test, 0, 0, SZ_8M, NULL);
	expect_declared(test, 1, 2, SZ_32M, NULL);
	expect_declared(test, 2, 3, SZ_8M, NULL);
}
#else
CASE_LEFT_OUT(one_node_comes_before_all,
	      "this kernel makes both areas, one for numa_cma= and one for cma_pernuma=")
#endif
#else
CASE_LEFT_OUT(nodes_get_what_the_command_line_says,
	      "this kernel has no numa_cma=")
#endif

/* The first areas that were asked, in their order. */
static void expect_asked(struct kunit *test, const char *what,
			 struct cma *first, struct cma *second)
{
	KUNIT_ASSERT_EQ_MSG(test, second ? 2 : 1, fake.nr_alloc, "%s", what);
	KUNIT_EXPECT_PTR_EQ_MSG(test, fake.alloc[0].cma, first, "%s", what);
	if (second)
		KUNIT_EXPECT_PTR_EQ_MSG(test, fake.alloc[1].cma, second, "%s",
					what);
	fake.nr_alloc = 0;
}

/* Nodes 0 and 2 have an area. */
static void node_areas(struct kunit *test)
{
#ifdef HAS_early_numa_cma
	char text[] = "0:16M,2:16M";

	KUNIT_ASSERT_EQ(test, 0, early_numa_cma(text));
#else
	char text[] = "16M";

	/* Each node that is there has one. */
	fake.online_nodes = BIT(0) | BIT(2);
	KUNIT_ASSERT_EQ(test, 0, early_cma_pernuma(text));
#endif
	reserve_for_nodes();
	KUNIT_ASSERT_EQ(test, 2, fake.nr_declare);
	dma_contiguous_default_area = FAKE_AREA(0);
}

/* The area of the device's node comes first, the default area stands behind. */
static void area_of_the_node_is_asked_first(struct kunit *test)
{
	struct device device = {};

	node_areas(test);
	fake.device_node = 2;
	dma_alloc_contiguous(&device, 2 * PAGE_SIZE, GFP_KERNEL);
	expect_asked(test, "node with an area", NODE_AREA(2), FAKE_AREA(0));
	fake.serves = NODE_AREA(2);
	KUNIT_EXPECT_PTR_EQ(test, dma_alloc_contiguous(&device, 2 * PAGE_SIZE,
						       GFP_KERNEL), FAKE_PAGE);
	expect_asked(test, "node's area has room", NODE_AREA(2), NULL);

	fake.serves = NULL;
	dma_alloc_contiguous(&device, 2 * PAGE_SIZE, GFP_KERNEL | GFP_DMA32);
	expect_asked(test, "low memory wanted", FAKE_AREA(0), NULL);
	fake.device_node = 3;
	dma_alloc_contiguous(&device, 2 * PAGE_SIZE, GFP_KERNEL);
	expect_asked(test, "node without an area", FAKE_AREA(0), NULL);
	fake.device_node = NUMA_NO_NODE;
	dma_alloc_contiguous(&device, 2 * PAGE_SIZE, GFP_KERNEL);
	expect_asked(test, "device of no node", FAKE_AREA(0), NULL);
	fake.device_node = 2;
	KUNIT_EXPECT_NULL(test, dma_alloc_contiguous(&device, PAGE_SIZE,
						     GFP_KERNEL));
	KUNIT_EXPECT_EQ_MSG(test, 0, fake.nr_alloc, "one page is no waste of CMA");
}

/* Pages go back to the area of their own node, or to the default area. */
static void pages_go_back_to_their_node(struct kunit *test)
{
	struct device device = {};

	node_areas(test);
	fake.device_node = 0;
	fake.page_node = 2;
	fake.owner = NODE_AREA(2);
	dma_free_contiguous(&device, FAKE_PAGE, 2 * PAGE_SIZE);
	KUNIT_ASSERT_EQ(test, 1, fake.nr_release);
	KUNIT_EXPECT_PTR_EQ(test, fake.release[0].cma, NODE_AREA(2));
	KUNIT_EXPECT_EQ(test, 0, fake.nr_buddy_frees);

	fake.nr_release = 0;
	fake.owner = FAKE_AREA(0);
	dma_free_contiguous(&device, FAKE_PAGE, 2 * PAGE_SIZE);
	KUNIT_ASSERT_EQ(test, 2, fake.nr_release);
	KUNIT_EXPECT_PTR_EQ(test, fake.release[1].cma, FAKE_AREA(0));
	KUNIT_EXPECT_EQ(test, 0, fake.nr_buddy_frees);
}

static int numa_begin(struct kunit *test)
{
	contiguous_begin(test);
	fake.online_nodes = BIT(0) | BIT(2) | BIT(3);
	fake.device_node = NUMA_NO_NODE;
	pernuma_size_bytes = 0;
#ifdef HAS_early_numa_cma
	memset(numa_cma_size, 0, sizeof(numa_cma_size));
	memset(dma_contiguous_numa_area, 0, sizeof(dma_contiguous_numa_area));
#else
	memset(dma_contiguous_pernuma_area, 0,
	       sizeof(dma_contiguous_pernuma_area));
#endif

	return 0;
}

static struct kunit_case numa_cases[] = {
	KUNIT_CASE(each_node_has_an_area),
	KUNIT_CASE(nodes_are_reserved_for_without_default),
#ifdef HAS_early_numa_cma
	KUNIT_CASE_PARAM(nodes_get_what_the_command_line_says, numa_gen_params),
	KUNIT_CASE(one_node_comes_before_all),
#else
	KUNIT_CASE(nodes_get_what_the_command_line_says),
#endif
	KUNIT_CASE(area_of_the_node_is_asked_first),
	KUNIT_CASE(pages_go_back_to_their_node),
	{}
};

static struct kunit_suite numa_suite = {
	.name = "dma_contiguous_numa",
	.init = numa_begin,
	.test_cases = numa_cases,
};

kunit_test_suite(numa_suite);

MODULE_LICENSE("GPL");
