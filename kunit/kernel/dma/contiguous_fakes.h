/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a copy of kernel/dma/contiguous.c calls instead of mm/cma.c, memblock
 * and the page allocator. The macros at the end change the copy only.
 *
 * A suite may define FAKE_KEEPS_INIT to leave __init alone, FAKE_SELECTS to
 * choose how the size of the default area is selected, and FAKE_NUMA to have
 * nodes: see the end.
 */
#ifndef _CONTIGUOUS_FAKES_H
#define _CONTIGUOUS_FAKES_H

#include <cma-tests/compat.h>
#include <linux/cma.h>
#include <linux/gfp.h>
#include <linux/string.h>

#ifdef FAKE_KEEPS_INIT
#define FAKE_INIT __init
#else
#define FAKE_INIT
#endif

/* Only compared, never looked into. */
#define FAKE_AREA(n) ((struct cma *)(PAGE_SIZE * ((n) + 1)))
#define FAKE_PAGE ((struct page *)(PAGE_SIZE * 64))
#define FAKE_CALLS_MAX 8

struct fake_alloc_call {
	struct cma *cma;
	unsigned long count;
	unsigned int align;
	bool no_warn;
};

struct fake_declare_call {
	phys_addr_t base;
	phys_addr_t size;
	phys_addr_t limit;
	phys_addr_t alignment;
	unsigned int order_per_bit;
	bool fixed;
	const char *name;
	int nid;
	char name_copy[CMA_MAX_NAME];
};

static struct {
	/* cma_alloc() succeeds in this area only, cma_release() likewise. */
	struct cma *serves;
	struct cma *owner;
	struct fake_alloc_call alloc[FAKE_CALLS_MAX];
	unsigned int nr_alloc;
	struct fake_alloc_call release[FAKE_CALLS_MAX];
	unsigned int nr_release;
	unsigned int nr_buddy_frees;
	unsigned int buddy_order;

	/* cma_declare_contiguous() and cma_init_reserved_mem() */
	int declare_error;
	struct fake_declare_call declare;
	unsigned int nr_declare;
	struct fake_declare_call node_declare[FAKE_CALLS_MAX];
	phys_addr_t memory;

	/* cma_get_base(): who maps an area anew asks it where it is. */
	const struct cma *base_of;
	unsigned int nr_bases;

	/* Nodes: who is there, whose the device is, whose the page. */
	unsigned long online_nodes;
	int device_node;
	int page_node;
} fake;

static struct page *fake_cma_alloc(struct cma *cma, unsigned long count,
				   unsigned int align, bool no_warn)
{
	if (fake.nr_alloc < FAKE_CALLS_MAX)
		fake.alloc[fake.nr_alloc] =
			(struct fake_alloc_call){ cma, count, align, no_warn };
	fake.nr_alloc++;

	return cma && cma == fake.serves ? FAKE_PAGE : NULL;
}

static bool fake_cma_release(struct cma *cma, const struct page *page,
			     unsigned long count)
{
	if (!cma)
		return false;
	if (fake.nr_release < FAKE_CALLS_MAX)
		fake.release[fake.nr_release] =
			(struct fake_alloc_call){ .cma = cma, .count = count };
	fake.nr_release++;

	return cma == fake.owner;
}

/* The first node that is there, from @node on. */
static int __maybe_unused fake_next_node(int node)
{
	while (node < BITS_PER_LONG - 1 && !(fake.online_nodes & BIT(node)))
		node++;

	return node;
}

static void fake_free_pages(struct page *page, unsigned int order)
{
	fake.nr_buddy_frees++;
	fake.buddy_order = order;
}

static int FAKE_INIT fake_note_declare(struct fake_declare_call call,
				       struct cma **cma)
{
	fake.declare = call;
	fake.nr_declare++;
	if (!fake.declare_error)
		*cma = FAKE_AREA(7);

	return fake.declare_error;
}

static int FAKE_INIT __maybe_unused
fake_declare(phys_addr_t base, phys_addr_t size, phys_addr_t limit,
	     phys_addr_t alignment, unsigned int order_per_bit, bool fixed,
	     const char *name, struct cma **cma)
{
	struct fake_declare_call call = {
		base, size, limit, alignment, order_per_bit, fixed, name,
	};

	return fake_note_declare(call, cma);
}

