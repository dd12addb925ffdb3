#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# known_issues.sh	which failures of a run does the released kernel account for?
#
#	./run_kselftest.sh | cma/known_issues.sh
#
# Prints what it reads. Below a case of known_issues.tsv that failed on a kernel named there stands
# why; a program with no other failure is "ok ... # XFAIL". Status 1 if others are left, or none ran.
folder=$(dirname "$0")
exec awk -v release="${CMA_TESTS_RELEASE:-$(uname -r)}" -v arch="${CMA_TESTS_ARCH:-$(uname -m | sed s/aarch64/arm64/)}" \
	-f "$folder/kernel-range.awk" -f "$folder/glob.awk" -f "$folder/known_issues.awk" "$folder/known_issues.tsv" -
