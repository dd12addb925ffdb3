# SPDX-License-Identifier: GPL-2.0
#
# What this kernel has, looked up in its own sources rather than concluded from
# its version: a backport, or a kernel nobody has seen, answers for itself.
# Each line: <file> <word in it> <macro defined when the word is there>.

cma-tests-feature = $(shell grep -qsw '$(strip $(2))' \
	'$(srctree)/$(strip $(1))' && echo -DCMA_TESTS_HAS_$(strip $(3)))

ccflags-y += \
	$(call cma-tests-feature, include/kunit/resource.h, kunit_add_action, KUNIT_ACTION) \
	$(call cma-tests-feature, include/asm-generic/vmlinux.lds.h, __kunit_init_suites, KUNIT_INIT_SUITES) \
	$(call cma-tests-feature, mm/page_alloc.h, __MM_PAGE_ALLOC_H, PAGE_ALLOC_HEADER) \
	$(call cma-tests-feature, mm/page_alloc.c, __alloc_contig_verify_gfp_mask, CONTIG_GFP) \
	$(call cma-tests-feature, include/linux/of_reserved_mem.h, node_init, RMEM_NODE_INIT) \
	$(call cma-tests-feature, include/linux/cma.h, cma_alloc_folio, CMA_FOLIO) \
	$(call cma-tests-feature, include/linux/cma.h, cma_alloc_frozen, CMA_FROZEN) \
	$(call cma-tests-feature, include/linux/cma.h, cma_pages_valid, CMA_PAGES_VALID) \
	$(call cma-tests-feature, include/linux/cma.h, cma_intersects, CMA_INTERSECTS) \
	$(call cma-tests-feature, mm/cma.h, available_count, CMA_AVAILABLE) \
	$(call cma-tests-feature, mm/cma.h, nr_pages_released, CMA_RELEASED_COUNTER) \
	$(call cma-tests-feature, include/trace/events/cma.h, available_count, CMA_TRACE_AVAILABLE) \
	$(call cma-tests-feature, include/trace/events/cma.h, errorno, CMA_TRACE_ERRNO) \
	$(call cma-tests-feature, include/linux/page-isolation.h, pb_isolate_mode, ISOLATE_MODE)
