# SPDX-License-Identifier: GPL-2.0
#
# Copies of kernel sources, made by the build, that suites include. A Makefile
# of a suite says
#
#	include $(srctree)/scripts/cma-tests/copy.mk
#	cma_copy.c-from := mm/cma.c
#	cma_copy.c-fakes := cma_fakes.h
#	cma_copy.c-need := cma_alloc cma_release
#	cma_copy.c-guard := memblock_ alloc_contig_
#	$(call cma-tests-copy,cma_copy.c,cma_alloc_errors_kunit.o ...)
#
# and its suite includes "cma_copy.c" first. copy.awk says what the words mean.

copy-awk := $(srctree)/scripts/cma-tests/copy.awk

# The copy has its includes from where the source stands.
ccflags-y += -I$(obj) -iquote $(srctree)/$(obj)

quiet_cmd_cma_tests_copy = COPY    $@
      cmd_cma_tests_copy = LC_ALL=C $(AWK) -f $(copy-awk) fakes="$(notdir $(word 2,$(real-prereqs)))" \
	need="$($(@F)-need)" guard="$($(@F)-guard)" only="$($(@F)-only)" \
	$(word 2,$(real-prereqs)) $(word 1,$(real-prereqs)) > $@

define cma-tests-copy-rule
targets += $(1)
$$(obj)/$(1): $$(srctree)/$$($(1)-from) $$(srctree)/$$(obj)/$$($(1)-fakes) $$(copy-awk) FORCE
	$$(call if_changed,cma_tests_copy)
$$(addprefix $$(obj)/,$(2)): $$(obj)/$(1)
$$(foreach object,$(2),$$(eval CFLAGS_$$(object) += -iquote $$(srctree)/$$(dir $$($(1)-from))))
# Lines for make coverage; without CONFIG_GCOV_KERNEL it means nothing.
$$(foreach object,$(2),$$(eval GCOV_PROFILE_$$(object) := y))
endef

cma-tests-copy = $(eval $(call cma-tests-copy-rule,$(1),$(2)))
