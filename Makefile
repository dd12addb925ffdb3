# SPDX-License-Identifier: GPL-2.0
# Thin verbs; scripts/ has the stages. 'make' alone prints what there is.

# No built-in rules: the verbs are all there is.
MAKEFLAGS += --no-builtin-rules --no-print-directory
.SUFFIXES:

# What a user may set, the same for every verb; 'make help' explains.
export KSRC KERNEL ARCH PROFILE ACCEL ONLY OUT O V CACHE BENCH_ARGUMENTS
export MODE LAYOUTS BOOTS

Q = $(if $(filter 1,$(V)),,@)

STAGES := run source kernel image kunit selftests bench report

.PHONY: help deps check lint mutants coverage clean $(STAGES)

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

clean:
	$(Q)rm -rf $(or $(O),build)