static int FAKE_INIT __maybe_unused
fake_declare_nid(phys_addr_t base, phys_addr_t size, phys_addr_t limit,
		 phys_addr_t alignment, unsigned int order_per_bit, bool fixed,
		 const char *name, struct cma **cma, int nid)
{
	struct fake_declare_call call = {
		base, size, limit, alignment, order_per_bit, fixed, name, nid,
	};
	unsigned int nr = fake.nr_declare;
	int err = fake_note_declare(call, cma);

	/* The name is on the caller's stack; the area is the node's own. */
	strscpy(call.name_copy, name, sizeof(call.name_copy));
	if (nr < FAKE_CALLS_MAX)
		fake.node_declare[nr] = call;
	if (!err && nid != NUMA_NO_NODE)
		*cma = FAKE_AREA(10 + nid);

	return err;
}

static int FAKE_INIT __maybe_unused
fake_init_reserved(phys_addr_t base, phys_addr_t size,
		   unsigned int order_per_bit, const char *name,
		   struct cma **cma)
{
	return fake_declare(base, size, 0, 0, order_per_bit, true, name, cma);
}

static phys_addr_t FAKE_INIT __maybe_unused
fake_get_base(const struct cma *cma)
{
	fake.base_of = cma;
	fake.nr_bases++;

	return 0;
}

static unsigned long FAKE_INIT __maybe_unused
fake_get_size(const struct cma *cma)
{
	return 0;
}

#ifndef FAKE_KEEPS_INIT
#undef __init
#define __init
#undef __initdata
#define __initdata
#endif
/* The copy's functions are static, and none of them is to be replaced. */
#undef __weak
#define __weak

#define cma_alloc fake_cma_alloc
#define cma_release fake_cma_release
#undef __free_pages
#define __free_pages fake_free_pages
#define cma_declare_contiguous fake_declare
#define cma_declare_contiguous_nid fake_declare_nid
#define cma_init_reserved_mem fake_init_reserved
#define cma_get_base fake_get_base
#define cma_get_size fake_get_size
#define memblock_phys_mem_size() (fake.memory)
/* When a region of the tree is set up it is reserved already. */
#define memblock_is_region_reserved(...) true

/* Four nodes, whatever this kernel is configured for. */
#ifdef FAKE_NUMA
#define FAKE_NODES 4
#undef CONFIG_DMA_NUMA_CMA
#define CONFIG_DMA_NUMA_CMA 1
#undef CONFIG_DMA_PERNUMA_CMA
#define CONFIG_DMA_PERNUMA_CMA 1
#undef CONFIG_CMA_SIZE_PERNUMA
#undef MAX_NUMNODES
#define MAX_NUMNODES FAKE_NODES
#undef for_each_node
#define for_each_node(...) \
	for (__VA_ARGS__ = 0; __VA_ARGS__ < FAKE_NODES; __VA_ARGS__++)
#undef for_each_online_node
#define for_each_online_node(...) \
	for (__VA_ARGS__ = fake_next_node(0); __VA_ARGS__ < FAKE_NODES; \
	     __VA_ARGS__ = fake_next_node(__VA_ARGS__ + 1))
#undef node_online
#define node_online(node) (!!(fake.online_nodes & BIT(node)))
#undef nr_online_nodes
#define nr_online_nodes ((unsigned int)hweight_long(fake.online_nodes))
#define dev_to_node(...) (fake.device_node)
#undef page_to_nid
#define page_to_nid(...) (fake.page_node)
#endif

/* A selection of Kconfig, one a compilation: FAKE_SELECTS_<which>. */
#ifdef FAKE_SELECTS
#undef CONFIG_CMA_SIZE_SEL_MBYTES
#undef CONFIG_CMA_SIZE_SEL_PERCENTAGE
#undef CONFIG_CMA_SIZE_SEL_MIN
#undef CONFIG_CMA_SIZE_SEL_MAX
#undef CONFIG_CMA_SIZE_MBYTES
#undef CONFIG_CMA_SIZE_PERCENTAGE
/* More MiB than 32 bits hold bytes. */
#define CONFIG_CMA_SIZE_MBYTES 5120
#define CONFIG_CMA_SIZE_PERCENTAGE 10
#if defined(FAKE_SELECTS_MBYTES)
#define CONFIG_CMA_SIZE_SEL_MBYTES 1
#elif defined(FAKE_SELECTS_PERCENTAGE)
#define CONFIG_CMA_SIZE_SEL_PERCENTAGE 1
#elif defined(FAKE_SELECTS_MIN)
#define CONFIG_CMA_SIZE_SEL_MIN 1
#elif defined(FAKE_SELECTS_MAX)
#define CONFIG_CMA_SIZE_SEL_MAX 1
#endif
#endif

#endif
