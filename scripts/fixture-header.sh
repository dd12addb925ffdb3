#!/bin/sh
# fixture-header.sh FIXTURE WORK    does a fixture come to what its header says?
#
# The header of FIXTURE begins with one of
#   boot                the fixture merges, with no warning of dtc's
#   boot, warn <check>  and dtc warns of this check, and of no other; one line each
#   reject <message>    it does not merge, and the error says this
# Prints what is otherwise, a line each; nothing is good. WORK.* are its files.
scripts=$(dirname "$0")
. "$scripts/stage.sh"

fixture=$1
work=$2

# The words of the header: what stands in the first comment before its blank line.
wanted=$(awk '/^\/\*/ { inside = 1; next } inside && /^ \*($|\/)/ { exit } inside { sub(/^ \* /, ""); print }' "$fixture")
case $wanted in
boot* | reject*) ;;
*) echo "$fixture: expected a header that begins with 'boot' or 'reject <message>', found '$wanted'"; exit 0 ;;
esac
status=0
found=$("$scripts/fixture.sh" "$fixture" "$work" arm64 -m 512M -nodefaults 2>&1) || status=$?
case $wanted in
reject*)
	[ "$status" != 0 ] || echo "$fixture: expected dtc to say '${wanted#reject }', found that it compiles"
	case $found in *"${wanted#reject }"*) ;; *) echo "$fixture: expected '${wanted#reject }', found '$found'" ;; esac ;;
boot*)
	[ "$status" = 0 ] || { echo "$fixture: $found"; exit 0; }
	# What dtc could not check for a warning before is no warning of its own.
	echo "$wanted" | sed -n 's/^warn //p' | sort -u >"$work.wanted"
	grep -v 'Failed prerequisite' "$work.warnings" | sed -n 's/^Warning (\([a-z0-9_]*\)).*/\1/p' | sort -u >"$work.found" || :
	comm -13 "$work.wanted" "$work.found" | while read -r check; do
		grep -F "($check)" "$work.warnings" | sed "s|^|$fixture: |"
	done
	comm -23 "$work.wanted" "$work.found" | sed "s|^|$fixture: expected a warning, found none: |" ;;
esac
rm -f "$work" "$work".*
