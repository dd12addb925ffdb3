# SPDX-License-Identifier: GPL-2.0
# Thin verbs; scripts/ has the stages. 'make' alone prints what there is.

# No built-in rules: the verbs are all there is.
MAKEFLAGS += --no-builtin-rules --no-print-directory
.SUFFIXES:

# What a user may set, the same for every verb; 'make help' explains.
export KSRC KERNEL ARCH PROFILE ACCEL ONLY SEED RUNS OUT O V CACHE BENCH_ARGUMENTS SCENARIO REMOVE
export FILE PAGE_SIZE PAGEBLOCK_ORDER CMDLINE

Q = $(if $(filter 1,$(V)),,@)

STAGES := run source kernel image kunit selftests drivers bench destructive report

.PHONY: help deps check lint mutants coverage clean install-tree tarball run-stock boot-table dts-lint $(STAGES)

help:
	$(Q)cat scripts/help.txt

deps:
	$(Q)scripts/deps.sh

# Timing wants the kernel without its debugging.
bench: export PROFILE := $(or $(PROFILE),bench)

$(STAGES):
	$(Q)scripts/run.sh $@

check:
	$(Q)scripts/check.sh

lint:
	$(Q)scripts/lint.sh

mutants:
	$(Q)scripts/mutants.sh

coverage:
	$(Q)scripts/coverage.sh

install-tree:
	$(Q)scripts/install-tree.sh

tarball:
	$(Q)scripts/tarball.sh

run-stock:
	$(Q)scripts/run-stock.sh

boot-table:
	$(Q)scripts/boot-table.sh

dts-lint:
	$(Q)scripts/dts-lint.sh

clean:
	$(Q)rm -rf $(or $(O),build)
