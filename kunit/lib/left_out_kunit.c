// SPDX-License-Identifier: GPL-2.0
/*
 * The suites that this kernel is configured without: each is a case that skips
 * and names the option. A run without CMA says so, it is not silently shorter.
 */
#include <kunit/test.h>
#include <linux/kconfig.h>

#define LEFT_OUT(suites, option)					\
	static void __maybe_unused suites(struct kunit *test)		\
	{								\
		kunit_skip(test, "needs " option);			\
	}

LEFT_OUT(mm, "CONFIG_CMA")
LEFT_OUT(mm_error_paths, "CONFIG_CMA")
LEFT_OUT(dma_contiguous, "CONFIG_DMA_CMA")
LEFT_OUT(dma_contiguous_region,
	 "CONFIG_DMA_CMA, CONFIG_OF_RESERVED_MEM, CONFIG_OF_EARLY_FLATTREE")
LEFT_OUT(dma_coherent, "CONFIG_DMA_DECLARE_COHERENT")
LEFT_OUT(of_reserved_mem, "CONFIG_OF_RESERVED_MEM, CONFIG_OF_EARLY_FLATTREE")

#define HAS_TREE (IS_ENABLED(CONFIG_OF_RESERVED_MEM) && \
		  IS_ENABLED(CONFIG_OF_EARLY_FLATTREE))

/* An empty suite would be an error of the log. */
#if !IS_ENABLED(CONFIG_DMA_CMA) || !HAS_TREE || \
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
#if !IS_ENABLED(CONFIG_DMA_DECLARE_COHERENT)
	KUNIT_CASE(dma_coherent),
#endif
#if !HAS_TREE
	KUNIT_CASE(of_reserved_mem),
#endif
	{}
};

static struct kunit_suite left_out_suite = {
	.name = "left_out",
	.test_cases = left_out_cases,
};

kunit_test_suite(left_out_suite);
#endif
