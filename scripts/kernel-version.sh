#!/bin/sh
# kernel-version.sh TREE    print the version of a kernel tree, as in 6.12.117
#
# The one place outside C that reads it; C asks kunit/include/compat.h.
awk -F ' *= *' '
	$1 == "VERSION" { version = $2 }
	$1 == "PATCHLEVEL" { patchlevel = $2 }
	$1 == "SUBLEVEL" { print version "." patchlevel "." $2; exit }
' "$1/Makefile"
