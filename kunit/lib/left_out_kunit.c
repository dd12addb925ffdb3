// SPDX-License-Identifier: GPL-2.0
/*
 * The suites that this kernel is configured without: each is a case that skips
 * and names the option. A run without CMA says so, it is not silently shorter.
 */
#include <cma-tests/compat.h>
#include <linux/kconfig.h>

CASE_LEFT_OUT(mm, "needs CONFIG_CMA")
CASE_LEFT_OUT(mm_error_paths, "needs CONFIG_CMA")
CASE_LEFT_OUT(dma_contiguous, "needs CONFIG_DMA_CMA")
CASE_LEFT_OUT(dma_contiguous_region,
	      "needs CONFIG_DMA_CMA, CONFIG_OF_RESERVED_MEM, CONFIG_OF_EARLY_FLATTREE")
CASE_LEFT_OUT(cma_heap, "needs CONFIG_DMABUF_HEAPS, CONFIG_DMA_CMA")
CASE_LEFT_OUT(dma_coherent, "needs CONFIG_DMA_DECLARE_COHERENT")
CASE_LEFT_OUT(of_reserved_mem,
	      "needs CONFIG_OF_RESERVED_MEM, CONFIG_OF_EARLY_FLATTREE")
CASE_LEFT_OUT(reserved_memory, "needs CONFIG_DMA_CMA, CONFIG_OF_RESERVED_MEM")

#define HAS_TREE (IS_ENABLED(CONFIG_OF_RESERVED_MEM) && \
		  IS_ENABLED(CONFIG_OF_EARLY_FLATTREE))

#define HAS_HEAP (IS_ENABLED(CONFIG_DMABUF_HEAPS) && IS_ENABLED(CONFIG_DMA_CMA))

/* An empty suite would be an error of the log. */
#if !IS_ENABLED(CONFIG_DMA_CMA) || !HAS_TREE || !HAS_HEAP || \
	!IS_ENABLED(CONFIG_DMA_DECLARE_COHERENT)
static struct kunit_case left_out_cases[] = {
#if !IS_ENABLED(CONFIG_CMA)
	KUNIT_CASE(mm),
	KUNIT_CASE(mm_error_paths),
#endif
#if !IS_ENABLED(CONFIG_DMA_CMA)
	KUNIT_CASE(dma_contiguous),
#endif
#if !IS_ENABLED(CONFIG_DMA_CMA) || !HAS_TREE
	KUNIT_CASE(dma_contiguous_region),
#endif
#if !HAS_HEAP
	KUNIT_CASE(cma_heap),
#endif
#if !IS_ENABLED(CONFIG_DMA_DECLARE_COHERENT)
	KUNIT_CASE(dma_coherent),
#endif
#if !HAS_TREE
	KUNIT_CASE(of_reserved_mem),
#endif
#if !IS_ENABLED(CONFIG_DMA_CMA) || !IS_ENABLED(CONFIG_OF_RESERVED_MEM)
	KUNIT_CASE(reserved_memory),
#endif
	{}
};

static struct kunit_suite left_out_suite = {
	.name = "left_out",
	.test_cases = left_out_cases,
};

kunit_test_suite(left_out_suite);
#endif
