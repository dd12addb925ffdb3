# SPDX-License-Identifier: GPL-2.0
# Thin verbs; scripts/ has the stages. 'make' alone prints what there is.

# No built-in rules: the verbs are all there is.
MAKEFLAGS += --no-builtin-rules --no-print-directory
.SUFFIXES:

# What a user may set, the same for every verb; 'make help' explains.
export KSRC KERNEL ARCH PROFILE ACCEL ONLY SEED RUNS OUT O V CACHE BENCH_ARGUMENTS SCENARIO REMOVE
export FILE PAGE_SIZE PAGEBLOCK_ORDER RAM CONFIG INCLUDE
# Not CMDLINE: 'export' would make an empty one of none, and that is a command line. Make passes it on if given.
export MODE LAYOUTS BOOTS SUBJECT MINIMUM FORMAT KERNELS

Q = $(if $(filter 1,$(V)),,@)

STAGES := run thorough source kernel image kunit selftests drivers bench destructive report

.PHONY: help deps check lint mutants coverage phase-delays clean install-tree tarball run-stock boot-table dts-lint $(STAGES)
.PHONY: compare ab baseline sensitivity trend .compare .ab .sensitivity .boot-table .dts-lint

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

phase-delays:
	$(Q)scripts/phase-delays.sh

install-tree:
	$(Q)scripts/install-tree.sh

tarball:
	$(Q)scripts/tarball.sh

run-stock:
	$(Q)scripts/run-stock.sh

# These end with the status of their script (for ab: what 'git bisect run' wants),
# where make itself would say 2 to all that is not 0: see exit_status.c.
JUDGES := compare ab sensitivity boot-table dts-lint
ifneq ($(filter $(JUDGES),$(MAKECMDGOALS)),)
# To 'git bisect run' make's own 2 would be "bad"; a signal ends the bisection.
give-up := $(if $(filter ab,$(MAKECMDGOALS)),kill -TERM $$PPID;) exit 2
exit_status := $(or $(O),build)/statistics/exit_status.so
$(exit_status): scripts/statistics/exit_status.c
	$(Q)mkdir -p $(@D) 2>/dev/null && test -w $(@D) || { \
		echo "cma-tests: error: cannot write to the build folder '$(or $(O),build)': set O= to another" >&2; $(give-up); }
	$(Q)$(MAKE) -s -C scripts/statistics OUTPUT=$(abspath $(@D)) CC=cc $(abspath $@) || { $(give-up); }
-load $(exit_status)
endif

# $(call judge,COMMAND): its status is kept, and made make's own afterwards. It runs
# behind a shell that can pass a signal on: make sends it to that shell alone.
status = $(or $(O),build)/$@.status
judged = $(or $(file <$(status)),$(if $(filter ab,$@),125,2))
judge = $(Q)mkdir -p $(or $(O),build); rm -f $(or $(O),build)/$(@:.%=%).status; $(1) & trap "kill $$!; wait $$!; exit 130" HUP INT TERM; \
	status=0; wait $$! || status=$$?; echo $$status >$(or $(O),build)/$(@:.%=%).status || :

.compare:
	$(call judge,scripts/compare.sh "$(BASE)" "$(NEW)")
.ab:
	$(call judge,scripts/ab.sh "$(BASE)" "$(NEW)")
.sensitivity:
	$(call judge,scripts/sensitivity.sh)
.boot-table:
	$(call judge,scripts/boot-table.sh)
.dts-lint:
	$(call judge,scripts/dts-lint.sh)

$(JUDGES): %: .%
	@exit $(exit-with $(judged))$(judged)

baseline:
	$(Q)scripts/baseline.sh

trend:
	$(Q)scripts/trend.sh

clean:
	$(Q)rm -rf $(or $(O),build)
